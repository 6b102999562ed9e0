"""The live database's side of the record, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from lipamita.domain.ids import Receipt, TransactionId, Uid, parse_receipt
from lipamita.domain.payment import Payment
from lipamita.domain.refund import Refund, RefundId, RefundStatus
from lipamita.domain.review import ReceiptDecision, ReceiptWord
from lipamita.domain.suspense import SuspenseItem
from lipamita.domain.units import Millis
from lipamita.domain.verdict import Review
from lipamita.use_cases.record_ports import PaymentsBy, SettledRefund, ToldReceipt, WaitingMoney
from lipamita.use_cases.records import Versioned

from tests.fakes.memory_nodes import MemoryNodes


@dataclass
class MemoryArchive(MemoryNodes):
    """Implements use_cases.record_ports.ArchiveStore."""

    payments: dict[TransactionId, Payment] = field(default_factory=dict)
    suspense: dict[str, SuspenseItem] = field(default_factory=dict)
    reviews: dict[TransactionId, dict[str, Review]] = field(default_factory=dict)
    refunds: dict[RefundId, Refund] = field(default_factory=dict)
    profiles: dict[Uid, dict[str, object]] = field(default_factory=dict)
    apps: dict[Uid, dict[str, str]] = field(default_factory=dict)
    decisions: dict[tuple[TransactionId, Receipt], ReceiptDecision] = field(default_factory=dict)
    sealed: set[Receipt] = field(default_factory=set)
    heard: dict[str, str] = field(default_factory=dict)

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

    def waiting_money(self, *, now_ms: Millis, limit: int) -> Sequence[WaitingMoney]:
        places = [
            WaitingMoney(
                key=f"suspense/{key}",
                tag="1",
                told=(
                    ToldReceipt(
                        receipt=parse_receipt(key),
                        amount_kes=item.amount_kes,
                        at_ms=item.received_at_ms,
                    ),
                ),
            )
            for key, item in self.suspense.items()
        ]
        places += [
            WaitingMoney(
                key=f"reviews/{key}",
                tag=f"{len(told)} {len(self._dismissed(key))}",
                dismissed=self._dismissed(key),
                told=tuple(
                    ToldReceipt(receipt=row.receipt, amount_kes=row.amount_kes, at_ms=now_ms)
                    for row in told.values()
                ),
            )
            for key, told in self.reviews.items()
        ]
        return [place for place in places if self.heard.get(place.key) != place.tag][:limit]

    def _dismissed(self, key: TransactionId) -> tuple[Receipt, ...]:
        return tuple(
            receipt
            for (about, receipt), decision in self.decisions.items()
            if about == key and decision.kind is ReceiptWord.DISMISS
        )

    def settled_refunds(self, *, now_ms: Millis, limit: int) -> Sequence[SettledRefund]:
        found = [
            SettledRefund(key=f"refunds/{key}", tag="1", refund=refund)
            for key, refund in self.refunds.items()
            if refund.status is RefundStatus.REFUNDED
        ]
        return [one for one in found if self.heard.get(one.key) != one.tag][:limit]

    def heard_of(self, waiting: WaitingMoney | SettledRefund) -> None:
        self._write(waiting.key, lambda: self.heard.update({waiting.key: waiting.tag}))

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
