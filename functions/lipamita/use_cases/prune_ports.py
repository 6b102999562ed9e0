"""What pruning needs: one page of one shelf at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from lipamita.domain.retention import Shelf
from lipamita.domain.units import Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page looked through. ``after``: where the next begins; None at the shelf's end."""

    removed: int
    after: str | None


class PruneStore(Protocol):
    """The shelves, and how far each was looked through."""

    def prune_page(self, shelf: Shelf, *, before_ms: Millis, after: str | None, limit: int) -> Page:
        """Remove what is older and may go, among the next ``limit`` children; safe to repeat."""
        ...

    def read_prune_mark(self, shelf: Shelf) -> str | None:
        """Where the last run stopped in that shelf."""
        ...

    def set_prune_mark(self, shelf: Shelf, after: str | None) -> None:
        """Remember it; the last word wins."""
        ...
