"""The record over google-cloud-firestore.

Every call has a limit (firestore_client). A commit reads the documents it depends on inside its
transaction, so that two processes that write the same thing at the same moment write it once.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from lipamita.adapters.firestore_client import MAX_WRITES, asked, firestore_client, transacted
from lipamita.adapters.firestore_consumption import FirestoreConsumption
from lipamita.adapters.ledger_schema import (
    closing_from_json,
    closing_to_json,
    entry_from_json,
    entry_to_json,
    totals_from_json,
)
from lipamita.adapters.payment_schema import payment_from_json, payment_to_json
from lipamita.adapters.statement_schema import comparison_from_json, comparison_to_json
from lipamita.domain.closing import Closing, accounting_day
from lipamita.domain.ids import Receipt, TransactionId
from lipamita.domain.ledger import Entry, Totals, totals_of
from lipamita.domain.payment import Payment
from lipamita.domain.statement import Comparison
from lipamita.domain.units import Millis, day_eat
from lipamita.use_cases.record_ports import PaymentsBy

# Firestore takes about one write a second to one document for long; a day's totals are spread.
SHARDS = 8
MAX_ENTRIES_OF_RECEIPT = 20
_STATE = "books/closing"


class FirestoreRecord(FirestoreConsumption):
    """Implements use_cases.record_ports.Record. One is shared by all threads of a process."""

    def write(
        self, entries: Sequence[Entry], payments: Sequence[Payment], *, now_ms: Millis
    ) -> Mapping[str, Entry]:
        if 2 * len(entries) + len(payments) > MAX_WRITES:
            raise ValueError(f"more than {MAX_WRITES} writes in one commit")

        def commit(transaction: Any) -> Mapping[str, Entry]:
            references = [self._at(_STATE), *(self._entry(entry.entry_id) for entry in entries)]
            found = {
                snapshot.reference.path: snapshot.to_dict()
                for snapshot in self._all(references, transaction=transaction)
                if snapshot.exists
            }
            closed_through = found.get(_STATE, {}).get("closed_through")
            standing = {
                entry.entry_id: entry_from_json(entry.entry_id, found[f"ledger/{entry.entry_id}"])
                for entry in entries
                if f"ledger/{entry.entry_id}" in found
            }
            new = {entry.entry_id: entry for entry in entries if entry.entry_id not in standing}
            self._create(transaction, list(new.values()), closed_through, now_ms)
            for payment in payments:
                transaction.set(
                    self._at(f"payments/{payment.transaction_id}"),
                    {**payment_to_json(payment), "transaction_id": payment.transaction_id},
                )
            return standing

        return transacted(self._client(), commit)

    def read_entry(self, entry_id: str) -> Entry | None:
        node = self._read(f"ledger/{entry_id}")
        return None if node is None else entry_from_json(entry_id, node)

    def read_payment(self, transaction_id: TransactionId) -> Payment | None:
        node = self._read(f"payments/{transaction_id}")
        return None if node is None else payment_from_json(transaction_id, node)

    def payments_of(
        self, by: PaymentsBy, value: str, *, before: TransactionId | None, limit: int
    ) -> Sequence[Payment]:
        query = (
            self._client()
            .collection("payments")
            .where(filter=_equals(by.value, value))
            .order_by("transaction_id", direction="DESCENDING")
            .limit(limit)
        )
        if before is not None:
            query = query.start_after({"transaction_id": before})
        return [
            payment_from_json(TransactionId(snapshot.id), snapshot.to_dict())
            for snapshot in _streamed(query)
        ]

    def forget_payments(self, before: TransactionId, *, limit: int) -> int:
        from google.cloud.firestore_v1.base_query import FieldFilter  # noqa: PLC0415

        old = (
            self._client()
            .collection("payments")
            .where(filter=FieldFilter("transaction_id", "<", before))
            .order_by("transaction_id")
            .limit(limit)
            .select([])
        )
        found = [snapshot.reference for snapshot in _streamed(old)]
        for start in range(0, len(found), MAX_WRITES):
            batch = self._client().batch()
            for reference in found[start : start + MAX_WRITES]:
                batch.delete(reference)
            asked(batch.commit)
        return len(found)

    def entries_of(self, day: str, *, after: str | None, limit: int) -> Sequence[Entry]:
        query = (
            self._client()
            .collection("ledger")
            .where(filter=_equals("day", day))
            .order_by("__name__")
            .limit(limit)
        )
        if after is not None:
            query = query.start_after({"__name__": self._entry(after)})
        return [entry_from_json(snapshot.id, snapshot.to_dict()) for snapshot in _streamed(query)]

    def entries_of_receipt(self, receipt: Receipt) -> Sequence[Entry]:
        query = (
            self._client()
            .collection("ledger")
            .where(filter=_equals("mpesa_receipt", receipt))
            .limit(MAX_ENTRIES_OF_RECEIPT)
        )
        return [entry_from_json(snapshot.id, snapshot.to_dict()) for snapshot in _streamed(query)]

    def put_comparison(self, comparison: Comparison) -> None:
        document = self._at(f"statements/{comparison.statement_id}")
        asked(partial(document.set, comparison_to_json(comparison)))

    def comparisons(self, *, limit: int) -> Sequence[Comparison]:
        query = (
            self._client()
            .collection("statements")
            .order_by("compared_at", direction="DESCENDING")
            .limit(limit)
        )
        return [
            comparison_from_json(snapshot.id, snapshot.to_dict()) for snapshot in _streamed(query)
        ]

    def totals_of(self, day: str) -> Totals:
        references = [self._at(f"ledger_days/{day}_{shard}") for shard in range(SHARDS)]
        nodes = [snapshot.to_dict() for snapshot in self._all(references) if snapshot.exists]
        return totals_from_json(f"ledger_days/{day}", nodes)

    def closed_through(self) -> str | None:
        node = self._read(_STATE) or {}
        day = node.get("closed_through")
        return str(day) if day is not None else None

    def close_through(self, day: str) -> None:
        def commit(transaction: Any) -> None:
            [snapshot] = self._all([self._at(_STATE)], transaction=transaction)
            standing = (snapshot.to_dict() or {}).get("closed_through")
            if standing is None or standing < day:
                transaction.set(self._at(_STATE), {"closed_through": day})

        transacted(self._client(), commit)

    def first_day(self) -> str | None:
        # Totals are raised in the commit that creates a day's first entry, and are far fewer.
        query = self._client().collection("ledger_days").order_by("day").limit(1)
        for snapshot in _streamed(query):
            return str(snapshot.to_dict()["day"])
        return None

    def read_closing(self, day: str) -> Closing | None:
        node = self._read(f"closings/{day}")
        return None if node is None else closing_from_json(day, node)

    def create_closing(self, closing: Closing) -> Closing:
        from google.api_core.exceptions import AlreadyExists  # noqa: PLC0415

        try:
            document = self._at(f"closings/{closing.day}")
            asked(partial(document.create, closing_to_json(closing)))
        except AlreadyExists:
            return self.read_closing(closing.day) or closing
        return closing

    def closings(self, *, from_day: str, to_day: str, limit: int) -> Sequence[Closing]:
        from google.cloud.firestore_v1.base_query import FieldFilter  # noqa: PLC0415

        query = (
            self._client()
            .collection("closings")
            .where(filter=FieldFilter("day", ">=", from_day))
            .where(filter=FieldFilter("day", "<=", to_day))
            .order_by("day")
            .limit(limit)
        )
        return [closing_from_json(snapshot.id, snapshot.to_dict()) for snapshot in _streamed(query)]

    def _create(
        self,
        transaction: Any,
        entries: Sequence[Entry],
        closed_through: str | None,
        now_ms: Millis,
    ) -> None:
        """The entries, and their days' totals: in the same commit, so neither is without the
        other.
        """
        from google.cloud.firestore import Increment  # noqa: PLC0415

        by_day: dict[str, list[Entry]] = {}
        for entry in entries:
            day = accounting_day(day_eat(entry.at_ms), closed_through)
            by_day.setdefault(day, []).append(entry)
            transaction.create(
                self._entry(entry.entry_id), entry_to_json(entry, day=day, posted_at_ms=now_ms)
            )
        for day, together in by_day.items():
            totals = totals_of(together)
            by_unit = {"cents": totals.cents, "energy_wh": totals.energy_wh}
            shard = zlib.crc32(together[0].entry_id.encode()) % SHARDS
            transaction.set(
                self._at(f"ledger_days/{day}_{shard}"),
                {
                    "day": day,
                    "entries": Increment(totals.entries),
                    **{  # an empty map would not be merged: it takes the place of what is there
                        unit: {account: Increment(amount) for account, amount in amounts.items()}
                        for unit, amounts in by_unit.items()
                        if amounts
                    },
                },
                merge=True,
            )

    def _read(self, path: str) -> dict[str, object] | None:
        node: dict[str, object] | None = asked(self._at(path).get).to_dict()
        return node

    def _all(self, references: Sequence[Any], *, transaction: Any = None) -> list[Any]:
        read = partial(self._client().get_all, references, transaction=transaction)
        return asked(lambda **limits: list(read(**limits)))

    def _entry(self, entry_id: str) -> Any:
        return self._at(f"ledger/{entry_id}")

    def _at(self, path: str) -> Any:
        return self._client().document(path)

    def _client(self) -> Any:
        return firestore_client(self._project_id)


def _streamed(query: Any) -> list[Any]:
    """The documents of a query, which has a limit of its own."""
    return asked(lambda **limits: list(query.stream(**limits)))


def _equals(name: str, value: str) -> Any:
    from google.cloud.firestore_v1.base_query import FieldFilter  # noqa: PLC0415

    return FieldFilter(name, "==", value)
