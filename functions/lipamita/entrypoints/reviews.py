"""POST /api/reviews/{transaction_id}/decision: people decide about money in review."""

from __future__ import annotations

from flask import Request, Response

from lipamita.domain.errors import InvalidInputError
from lipamita.domain.ids import TransactionId, parse_transaction_id, require_receipt
from lipamita.domain.payment import Payment
from lipamita.domain.units import parse_amount_kes
from lipamita.domain.vending import VendDecision
from lipamita.entrypoints import http, views, wiring
from lipamita.use_cases.decide_delivery import DeliveryDecision, decide_delivery
from lipamita.use_cases.decide_review import MoneyDecision, credit_review
from lipamita.use_cases.dismiss_review import Dismissal, dismiss_review
from lipamita.use_cases.move_to_suspense import move_to_suspense

DECISIONS = ("credit", "suspense", "dismiss", *VendDecision)


def decide(request: Request, transaction_id: str) -> Response:
    """{"decision": "credit" or "suspense", "receipt", "amount", "why"} -> 200, or 202 for a second
    person; the same for {"decision": "dismiss", "why"}.

    {"decision": "delivered" or "send_again", "why"} where a delivery is uncertain -> 200.
    """
    caller = http.caller(request)
    body = http.json_body(request)
    word = body.get("decision")
    if word not in DECISIONS:
        expected = f"decision must be one of {', '.join(DECISIONS)}"
        raise InvalidInputError("invalid_decision", expected, field="decision")
    parsed, world = parse_transaction_id(transaction_id), wiring.world()
    if word in ("credit", "suspense"):
        http.refuse_unknown_fields(body, {"decision", "receipt", "amount", "why"})
        decision = MoneyDecision(
            transaction_id=parsed,
            receipt=require_receipt(body.get("receipt")),
            amount_kes=parse_amount_kes(body.get("amount")),
            why=http.reason(body.get("why")),
            caller=caller,
        )
        decide_money = credit_review if word == "credit" else move_to_suspense
        return _decided_or_proposed(parsed, decide_money(decision, world))
    http.refuse_unknown_fields(body, {"decision", "why"})
    why = http.reason(body.get("why"))
    if word == "dismiss":
        dismissal = Dismissal(transaction_id=parsed, why=why, caller=caller)
        return _decided_or_proposed(parsed, dismiss_review(dismissal, world))
    found = DeliveryDecision(
        transaction_id=parsed, decision=VendDecision(str(word)), why=why, caller=caller
    )
    return _decided(decide_delivery(found, world))


def _decided_or_proposed(transaction_id: TransactionId, payment: Payment | None) -> Response:
    if payment is not None:
        return _decided(payment)
    waiting = {"transaction_id": transaction_id, "status": "waiting_for_second_person"}
    return http.json_response(202, dict(waiting))


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
