"""POST /api/reviews/{transaction_id}/decision: an operator credits what was really paid."""

from __future__ import annotations

from flask import Request, Response

from lipamita.domain.errors import InvalidInputError
from lipamita.domain.ids import parse_transaction_id, require_receipt
from lipamita.domain.payment import Payment
from lipamita.domain.units import parse_amount_kes
from lipamita.domain.vending import VendDecision
from lipamita.entrypoints import http, views, wiring
from lipamita.use_cases.decide_delivery import DeliveryDecision, decide_delivery
from lipamita.use_cases.decide_review import CreditDecision, credit_review

DECISIONS = ("credit", *VendDecision)


def decide(request: Request, transaction_id: str) -> Response:
    """{"decision": "credit", "receipt", "amount", "why"} -> 200, or 202 for a second person.

    {"decision": "delivered" or "send_again", "why"} where a delivery is uncertain -> 200.
    """
    caller = http.caller(request)
    body = http.json_body(request)
    word = body.get("decision")
    if word not in DECISIONS:
        expected = f"decision must be one of {', '.join(DECISIONS)}"
        raise InvalidInputError("invalid_decision", expected, field="decision")
    if word != "credit":
        http.refuse_unknown_fields(body, {"decision", "why"})
        return _decided(
            decide_delivery(
                DeliveryDecision(
                    transaction_id=parse_transaction_id(transaction_id),
                    decision=VendDecision(str(word)),
                    why=http.reason(body.get("why")),
                    caller=caller,
                ),
                wiring.world(),
            )
        )
    http.refuse_unknown_fields(body, {"decision", "receipt", "amount", "why"})
    decision = CreditDecision(
        transaction_id=parse_transaction_id(transaction_id),
        receipt=require_receipt(body.get("receipt")),
        amount_kes=parse_amount_kes(body.get("amount")),
        why=http.reason(body.get("why")),
        caller=caller,
    )
    payment = credit_review(decision, wiring.world())
    if payment is None:
        waiting = {"transaction_id": transaction_id, "status": "waiting_for_second_person"}
        return http.json_response(202, dict(waiting))
    return _decided(payment)


def _decided(payment: Payment) -> Response:
    return http.json_response(
        200,
        {
            "transaction_id": payment.transaction_id,
            "status": payment.status.value,
            "mpesa_receipt": payment.mpesa_receipt,
            "quote": views.quote_json(payment.quote),
        },
    )
