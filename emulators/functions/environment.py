"""The environment of the worker: env files, secrets, the process' own, the emulators' addresses.

Later wins: `.env`, `.env.<project>`, `.env.local`, `.secret.local`, the suite's defaults, the real
process environment, the emulators' addresses. The file format is that of firebase-tools
(`functions/env.ts`): `KEY=value`, quotes, escapes in double quotes, `#` comments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

SECRETS_FILE = ".secret.local"
ASSIGNMENT = re.compile(
    r"""^\s*(?:export\s+)?(?P<key>[\w.]+)\s*=[^\S\n]*
    (?:'(?P<single>(?:\\'|[^'])*)'|"(?P<double>(?:\\"|[^"])*)"|(?P<plain>[^\#\n]*))
    [^\S\n]*(?:\#[^\n]*)?$""",
    re.MULTILINE | re.VERBOSE,
)
KEY = re.compile(r"[A-Z_][A-Z0-9_]*")
RESERVED_PREFIXES = ("FIREBASE_", "X_GOOGLE_", "EXT_", "KIT_")
RESERVED_KEYS = frozenset(
    {"GCLOUD_PROJECT", "GOOGLE_CLOUD_PROJECT", "GCP_PROJECT", "PORT", "ENTRY_POINT"}
    | {"FUNCTION_TARGET", "FUNCTION_SIGNATURE_TYPE", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"}
)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"'}
MAX_ENV_FILE_BYTES = 1024 * 1024


class BadEnvFile(ValueError):  # noqa: N818 (it names what was read)
    """An env file that cannot be used; the message names the file and the line or key."""


def worker_environment(
    source: Path,
    project: str,
    *,
    defaults: Mapping[str, str],
    process: Mapping[str, str],
    emulators: Mapping[str, str],
) -> dict[str, str]:
    """All variables of the worker. Raises BadEnvFile."""
    merged: dict[str, str] = {}
    for name in env_file_names(project):
        path = source / name
        if path.is_file():
            merged |= _checked(name, parse(_text(path), name), secrets=name == SECRETS_FILE)
    return {**merged, **defaults, **process, **emulators}


def env_file_names(project: str) -> tuple[str, ...]:
    """The files read, the later winning."""
    return (".env", f".env.{project}", ".env.local", SECRETS_FILE)


def parse(text: str, name: str = "the env file") -> dict[str, str]:
    """Every assignment of an env file. Raises BadEnvFile for any other line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    values: dict[str, str] = {}
    for match in ASSIGNMENT.finditer(text):
        single, double, plain = match["single"], match["double"], match["plain"]
        if double is not None:
            values[match["key"]] = re.sub(
                r"\\([nrtv\\'\"])", lambda escape: ESCAPES[escape[1]], double
            )
        else:
            values[match["key"]] = single if single is not None else plain.strip()
    for line in ASSIGNMENT.sub("", text).split("\n"):
        if line.strip() and not line.strip().startswith("#"):
            raise BadEnvFile(f"{name}: expected KEY=value, found {line.strip()!r}")
    return values


def _checked(name: str, values: dict[str, str], *, secrets: bool) -> dict[str, str]:
    for key in values:
        if not KEY.fullmatch(key):
            raise BadEnvFile(f"{name}: {key} is not a name of A-Z, 0-9 and _")
        if not secrets and (key in RESERVED_KEYS or key.startswith(RESERVED_PREFIXES)):
            raise BadEnvFile(f"{name}: {key} is reserved by Firebase")
    return values


def _text(path: Path) -> str:
    if path.stat().st_size > MAX_ENV_FILE_BYTES:
        raise BadEnvFile(f"{path.name}: larger than {MAX_ENV_FILE_BYTES} bytes")
    return path.read_text(encoding="utf-8")
