"""``transactions/{transaction_id}`` as stored, and back. docs/data-model.md states every field."""

from __future__ import annotations

from lipamita.adapters.fields import Fields
from lipamita.adapters.place_schema import ordered_from_json, ordered_to_json
from lipamita.adapters.quote_schema import quote_from_json, quote_to_json
from lipamita.adapters.step_schema import history_to_json
from lipamita.domain.errors import UnreadableError
from lipamita.domain.ids import MeterId, Receipt, TransactionId, Uid
from lipamita.domain.msisdn import MaskedMsisdn
from lipamita.domain.payment import Cause, Delivery, DeliveryStatus, Payment, Status, Step
from lipamita.domain.units import Kes, Millis, Wh
from lipamita.use_cases.query_ports import DuePayment

Json = dict[str, object]


def payment_to_json(payment: Payment) -> Json:
    """The node of a payment; absent values are left out, as the database would."""
    return _present(
        {
            "user_id": payment.user_id,
            "meter_id": payment.meter_id,
            "order": None if payment.order is None else ordered_to_json(payment.order),
            "product": payment.product,
            "amount": payment.amount_kes,
            "phone_number": payment.phone_masked,
            "channel": payment.channel,
            "merchant": payment.merchant,
            "description": payment.description,
            "status": payment.status.value,
            "reason": payment.reason,
            "customer_message": payment.customer_message,
            "mpesa_receipt": payment.mpesa_receipt,
            "result_code": payment.result_code,
            "result_desc": payment.result_desc,
            "quote": quote_to_json(payment.quote),
            "delivery": _delivery_to_json(payment.delivery),
            "history": history_to_json(payment.history),
            "timestamp": payment.created_at_ms,
            "updated_at": payment.updated_at_ms,
            "paid_at": payment.paid_at_ms,
            "paid_unverified_at": payment.paid_unverified_at_ms,
            "queried_at": payment.queried_at_ms,
            "next_check_at": payment.next_check_at_ms,
            "record_at": payment.record_at_ms,
            "archived_at": payment.archived_at_ms,
            "check_count": payment.check_count,
            "evidence_seen": dict.fromkeys(sorted(payment.evidence_seen), True),
            "latest_evidence_id": payment.latest_evidence_id,
            "twin_of": payment.twin_of,
            "payer_key": payment.payer_key,
            "refund_id": payment.refund_id,
            "refunded": payment.refunded_kes or None,
            "nonce": payment.nonce,
        }
    )


def payment_from_json(transaction_id: TransactionId, node: object) -> Payment:
    """The payment a node holds. Raises UnreadableError, naming the field."""
    fields = Fields.of(f"transactions/{transaction_id}", node)
    try:
        return _payment(transaction_id, fields)
    except ValueError as error:  # a word outside its closed set
        raise UnreadableError("unreadable_node", f"{fields.path}: {error}") from error


def due_payment_from_json(transaction_id: TransactionId, node: object) -> DuePayment:
    """What the order of work needs of a node; a damaged one is work, and waits for nobody."""
    found: dict[str, object] = node if isinstance(node, dict) else {}
    asked_at = found.get("queried_at") or found.get("timestamp")
    return DuePayment(
        transaction_id=transaction_id,
        waits=found.get("status") == Status.PROMPTED,
        asked_at_ms=Millis(asked_at if isinstance(asked_at, int) else 0),
    )


def _payment(transaction_id: TransactionId, fields: Fields) -> Payment:
    receipt, meter_id = fields.optional_text("mpesa_receipt"), fields.optional_text("meter_id")
    ordered = fields.child("order")
    return Payment(
        transaction_id=transaction_id,
        user_id=Uid(fields.text("user_id")),
        meter_id=None if meter_id is None else MeterId(meter_id),
        order=ordered_from_json(ordered) if ordered.node else None,
        product=fields.text("product"),
        amount_kes=Kes(fields.whole("amount")),
        phone_masked=MaskedMsisdn(fields.text("phone_number")),
        channel=fields.text("channel"),
        merchant=fields.optional_text("merchant"),
        description=fields.optional_text("description"),
        status=Status(fields.text("status")),
        reason=fields.optional_text("reason"),
        customer_message=fields.optional_text("customer_message"),
        mpesa_receipt=None if receipt is None else Receipt(receipt),
        result_code=fields.optional_text("result_code"),
        result_desc=fields.optional_text("result_desc"),
        quote=quote_from_json(fields.child("quote")),
        delivery=_delivery_from_json(fields.child("delivery")),
        history=tuple(_step_from_json(step) for _, step in fields.children("history")),
        created_at_ms=Millis(fields.whole("timestamp")),
        updated_at_ms=Millis(fields.whole("updated_at")),
        paid_at_ms=fields.optional_millis("paid_at"),
        paid_unverified_at_ms=fields.optional_millis("paid_unverified_at"),
        queried_at_ms=fields.optional_millis("queried_at"),
        next_check_at_ms=fields.optional_millis("next_check_at"),
        record_at_ms=fields.optional_millis("record_at"),
        archived_at_ms=fields.optional_millis("archived_at"),
        check_count=fields.whole_or("check_count", 0),
        evidence_seen=frozenset(fields.child("evidence_seen").node),
        latest_evidence_id=fields.optional_text("latest_evidence_id"),
        twin_of=_transaction_id(fields, "twin_of"),
        payer_key=fields.optional_text("payer_key") or "",
        refund_id=fields.optional_text("refund_id"),
        refunded_kes=Kes(fields.whole_or("refunded", 0)),
        nonce=fields.optional_text("nonce") or "",
    )


def _delivery_to_json(delivery: Delivery) -> Json:
    return _present(
        {
            "kind": delivery.kind,
            "status": delivery.status.value,
            "energy_wh": delivery.energy_wh,
            "sequence": delivery.sequence,
            "credited_total_wh": delivery.credited_total_wh,
            "queued_at": delivery.queued_at_ms,
            "delivered_at": delivery.delivered_at_ms,
            "balance_before": delivery.balance_before_wh,
            "balance_after": delivery.balance_after_wh,
            "withdrawn_wh": delivery.withdrawn_wh or None,
        }
    )


def _delivery_from_json(fields: Fields) -> Delivery:
    energy_wh = fields.optional_whole("energy_wh")
    credited_total_wh = fields.optional_whole("credited_total_wh")
    return Delivery(
        kind=fields.text("kind"),
        status=DeliveryStatus(fields.text("status")),
        energy_wh=None if energy_wh is None else Wh(energy_wh),
        sequence=fields.optional_whole("sequence"),
        credited_total_wh=None if credited_total_wh is None else Wh(credited_total_wh),
        queued_at_ms=fields.optional_millis("queued_at"),
        delivered_at_ms=fields.optional_millis("delivered_at"),
        balance_before_wh=fields.optional_whole("balance_before"),
        balance_after_wh=fields.optional_whole("balance_after"),
        withdrawn_wh=Wh(fields.whole_or("withdrawn_wh", 0)),
    )


def _step_from_json(fields: Fields) -> Step:
    return Step(
        at_ms=Millis(fields.whole("at")),
        from_status=Status(fields.text("from")),
        to_status=Status(fields.text("to")),
        cause=Cause(fields.text("cause")),
        source=fields.optional_text("source") or "",
    )


def _transaction_id(fields: Fields, name: str) -> TransactionId | None:
    value = fields.optional_text(name)
    return None if value is None else TransactionId(value)


def _present(node: Json) -> Json:
    return {name: value for name, value in node.items() if value not in (None, {}, "")}
