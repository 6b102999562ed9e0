"""``refunds``, ``payees``, ``results`` and decisions about told receipts in the database."""

from __future__ import annotations

from collections.abc import Sequence

from lipamita.adapters.fields import Fields
from lipamita.adapters.money_out_wire import result_from_body
from lipamita.adapters.refund_schema import (
    decision_from_json,
    decision_to_json,
    refund_from_json,
    refund_to_json,
)
from lipamita.adapters.rtdb_nodes import INCREMENT_BY_ONE, NOTHING, RtdbNodes
from lipamita.domain.ids import Receipt, TransactionId
from lipamita.domain.money_out import ResultKind, ResultTold
from lipamita.domain.msisdn import Msisdn
from lipamita.domain.refund import Refund, RefundId
from lipamita.domain.review import ReceiptDecision
from lipamita.domain.units import Millis
from lipamita.use_cases.records import RawCallback, Versioned
from lipamita.use_cases.refund_ports import MAX_RESULTS


class RtdbRefunds(RtdbNodes):
    """Implements use_cases.refund_ports.RefundStore."""

    def create_refund(self, refund: Refund) -> None:
        self.create_if_absent(f"refunds/{refund.refund_id}", refund_to_json(refund))

    def read_refund(self, refund_id: RefundId) -> Versioned[Refund] | None:
        node, tag = self.at(f"refunds/{refund_id}").get(etag=True)
        return None if node is None else Versioned(refund_from_json(refund_id, node), tag)

    def replace_refund(self, old: Versioned[Refund], new: Refund) -> bool:
        reference = self.at(f"refunds/{new.refund_id}")
        written, _, _ = reference.set_if_unchanged(old.tag, refund_to_json(new))
        return bool(written)

    def due_refunds(self, *, now_ms: Millis, limit: int) -> Sequence[RefundId]:
        return [RefundId(key) for key in self.due("refunds", now_ms=now_ms, limit=limit)]

    def postpone_refund(self, refund_id: RefundId, next_check_at_ms: Millis) -> None:
        self.at(f"refunds/{refund_id}").update({"next_check_at": next_check_at_ms})

    def put_payee(self, refund_id: RefundId, msisdn: Msisdn) -> None:
        self.at(f"payees/{refund_id}").set({"phone_number": msisdn})

    def read_payee(self, refund_id: RefundId) -> Msisdn | None:
        path = f"payees/{refund_id}"
        node = self.at(path).get()
        return None if node is None else Msisdn(Fields.of(path, node).text("phone_number"))

    def remove_payee(self, refund_id: RefundId) -> None:
        self.at(f"payees/{refund_id}").delete()

    def record_result(
        self, refund_id: RefundId, attempt: int, kind: ResultKind, raw: RawCallback
    ) -> None:
        key = f"{kind.value}-{attempt}-{raw.evidence_id}"
        result, refund = f"results/{refund_id}/{key}", f"refunds/{refund_id}"
        changes: dict[str, object] = {f"{refund}/next_check_at": raw.received_at_ms}
        if self.at(f"{result}/received_at").get() is None:
            changes[f"{refund}/latest_result_id"] = key
            changes[result] = {
                "kind": kind.value,
                "attempt": attempt,
                "received_at": raw.received_at_ms,
                "body": raw.body,
                "remote_address": raw.remote_address,
                "content_type": raw.content_type,
                "copies": 1,
            }
        else:  # a copy must not hide a newer result that no decision has seen
            changes[f"{result}/copies"] = INCREMENT_BY_ONE
        self.at("/").update(changes)

    def read_results(self, refund_id: RefundId, *, seen: frozenset[str]) -> Sequence[ResultTold]:
        path = f"results/{refund_id}"
        stored = Fields.of(path, self.at(path).get() or {})
        rows = [
            (key, Fields.of(f"{path}/{key}", node))
            for key, node in stored.node.items()
            if key not in seen
        ]
        rows.sort(key=lambda row: (row[1].whole("received_at"), row[0]))
        return [
            result_from_body(
                row.optional_text("body") or "",
                evidence_id=key,
                kind=ResultKind(row.text("kind")),
                attempt=row.whole("attempt"),
                received_at_ms=Millis(row.whole("received_at")),
            )
            for key, row in rows[:MAX_RESULTS]
        ]

    def decide_receipt(
        self, transaction_id: TransactionId, receipt: Receipt, decision: ReceiptDecision
    ) -> ReceiptDecision:
        path = f"reviews/{transaction_id}/decisions/{receipt}"
        standing = self.create_if_absent(path, decision_to_json(decision))
        return decision_from_json(Fields.of(path, standing))

    def undo_decision(self, transaction_id: TransactionId, receipt: Receipt, bound_to: str) -> None:
        path = f"reviews/{transaction_id}/decisions/{receipt}"
        node, tag = self.at(path).get(etag=True)
        if node is not None and decision_from_json(Fields.of(path, node)).bound_to == bound_to:
            self.at(path).set_if_unchanged(tag, NOTHING)  # changed meanwhile, it is not ours

    def read_decisions(
        self, transaction_id: TransactionId
    ) -> Sequence[tuple[Receipt, ReceiptDecision]]:
        path = f"reviews/{transaction_id}"
        rows = Fields.of(path, self.at(path).get() or {}).children("decisions")
        return [(Receipt(key), decision_from_json(row)) for key, row in rows]
