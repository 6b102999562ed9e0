"""The record in memory: commits are whole, entries are created once, a closed day takes none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lipamita.domain.closing import Closing, accounting_day
from lipamita.domain.ids import Receipt, TransactionId
from lipamita.domain.ledger import NO_TOTALS, Entry, Totals, add, totals_of
from lipamita.domain.payment import Payment
from lipamita.domain.statement import Comparison
from lipamita.domain.units import Millis, day_eat
from lipamita.use_cases.record_ports import PaymentsBy

from tests.fakes.memory_looks import MemoryMonths


@dataclass
class MemoryRecord(MemoryMonths):
    """Implements use_cases.record_ports.Record."""

    entries: dict[str, Entry] = field(default_factory=dict)
    days: dict[str, str] = field(default_factory=dict)
    totals: dict[str, Totals] = field(default_factory=dict)
    payments: dict[TransactionId, Payment] = field(default_factory=dict)
    closed: dict[str, Closing] = field(default_factory=dict)
    through: str | None = None
    compared: dict[str, Comparison] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    """Ids of entries whose commit fails, as Firestore fails one that it cannot take."""

    def write(
        self, entries: Sequence[Entry], payments: Sequence[Payment], *, now_ms: Millis
    ) -> Mapping[str, Entry]:
        if self.refused & {entry.entry_id for entry in entries}:
            raise OSError("the commit was refused")
        standing = {
            entry.entry_id: self.entries[entry.entry_id]
            for entry in entries
            if entry.entry_id in self.entries
        }
        new = [entry for entry in entries if entry.entry_id not in standing]
        self._write("record", lambda: self._commit(new, payments))
        return standing

    def _commit(self, entries: Sequence[Entry], payments: Sequence[Payment]) -> None:
        for entry in entries:
            day = accounting_day(day_eat(entry.at_ms), self.through)
            self.entries[entry.entry_id], self.days[entry.entry_id] = entry, day
            self.totals[day] = add(self.totals.get(day, NO_TOTALS), totals_of([entry]))
        self.payments.update({payment.transaction_id: payment for payment in payments})

    def read_entry(self, entry_id: str) -> Entry | None:
        return self.entries.get(entry_id)

    def read_payment(self, transaction_id: TransactionId) -> Payment | None:
        return self.payments.get(transaction_id)

    def payments_of(
        self, by: PaymentsBy, value: str, *, before: TransactionId | None, limit: int
    ) -> Sequence[Payment]:
        mine = [
            payment
            for payment in self.payments.values()
            if value == (payment.user_id if by is PaymentsBy.USER else payment.meter_id)
            and (before is None or payment.transaction_id < before)
        ]
        mine.sort(key=lambda payment: payment.transaction_id, reverse=True)
        return mine[:limit]

    def forget_payments(self, before: TransactionId, *, limit: int) -> int:
        old = sorted(key for key in self.payments if key < before)[:limit]
        for key in old:
            del self.payments[key]
        return len(old)

    def entries_of(self, day: str, *, after: str | None, limit: int) -> Sequence[Entry]:
        ids = sorted(
            entry_id
            for entry_id, its_day in self.days.items()
            if its_day == day and (after is None or entry_id > after) and entry_id in self.entries
        )
        return [self.entries[entry_id] for entry_id in ids[:limit]]

    def entries_of_receipt(self, receipt: Receipt) -> Sequence[Entry]:
        return [entry for entry in self.entries.values() if entry.receipt == receipt]

    def put_comparison(self, comparison: Comparison) -> None:
        self._write(
            "statements", lambda: self.compared.update({comparison.statement_id: comparison})
        )

    def comparisons(self, *, limit: int) -> Sequence[Comparison]:
        newest = sorted(self.compared.values(), key=lambda one: one.compared_at_ms, reverse=True)
        return newest[:limit]

    def totals_of(self, day: str) -> Totals:
        return self.totals.get(day, NO_TOTALS)

    def closed_through(self) -> str | None:
        return self.through

    def close_through(self, day: str) -> None:
        if self.through is None or self.through < day:
            self._write("books", lambda: setattr(self, "through", day))

    def first_day(self) -> str | None:
        return min(self.days.values(), default=None)

    def read_closing(self, day: str) -> Closing | None:
        return self.closed.get(day)

    def create_closing(self, closing: Closing) -> Closing:
        if closing.day not in self.closed:
            self._write("closings", lambda: self.closed.update({closing.day: closing}))
        return self.closed[closing.day]

    def closings(self, *, from_day: str, to_day: str, limit: int) -> Sequence[Closing]:
        days = sorted(day for day in self.closed if from_day <= day <= to_day)
        return [self.closed[day] for day in days[:limit]]
