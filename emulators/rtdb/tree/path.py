"""Paths: tuples of keys, parsed and checked where they enter.

Key rules: https://firebase.google.com/docs/database/usage/limits (UTF-8, at most 768 bytes,
none of . $ # [ ] / and no control characters); a path is at most 32 levels deep.
"""

from __future__ import annotations

import re

from emulators.rtdb.errors import RequestError, TooLargeError

Path = tuple[str, ...]

ROOT: Path = ()
PRIORITY = ".priority"
MAX_KEY_BYTES = 768
MAX_DEPTH = 32

_INVALID_KEY = re.compile(r"[\x00-\x1f\x7f.$#\[\]/]")


def check_key(key: str, max_bytes: int = MAX_KEY_BYTES) -> str:
    """Return the key, or raise RequestError naming what is wrong with it."""
    if not key or _INVALID_KEY.search(key):
        raise RequestError(
            f"Invalid key {_shown(key)}: Keys must be non-empty strings and "
            'can\'t contain ".", "#", "$", "/", "[", or "]"'
        )
    if len(key) * 3 > max_bytes and len(key.encode("utf-8", "surrogatepass")) > max_bytes:
        raise TooLargeError(f"Key {_shown(key)} is larger than {max_bytes} bytes")
    return key


def parse_path(text: str, *, priority_allowed: bool = False) -> Path:
    """Split `a/b/c` (already percent-decoded) into keys; empty segments are dropped.

    With `priority_allowed` a last segment `.priority` stands for the node's priority.
    """
    keys = tuple(segment for segment in text.split("/") if segment)
    for position, key in enumerate(keys):
        if key == PRIORITY and priority_allowed and position == len(keys) - 1:
            continue
        if _INVALID_KEY.search(key):
            raise RequestError("Invalid path: Invalid token in path")
        check_key(key)
    if len(keys) > MAX_DEPTH:
        raise TooLargeError(f"Path is deeper than {MAX_DEPTH} levels")
    return keys


def split_priority(path: Path) -> tuple[Path, bool]:
    """The node's path, and whether the path named its priority."""
    if path and path[-1] == PRIORITY:
        return path[:-1], True
    return path, False


def show(path: Path) -> str:
    """The path as text with a leading slash, for messages."""
    return "/" + "/".join(path)


def _shown(key: str) -> str:
    return repr(key if len(key) <= 40 else key[:40] + "...")
