"""The record (Firestore) and what feeds it: payments at rest, the ledger, closed days.

Nothing here is ever changed but by the one rule beside it; every write is safe to repeat.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from lipamita.domain.closing import Closing
from lipamita.domain.ids import Receipt, TransactionId, Uid
from lipamita.domain.ledger import Entry, Totals
from lipamita.domain.payment import Payment
from lipamita.domain.refund import Refund
from lipamita.domain.statement import Comparison
from lipamita.domain.units import Kes, Millis
from lipamita.use_cases.consumption_ports import ConsumptionRecord
from lipamita.use_cases.records import Versioned


class PaymentsBy(StrEnum):
    """What a history is the history of."""

    USER = "user_id"
    METER = "meter_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldReceipt:
    """Money that was told. ``amount_kes`` is None where it is not known in whole shillings."""

    receipt: Receipt | None
    amount_kes: Kes | None
    at_ms: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingMoney:
    """A place in suspense or in the reviews, with all that was told there.

    ``dismissed``: told receipts of which people saw that they are no money.
    """

    key: str
    tag: str
    told: tuple[ToldReceipt, ...]
    dismissed: tuple[Receipt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledRefund:
    """A refund whose money has left."""

    key: str
    tag: str
    refund: Refund


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedNode:
    """A place that is due for the record and cannot be read; ``why`` names what is wrong in it."""

    key: str
    tag: str
    why: str


DueForRecord = WaitingMoney | SettledRefund | DamagedNode


class Record(ConsumptionRecord, Protocol):
    """Firestore as a whole. The client is made by the first call that needs it."""

    def write(
        self, entries: Sequence[Entry], payments: Sequence[Payment], *, now_ms: Millis
    ) -> Mapping[str, Entry]:
        """In one atomic commit: create the entries that are absent, by entry_id, on the day that is
        open for them, and add them to its totals; put the payments, by transaction_id, over what
        stands. Returns the entries that stood already.
        """
        ...

    def read_entry(self, entry_id: str) -> Entry | None:
        """The entry, or None."""
        ...

    def read_payment(self, transaction_id: TransactionId) -> Payment | None:
        """The payment as it was recorded last, or None."""
        ...

    def payments_of(
        self, by: PaymentsBy, value: str, *, before: TransactionId | None, limit: int
    ) -> Sequence[Payment]:
        """The newest payments of a user or a meter that are older than ``before``."""
        ...

    def forget_payments(self, before: TransactionId, *, limit: int) -> int:
        """Remove payments with ids below ``before``, the oldest first; how many went."""
        ...

    def entries_of(self, day: str, *, after: str | None, limit: int) -> Sequence[Entry]:
        """A page of a day's entries in the order of their ids."""
        ...

    def entries_of_receipt(self, receipt: Receipt) -> Sequence[Entry]:
        """The entries that name that movement at M-Pesa."""
        ...

    def put_comparison(self, comparison: Comparison) -> None:
        """Keep what came of a statement, by its id; the last word stands."""
        ...

    def comparisons(self, *, limit: int) -> Sequence[Comparison]:
        """The last comparisons, newest first."""
        ...

    def totals_of(self, day: str) -> Totals:
        """What the day's entries add up to, as it was kept while they were written."""
        ...

    def closed_through(self) -> str | None:
        """The last day that takes no more entries, or None."""
        ...

    def close_through(self, day: str) -> None:
        """From now on entries go to later days only; never back. Safe to repeat."""
        ...

    def first_day(self) -> str | None:
        """The first day with entries, or None."""
        ...

    def read_closing(self, day: str) -> Closing | None:
        """The closing of that day, or None."""
        ...

    def create_closing(self, closing: Closing) -> Closing:
        """Create if absent by day; the closing that stands."""
        ...

    def closings(self, *, from_day: str, to_day: str, limit: int) -> Sequence[Closing]:
        """The closings of those days, oldest first."""
        ...


class ArchiveStore(Protocol):
    """The live database's side of the record."""

    def due_records(self, *, now_ms: Millis, limit: int) -> Sequence[TransactionId]:
        """Transactions whose record_at has passed, the longest due first, by an index."""
        ...

    def postpone_record(self, transaction_id: TransactionId, record_at_ms: Millis | None) -> None:
        """Set or clear record_at alone, where the payment still is; used when it cannot be
        recorded.
        """
        ...

    def seal_receipt(self, receipt: Receipt, *, now_ms: Millis) -> None:
        """Say beside the claim that its payment is in the record; by receipt."""
        ...

    def receipt_is_sealed(self, receipt: Receipt) -> bool:
        """Whether the payment that claimed the receipt has left for the record."""
        ...

    def remove_payment(self, old: Versioned[Payment]) -> bool:
        """Compare-and-set to nothing; False if anybody wrote since ``old`` was read."""
        ...

    def waiting_money(self, *, now_ms: Millis, limit: int) -> Sequence[WaitingMoney | DamagedNode]:
        """Places in suspense and in the reviews that the record has not yet heard of."""
        ...

    def settled_refunds(
        self, *, now_ms: Millis, limit: int
    ) -> Sequence[SettledRefund | DamagedNode]:
        """Refunds that were paid out and that the record has not yet heard of."""
        ...

    def heard_of(self, waiting: DueForRecord) -> None:
        """The record has heard of all this, or never can; it stays due if more was told since."""
        ...

    def erase_profile(self, uid: Uid) -> None:
        """Remove ``users/{uid}`` and ``push_tokens/{uid}``; nothing happens if they are gone."""
        ...

    def live_payments(self, by: PaymentsBy, value: str, *, limit: int) -> Sequence[Payment]:
        """The newest payments of a user or a meter that are still live, newest first."""
        ...
