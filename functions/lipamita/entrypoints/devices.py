"""POST /api/meters/{meter_id}/device/revoke: shut a lost device out."""

from __future__ import annotations

from flask import Request, Response

from lipamita.domain.ids import parse_meter_id
from lipamita.entrypoints import http, wiring
from lipamita.use_cases.revoke_device import revoke_device


def revoke(request: Request, meter_id: str) -> Response:
    """{"why"} -> 200 with the device that was shut out; null when the meter had none."""
    caller = http.caller(request)
    body = http.json_body(request)
    http.refuse_unknown_fields(body, {"why"})
    http.reason(body.get("why"))
    meter = parse_meter_id(meter_id)
    device_uid = revoke_device(meter, caller, wiring.world())
    return http.json_response(200, {"meter_id": meter, "revoked_device_uid": device_uid})
