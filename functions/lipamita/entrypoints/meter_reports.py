"""POST /api/meters/{meter_id}/balance and /status: for devices that report over HTTP."""

from __future__ import annotations

from flask import Request, Response

from lipamita.domain.ids import parse_meter_id
from lipamita.domain.report import BALANCE_FIELDS, STATUS_FIELDS, parse_balance, parse_status
from lipamita.entrypoints import http, wiring
from lipamita.use_cases.report_meter import report_balance, report_status


def balance(request: Request, meter_id: str) -> Response:
    """The six registers -> 200. 409 totals_fell when they are below the last report."""
    caller = http.caller(request)
    body = http.json_body(request)
    http.refuse_unknown_fields(body, BALANCE_FIELDS)
    meter = parse_meter_id(meter_id)
    report_balance(meter, parse_balance(body), caller, wiring.world())
    return http.json_response(200, {"meter_id": meter})


def status(request: Request, meter_id: str) -> Response:
    """Any of the status's fields -> 200."""
    caller = http.caller(request)
    body = http.json_body(request)
    http.refuse_unknown_fields(body, STATUS_FIELDS)
    meter = parse_meter_id(meter_id)
    report_status(meter, parse_status(body), caller, wiring.world())
    return http.json_response(200, {"meter_id": meter})
