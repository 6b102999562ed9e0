"""A report as CSV: numbers in the units of their columns, and the sums in the last row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import chain

from lipamita.domain.report_table import Cell, Report

# Text that begins so is taken for a formula, or for two cells, by some spreadsheet.
FORMULAS = ("=", "+", "-", "@", ";", "\t", "\r", "\n", "|", "%")


def csv_lines(report: Report) -> Iterator[str]:
    """The headings, the rows and their sums, a line at a time, in constant memory."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in chain([report.names], report.with_sums()):
        writer.writerow([csv_cell(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def csv_cell(cell: Cell) -> Cell:
    """A number as it is; text that a spreadsheet would take for a formula is told to be text.

    Payers type account numbers: what they type must not run on an accountant's machine.
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULAS) else cell
