"""M-Pesa's organisation statement, as the M-PESA portal exports it (CSV; Excel has the same cells).

Some lines about the organisation, then a row of headings: Receipt No., Completion Time, Initiation
Time, Details, Transaction Status, Paid In, Withdrawn, Balance, Balance Confirmed, Reason Type,
Other Party Info, Linked Transaction ID, A/C No. Times are East Africa time, year or day first.
Amounts may have thousands separators; what was withdrawn may have a minus sign. Columns are found
by their headings; Other Party Info names people and is not read.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from lipamita.domain.errors import InvalidInputError
from lipamita.domain.ids import parse_receipt
from lipamita.domain.statement import MAX_LINES, BadRow, Statement, StatementLine
from lipamita.domain.units import EAT, Millis

MAX_HEAD_ROWS = 30
MAX_BAD_ROWS = 1_000
MAX_ACCOUNT = 40
COMPLETED = "completed"
_NEEDED = ("receipt no.", "completion time", "transaction status", "paid in", "withdrawn")
_TIMES = ("%Y-%m-%d %H:%M:%S", "%d-%m-%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d-%m-%Y %H:%M")
_AMOUNT = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,2})?")


def read_csv(text: str) -> Statement:
    """The statement in a CSV file. Raises InvalidInputError when it is no statement."""
    return read_rows(csv.reader(text.removeprefix("\ufeff").splitlines()))


def read_rows(rows: Iterable[Sequence[str]]) -> Statement:
    """The statement in rows of cells. Every bad row is reported; none stops the others.

    Raises InvalidInputError for a file without the headings, or with too many rows.
    """
    columns: dict[str, int] | None = None
    lines: list[StatementLine] = []
    bad: list[BadRow] = []
    passed_over = 0
    for number, cells in enumerate(rows, start=1):
        if columns is None:
            columns = _headings(cells)
            if columns is None and number >= MAX_HEAD_ROWS:
                break
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(lines) >= MAX_LINES or len(bad) >= MAX_BAD_ROWS:
            raise InvalidInputError(
                "statement_too_long",
                f"at most {MAX_LINES} lines and {MAX_BAD_ROWS} bad rows; take a shorter time",
                field="statement",
            )
        try:
            line = _line(columns, cells)
        except ValueError as error:
            bad.append(BadRow(row=number, why=str(error)))
            continue
        if line is None:
            passed_over += 1
        else:
            lines.append(line)
    if columns is None:
        raise InvalidInputError(
            "not_a_statement",
            f"no row with the headings {', '.join(_NEEDED)} was found",
            field="statement",
        )
    return Statement(lines=tuple(lines), bad_rows=tuple(bad), passed_over=passed_over)


def _headings(cells: Sequence[str]) -> dict[str, int] | None:
    found = {cell.strip().lower(): index for index, cell in enumerate(cells)}
    return found if all(name in found for name in _NEEDED) else None


def _line(columns: dict[str, int], cells: Sequence[str]) -> StatementLine | None:
    """The line; None when no money moved. Raises ValueError with what is wrong."""

    def cell(name: str) -> str:
        index = columns.get(name)
        return cells[index].strip() if index is not None and index < len(cells) else ""

    if cell("transaction status").lower() != COMPLETED:
        if not cell("transaction status"):
            raise ValueError("Transaction Status is empty")
        return None
    receipt = parse_receipt(cell("receipt no."))
    if receipt is None:
        raise ValueError(f"Receipt No. {cell('receipt no.')[:20]!r} is no receipt number")
    paid_in, withdrawn = _cents("Paid In", cell("paid in")), _cents("Withdrawn", cell("withdrawn"))
    if (paid_in == 0) == (withdrawn == 0) or paid_in < 0:
        raise ValueError("exactly one of Paid In and Withdrawn must be an amount")
    return StatementLine(
        receipt=receipt,
        at_ms=_time(cell("completion time")),
        amount_cents=paid_in or -abs(withdrawn),
        reason=cell("reason type") or cell("details"),
        account=cell("a/c no.")[:MAX_ACCOUNT],
        linked=parse_receipt(cell("linked transaction id")),
    )


def _cents(name: str, text: str) -> int:
    plain = text.replace(",", "")
    if not plain:
        return 0
    if not _AMOUNT.fullmatch(plain):
        raise ValueError(f"{name} {text[:20]!r} is no amount")
    whole, _, part = plain.lstrip("-").partition(".")
    cents = int(whole) * 100 + int(part.ljust(2, "0") or 0)
    return -cents if plain.startswith("-") else cents


def _time(text: str) -> Millis:
    for form in _TIMES:
        try:
            at = datetime.strptime(text, form).replace(tzinfo=EAT)
        except ValueError:
            continue
        return Millis(int(at.timestamp()) * 1000)
    raise ValueError(f"Completion Time {text[:30]!r} is no time")
