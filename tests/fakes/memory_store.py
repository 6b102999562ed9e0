"""The database in memory: keeps state, compares and sets, and can die around any write."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from heapq import nsmallest

from lipamita.adapters.daraja_wire import callback_from_body
from lipamita.domain.decided import Decided
from lipamita.domain.evidence import Callback
from lipamita.domain.guard import PhonePrompt, RateKind
from lipamita.domain.health import Sign
from lipamita.domain.ids import MeterId, Receipt, TransactionId, Uid
from lipamita.domain.meter import Meter
from lipamita.domain.payment import Payment, Status
from lipamita.domain.recharge import MeterRegister, Recharge
from lipamita.domain.review import ReviewCase, Told
from lipamita.domain.schedule import first_in_line
from lipamita.domain.tariff import Tariff
from lipamita.domain.units import Millis
from lipamita.domain.verdict import Review
from lipamita.domain.work_queue import place_of
from lipamita.use_cases.query_ports import DuePayment
from lipamita.use_cases.records import (
    PendingRecharge,
    RawCallback,
    Versioned,
)

from tests.fakes.memory_archive import MemoryArchive
from tests.fakes.memory_claims import MemoryClaims
from tests.fakes.memory_commands import MemoryCommands
from tests.fakes.memory_confirmations import MemoryConfirmations
from tests.fakes.memory_estate import MemoryEstate
from tests.fakes.memory_health import MemoryHealth
from tests.fakes.memory_inquiries import MemoryInquiries
from tests.fakes.memory_keys import MemoryKeys
from tests.fakes.memory_notices import MemoryNotices
from tests.fakes.memory_pace import MemoryPace
from tests.fakes.memory_places import MemoryPlaces
from tests.fakes.memory_prompts import MemoryPrompts
from tests.fakes.memory_proposals import MemoryProposals
from tests.fakes.memory_pruning import MemoryPruning
from tests.fakes.memory_queues import MemoryQueues
from tests.fakes.memory_refunds import MemoryRefunds
from tests.fakes.memory_vends import MemoryVends


@dataclass
class MemoryStore(
    MemoryPace,
    MemoryHealth,
    MemoryPruning,
    MemoryCommands,
    MemoryConfirmations,
    MemoryNotices,
    MemoryProposals,
    MemoryEstate,
    MemoryPrompts,
    MemoryKeys,
    MemoryVends,
    MemoryClaims,
    MemoryArchive,
    MemoryRefunds,
    MemoryInquiries,
    MemoryQueues,
    MemoryPlaces,
):
    """Implements use_cases.ports.Store. ``before_write`` and ``after_write`` may raise."""

    phone_prompts: dict[str, PhonePrompt] = field(default_factory=dict)
    rates: dict[tuple[RateKind, str], Millis] = field(default_factory=dict)
    receipts: dict[Receipt, TransactionId] = field(default_factory=dict)
    latest: dict[Uid, TransactionId] = field(default_factory=dict)
    callbacks: dict[TransactionId, dict[str, RawCallback]] = field(default_factory=dict)
    decided: dict[TransactionId, Decided] = field(default_factory=dict)
    decided_before: dict[TransactionId, Decided] = field(default_factory=dict)
    registers: dict[MeterId, MeterRegister] = field(default_factory=dict)
    recharges: dict[MeterId, dict[TransactionId, Recharge]] = field(default_factory=dict)

    def set_device(self, meter_id: MeterId, device_uid: Uid, *, since_ms: Millis) -> None:
        super().set_device(meter_id, device_uid, since_ms=since_ms)
        self.forget_boots(meter_id)

    def read_phone_prompt(self, phone_key: str) -> Versioned[PhonePrompt | None]:
        tag = self._tag(f"phone_prompts/{phone_key}")
        return Versioned(self.phone_prompts.get(phone_key), tag)

    def replace_phone_prompt(
        self, phone_key: str, old: Versioned[PhonePrompt | None], new: PhonePrompt
    ) -> bool:
        path = f"phone_prompts/{phone_key}"
        if str(self.versions.get(path, 0)) != old.tag:
            return False
        self._write(path, lambda: self.phone_prompts.update({phone_key: new}))
        return True

    def read_rate(self, kind: RateKind, key: str) -> Versioned[Millis | None]:
        return Versioned(self.rates.get((kind, key)), self._tag(f"rates/{kind}/{key}"))

    def replace_rate(
        self, kind: RateKind, key: str, old: Versioned[Millis | None], new: Millis
    ) -> bool:
        path = f"rates/{kind}/{key}"
        if str(self.versions.get(path, 0)) != old.tag:
            return False
        self._write(path, lambda: self.rates.update({(kind, key): new}))
        return True

    def create_payment(self, payment: Payment) -> bool:
        if payment.transaction_id in self.payments:
            return False
        path = f"transactions/{payment.transaction_id}"
        self._write(path, lambda: self.payments.update({payment.transaction_id: payment}))
        return True

    def read_payment(self, transaction_id: TransactionId) -> Versioned[Payment] | None:
        tag = self._tag(f"transactions/{transaction_id}")
        payment = self.payments.get(transaction_id)
        return None if payment is None else Versioned(payment, tag)

    def replace_payment(self, old: Versioned[Payment], new: Payment) -> bool:
        path = f"transactions/{new.transaction_id}"
        if str(self.versions.get(path, 0)) != old.tag:
            return False
        self._write(path, lambda: self.payments.update({new.transaction_id: new}))
        return True

    def due_payments(
        self, *, now_ms: Millis, limit: int, after_ms: int = 0
    ) -> Sequence[DuePayment]:
        due = [
            (payment.next_check_at_ms, transaction_id)
            for transaction_id, payment in self.payments.items()
            if payment.next_check_at_ms and after_ms < payment.next_check_at_ms <= now_ms
        ]
        return [_due(self.payments[key]) for _, key in nsmallest(limit, due)]

    def postpone(self, transaction_id: TransactionId, next_check_at_ms: Millis | None) -> None:
        changed = replace(self.payments[transaction_id], next_check_at_ms=next_check_at_ms)
        path = f"transactions/{transaction_id}"
        self._write(path, lambda: self.payments.update({transaction_id: changed}))

    def claim_receipt(
        self, receipt: Receipt, transaction_id: TransactionId, *, channel: str, now_ms: Millis
    ) -> TransactionId:
        if receipt not in self.receipts:
            self._write("receipts", lambda: self.receipts.update({receipt: transaction_id}))
        return self.receipts[receipt]

    def set_latest_transaction(self, uid: Uid, transaction_id: TransactionId) -> None:
        self._write("users", lambda: self.latest.update({uid: transaction_id}))

    def record_callback(self, transaction_id: TransactionId, callback: RawCallback) -> None:
        def change() -> None:
            stored = self.callbacks.setdefault(transaction_id, {})
            payment = self.payments[transaction_id]
            if callback.evidence_id not in stored:  # a copy hides no newer evidence
                stored[callback.evidence_id] = callback
                payment = replace(payment, latest_evidence_id=callback.evidence_id)
            self.payments[transaction_id] = replace(
                payment, next_check_at_ms=first_in_line(callback.received_at_ms)
            )
            self.signs[Sign.CALLBACK] = callback.received_at_ms

        self._write(f"transactions/{transaction_id}", change)

    def read_callbacks(self, transaction_id: TransactionId) -> Sequence[Callback]:
        self.on_read("callbacks")
        return [
            callback_from_body(evidence_id=key, received_at_ms=raw.received_at_ms, body=raw.body)
            for key, raw in sorted(
                self.callbacks.get(transaction_id, {}).items(),
                key=lambda row: (row[1].received_at_ms, row[0]),
            )
        ]

    def add_review(self, transaction_id: TransactionId, review: Review, *, now_ms: Millis) -> None:
        def change() -> None:
            told = self.reviews.setdefault(transaction_id, {})
            if review.evidence_id not in told:
                if transaction_id in self.decided:
                    self.decided_before[transaction_id] = self.decided.pop(transaction_id)
                place = place_of(transaction_id, since_ms=now_ms)
                self.review_places.setdefault(transaction_id, place)
            told[review.evidence_id] = review
            self.told_at_ms[transaction_id, review.evidence_id] = now_ms
            self._tell_record(f"reviews/{transaction_id}", now_ms)

        self._write("reviews", change)

    def read_review(self, transaction_id: TransactionId) -> ReviewCase | None:
        told = self.reviews.get(transaction_id)
        if told is None:
            return None
        return ReviewCase(
            told=tuple(
                Told(
                    receipt=review.receipt,
                    amount_kes=review.amount_kes,
                    reason=review.reason,
                    evidence_id=key,
                    at_ms=self.told_at_ms[transaction_id, key],
                )
                for key, review in sorted(
                    told.items(), key=lambda row: (self.told_at_ms[transaction_id, row[0]], row[0])
                )
            ),
            reason=next(iter(told.values())).reason,
            place=self.review_places.get(transaction_id),
            decision=self.decided.get(transaction_id, self.decided_before.get(transaction_id)),
        )

    def close_review(
        self, transaction_id: TransactionId, *, settled: Collection[Receipt], decision: Decided
    ) -> bool:
        told = self.reviews[transaction_id].values()
        if any(review.receipt not in (None, *settled) for review in told):
            return False
        if transaction_id not in self.decided:

            def close() -> None:
                self.decided[transaction_id] = decision
                self.review_places.pop(transaction_id, None)
                if any(about == transaction_id for about, _ in self.decisions):
                    self._tell_record(f"reviews/{transaction_id}", decision.at_ms)

            self._write(f"decided/{transaction_id}", close)
        return True

    def receipt_owner(self, receipt: Receipt) -> TransactionId | None:
        return self.receipts.get(receipt)

    def read_meter(self, meter_id: MeterId) -> Meter | None:
        return self.meters.get(meter_id)

    def read_tariff(self, tariff_id: str) -> Tariff | None:
        return self.tariffs.get(tariff_id)

    def read_register(self, meter_id: MeterId) -> Versioned[MeterRegister | None]:
        tag = self._tag(f"registers/{meter_id}")
        return Versioned(self.registers.get(meter_id), tag)

    def replace_register(
        self, meter_id: MeterId, old: Versioned[MeterRegister | None], new: MeterRegister
    ) -> bool:
        path = f"registers/{meter_id}"
        if str(self.versions.get(path, 0)) != old.tag:
            return False
        self._write(path, lambda: self.registers.update({meter_id: new}))
        return True

    def put_recharge(self, meter_id: MeterId, recharge: Recharge) -> None:
        queue = self.recharges.setdefault(meter_id, {})
        if recharge.transaction_id not in queue:
            self._write("recharges", lambda: queue.update({recharge.transaction_id: recharge}))

    def read_recharge(
        self, meter_id: MeterId, transaction_id: TransactionId
    ) -> PendingRecharge | None:
        if transaction_id not in self.recharges.get(meter_id, {}):
            return None
        return PendingRecharge(acknowledgement=self.acknowledged.get(transaction_id))

    def applied_recharges(self, meter_id: MeterId, *, limit: int) -> Sequence[TransactionId]:
        queue = sorted(self.recharges.get(meter_id, {}))[:limit]
        return [transaction_id for transaction_id in queue if transaction_id in self.acknowledged]

    def remove_recharge(self, meter_id: MeterId, transaction_id: TransactionId) -> None:
        queue = self.recharges.get(meter_id, {})
        self._write("recharges", lambda: queue.pop(transaction_id, None))


def _due(payment: Payment) -> DuePayment:
    return DuePayment(
        transaction_id=payment.transaction_id,
        waits=payment.status is Status.PROMPTED,
        asked_at_ms=payment.queried_at_ms or payment.created_at_ms,
    )
