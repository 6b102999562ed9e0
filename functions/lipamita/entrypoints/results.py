"""POST /daraja/result/{id}/{key} and /daraja/timeout/{id}/{key}: take a result in, answer at once.

``id`` is ``sent-{attempt}-{refund_id}`` or ``status-{attempt}-{refund_id}``.
"""

from __future__ import annotations

import re

from flask import Request, Response

from lipamita.domain.ids import TransactionId, evidence_id
from lipamita.domain.money_out import ResultKind
from lipamita.domain.refund import RefundId
from lipamita.entrypoints import http, wiring
from lipamita.entrypoints.callbacks import MAX_CALLBACK_BYTES
from lipamita.use_cases.record_callback import callback_too_large
from lipamita.use_cases.record_result import ResultPath, authenticate_result, record_result
from lipamita.use_cases.records import RawCallback

_ID = re.compile(r"(sent|status)-([1-9][0-9]{0,2})-([-0-9A-Z_a-z]{20})", re.ASCII)
WORDS = ("result", "timeout")


def post(request: Request) -> Response:
    """200 {"ResultCode": 0, "ResultDesc": "Accepted"} for anything on a secret path.

    404 for a path that is not a refund's own; 413 above 64 KiB; nothing is stored then.
    """
    http.require_method(request, "POST")
    segments = http.path_below(request, "/daraja")
    if len(segments) != 3 or segments[0] not in WORDS:
        raise http.not_found()
    match = _ID.fullmatch(segments[1])
    if match is None:
        raise http.not_found()
    world, remote_address = wiring.world(), http.remote_address(request)
    kind = ResultKind(match[1])
    path = ResultPath(refund_id=RefundId(match[3]), attempt=int(match[2]), kind=kind)
    authenticate_result(path, segments[2], remote_address, world)
    try:
        body = http.read_body(request, limit_bytes=MAX_CALLBACK_BYTES)
    except http.HttpError:
        callback_too_large(TransactionId(path.refund_id), remote_address, world)
        raise
    raw = RawCallback(
        evidence_id=evidence_id(body),
        body=body.decode("utf-8", "backslashreplace"),
        received_at_ms=world.clock(),
        remote_address=remote_address,
        content_type=request.headers.get("Content-Type", "")[: http.MAX_HEADER_KEPT],
    )
    is_timeout = segments[0] == "timeout" and kind is ResultKind.SENT
    record_result(path.as_timeout() if is_timeout else path, raw, world)
    return http.json_response(200, {"ResultCode": 0, "ResultDesc": "Accepted"})
