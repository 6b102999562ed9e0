"""The live database's side of the record, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from lipamita.domain.ids import Receipt, TransactionId, Uid, parse_receipt
from lipamita.domain.payment import Payment
from lipamita.domain.refund import Refund, RefundId
from lipamita.domain.review import ReceiptDecision, ReceiptWord
from lipamita.domain.suspense import SuspenseItem
from lipamita.domain.units import Millis
from lipamita.domain.verdict import Review
from lipamita.use_cases.record_ports import (
    DamagedNode,
    DueForRecord,
    PaymentsBy,
    SettledRefund,
    ToldReceipt,
    WaitingMoney,
)
from lipamita.use_cases.records import Versioned

from tests.fakes.memory_dues import MemoryDues


@dataclass
class MemoryArchive(MemoryDues):
    """Implements use_cases.record_ports.ArchiveStore."""

    payments: dict[TransactionId, Payment] = field(default_factory=dict)
    suspense: dict[str, SuspenseItem] = field(default_factory=dict)
    reviews: dict[TransactionId, dict[str, Review]] = field(default_factory=dict)
    told_at_ms: dict[tuple[TransactionId, str], Millis] = field(default_factory=dict)
    refunds: dict[RefundId, Refund] = field(default_factory=dict)
    profiles: dict[Uid, dict[str, object]] = field(default_factory=dict)
    apps: dict[Uid, dict[str, str]] = field(default_factory=dict)
    decisions: dict[tuple[TransactionId, Receipt], ReceiptDecision] = field(default_factory=dict)
    sealed: set[Receipt] = field(default_factory=set)
    damaged_places: set[str] = field(default_factory=set)  # paths whose nodes cannot be read

    def due_records(self, *, now_ms: Millis, limit: int) -> Sequence[TransactionId]:
        due = [
            (payment.record_at_ms, transaction_id)
            for transaction_id, payment in self.payments.items()
            if payment.record_at_ms is not None and payment.record_at_ms <= now_ms
        ]
        return [transaction_id for _, transaction_id in sorted(due)[:limit]]

    def postpone_record(self, transaction_id: TransactionId, record_at_ms: Millis | None) -> None:
        if transaction_id not in self.payments:
            return
        changed = replace(self.payments[transaction_id], record_at_ms=record_at_ms)
        path = f"transactions/{transaction_id}"
        self._write(path, lambda: self.payments.update({transaction_id: changed}))

    def seal_receipt(self, receipt: Receipt, *, now_ms: Millis) -> None:
        self._write(f"receipts/{receipt}", lambda: self.sealed.add(receipt))

    def receipt_is_sealed(self, receipt: Receipt) -> bool:
        return receipt in self.sealed

    def remove_payment(self, old: Versioned[Payment]) -> bool:
        path = f"transactions/{old.value.transaction_id}"
        if str(self.versions.get(path, 0)) != old.tag:
            return False
        self._write(path, lambda: self._forget(old.value.transaction_id))
        return True

    def _forget(self, transaction_id: TransactionId) -> None:
        self.payments.pop(transaction_id, None)

    def waiting_money(self, *, now_ms: Millis, limit: int) -> Sequence[WaitingMoney | DamagedNode]:
        suspense = [
            self._damaged(f"suspense/{key}") or self._in_suspense(key)
            for key in self._due_for_record("suspense", now_ms=now_ms, limit=limit)
        ]
        reviews = [
            self._damaged(f"reviews/{key}")
            or self._waiting(f"reviews/{key}", *self._told(TransactionId(key)))
            for key in self._due_for_record("reviews", now_ms=now_ms, limit=limit)
        ]
        return [*suspense, *reviews][:limit]

    def _damaged(self, path: str) -> DamagedNode | None:
        if path not in self.damaged_places:
            return None
        tag = str(self.record_due_ms[path])
        return DamagedNode(key=path, tag=tag, why=f"{path} is not an object")

    def _in_suspense(self, key: str) -> WaitingMoney:
        item = self.suspense[key]
        told = ToldReceipt(
            receipt=parse_receipt(key), amount_kes=item.amount_kes, at_ms=item.received_at_ms
        )
        return self._waiting(f"suspense/{key}", told)

    def _waiting(self, path: str, *told: ToldReceipt) -> WaitingMoney:
        key = TransactionId(path.partition("/")[2])
        return WaitingMoney(
            key=path, tag=str(self.record_due_ms[path]), told=told, dismissed=self._dismissed(key)
        )

    def _told(self, key: TransactionId) -> list[ToldReceipt]:
        at_ms = {one: self.told_at_ms[key, one] for one in self.reviews[key]}
        return [
            ToldReceipt(receipt=row.receipt, amount_kes=row.amount_kes, at_ms=at_ms[one])
            for one, row in sorted(
                self.reviews[key].items(), key=lambda told: (at_ms[told[0]], told[0])
            )
        ]

    def _dismissed(self, key: TransactionId) -> tuple[Receipt, ...]:
        return tuple(
            receipt
            for (about, receipt), decision in self.decisions.items()
            if about == key and decision.kind is ReceiptWord.DISMISS
        )

    def settled_refunds(
        self, *, now_ms: Millis, limit: int
    ) -> Sequence[SettledRefund | DamagedNode]:
        return [
            self._damaged(f"refunds/{key}")
            or SettledRefund(
                key=f"refunds/{key}",
                tag=str(self.record_due_ms[f"refunds/{key}"]),
                refund=self.refunds[RefundId(key)],
            )
            for key in self._due_for_record("refunds", now_ms=now_ms, limit=limit)
        ]

    def heard_of(self, waiting: DueForRecord) -> None:
        if str(self.record_due_ms.get(waiting.key)) == waiting.tag:
            self._write(waiting.key, lambda: self._forget_due(waiting.key))

    def _forget_due(self, path: str) -> None:
        del self.record_due_ms[path]

    def erase_profile(self, uid: Uid) -> None:
        self._write(f"users/{uid}", lambda: self._erase(uid))

    def _erase(self, uid: Uid) -> None:
        self.profiles.pop(uid, None)
        self.apps.pop(uid, None)

    def live_payments(self, by: PaymentsBy, value: str, *, limit: int) -> Sequence[Payment]:
        mine = [
            payment
            for payment in self.payments.values()
            if value == (payment.user_id if by is PaymentsBy.USER else payment.meter_id)
        ]
        mine.sort(key=lambda payment: payment.transaction_id, reverse=True)
        return mine[:limit]
