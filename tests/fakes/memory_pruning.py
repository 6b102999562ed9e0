"""Shelves in memory: each child with its time, and whether it may go."""

from __future__ import annotations

from dataclasses import dataclass, field

from lipamita.domain.retention import Shelf
from lipamita.domain.units import Millis
from lipamita.use_cases.prune_ports import Page

from tests.fakes.memory_nodes import MemoryNodes


@dataclass
class MemoryPruning(MemoryNodes):
    """Implements use_cases.prune_ports.PruneStore."""

    shelves: dict[Shelf, dict[str, int]] = field(default_factory=dict)
    staying: set[str] = field(default_factory=set)
    prune_marks: dict[Shelf, str | None] = field(default_factory=dict)

    def prune_page(self, shelf: Shelf, *, before_ms: Millis, after: str | None, limit: int) -> Page:
        children = self.shelves.get(shelf, {})
        page = [key for key in sorted(children) if key > (after or "")][:limit]
        going = [key for key in page if children[key] < before_ms and key not in self.staying]
        for key in going:
            del children[key]
        return Page(removed=len(going), after=page[-1] if len(page) == limit else None)

    def read_prune_mark(self, shelf: Shelf) -> str | None:
        return self.prune_marks.get(shelf)

    def set_prune_mark(self, shelf: Shelf, after: str | None) -> None:
        self._write("pruning", lambda: self.prune_marks.update({shelf: after}))
