"""Refunds, their results and the decisions about told receipts, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from lipamita.adapters.money_out_wire import result_from_body
from lipamita.domain.ids import Receipt, TransactionId
from lipamita.domain.money_out import ResultKind, ResultTold
from lipamita.domain.msisdn import Msisdn
from lipamita.domain.refund import Refund, RefundId, RefundStatus
from lipamita.domain.review import ReceiptDecision
from lipamita.domain.units import Millis
from lipamita.use_cases.records import RawCallback, Versioned
from lipamita.use_cases.refund_ports import MAX_RESULTS

from tests.fakes.memory_dues import MemoryDues

Key = TypeVar("Key")
Value = TypeVar("Value")
Results = dict[str, tuple[ResultKind, int, RawCallback]]


@dataclass
class MemoryRefunds(MemoryDues):
    """Implements use_cases.refund_ports.RefundStore."""

    refunds: dict[RefundId, Refund] = field(default_factory=dict)
    payees: dict[RefundId, Msisdn] = field(default_factory=dict)
    results: dict[RefundId, Results] = field(default_factory=dict)
    decisions: dict[tuple[TransactionId, Receipt], ReceiptDecision] = field(default_factory=dict)

    def create_refund(self, refund: Refund) -> None:
        if refund.refund_id not in self.refunds:
            self._put(refund)

    def read_refund(self, refund_id: RefundId) -> Versioned[Refund] | None:
        tag = self._tag(f"refunds/{refund_id}")
        found = self.refunds.get(refund_id)
        return None if found is None else Versioned(found, tag)

    def replace_refund(self, old: Versioned[Refund], new: Refund) -> bool:
        if self._tag(f"refunds/{new.refund_id}") != old.tag:
            return False
        self._put(new)
        return True

    def due_refunds(self, *, now_ms: Millis, limit: int) -> Sequence[RefundId]:
        due = [
            (refund.next_check_at_ms, key)
            for key, refund in self.refunds.items()
            if refund.next_check_at_ms is not None and refund.next_check_at_ms <= now_ms
        ]
        return [key for _, key in sorted(due)[:limit]]

    def postpone_refund(self, refund_id: RefundId, next_check_at_ms: Millis) -> None:
        if refund_id in self.refunds:
            later = replace(self.refunds[refund_id], next_check_at_ms=next_check_at_ms)
            self._write(f"refunds/{refund_id}", lambda: self.refunds.update({refund_id: later}))

    def put_payee(self, refund_id: RefundId, msisdn: Msisdn) -> None:
        self._write(f"payees/{refund_id}", lambda: self.payees.update({refund_id: msisdn}))

    def read_payee(self, refund_id: RefundId) -> Msisdn | None:
        return self.payees.get(refund_id)

    def remove_payee(self, refund_id: RefundId) -> None:
        self._write(f"payees/{refund_id}", lambda: self._drop(self.payees, refund_id))

    def record_result(
        self, refund_id: RefundId, attempt: int, kind: ResultKind, raw: RawCallback
    ) -> None:
        key = f"{kind.value}-{attempt}-{raw.evidence_id}"

        def change() -> None:
            known = self.results.setdefault(refund_id, {})
            refund = replace(self.refunds[refund_id], next_check_at_ms=raw.received_at_ms)
            if key not in known:
                known[key] = (kind, attempt, raw)
                refund = replace(refund, latest_result_id=key)
            self.refunds[refund_id] = refund

        self._write(f"refunds/{refund_id}", change)

    def read_results(self, refund_id: RefundId, *, seen: frozenset[str]) -> Sequence[ResultTold]:
        told = [
            result_from_body(
                raw.body,
                evidence_id=key,
                kind=kind,
                attempt=attempt,
                received_at_ms=raw.received_at_ms,
            )
            for key, (kind, attempt, raw) in self.results.get(refund_id, {}).items()
            if key not in seen
        ]
        return sorted(told, key=lambda one: (one.received_at_ms, one.evidence_id))[:MAX_RESULTS]

    def decide_receipt(
        self, transaction_id: TransactionId, receipt: Receipt, decision: ReceiptDecision
    ) -> ReceiptDecision:
        key = (transaction_id, receipt)
        if key not in self.decisions:
            path = f"reviews/{transaction_id}/decisions/{receipt}"
            self._write(path, lambda: self.decisions.update({key: decision}))
        return self.decisions[key]

    def undo_decision(self, transaction_id: TransactionId, receipt: Receipt, bound_to: str) -> None:
        key = (transaction_id, receipt)
        standing = self.decisions.get(key)
        if standing is not None and standing.bound_to == bound_to:
            path = f"reviews/{transaction_id}/decisions/{receipt}"
            self._write(path, lambda: self._drop(self.decisions, key))

    def read_decisions(
        self, transaction_id: TransactionId
    ) -> Sequence[tuple[Receipt, ReceiptDecision]]:
        return [
            (receipt, decision)
            for (about, receipt), decision in self.decisions.items()
            if about == transaction_id
        ]

    def _put(self, refund: Refund) -> None:
        path = f"refunds/{refund.refund_id}"

        def change() -> None:
            self.refunds[refund.refund_id] = refund
            if refund.status is RefundStatus.REFUNDED:
                self.record_due_ms[path] = refund.updated_at_ms

        self._write(path, change)

    @staticmethod
    def _drop(rows: dict[Key, Value], key: Key) -> None:
        rows.pop(key, None)
