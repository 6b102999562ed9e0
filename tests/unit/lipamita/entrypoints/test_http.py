"""The table of errors: every error of ours has one HTTP status."""

from __future__ import annotations

import pytest
from flask import Request, Response
from lipamita.domain import errors
from lipamita.entrypoints import http

from tests.unit.lipamita.entrypoints.deployment import request, said

EXPECTED: dict[type[errors.LipamitaError], int] = {
    errors.InvalidInputError: 400,
    errors.UnauthenticatedError: 401,
    errors.ForbiddenError: 403,
    errors.NotFoundError: 404,
    errors.ConflictError: 409,
    errors.RateLimitedError: 429,
    errors.PaymentRefusedError: 502,
    errors.BusyError: 503,
    errors.ConfigurationError: 500,
    errors.IllegalMoveError: 500,
    errors.UnreadableError: 500,
}


def answered(error: Exception) -> Response:
    def fails(_: Request) -> Response:
        raise error

    return http.answer(fails, request(method="GET", path="/x"))


def made(kind: type[errors.LipamitaError]) -> errors.LipamitaError:
    if issubclass(kind, errors.PaymentRefusedError):
        return kind("the_code", "the message", transaction_id="t1")
    return kind("the_code", "the message", field="the_field")


def test_the_table_knows_every_error_of_ours() -> None:
    assert set(EXPECTED) == set(errors.LipamitaError.__subclasses__())


@pytest.mark.parametrize("kind", EXPECTED)
def test_an_error_has_its_status(kind: type[errors.LipamitaError]) -> None:
    assert answered(made(kind)).status_code == EXPECTED[kind]


@pytest.mark.parametrize("kind", [kind for kind, status in EXPECTED.items() if status < 500])
def test_the_callers_error_says_what_and_where(kind: type[errors.LipamitaError]) -> None:
    assert said(answered(made(kind))) == {
        "error": {"code": "the_code", "message": "the message", "field": "the_field"}
    }


def test_an_error_that_passes_says_when_in_whole_seconds() -> None:
    slow = errors.RateLimitedError("rate_limited", "wait a moment", retry_after_ms=1_001)
    assert answered(slow).headers["Retry-After"] == "2"


def test_busy_passes_in_a_second() -> None:
    assert answered(errors.BusyError("busy", "try again")).headers["Retry-After"] == "1"


def test_an_error_without_a_field_names_none() -> None:
    assert said(answered(errors.BusyError("busy", "try again"))) == {
        "error": {"code": "busy", "message": "try again"}
    }


def test_a_refused_payment_names_its_transaction() -> None:
    error = said(answered(made(errors.PaymentRefusedError)))["error"]
    assert error == {"code": "the_code", "message": "the message", "transaction_id": "t1"}


@pytest.mark.parametrize(
    "error",
    [
        *(made(kind) for kind, status in EXPECTED.items() if status == 500),
        RuntimeError("the message"),
        KeyError("the message"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_of_ours_is_not_explained_to_the_caller(error: Exception) -> None:
    response = answered(error)
    assert (response.status_code, said(response)["error"]["code"]) == (500, "internal")
    assert "the message" not in response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("path", "segments"),
    [
        ("/api/meters/x", ["meters", "x"]),
        ("/meters/x", ["meters", "x"]),
        ("/api//meters///x/", ["meters", "x"]),
        ("/api", []),
        ("/", []),
    ],
)
def test_a_path_is_the_same_through_hosting_and_direct(path: str, segments: list[str]) -> None:
    assert http.path_below(request(method="GET", path=path), "/api") == segments
