"""POST /api/meters/{meter_id}/claim for operators; POST /claim and /claim/complete for boards."""

from __future__ import annotations

from flask import Request, Response

from lipamita.domain.claim import (
    ClaimRequest,
    parse_code,
    parse_hardware_id,
    parse_label_secret,
    parse_nonce,
    parse_proof,
)
from lipamita.domain.crockford import in_groups
from lipamita.domain.ids import parse_meter_id
from lipamita.entrypoints import http, wiring
from lipamita.use_cases.claim_meter import ClaimAnswer, claim_meter
from lipamita.use_cases.complete_claim import complete_claim
from lipamita.use_cases.create_claim import ClaimOrder, create_claim

CODE_GROUP = 5


def create(request: Request, meter_id: str) -> Response:
    """{"hardware_id", "label_secret"} -> 201 with the code, which is told only here."""
    caller = http.caller(request)
    meter = parse_meter_id(meter_id)
    body = http.json_body(request)
    http.refuse_unknown_fields(body, {"hardware_id", "label_secret"})
    order = ClaimOrder(
        meter_id=meter,
        hardware_id=parse_hardware_id(body.get("hardware_id")),
        label_secret=parse_label_secret(body.get("label_secret")),
        caller=caller,
    )
    code, claim = create_claim(order, wiring.world())
    return http.json_response(
        201,
        {
            "meter_id": meter,
            "hardware_id": claim.hardware_id,
            "code": in_groups(code, of=CODE_GROUP),
            "expires_at_ms": claim.expires_at_ms,
        },
    )


def take(request: Request) -> Response:
    """A board claims: 200 with its account, key and totals; the same again for the same nonce."""
    body = http.json_body(request)
    http.refuse_unknown_fields(body, {"meter_id", "code", "hardware_id", "nonce", "proof"})
    wanted = ClaimRequest(
        meter_id=parse_meter_id(body.get("meter_id")),
        code=parse_code(body.get("code")),
        hardware_id=parse_hardware_id(body.get("hardware_id")),
        nonce=parse_nonce(body.get("nonce")),
        proof=parse_proof(body.get("proof")),
    )
    answer = claim_meter(wanted, http.remote_address(request), wiring.world())
    return http.json_response(200, _answer_json(answer))


def complete(request: Request) -> Response:
    """A board says that it holds its key: 200, also when it was said before."""
    body = http.json_body(request)
    http.refuse_unknown_fields(body, {"meter_id", "nonce", "proof"})
    complete_claim(
        parse_meter_id(body.get("meter_id")),
        parse_nonce(body.get("nonce")),
        parse_proof(body.get("proof")),
        http.remote_address(request),
        wiring.world(),
    )
    return http.json_response(200, {"completed": True})


def _answer_json(answer: ClaimAnswer) -> dict[str, object]:
    return {
        "meter_id": answer.account.meter_id,
        "email": answer.account.email,
        "password": answer.account.password,
        "device_key": answer.device_key.hex(),
        "database_url": answer.network.database_url,
        "database_namespace": answer.network.database_namespace,
        "auth_url": answer.network.auth_url,
        "api_key": answer.network.api_key,
        "totals": {
            "credited_total_wh": answer.totals.credited_total_wh,
            "withdrawn_total_wh": answer.totals.withdrawn_total_wh,
            "consumed_total_wh": answer.totals.consumed_total_wh,
            "sequence": answer.totals.sequence,
            "mac": answer.totals_mac,
        },
    }
