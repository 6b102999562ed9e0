"""POST /daraja/c2b/validation/{key} and /daraja/c2b/confirmation/{key}: payments by hand."""

from __future__ import annotations

from flask import Request, Response

from lipamita.adapters.c2b_wire import ACCEPTED, account_and_amount, confirmation_id_of
from lipamita.entrypoints import http, wiring
from lipamita.entrypoints.evidence import accepted, read_evidence, text_of
from lipamita.use_cases.record_confirmation import (
    C2bPath,
    authenticate_c2b_path,
    confirmation_too_large,
    record_confirmation,
    validate_payment,
)
from lipamita.use_cases.records import RawConfirmation
from lipamita.use_cases.world import World

PATH = "/daraja/c2b"


def post(request: Request) -> Response:
    """A validation is answered 0, C2B00012 (account) or C2B00013 (amount); a confirmation 0.

    Safaricom waits 8 seconds for a validation. 404 for a path that is not ours.
    """
    http.require_method(request, "POST")
    segments = http.path_below(request, PATH)
    if len(segments) != 2 or segments[0] not in set(C2bPath):
        raise http.not_found()
    path, world = C2bPath(segments[0]), wiring.world()
    authenticate_c2b_path(path, segments[1], http.remote_address(request), world)
    body = read_evidence(
        request, lambda: confirmation_too_large(http.remote_address(request), world)
    )
    if path is C2bPath.VALIDATION:
        return _validate(body, world)
    record_confirmation(
        RawConfirmation(
            confirmation_id=confirmation_id_of(body),
            channel="c2b",
            body=text_of(body),
            received_at_ms=world.clock(),
            remote_address=http.remote_address(request),
        ),
        world,
    )
    return accepted("Success")


def _validate(body: bytes, world: World) -> Response:
    account, amount_kes = account_and_amount(body)
    refusal = validate_payment(account, amount_kes, world)
    if refusal is None:
        return http.json_response(200, dict(ACCEPTED))
    return http.json_response(200, {"ResultCode": refusal.value, "ResultDesc": "Rejected"})
