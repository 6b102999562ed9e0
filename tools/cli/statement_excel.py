"""M-Pesa's statement from an Excel workbook: its first sheet, as rows of cells of text.

openpyxl reads it row by row; the functions never need it, so they do not carry it.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from lipamita.adapters.statement_file import read_rows
from lipamita.domain.errors import InvalidInputError
from lipamita.domain.statement import Statement

MAX_COLUMNS = 40
SIGNATURE = b"PK\x03\x04"  # of any .xlsx: it is a zip archive
_DAMAGED = (BadZipFile, ParseError, KeyError, ValueError, OSError)


def read_excel(data: bytes) -> Statement:
    """The statement in the bytes of an .xlsx file. Raises InvalidInputError when it is none."""
    from openpyxl import load_workbook  # noqa: PLC0415 - 200 ms, for a workbook alone

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles that other programs leave out
        try:
            book = load_workbook(BytesIO(data), read_only=True, data_only=True)
        except _DAMAGED as error:
            raise _unreadable(error) from error
        try:
            return read_rows(_rows(book.worksheets[0]))
        except InvalidInputError:
            raise
        except (*_DAMAGED, IndexError) as error:
            raise _unreadable(error) from error
        finally:
            book.close()


def _rows(sheet: object) -> Iterator[Sequence[str]]:
    sheet.reset_dimensions()  # type: ignore[attr-defined] # some programs state them wrongly
    for cells in sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS):  # type: ignore[attr-defined]
        yield [_text(cell) for cell in cells]


def _text(cell: object) -> str:
    """A cell as the CSV file would have it. Numbers keep the digits that were written."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, float):
        return format(Decimal(repr(cell)), "f")
    return str(cell)


def _unreadable(error: Exception) -> InvalidInputError:
    return InvalidInputError(
        "not_a_workbook", f"the file is no Excel workbook (.xlsx): {error}", field="statement"
    )
