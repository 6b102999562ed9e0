"""The API's paths: meters, payments, suspense."""

from __future__ import annotations

from flask import Request, Response

from lipamita.domain.ids import parse_meter_id, parse_transaction_id
from lipamita.entrypoints import (
    audit,
    claims,
    devices,
    http,
    reviews,
    staff,
    suspense,
    users,
    views,
    wiring,
)
from lipamita.entrypoints.audited import with_audit
from lipamita.entrypoints.messages import language_of
from lipamita.use_cases.view import query_payment, view_meter, view_payment


def handle(request: Request) -> Response:
    """Answer by path, and record what staff change."""
    return with_audit(_routed, request)


def _routed(request: Request) -> Response:
    """Route by path; 404 for an unknown path, 405 for a wrong method."""
    match http.path_below(request, "/api"):
        case ["audit"]:
            http.require_method(request, "GET")
            return audit.view(request)
        case ["meters", meter_id]:
            http.require_method(request, "GET")
            return _meter(request, meter_id)
        case ["meters", meter_id, "device", "revoke"]:
            http.require_method(request, "POST")
            return devices.revoke(request, meter_id)
        case ["meters", meter_id, "claim"]:
            http.require_method(request, "POST")
            return claims.create(request, meter_id)
        case ["payments", transaction_id]:
            http.require_method(request, "GET")
            return _payment(request, transaction_id)
        case ["payments", transaction_id, "query"]:
            http.require_method(request, "POST")
            return _query(request, transaction_id)
        case ["reviews", transaction_id, "decision"]:
            http.require_method(request, "POST")
            return reviews.decide(request, transaction_id)
        case ["suspense", confirmation_id, "assign"]:
            http.require_method(request, "POST")
            return suspense.assign(request, confirmation_id)
        case ["staff"]:
            return staff.handle(request)
        case ["users", "me"]:
            http.require_method(request, "POST")
            return users.open_own(request)
    raise http.not_found()


def _meter(request: Request, meter_id: str) -> Response:
    caller = http.caller(request)
    meter = view_meter(parse_meter_id(meter_id), caller, wiring.world())
    return http.json_response(200, views.meter_json(meter))


def _query(request: Request, transaction_id: str) -> Response:
    caller = http.caller(request)
    view = query_payment(parse_transaction_id(transaction_id), caller, wiring.world())
    return http.json_response(200, views.payment_json(view, language_of(request)))


def _payment(request: Request, transaction_id: str) -> Response:
    caller = http.caller(request)
    view = view_payment(parse_transaction_id(transaction_id), caller, wiring.world())
    return http.json_response(200, views.payment_json(view, language_of(request)))
