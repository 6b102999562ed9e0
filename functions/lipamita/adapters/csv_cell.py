"""Cells of a CSV file that somebody will open in a spreadsheet."""

from __future__ import annotations

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def csv_cell(cell: str | int) -> str | int:
    """A number as it is; text that a spreadsheet would take for a formula is told to be text.

    Payers type account numbers: what they type must not run on an accountant's machine.
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULAS) else cell
