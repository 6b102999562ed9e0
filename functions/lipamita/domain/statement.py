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
from lipamita.domain.units import DAY_MS, Cents, Millis

MAX_LINES = 50_000
MAX_DIFFERENCES = 500  # kept of one comparison; the counts are of all
TOLD_BY_THEN_MS = DAY_MS  # sooner a callback, a query or a Pull may still tell of it
_CHARGES = ("charge", "fee")
_REVERSAL = "revers"
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
    account: str = ""  # as the payer typed it
    linked: Receipt | None = None  # the movement that this one takes back


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
    incoming_only: bool = False  # a Pull tells of no money that left

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


def merged(statements: Iterable[Statement]) -> Statement:
    """Statements of several accounts or times as one; lines that two of them share count once."""
    lines, bad, passed_over = list[StatementLine](), list[BadRow](), 0
    for statement in statements:
        known = set(lines)
        lines += [line for line in statement.lines if line not in known]
        bad += statement.bad_rows
        passed_over += statement.passed_over
    return Statement(lines=tuple(lines), bad_rows=tuple(bad), passed_over=passed_over)


def own_entries(statement: Statement) -> tuple[Entry, ...]:
    """Charges, charges given back, and settlements to the bank: only the statement tells them.

    Those of one receipt are one entry, since the receipt is its id.
    """
    taken: dict[tuple[Receipt, bool], int] = defaultdict(int)
    last_ms: dict[tuple[Receipt, bool], Millis] = {}
    for line in statement.lines:
        to_bank = _is_to_bank(line)
        if to_bank or _is_charge(line):
            taken[line.receipt, to_bank] -= line.amount_cents
            last_ms[line.receipt, to_bank] = line.at_ms
    return tuple(
        (paid_out if key[1] else fee)(key[0], Cents(cents), at_ms=last_ms[key])
        for key, cents in taken.items()
        if cents
    )


def unheard(
    statement: Statement, differences: Iterable[Mismatch], *, now_ms: Millis
) -> tuple[StatementLine, ...]:
    """Money that came in, that the books lack, and that nobody can be about to tell us of.

    Of a receipt that the books know, a line is lacking only if it is all that they lack, as that
    of a payment whose charge has its number; any other amount is for a person.
    """
    lacking = {
        one.receipt: None
        if one.kind is Difference.MISSING_HERE
        else one.there_cents - one.here_cents
        for one in differences
        if one.kind is not Difference.MISSING_THERE
    }
    return tuple(
        line
        for line in statement.lines
        if lacking.get(line.receipt, 0) in (None, line.amount_cents)
        and line.amount_cents > 0
        and not is_reversal(line)
        and line.at_ms <= now_ms - TOLD_BY_THEN_MS
    )


def is_reversal(line: StatementLine) -> bool:
    """Whether the line takes another movement back."""
    return line.linked is not None or _REVERSAL in line.reason.lower()


def _is_to_bank(line: StatementLine) -> bool:
    return line.amount_cents < 0 and any(word in line.reason.lower() for word in _TO_BANK)


def _is_charge(line: StatementLine) -> bool:
    """A charge; money in is one only when it is said to be a charge given back."""
    words = line.reason.lower().split()
    if not any(word in words for word in _CHARGES):
        return False
    return line.amount_cents < 0 or _REVERSAL in line.reason.lower()


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
