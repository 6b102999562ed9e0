"""GET /api/meters/{meter_id} and GET /api/payments/{transaction_id}."""

from __future__ import annotations

from flask import Request, Response

from lipamita.domain.ids import parse_meter_id, parse_transaction_id
from lipamita.entrypoints import http, views, wiring
from lipamita.entrypoints.messages import language_of
from lipamita.use_cases.view import query_payment, view_meter, view_payment


def meter(request: Request, meter_id: str) -> Response:
    """200 with the meter and its last report."""
    caller = http.caller(request)
    found = view_meter(parse_meter_id(meter_id), caller, wiring.world())
    return http.json_response(200, views.meter_json(found))


def payment(request: Request, transaction_id: str) -> Response:
    """200 with the payment; while it is open, after looking at it again."""
    caller = http.caller(request)
    view = view_payment(parse_transaction_id(transaction_id), caller, wiring.world())
    return http.json_response(200, views.payment_json(view, language_of(request)))


def query(request: Request, transaction_id: str) -> Response:
    """200 with the payment, after M-PESA was asked."""
    caller = http.caller(request)
    view = query_payment(parse_transaction_id(transaction_id), caller, wiring.world())
    return http.json_response(200, views.payment_json(view, language_of(request)))
