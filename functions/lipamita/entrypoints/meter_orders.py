"""POST /api/commands and POST /api/tariffs: what meters are told, and what they are sold by."""

from __future__ import annotations

from flask import Request, Response

from lipamita.domain.ids import parse_idempotency_key, parse_meter_id
from lipamita.domain.staff_command import parse_command
from lipamita.domain.tariff_terms import FIELDS, parse_terms
from lipamita.entrypoints import http, wiring
from lipamita.use_cases.command_meter import Instruction, command_meter
from lipamita.use_cases.publish_tariff import publish_tariff


def command(request: Request) -> Response:
    """{"meter_id", "kind", "arguments"?, "why"} -> 202 with the command as it was queued."""
    caller = http.caller(request)
    key = parse_idempotency_key(request.headers.get("Idempotency-Key"))
    body = http.json_body(request)
    http.refuse_unknown_fields(body, {"meter_id", "kind", "arguments", "why"})
    kind, arguments = parse_command(body.get("kind"), body.get("arguments"))
    instruction = Instruction(
        meter_id=parse_meter_id(body.get("meter_id")),
        kind=kind,
        arguments=arguments,
        idempotency_key=key,
        why=http.reason(body.get("why")),
        caller=caller,
    )
    queued = command_meter(instruction, wiring.world())
    return http.json_response(
        202,
        {
            "meter_id": instruction.meter_id,
            "command_id": queued.command_id,
            "kind": queued.kind,
            "arguments": queued.arguments,
            "created_at_ms": queued.created_at_ms,
        },
    )


def tariff(request: Request) -> Response:
    """{"tariff_id", "name", "blocks", ..., "valid_from_ms"?, "why"} -> 200 with its beginning."""
    caller = http.caller(request)
    body = http.json_body(request)
    http.refuse_unknown_fields(body, FIELDS)
    http.reason(body.get("why"))
    terms, valid_from_ms = parse_terms(body)
    since_ms = publish_tariff(terms, valid_from_ms, caller, wiring.world())
    return http.json_response(200, {"tariff_id": terms.tariff.tariff_id, "valid_from_ms": since_ms})
