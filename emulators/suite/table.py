"""The table that `start` prints: what listens where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One emulator."""

    name: str
    url: str
    what: str


def table(rows: Sequence[Row]) -> str:
    """Columns of equal width under a heading."""
    lines = [("Emulator", "Listens at", ""), *((row.name, row.url, row.what) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(2)]
    return "\n".join(
        f"  {name:<{widths[0]}}  {url:<{widths[1]}}  {what}".rstrip() for name, url, what in lines
    )
