"""M-Pesa's statement of our organisation, compared with the books receipt by receipt.

Lines of one receipt are added up: a payment and the charge for it can share a number. What M-Pesa
says it took for itself, or sent to our bank, becomes entries of ours; everything else must be on
the books already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lipamita.domain.ids import Receipt, sha256_hex
from lipamita.domain.ledger import Entry
from lipamita.domain.refund_entries import fee, paid_out
from lipamita.domain.units import Cents, Millis

MAX_LINES = 50_000
MAX_DIFFERENCES = 500  # kept of one comparison; the counts are of all
_CHARGES = ("charge", "fee")
_TO_BANK = (
    "settle to bank",
    "organization settlement",
    "organisation settlement",
    "to bank account",
)


class Difference(StrEnum):
    """How a receipt differs."""

    MISSING_HERE = "missing_here"  # M-Pesa moved money that the books do not know
    MISSING_THERE = "missing_there"  # the books know money that M-Pesa's statement does not
    AMOUNT_DIFFERS = "amount_differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One completed movement. ``amount_cents`` is above 0 for money in, below for money out."""

    receipt: Receipt
    at_ms: Millis
    amount_cents: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that could not be read, and why; rows are numbered as in the file, from 1."""

    row: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A file as it was read."""

    lines: tuple[StatementLine, ...]
    bad_rows: tuple[BadRow, ...]
    passed_over: int = 0  # not completed, so no money moved

    @property
    def statement_id(self) -> str:
        """The same lines are the same statement, in whatever order and file they came."""
        rows = sorted(f"{line.receipt}|{line.at_ms}|{line.amount_cents}" for line in self.lines)
        return sha256_hex("\n".join(rows))[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """One receipt on which the two differ, in cents of the PayBill's float."""

    receipt: Receipt
    kind: Difference
    there_cents: int
    here_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What came of comparing a statement with the books."""

    statement_id: str
    from_ms: Millis
    to_ms: Millis
    compared_at_ms: Millis
    lines: int
    bad_rows: int
    matched: int
    counts: Mapping[Difference, int]
    differences: tuple[Mismatch, ...]


def own_entries(statement: Statement) -> tuple[Entry, ...]:
    """Charges and settlements to the bank, which only the statement tells."""
    entries = []
    for line in statement.lines:
        said = line.reason.lower()
        if line.amount_cents >= 0:
            continue
        taken = Cents(-line.amount_cents)
        if any(word in said for word in _TO_BANK):
            entries.append(paid_out(line.receipt, taken, at_ms=line.at_ms))
        elif any(word in said.split() for word in _CHARGES):
            entries.append(fee(line.receipt, taken, at_ms=line.at_ms))
    return tuple(entries)


def by_receipt(lines: Iterable[StatementLine]) -> dict[Receipt, int]:
    """What each receipt moved, in cents."""
    summed: dict[Receipt, int] = defaultdict(int)
    for line in lines:
        summed[line.receipt] += line.amount_cents
    return dict(summed)


def compare(there: Mapping[Receipt, int], here: Mapping[Receipt, int]) -> list[Mismatch]:
    """All receipts on which the statement and the books differ, in the order of their numbers."""
    mismatches = []
    for receipt in sorted({*there, *here}):
        told, kept = there.get(receipt), here.get(receipt)
        if told == kept:
            continue
        if kept is None:
            kind = Difference.MISSING_HERE
        elif told is None:
            kind = Difference.MISSING_THERE
        else:
            kind = Difference.AMOUNT_DIFFERS
        mismatches.append(
            Mismatch(receipt=receipt, kind=kind, there_cents=told or 0, here_cents=kept or 0)
        )
    return mismatches
