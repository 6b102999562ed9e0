"""Nodes in memory: every write has a version, and a process may die before or after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


class ProcessDiedError(Exception):
    """The process is gone, as far as the use case is concerned."""


@dataclass
class MemoryNodes:
    """``before_write``, ``after_write`` and ``on_read`` are told each path and may raise."""

    before_write: Callable[[str], None] = lambda _: None
    after_write: Callable[[str], None] = lambda _: None
    on_read: Callable[[str], None] = lambda _: None
    versions: dict[str, int] = field(default_factory=dict)

    def _write(self, path: str, change: Callable[[], object]) -> None:
        self.before_write(path)
        change()
        self.versions[path] = self.versions.get(path, 0) + 1
        self.after_write(path)

    def _tag(self, path: str) -> str:
        self.on_read(path)
        return str(self.versions.get(path, 0))
