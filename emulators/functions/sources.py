"""What the functions folder looks like now, so that a change can be noticed by comparing."""

from __future__ import annotations

import os
from pathlib import Path

from emulators.functions.environment import env_file_names

SKIPPED = frozenset({"venv", ".venv", "node_modules", "__pycache__"})
MAX_FILES = 20_000
Snapshot = frozenset[tuple[str, int, int]]


def snapshot(source: Path, project: str) -> Snapshot:
    """Path, mtime and size of every `*.py` and of the env files."""
    seen: set[tuple[str, int, int]] = set()
    for folder, folders, files in os.walk(source):
        folders[:] = [name for name in folders if name not in SKIPPED and name[0] != "."]
        for name in files:
            if name.endswith(".py"):
                _add(seen, Path(folder, name))
        if len(seen) > MAX_FILES:
            break
    for name in env_file_names(project):
        _add(seen, source / name)
    return frozenset(seen)


def _add(seen: set[tuple[str, int, int]], path: Path) -> None:
    try:
        status = path.stat()
    except OSError:
        return
    seen.add((str(path), status.st_mtime_ns, status.st_size))
