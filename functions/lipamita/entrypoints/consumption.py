"""GET /api/meters/{meter_id}/consumption: what was used, by hour, day or month."""

from __future__ import annotations

from flask import Request, Response

from lipamita.domain.consumption import Step, parse_span
from lipamita.domain.ids import parse_meter_id
from lipamita.entrypoints import http, wiring
from lipamita.use_cases.view_consumption import view_consumption

PARAMETERS = frozenset({"from", "to", "step"})


def view(request: Request, meter_id: str) -> Response:
    """?from=&to=&step= -> 200 with one row a step; days and hours are those of East Africa."""
    caller = http.caller(request)
    http.refuse_unknown_parameters(request, PARAMETERS)
    span = parse_span(
        request.args.get("from"),
        request.args.get("to"),
        request.args.get("step", Step.DAY.value),
    )
    found = view_consumption(parse_meter_id(meter_id), span, caller, wiring.world())
    return http.json_response(
        200,
        {
            "meter_id": found.meter_id,
            "step": span.step.value,
            "rows": [
                {
                    "start": row.start,
                    "energy_wh": row.energy_wh,
                    "hours": row.hours,
                    "of_hours": row.of_hours,
                }
                for row in found.rows
            ],
            "days_left": found.days_left,
        },
    )
