"""The writes a client left to be made when its connection ends.

A later one replaces earlier ones at and below its path; cancelling takes those at and below.
"""

from __future__ import annotations

from typing import Any

from emulators.rtdb.core.write import Write
from emulators.rtdb.errors import TooLargeError
from emulators.rtdb.tree.path import Path


class OnDisconnect:
    """In the order they were left, at most `most` paths."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._writes: list[tuple[Path, dict[Path, Any], bool]] = []

    def add(self, write: Write) -> None:
        """Remember a write; TooLargeError if there are too many already."""
        kept = sum(len(values) for _, values, _ in self._writes)
        if kept + len(write.values) > self._most:
            raise TooLargeError(f"More than {self._most} writes on disconnect")
        for path in write.values:
            self.cancel(path)
        self._writes.append((write.base, dict(write.values), write.merge))

    def cancel(self, path: Path) -> None:
        """Forget what was left at and below a path."""
        depth = len(path)
        for _, values, _ in self._writes:
            for written in [one for one in values if one[:depth] == path]:
                del values[written]
        self._writes = [entry for entry in self._writes if entry[1]]

    def take(self) -> list[Write]:
        """All of them, to be made now."""
        taken = [
            Write(base=base, values=values, merge=merge) for base, values, merge in self._writes
        ]
        self._writes.clear()
        return taken
