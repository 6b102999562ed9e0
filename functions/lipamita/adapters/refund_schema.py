"""``refunds/{refund_id}`` as stored, and back. docs/data-model.md states every field."""

from __future__ import annotations

from lipamita.adapters.fields import Fields
from lipamita.adapters.step_schema import history_to_json
from lipamita.domain.errors import UnreadableError
from lipamita.domain.ids import MeterId, Receipt, TransactionId, Uid
from lipamita.domain.money_out import Method
from lipamita.domain.msisdn import MaskedMsisdn
from lipamita.domain.refund import (
    ENDED,
    MoneyFrom,
    Refund,
    RefundCause,
    RefundId,
    RefundStatus,
    RefundStep,
)
from lipamita.domain.review import ReceiptDecision, ReceiptWord
from lipamita.domain.units import Kes, Millis, Wh
from lipamita.domain.work_queue import place_of

Json = dict[str, object]


def refund_to_json(refund: Refund) -> Json:
    """The node of a refund; absent values are left out, as the database would."""
    node: Json = {
        "mpesa_receipt": refund.receipt,
        "money_from": refund.money_from.value,
        "method": refund.method.value,
        "paid": refund.paid_kes,
        "amount": refund.amount_kes,
        "energy_wh": refund.energy_wh,
        "asked_by": refund.asked_by,
        "why": refund.why,
        "timestamp": refund.created_at_ms,
        "updated_at": refund.updated_at_ms,
        "status": refund.status.value,
        "reason": refund.reason,
        "transaction_id": refund.transaction_id,
        "meter_id": refund.meter_id,
        "phone_number": refund.phone_masked,
        "seconded_by": refund.seconded_by,
        "attempt": refund.attempt,
        "own_id": refund.own_id,
        "asked_id": refund.asked_id,
        "sent_at": refund.sent_at_ms,
        "status_asked_at": refund.status_asked_at_ms,
        "paid_receipt": refund.paid_receipt,
        "next_check_at": refund.next_check_at_ms,
        "record_at": refund.updated_at_ms if refund.status is RefundStatus.REFUNDED else None,
        "waiting": _place(refund),
        "check_count": refund.check_count,
        "results_seen": dict.fromkeys(sorted(refund.results_seen), True),
        "latest_result_id": refund.latest_result_id,
        "history": history_to_json(refund.history),
    }
    return {name: value for name, value in node.items() if value not in (None, {}, "")}


def _place(refund: Refund) -> str | None:
    """Where it stands in its queue. In review people have the next step, and nothing is due."""
    if refund.status in ENDED and refund.next_check_at_ms is None:
        return None
    return place_of(refund.refund_id, since_ms=refund.created_at_ms)


def refund_from_json(refund_id: RefundId, node: object) -> Refund:
    """The refund a node holds. Raises UnreadableError, naming the field."""
    fields = Fields.of(f"refunds/{refund_id}", node)
    try:
        return _refund(refund_id, fields)
    except ValueError as error:  # a word outside its closed set
        raise UnreadableError("unreadable_node", f"{fields.path}: {error}") from error


def _refund(refund_id: RefundId, fields: Fields) -> Refund:
    transaction_id, meter_id = (
        fields.optional_text("transaction_id"),
        fields.optional_text("meter_id"),
    )
    phone, second = fields.optional_text("phone_number"), fields.optional_text("seconded_by")
    paid_receipt = fields.optional_text("paid_receipt")
    return Refund(
        refund_id=refund_id,
        receipt=Receipt(fields.text("mpesa_receipt")),
        money_from=MoneyFrom(fields.text("money_from")),
        method=Method(fields.text("method")),
        paid_kes=Kes(fields.whole("paid")),
        amount_kes=Kes(fields.whole("amount")),
        energy_wh=Wh(fields.whole("energy_wh")),
        asked_by=Uid(fields.text("asked_by")),
        why=fields.text("why"),
        created_at_ms=Millis(fields.whole("timestamp")),
        updated_at_ms=Millis(fields.whole("updated_at")),
        status=RefundStatus(fields.text("status")),
        reason=fields.optional_text("reason"),
        transaction_id=None if transaction_id is None else TransactionId(transaction_id),
        meter_id=None if meter_id is None else MeterId(meter_id),
        phone_masked=None if phone is None else MaskedMsisdn(phone),
        seconded_by=None if second is None else Uid(second),
        attempt=fields.whole_or("attempt", 0),
        own_id=fields.optional_text("own_id"),
        asked_id=fields.optional_text("asked_id"),
        sent_at_ms=fields.optional_millis("sent_at"),
        status_asked_at_ms=fields.optional_millis("status_asked_at"),
        paid_receipt=None if paid_receipt is None else Receipt(paid_receipt),
        next_check_at_ms=fields.optional_millis("next_check_at"),
        check_count=fields.whole_or("check_count", 0),
        results_seen=frozenset(fields.child("results_seen").node),
        latest_result_id=fields.optional_text("latest_result_id"),
        history=tuple(_step_from_json(step) for _, step in fields.children("history")),
    )


def decision_to_json(decision: ReceiptDecision) -> Json:
    """``reviews/{transaction_id}/decisions/{receipt}``."""
    node: Json = {
        "kind": decision.kind.value,
        "by": decision.by,
        "why": decision.why,
        "at": decision.at_ms,
        "refund_id": decision.refund_id,
        "moved_to": decision.moved_to,
        "amount": decision.amount_kes,
    }
    return {name: value for name, value in node.items() if value is not None}


def decision_from_json(fields: Fields) -> ReceiptDecision:
    """The decision a node holds. Raises UnreadableError."""
    refund_id, moved_to = fields.optional_text("refund_id"), fields.optional_text("moved_to")
    amount = fields.optional_whole("amount")
    return ReceiptDecision(
        kind=ReceiptWord(fields.text("kind")),
        by=Uid(fields.text("by")),
        why=fields.text("why"),
        at_ms=Millis(fields.whole("at")),
        refund_id=None if refund_id is None else RefundId(refund_id),
        moved_to=None if moved_to is None else TransactionId(moved_to),
        amount_kes=None if amount is None else Kes(amount),
    )


def _step_from_json(fields: Fields) -> RefundStep:
    return RefundStep(
        at_ms=Millis(fields.whole("at")),
        from_status=RefundStatus(fields.text("from")),
        to_status=RefundStatus(fields.text("to")),
        cause=RefundCause(fields.text("cause")),
        source=fields.optional_text("source") or "",
    )
