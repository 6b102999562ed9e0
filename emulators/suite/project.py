"""firebase.json as the suite needs it: read once, checked, with paths made absolute."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_PROJECT = "demo-lipamita"
HOST = "127.0.0.1"
OFFICIAL_NAMES = {
    "rtdb": "database",
    "auth": "auth",
    "firestore": "firestore",
    "functions": "functions",
    "hosting": "hosting",
    "hub": "hub",
}
"""Our names and those of firebase.json's `emulators` block."""
DEFAULT_PORTS = {
    "rtdb": 9000,
    "auth": 9099,
    "firestore": 8080,
    "functions": 5001,
    "hosting": 5000,
    "daraja": 9190,
    "hub": 4400,
}


class BadProject(Exception):  # noqa: N818 (it names what was read)
    """firebase.json is missing or unusable; the message says where and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What firebase.json says. A part that it does not configure is None."""

    root: Path
    project: str
    ports: Mapping[str, int]
    rules: Path | None
    functions_source: Path | None
    hosting: object | None
    firestore: bool
    firestore_indexes: Path | None

    @property
    def namespace(self) -> str:
        """The default Realtime Database instance."""
        return f"{self.project}-default-rtdb"


def read_project(config: Path, project: str = DEFAULT_PROJECT) -> Project:
    """Read firebase.json. Raises BadProject."""
    try:
        text = config.read_text(encoding="utf-8")
    except OSError as error:
        raise BadProject(f"{config}: {error.strerror}") from error
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadProject(f"{config}:{error.lineno}:{error.colno}: {error.msg}") from error
    if not isinstance(document, dict):
        raise BadProject(f"{config}: expected an object")
    root = config.resolve().parent
    rules = _first(document.get("database")).get("rules")
    source = _first(document.get("functions")).get("source")
    indexes = _first(document.get("firestore")).get("indexes")
    return Project(
        root=root,
        project=project,
        ports=_ports(document.get("emulators"), config),
        rules=root / rules if isinstance(rules, str) else None,
        functions_source=root / source if isinstance(source, str) else None,
        hosting=document.get("hosting"),
        firestore="firestore" in document,
        firestore_indexes=root / indexes if isinstance(indexes, str) else None,
    )


def _ports(block: object, config: Path) -> dict[str, int]:
    ports = dict(DEFAULT_PORTS)
    if not isinstance(block, dict):
        return ports
    for name, official in OFFICIAL_NAMES.items():
        entry = block.get(official)
        port = entry.get("port") if isinstance(entry, dict) else None
        if isinstance(port, int) and 0 <= port <= 65_535:
            ports[name] = port
        elif port is not None:
            raise BadProject(f"{config}: emulators.{official}.port: expected 0 to 65535")
    return ports


def _first(block: object) -> Mapping[str, object]:
    """An object, or the first of a list of them."""
    if isinstance(block, list):
        block = block[0] if block else None
    return block if isinstance(block, dict) else {}
