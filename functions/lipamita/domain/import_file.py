"""A CSV file of meters or tenants, and what is wrong with its rows.

The first line names the columns, in any order; a row is known by its line in the file. A file that
is not understood as a whole is refused; a row that is wrong is reported and the others go on.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from lipamita.domain.errors import InvalidInputError

MAX_IMPORT_BYTES = 1024 * 1024
MAX_IMPORT_ROWS = 5_000
MAX_CELL = 254
METER_COLUMNS = ("meter_id", "name", "kind", "tariff_id", "site_id", "owner")
TENANT_COLUMNS = ("who", "name", "language", "meter_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its line in the file, and its cells by column, without spaces around them."""

    line: int
    cells: Mapping[str, str]

    def given(self, column: str) -> str | None:
        """The cell, or None if it is empty or the file has no such column."""
        return self.cells.get(column) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with a row: where it is, which column, and what was expected."""

    line: int
    field: str | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did, or would do: rows that are new or changed, and as they stood before."""

    rows: int
    changed: int
    unchanged: int
    problems: tuple[Problem, ...]


def read_rows(
    data: bytes, *, columns: tuple[str, ...], required: tuple[str, ...]
) -> tuple[tuple[Row, ...], tuple[Problem, ...]]:
    """The rows that have the right shape, and what is wrong with the others.

    Raises InvalidInputError for a file that is too large, no UTF-8, or without the columns.
    """
    if len(data) > MAX_IMPORT_BYTES:
        raise _refused(f"the file must not exceed {MAX_IMPORT_BYTES} bytes, found {len(data)}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(
            f"the file must be UTF-8 text: {error.reason} at byte {error.start}"
        ) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        table = [(reader.line_num, cells) for cells in reader if any(map(str.strip, cells))]
    except csv.Error as error:
        raise _refused(f"line {reader.line_num} is not CSV: {error}") from None
    if len(table) - 1 > MAX_IMPORT_ROWS:
        raise _refused(f"the file must not exceed {MAX_IMPORT_ROWS} rows, found {len(table) - 1}")
    header = [name.strip() for name in table[0][1]] if table else []
    _check_header(header, columns, required)
    rows: list[Row] = []
    problems: list[Problem] = []
    for line, cells in table[1:]:
        problem = _shape(line, cells, header)
        if problem is not None:
            problems.append(problem)
            continue
        named = dict(zip(header, map(str.strip, cells), strict=True))
        rows.append(Row(line=line, cells=named))
    return tuple(rows), tuple(problems)


def _check_header(header: list[str], columns: tuple[str, ...], required: tuple[str, ...]) -> None:
    for name in required:
        if name not in header:
            raise _refused(f"the first line must name the columns {', '.join(columns)}: no {name}")
    for name in header:
        if name not in columns or header.count(name) > 1:
            raise _refused(f"column {name[:MAX_CELL]!r} is not one of {', '.join(columns)}, once")


def _shape(line: int, cells: list[str], header: list[str]) -> Problem | None:
    if len(cells) != len(header):
        said = f"expected {len(header)} cells, found {len(cells)}"
        return Problem(line=line, field=None, message=said)
    for name, cell in zip(header, cells, strict=True):
        if len(cell) > MAX_CELL:
            said = f"{name} must have at most {MAX_CELL} characters"
            return Problem(line=line, field=name, message=said)
    return None


def _refused(message: str) -> InvalidInputError:
    return InvalidInputError("invalid_import", message, field="file")
