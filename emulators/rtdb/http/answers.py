"""Responses in the shapes REST clients know, and the one table from errors to status codes."""

from __future__ import annotations

import re
from typing import Any

from emulators.rtdb import json_text
from emulators.rtdb.errors import (
    ConflictError,
    CredentialError,
    PermissionDeniedError,
    RequestError,
    TooLargeError,
)
from emulators.rtdb.http.request import Response
from emulators.rtdb.rules.errors import RulesRejectedError

JSON = "application/json; charset=utf-8"
_HEADERS = {
    "Content-Type": JSON,
    "Cache-Control": "no-cache",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag",
}
_STATUS: dict[type[Exception], int] = {
    TooLargeError: 400,
    RequestError: 400,
    RulesRejectedError: 400,
    CredentialError: 401,
    PermissionDeniedError: 401,
    ConflictError: 412,
}
REQUEST_ERRORS = tuple(_STATUS)
_METHODS = "GET, PUT, POST, PATCH, DELETE, OPTIONS"
_HEADER_NAMES = re.compile(r"[A-Za-z0-9, -]{1,1000}")


def preflight(wanted_headers: str) -> Response:
    """What a browser asks before a request from another origin: any method, any header."""
    allowed = wanted_headers if _HEADER_NAMES.fullmatch(wanted_headers) else "Authorization"
    return Response(
        headers=_HEADERS
        | {
            "Access-Control-Allow-Methods": _METHODS,
            "Access-Control-Allow-Headers": allowed,
            "Access-Control-Max-Age": "3600",
        }
    )


def success(value: Any, *, pretty: bool = False, **headers: str) -> Response:
    """200 with a JSON value."""
    body = json_text.write_pretty(value) if pretty else json_text.write(value)
    return Response(headers=_HEADERS | headers, body=body)


def silent(**headers: str) -> Response:
    """204 with nothing."""
    return Response(status=204, headers=_HEADERS | headers)


def unchanged(etag: str) -> Response:
    """304 for a matching if-none-match."""
    return Response(status=304, headers=_HEADERS | {"ETag": etag})


def text(content_type: str, body: str) -> Response:
    """200 with a page or a script."""
    return Response(headers=_HEADERS | {"Content-Type": content_type}, body=body.encode("utf-8"))


def failure(status: int, message: str) -> Response:
    """An error with its text."""
    return Response(status=status, headers=_HEADERS, body=json_text.write({"error": message}))


def refusal(error: Exception) -> Response:
    """The response to one of REQUEST_ERRORS."""
    return failure(_STATUS[type(error)], str(error))
