"""A report as a table: named columns with units, rows made one at a time, and their sums.

For programs a cell is a whole number in its column's unit; for people it is shown: shillings with
two digits, kilowatt-hours, days and times in Kenya.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lipamita.domain.units import EAT

Cell = str | int
Row = tuple[Cell, ...]
SUM = "sum"
MORE = "more"


class Unit(StrEnum):
    """What a column's numbers are."""

    TEXT = "text"
    COUNT = "count"
    CENTS = "cents"
    WH = "wh"
    MS = "ms"


SUMMED = frozenset({Unit.COUNT, Unit.CENTS, Unit.WH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """``name`` is for programs, ``label`` for people."""

    name: str
    label: str
    unit: Unit = Unit.TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """``rows`` can be taken once. A cell of a column of numbers is a number, or empty."""

    title: str
    note: str
    columns: tuple[Column, ...]
    rows: Iterator[Row]

    @property
    def names(self) -> Row:
        """The headings for programs."""
        return tuple(column.name for column in self.columns)

    def with_sums(self) -> Iterator[Row]:
        """The rows, and one more that adds them up."""
        sums = [0] * len(self.columns)
        for row in self.rows:
            for index, cell in enumerate(row):
                if isinstance(cell, int):
                    sums[index] += cell
            yield row
        _, *others = self.columns
        yield (
            SUM,
            *(
                total if column.unit in SUMMED else ""
                for column, total in zip(others, sums[1:], strict=True)
            ),
        )

    def more(self, shown: int) -> Row:
        """A row that says that not all is there."""
        blank = ("",) * (len(self.columns) - 2)
        return (MORE, f"only the first {shown} rows are shown; ask for fewer days", *blank)


def shown(cell: Cell, unit: Unit) -> str:
    """A cell as people read it."""
    if isinstance(cell, str):
        return cell
    if unit is Unit.CENTS:
        return _parts(cell, 100, 2)
    if unit is Unit.WH:
        return _parts(cell, 1000, 3)
    if unit is Unit.MS:
        return f"{datetime.fromtimestamp(cell // 1000, EAT):%Y-%m-%d %H:%M}"
    return f"{cell:,}"


def _parts(amount: int, whole: int, digits: int) -> str:
    """12345 hundredths -> 123.45, with thousands apart."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // whole:,}.{abs(amount) % whole:0{digits}}"
