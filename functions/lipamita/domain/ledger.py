"""Double-entry books: every event is one entry, and the lines of an entry sum to zero.

Money in cents, energy in Wh beside it; debits are positive, credits negative. Entries are only ever
added, under an id that the event itself gives; what was wrong is put right by an opposite entry.
No entry names a person: a receipt number and our own ids are all that ties it to anybody.

| event                      | id                         | debit / credit                |
|----------------------------|----------------------------|-------------------------------|
| M-Pesa gave us money       | {receipt}_received         | paybill_float / suspense      |
| a receipt was told wrongly | {receipt}_corrected        | the difference of the two     |
| it was a payment's         | {transaction_id}_sold      | suspense / prepayments, taxes |
|                            |                            | energy owed / sold            |
| the meter took the energy, | {transaction_id}_delivered | prepayments / revenue         |
| the place's time began     |                            | energy delivered / owed       |
| money is to go back        | {refund_id}_owed           | what it was / refunds_payable |
|                            |                            | energy sold / owed, delivered |
| it went back               | {refund_id}_sent           | refunds_payable / float       |
| M-Pesa charged us          | {receipt}_fee              | fees / paybill_float          |
| money went to the bank     | {receipt}_paid_out         | payouts / paybill_float       |
| staff gave energy          | {adjustment_id}_adjusted   | energy delivered / given      |

A suspense below zero is money that only a query calls paid: its receipt is still to be told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lipamita.domain.errors import IllegalMoveError
from lipamita.domain.ids import Receipt, TransactionId
from lipamita.domain.units import Millis

PAYBILL_FLOAT = "paybill_float"
SUSPENSE = "suspense"
PREPAYMENTS = "customer_prepayments"
REVENUE = "energy_revenue"  # :{tariff_id}:{quote line}
VAT = "vat_payable"
LEVIES = "levies_payable"  # :{levy}
BOOKING_REVENUE = "booking_revenue"  # :{place_id}
PARKING_REVENUE = "parking_revenue"  # :{place_id}
FIXED_CHARGES = "fixed_charges"
REMAINDER = "remainder"
REFUNDS = "refunds_payable"
PAYOUTS = "payouts"
FEES = "fees"
ENERGY_SOLD = "energy_sold"
ENERGY_OWED = "energy_owed"
ENERGY_DELIVERED = "energy_delivered"
ENERGY_GIVEN = "energy_given"
MAX_ACCOUNT = 200


class EntryKind(StrEnum):
    """What happened."""

    RECEIVED = "received"
    SOLD = "sold"
    DELIVERED = "delivered"
    CORRECTED = "corrected"
    REFUND_OWED = "refund_owed"
    REFUND_SENT = "refund_sent"
    FEE = "fee"
    PAID_OUT = "paid_out"
    ADJUSTED = "adjusted"
    REVERSED = "reversed"  # by a person, for good
    TAKEN_BACK = "taken_back"  # by us, as money that was dismissed or moved away: may be put back
    PUT_BACK = "put_back"  # what was taken back was money after all


OPPOSITES = frozenset({EntryKind.REVERSED, EntryKind.TAKEN_BACK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event: amounts in cents, and in Wh, by account. Balanced, or it cannot be made."""

    entry_id: str
    kind: EntryKind
    at_ms: Millis
    cents: Mapping[str, int]
    energy_wh: Mapping[str, int] = field(default_factory=dict)
    transaction_id: TransactionId | None = None
    receipt: Receipt | None = None

    def __post_init__(self) -> None:
        for unit, amounts in (("cents", self.cents), ("Wh", self.energy_wh)):
            if sum(amounts.values()) != 0:
                raise IllegalMoveError(
                    "unbalanced_entry", f"{self.entry_id}: the lines sum to nothing but 0 {unit}"
                )
            if any(not account or len(account) > MAX_ACCOUNT for account in amounts):
                raise IllegalMoveError("bad_account", f"{self.entry_id}: an account has no name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums by account over some entries."""

    cents: Mapping[str, int] = field(default_factory=dict)
    energy_wh: Mapping[str, int] = field(default_factory=dict)
    entries: int = 0

    @property
    def balanced(self) -> bool:
        """Whether debits equal credits."""
        return sum(self.cents.values()) == 0 and sum(self.energy_wh.values()) == 0


NO_TOTALS = Totals()


def lines(amounts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Amounts by account: those of one account are added up, accounts with nothing left out."""
    summed: Counter[str] = Counter()
    for account, amount in amounts:
        summed[account] += amount
    return {account: summed[account] for account in sorted(summed) if summed[account]}


class Tally:
    """Adds entries up one at a time, in memory that grows with the accounts alone."""

    def __init__(self) -> None:
        self._cents: Counter[str] = Counter()
        self._energy_wh: Counter[str] = Counter()
        self._entries = 0

    def take(self, entry: Entry) -> None:
        """One more."""
        for account, amount in entry.cents.items():
            self._cents[account] += amount
        for account, amount in entry.energy_wh.items():
            self._energy_wh[account] += amount
        self._entries += 1

    def totals(self) -> Totals:
        """Of all that were taken."""
        return Totals(
            cents=lines(self._cents.items()),
            energy_wh=lines(self._energy_wh.items()),
            entries=self._entries,
        )


def totals_of(entries: Iterable[Entry]) -> Totals:
    """The entries added up."""
    tally = Tally()
    for entry in entries:
        tally.take(entry)
    return tally.totals()


def add(one: Totals, other: Totals) -> Totals:
    """Both together."""
    return Totals(
        cents=lines([*one.cents.items(), *other.cents.items()]),
        energy_wh=lines([*one.energy_wh.items(), *other.energy_wh.items()]),
        entries=one.entries + other.entries,
    )


def opposite(entry: Entry, *, at_ms: Millis, kind: EntryKind = EntryKind.REVERSED) -> Entry:
    """What takes the entry back, once: its id comes from the id of the entry alone, so that no two
    opposites stand, whoever made the first.
    """
    return Entry(
        entry_id=f"{entry.entry_id}_reversed",
        kind=kind,
        at_ms=at_ms,
        cents=lines((account, -amount) for account, amount in entry.cents.items()),
        energy_wh=lines((account, -amount) for account, amount in entry.energy_wh.items()),
        transaction_id=entry.transaction_id,
        receipt=entry.receipt,
    )
