"""POST /daraja/result/{id}/{key} and /daraja/timeout/{id}/{key}: take a result in, answer at once.

``id`` is ``sent-{attempt}-{refund_id}`` or ``status-{attempt}-{refund_id}`` of money that goes
out, and ``receipt-{attempt}-{receipt}`` of a question about money that came in.
"""

from __future__ import annotations

import re

from flask import Request, Response

from lipamita.adapters.money_out_wire import receipt_told
from lipamita.domain.ids import Receipt
from lipamita.domain.money_out import ResultKind
from lipamita.domain.refund import RefundId
from lipamita.entrypoints import http, wiring
from lipamita.entrypoints.evidence import accepted, raw_callback, read_evidence
from lipamita.use_cases.ask_receipt import receipt_label, record_receipt_result
from lipamita.use_cases.record_result import (
    ResultPath,
    authenticate_result,
    record_result,
    result_too_large,
)

_ID = re.compile(r"(sent|status)-([1-9][0-9]{0,2})-([-0-9A-Z_a-z]{20})", re.ASCII)
_RECEIPT_ID = re.compile(r"receipt-([1-9][0-9]{0,2})-([A-Z0-9]{8,16})", re.ASCII)
WORDS = ("result", "timeout")


def post(request: Request) -> Response:
    """200 {"ResultCode": 0, "ResultDesc": "Accepted"} for anything on a secret path.

    404 for a path that is not a refund's own; 413 above 64 KiB; nothing is stored then.
    """
    http.require_method(request, "POST")
    segments = http.path_below(request, "/daraja")
    if len(segments) != 3 or segments[0] not in WORDS:
        raise http.not_found()
    word, label, key = segments
    asked = _RECEIPT_ID.fullmatch(label)
    if asked is not None:
        return _about_receipt(request, word, Receipt(asked[2]), int(asked[1]), key)
    match = _ID.fullmatch(label)
    if match is None:
        raise http.not_found()
    world, remote_address = wiring.world(), http.remote_address(request)
    kind = ResultKind(match[1])
    path = ResultPath(refund_id=RefundId(match[3]), attempt=int(match[2]), kind=kind)
    authenticate_result(path.label, key, remote_address, world)
    body = read_evidence(request, lambda: result_too_large(path.label, remote_address, world))
    raw = raw_callback(request, body, received_at_ms=world.clock())
    is_timeout = word == "timeout" and kind is ResultKind.SENT
    record_result(path.as_timeout() if is_timeout else path, raw, world)
    return accepted()


def _about_receipt(
    request: Request, word: str, receipt: Receipt, attempt: int, key: str
) -> Response:
    """A timeout says nothing about the money, and whoever asked may ask again."""
    world, remote_address = wiring.world(), http.remote_address(request)
    label = receipt_label(receipt, attempt)
    authenticate_result(label, key, remote_address, world)
    body = read_evidence(request, lambda: result_too_large(label, remote_address, world))
    raw = raw_callback(request, body, received_at_ms=world.clock())
    if word == "result":
        told = receipt_told(raw.body, received_at_ms=raw.received_at_ms)
        record_receipt_result(receipt, attempt, told, raw, world)
    return accepted()
