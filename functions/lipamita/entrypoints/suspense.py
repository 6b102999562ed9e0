"""POST /api/suspense/{receipt}/assign: an operator says which meter money was meant for."""

from __future__ import annotations

from flask import Request, Response

from lipamita.domain.ids import parse_meter_id
from lipamita.entrypoints import http, wiring
from lipamita.entrypoints.queues import confirmation_id_of
from lipamita.use_cases.assign_suspense import Assignment, assign_suspense


def assign(request: Request, confirmation_id: str) -> Response:
    """{"meter_id", "why"} -> 200 with the decision and what became of the money, or 202 when a
    second person must say the same.

    The same decision again is 200; another meter is 409 already_assigned.
    """
    caller, confirmation_id = http.caller(request), confirmation_id_of(confirmation_id)
    body = http.json_body(request)
    http.refuse_unknown_fields(body, {"meter_id", "why"})
    assignment = Assignment(
        confirmation_id=confirmation_id,
        meter_id=parse_meter_id(body.get("meter_id")),
        why=http.reason(body.get("why")),
        caller=caller,
    )
    item, outcome = assign_suspense(assignment, wiring.world())
    if item.assigned_meter_id is None:
        waiting = {"receipt": confirmation_id, "status": "waiting_for_second_person"}
        return http.json_response(202, dict(waiting))
    return http.json_response(
        200,
        {
            "receipt": confirmation_id,
            "meter_id": item.assigned_meter_id,
            "assigned_by": item.assigned_by,
            "assigned_at_ms": item.assigned_at_ms,
            "outcome": None if outcome is None else outcome.value,
        },
    )
