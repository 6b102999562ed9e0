"""POST /daraja/stk-push: open a payment for a meter or an order."""

from __future__ import annotations

from flask import Request, Response

from lipamita.domain.errors import InvalidInputError, PaymentRefusedError
from lipamita.domain.ids import MeterId, parse_idempotency_key, parse_meter_id
from lipamita.domain.msisdn import parse_msisdn
from lipamita.domain.order import parse_order_id
from lipamita.domain.payment import Cause, Status
from lipamita.domain.units import parse_amount_kes
from lipamita.entrypoints import http, views, wiring
from lipamita.entrypoints.messages import customer_message, language_of
from lipamita.use_cases.request_payment import PaymentRequest, request_payment

FIELDS = frozenset({"meter_id", "order_id", "amount", "phone_number", "description"})
MAX_DESCRIPTION = 100


def post(request: Request) -> Response:
    """202 with transaction_id, status, customer_message and quote.

    The same Idempotency-Key with the same body gives the same payment; with another body 409.
    502 when M-PESA refused for certain and nothing can have been paid.
    """
    http.require_method(request, "POST")
    caller = http.caller(request)
    key = parse_idempotency_key(request.headers.get("Idempotency-Key"))
    body = http.json_body(request)
    http.refuse_unknown_fields(body, FIELDS)
    meter_id, order_id = _what(body)
    payment = request_payment(
        PaymentRequest(
            caller=caller,
            meter_id=meter_id,
            order_id=order_id,
            amount_kes=parse_amount_kes(body.get("amount")),
            msisdn=parse_msisdn(body.get("phone_number")),
            description=_description(body),
            idempotency_key=key,
        ),
        wiring.world(),
    )
    if payment.status is Status.FAILED and payment.history[-1].cause is Cause.PUSH_REFUSED:
        raise PaymentRefusedError(
            payment.reason or "push_rejected",
            customer_message(payment, language_of(request)),
            transaction_id=payment.transaction_id,
        )
    return http.json_response(202, views.payment_accepted_json(payment, language_of(request)))


def _what(body: dict[str, object]) -> tuple[MeterId | None, str | None]:
    """The meter or the order; exactly one of the two."""
    if "order_id" not in body:
        return parse_meter_id(body.get("meter_id")), None
    if "meter_id" in body:
        raise InvalidInputError(
            "meter_or_order",
            "name the meter_id to recharge or the order_id to pay for, not both",
            field="order_id",
        )
    return None, parse_order_id(body["order_id"])


def _description(body: dict[str, object]) -> str | None:
    description = body.get("description")
    if description is None:
        return None
    if not http.is_text(description) or len(description) > MAX_DESCRIPTION:
        raise InvalidInputError(
            "invalid_description",
            f"description must be a string of 1 to {MAX_DESCRIPTION} characters",
            field="description",
        )
    return description
