"""HTTP in and out: the error table, body limits, and one shape for every answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from http import HTTPStatus
from typing import TypeGuard

from flask import Request, Response

from lipamita.adapters import log
from lipamita.adapters.app_check import HEADER as APP_CHECK_HEADER
from lipamita.adapters.id_token import session_of
from lipamita.domain import errors
from lipamita.domain.identity import Session
from lipamita.domain.ids import Uid, parse_uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.units import SECOND_MS
from lipamita.entrypoints import wiring
from lipamita.use_cases.check_session import check_session

MAX_JSON_BYTES = 16 * 1024
MAX_HEADER_KEPT = 200
MAX_NAME_SHOWN = 40
MAX_WHY = 300

STATUSES: tuple[tuple[type[errors.LipamitaError], int], ...] = (
    (errors.InvalidInputError, 400),
    (errors.UnauthenticatedError, 401),
    (errors.ForbiddenError, 403),
    (errors.NotFoundError, 404),
    (errors.ConflictError, 409),
    (errors.RateLimitedError, 429),
    (errors.PaymentRefusedError, 502),
    (errors.BusyError, 503),
)
BUSY_FOR_MS = SECOND_MS  # other writers are done by then
_READ, _SESSION = "lipamita.body", "lipamita.session"  # kept with the request
_OURS = ("internal", "something went wrong on our side; try again")
_BODIES = frozenset({"POST", "PUT", "PATCH"})


class HttpError(Exception):
    """A refusal that has a meaning only in HTTP: wrong method, wrong type, too large."""

    def __init__(
        self, status: int, code: str, message: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers = headers or {}


def answer(handle: Callable[[Request], Response], request: Request) -> Response:
    """The handler's response, or the documented error for what it raised."""
    if request.path == "/__/health":  # the emulator asks each worker whether it is up
        return json_response(200, {"status": "ok"})
    try:
        return handle(request)
    except HttpError as error:
        response = _error(error.status, error.code, error.message)
        response.headers.update(error.headers)
        return response
    except errors.LipamitaError as error:
        return _known_error(error, request)
    except Exception as error:
        log.request_failed(request.path, error)
        return _error(500, *_OURS)


def json_response(status: int, body: dict[str, object]) -> Response:
    """A JSON answer that no cache may keep."""
    response = Response(json.dumps(body), status=status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def require_method(request: Request, *methods: str) -> None:
    """Raises HttpError 405 for any other method than these."""
    if request.method not in methods:
        raise HttpError(
            405,
            "method_not_allowed",
            f"use {' or '.join(methods)} here, found {request.method}",
            {"Allow": ", ".join(methods)},
        )


def read_body(request: Request, *, limit_bytes: int) -> bytes:
    """The body, never more than the limit in memory; the same when asked again.

    Raises HttpError 413.
    """
    body, whole = request.environ.get(_READ, (b"", False))
    if not whole and len(body) <= limit_bytes:
        wanted = limit_bytes + 1 - len(body)
        more = request.stream.read(wanted)
        body, whole = body + more, len(more) < wanted
        request.environ[_READ] = (body, whole)
    if len(body) > limit_bytes:
        raise HttpError(413, "body_too_large", f"the body must not exceed {limit_bytes} bytes")
    return bytes(body)


def json_body(request: Request) -> dict[str, object]:
    """The JSON object in the body. Raises HttpError 415 and 413, and InvalidInputError."""
    if request.mimetype != "application/json":
        raise HttpError(
            415,
            "unsupported_media_type",
            f"Content-Type must be application/json, found {request.mimetype or 'nothing'}",
        )
    body = read_body(request, limit_bytes=MAX_JSON_BYTES)
    try:
        node = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise errors.InvalidInputError("invalid_json", "the body is not JSON") from None
    if not isinstance(node, dict):
        raise errors.InvalidInputError("invalid_json", "the body must be a JSON object")
    return node


def refuse_unknown_fields(body: dict[str, object], known: Collection[str]) -> None:
    """Raises InvalidInputError for the first field that the request does not have."""
    for name in sorted(set(body) - set(known)):
        shown = name[:MAX_NAME_SHOWN]
        raise errors.InvalidInputError(
            "unknown_field", f"{shown} is not a field of this request", field=shown
        )


def refuse_unknown_parameters(request: Request, known: Collection[str]) -> None:
    """Raises InvalidInputError for the first query parameter that the request does not have."""
    for name in sorted(set(request.args) - set(known)):
        shown = name[:MAX_NAME_SHOWN]
        raise errors.InvalidInputError(
            "unknown_parameter", f"{shown!r} is not a parameter of this request", field=shown
        )


def is_text(value: object) -> TypeGuard[str]:
    """A string that UTF-8 can carry: JSON can also name half of a surrogate pair."""
    try:
        return isinstance(value, str) and bool(value.encode())
    except UnicodeEncodeError:
        return False


def user_id(value: str) -> Uid:
    """The id of a user in an address. Raises InvalidInputError (invalid_user_id)."""
    return parse_uid(value, field="user_id")


def reason(value: object, *, field: str = "why") -> str:
    """Why somebody decided. Raises InvalidInputError."""
    if not is_text(value) or not 0 < len(value.strip()) <= MAX_WHY:
        raise errors.InvalidInputError(
            f"invalid_{field}",
            f"{field} must be a reason of 1 to {MAX_WHY} characters",
            field=field,
        )
    return value.strip()


def caller(request: Request) -> Caller:
    """Who is asking. Raises UnauthenticatedError."""
    return session(request).caller


def session(request: Request) -> Session:
    """The session of whoever is asking: of staff not revoked, of a tenant from our own app.

    Devices and staff's tools cannot be attested by App Check; they are held by their accounts.
    Raises UnauthenticatedError.
    """
    known: Session | None = request.environ.get(_SESSION)
    if known is not None:
        return known
    deployment, header = wiring.deployment(), request.headers.get("Authorization")
    found = session_of(header, deployment.app, now_ms=wiring.now_ms())
    if deployment.verify_app is not None and found.caller.role is Role.TENANT:
        deployment.verify_app(request.headers.get(APP_CHECK_HEADER))
    check_session(found, deployment.world)
    request.environ[_SESSION] = found
    return found


def path_below(request: Request, prefix: str) -> list[str]:
    """The path's segments after the prefix, whether called through Hosting or directly.

    Hosting passes the whole path; a call to the function's own URL has only what follows it.
    """
    segments = [segment for segment in request.path.split("/") if segment]
    wanted = [segment for segment in prefix.split("/") if segment]
    return segments[len(wanted) :] if segments[: len(wanted)] == wanted else segments


def remote_address(request: Request) -> str:
    """The right-hand entry of X-Forwarded-For, appended by Google's proxy; a signal, no proof."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    return (forwarded.split(",")[-1].strip() or request.remote_addr or "")[:MAX_HEADER_KEPT]


def not_found() -> HttpError:
    """The answer for a path that names nothing."""
    return HttpError(404, "unknown_path", "there is nothing at this address")


def _known_error(error: errors.LipamitaError, request: Request) -> Response:
    for kind, status in STATUSES:
        if isinstance(error, kind):
            more = (
                {"transaction_id": error.transaction_id}
                if isinstance(error, errors.PaymentRefusedError)
                else {}
            )
            response = _error(status, error.code, error.message, field=error.field, **more)
            if status == HTTPStatus.UNAUTHORIZED:
                response.headers["WWW-Authenticate"] = "Bearer"  # RFC 9110, 15.5.2
            wait_ms = error.retry_after_ms
            if wait_ms is None and isinstance(error, errors.BusyError):
                wait_ms = BUSY_FOR_MS
            if wait_ms is not None:  # whole seconds, rounded up
                response.headers["Retry-After"] = str(-(-wait_ms // SECOND_MS))
            return response
    log.request_failed(request.path, error)
    return _error(500, *_OURS)


def _error(status: int, code: str, message: str, **more: str | None) -> Response:
    said = {name: value for name, value in more.items() if value is not None}
    return json_response(status, {"error": {"code": code, "message": message, **said}})


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")
