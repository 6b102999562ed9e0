"""POST /api/adjustments: staff give energy to a meter, or take it, without money."""

from __future__ import annotations

from flask import Request, Response

from lipamita.domain.adjustment import Adjustment, parse_energy_wh
from lipamita.domain.errors import InvalidInputError
from lipamita.domain.ids import parse_idempotency_key, parse_meter_id
from lipamita.entrypoints import http, wiring
from lipamita.use_cases.adjust_meter import AdjustmentOrder, adjust_meter

DIRECTIONS = {"give": Adjustment.GIVEN, "take": Adjustment.TAKEN}


def adjust(request: Request) -> Response:
    """{"meter_id", "direction", "energy_wh", "why"} and Idempotency-Key -> 202."""
    caller = http.caller(request)
    key = parse_idempotency_key(request.headers.get("Idempotency-Key"))
    body = http.json_body(request)
    http.refuse_unknown_fields(body, {"meter_id", "direction", "energy_wh", "why"})
    word = body.get("direction")
    if not isinstance(word, str) or word not in DIRECTIONS:
        raise InvalidInputError(
            "invalid_direction", "direction must be give or take", field="direction"
        )
    order = AdjustmentOrder(
        meter_id=parse_meter_id(body.get("meter_id")),
        direction=DIRECTIONS[word],
        energy_wh=parse_energy_wh(body.get("energy_wh")),
        why=http.reason(body.get("why")),
        idempotency_key=key,
        caller=caller,
    )
    payment = adjust_meter(order, wiring.world())
    return http.json_response(
        202,
        {
            "transaction_id": None if payment is None else payment.transaction_id,
            "meter_id": order.meter_id,
            "direction": word,
            "energy_wh": order.energy_wh,
            "status": "waiting_for_second_person" if payment is None else payment.status.value,
            "delivery_status": None if payment is None else payment.delivery.status.value,
        },
    )
