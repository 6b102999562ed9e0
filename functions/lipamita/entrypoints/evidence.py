"""What Safaricom tells us, taken in raw: stored whatever it says, answered as documented."""

from __future__ import annotations

from collections.abc import Callable

from flask import Request, Response

from lipamita.domain.ids import evidence_id
from lipamita.domain.units import Millis
from lipamita.entrypoints import http
from lipamita.use_cases.records import RawCallback

MAX_EVIDENCE_BYTES = 64 * 1024


def read_evidence(request: Request, too_large: Callable[[], None]) -> bytes:
    """The body as it came. Raises HttpError 413 above 64 KiB, after ``too_large`` was called."""
    try:
        return http.read_body(request, limit_bytes=MAX_EVIDENCE_BYTES)
    except http.HttpError:
        too_large()
        raise


def text_of(body: bytes) -> str:
    """The body as text that a database takes; bytes that are not UTF-8 are escaped, not lost."""
    return body.decode("utf-8", "backslashreplace")


def raw_callback(request: Request, body: bytes, *, received_at_ms: Millis) -> RawCallback:
    """The body with what is known of how it came. Equal bodies have the same id."""
    return RawCallback(
        evidence_id=evidence_id(body),
        body=text_of(body),
        received_at_ms=received_at_ms,
        remote_address=http.remote_address(request),
        content_type=request.headers.get("Content-Type", "")[: http.MAX_HEADER_KEPT],
    )


def accepted(description: str = "Accepted") -> Response:
    """The answer Safaricom expects to a callback, a result or a confirmation."""
    return http.json_response(200, {"ResultCode": 0, "ResultDesc": description})
