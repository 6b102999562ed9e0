"""POST /api/refunds, POST /api/refunds/{refund_id}/decision."""

from __future__ import annotations

import re

from flask import Request, Response

from lipamita.domain.errors import InvalidInputError
from lipamita.domain.ids import parse_idempotency_key, require_receipt
from lipamita.domain.money_out import Method
from lipamita.domain.msisdn import parse_msisdn
from lipamita.domain.refund import Refund, RefundId
from lipamita.domain.refund_decision import DECISIONS
from lipamita.domain.units import parse_amount_kes
from lipamita.entrypoints import http, wiring
from lipamita.use_cases.ask_refund import RefundOrder, ask_refund
from lipamita.use_cases.decide_refund import RefundDecision, decide_refund

_REFUND_ID = re.compile(r"[-0-9A-Z_a-z]{20}", re.ASCII)
FIELDS = frozenset({"receipt", "amount", "phone_number", "method", "why"})


def ask(request: Request) -> Response:
    """{"receipt", "why"[, "amount", "phone_number", "method"]} and Idempotency-Key -> 202."""
    caller = http.caller(request)
    body = http.json_body(request)
    http.refuse_unknown_fields(body, FIELDS)
    amount, phone, method = body.get("amount"), body.get("phone_number"), body.get("method")
    order = RefundOrder(
        receipt=require_receipt(body.get("receipt")),
        amount_kes=None if amount is None else parse_amount_kes(amount),
        msisdn=None if phone is None else parse_msisdn(phone),
        method=None if method is None else _method(method),
        why=http.reason(body.get("why")),
        idempotency_key=parse_idempotency_key(request.headers.get("Idempotency-Key")),
        caller=caller,
    )
    return http.json_response(202, refund_json(ask_refund(order, wiring.world())))


def decide(request: Request, refund_id: str) -> Response:
    """{"decision", "why"[, "receipt"]} -> 200, or 202 when a second person must say the same."""
    caller = http.caller(request)
    body = http.json_body(request)
    http.refuse_unknown_fields(body, {"decision", "why", "receipt"})
    word = body.get("decision")
    if not isinstance(word, str) or word not in DECISIONS:
        raise InvalidInputError(
            "invalid_decision", f"decision must be one of {', '.join(DECISIONS)}", field="decision"
        )
    receipt = body.get("receipt")
    decision = RefundDecision(
        refund_id=refund_id_of(refund_id),
        decision=word,
        why=http.reason(body.get("why")),
        caller=caller,
        receipt=None if receipt is None else require_receipt(receipt),
    )
    refund = decide_refund(decision, wiring.world())
    if refund is None:
        waiting = {"refund_id": refund_id, "status": "waiting_for_second_person"}
        return http.json_response(202, dict(waiting))
    return http.json_response(200, refund_json(refund))


def refund_json(refund: Refund) -> dict[str, object]:
    """One refund. Energy in Wh, times in ms since the epoch, the phone masked."""
    return {
        "refund_id": refund.refund_id,
        "status": refund.status.value,
        "reason": refund.reason,
        "receipt": refund.receipt,
        "money_from": refund.money_from.value,
        "transaction_id": refund.transaction_id,
        "meter_id": refund.meter_id,
        "method": refund.method.value,
        "amount_kes": refund.amount_kes,
        "energy_wh": refund.energy_wh,
        "phone_number": refund.phone_masked,
        "attempt": refund.attempt,
        "paid_receipt": refund.paid_receipt,
        "asked_by": refund.asked_by,
        "seconded_by": refund.seconded_by,
        "why": refund.why,
        "created_at_ms": refund.created_at_ms,
        "updated_at_ms": refund.updated_at_ms,
    }


def refund_id_of(value: str) -> RefundId:
    """A refund id from a path. Raises InvalidInputError."""
    if not _REFUND_ID.fullmatch(value):
        raise InvalidInputError(
            "invalid_refund_id",
            "refund_id must be 20 characters of letters, digits, - and _",
            field="refund_id",
        )
    return RefundId(value)


def _method(value: object) -> Method:
    if not isinstance(value, str) or value not in set(Method):
        raise InvalidInputError(
            "invalid_method", "method must be reversal or payout", field="method"
        )
    return Method(value)
