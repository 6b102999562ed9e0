"""POST /daraja/callback/{transaction_id}/{key}: take evidence in, answer at once."""

from __future__ import annotations

from flask import Request, Response

from lipamita.domain.errors import InvalidInputError
from lipamita.domain.ids import parse_transaction_id
from lipamita.entrypoints import http, wiring
from lipamita.entrypoints.evidence import accepted, raw_callback, read_evidence
from lipamita.use_cases.record_callback import (
    authenticate_path,
    callback_too_large,
    record_callback,
)

PATH = "/daraja/callback"


def post(request: Request) -> Response:
    """200 {"ResultCode": 0, "ResultDesc": "Accepted"} for anything on a secret path.

    404 for a path that is not a payment's own; 413 above 64 KiB; nothing is stored then.
    """
    http.require_method(request, "POST")
    segments = http.path_below(request, PATH)
    if len(segments) != 2:
        raise http.not_found()
    try:
        transaction_id = parse_transaction_id(segments[0])
    except InvalidInputError:
        raise http.not_found() from None
    world, remote_address = wiring.world(), http.remote_address(request)
    authenticate_path(transaction_id, segments[1], remote_address, world)
    body = read_evidence(request, lambda: callback_too_large(transaction_id, remote_address, world))
    callback = raw_callback(request, body, received_at_ms=world.clock())
    record_callback(transaction_id, callback, world)
    return accepted()
