"""POST /daraja/stk-push: a good request pays once, a bad one is told why and leaves no trace."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from lipamita.domain.evidence import PushRefused, PushUnclear
from lipamita.entrypoints.http import MAX_JSON_BYTES

from tests.unit.lipamita.adapters.id_tokens import id_token
from tests.unit.lipamita.entrypoints.deployment import (
    BRIAN,
    DEVICE,
    GOOD,
    OPERATOR,
    SEED,
    App,
    said,
)


def but(**fields: object) -> dict[str, object]:
    return {**GOOD, **fields}


def without(name: str) -> dict[str, object]:
    return {key: value for key, value in GOOD.items() if key != name}


def assert_refused(
    app: App, response: Any, status: int, code: str, field: str | None = None
) -> None:
    """The documented shape, nothing pushed, and not one byte more in the database."""
    node = said(response)
    assert set(node) == {"error"}
    error = node["error"]
    assert (response.status_code, error["code"], error.get("field")) == (status, code, field)
    assert set(error) == {"code", "message"} | ({"field"} if field else set())
    assert isinstance(error["message"], str)
    assert 0 < len(error["message"]) < 300
    assert app.daraja.pushes == []
    assert app.database.read() == SEED


# --- a good request


def test_a_good_request_is_accepted_with_its_quote(app: App) -> None:
    response = app.push()
    node = said(response)
    assert response.status_code == 202
    assert set(node) == {"transaction_id", "status", "customer_message", "quote"}
    assert (node["status"], node["quote"]["energy_wh"]) == ("prompted", 20_000)
    assert re.fullmatch("[-0-9A-Z_a-z]{20}", node["transaction_id"])


def test_a_good_request_pushes_once_to_the_normalised_number(app: App) -> None:
    app.push()
    assert [(push.msisdn, push.amount_kes) for push in app.daraja.pushes] == [("254712345678", 500)]


def test_what_is_stored_has_no_phone_but_the_masked_one(app: App) -> None:
    app.push()
    assert "712345678" not in str(app.database.read())


@pytest.mark.parametrize("body", [without("description"), but(description=None)])
def test_a_description_may_be_left_out(app: App, body: object) -> None:
    assert app.push(body).status_code == 202


@pytest.mark.parametrize("amount", [1, 250_000])
def test_the_limits_of_an_amount_are_amounts(app: App, amount: int) -> None:
    assert app.push(but(amount=amount)).status_code == 202


@pytest.mark.parametrize("phone", ["0712345678", "+254 712-345 678", "110000000", "254712345678"])
def test_a_phone_is_accepted_as_people_type_it(app: App, phone: str) -> None:
    assert app.push(but(phone_number=phone)).status_code == 202


def test_an_operator_pays_for_any_meter(app: App) -> None:
    assert app.push(but(meter_id="MTR-003"), token=OPERATOR).status_code == 202


def test_the_same_key_and_body_give_the_same_answer_and_no_second_push(app: App) -> None:
    first, second = said(app.push()), said(app.push())
    assert first == second
    assert len(app.daraja.pushes) == 1


def test_a_path_through_hosting_or_of_the_function_itself_is_the_same(app: App) -> None:
    assert app.push(path="/").status_code == 202


@pytest.mark.parametrize(
    "content_type", ["application/json;charset=UTF-8", "APPLICATION/JSON", "application/json; x=y"]
)
def test_json_may_name_its_encoding(app: App, content_type: str) -> None:
    assert app.push(content_type=content_type).status_code == 202


# --- bad fields

NUMBERS: list[object] = [
    *(None, 0, -1, -500, 250_001, 10**12, 10**400, True, False, 500.0, 500.5, 1e300),
    *("500", "", "five", [], [500], {}, {"kes": 500}),
]
PHONES: list[object] = [
    *(None, "", " ", "0812345678", "07123456", "07123456789", "2540712345678", "+1712345678"),
    *(
        "0712x45678",
        "2547 ***** 126",
        "0" * 4_000,
        "\ud800",
        712345678,
        254712345678,
        True,
        7.5,
        [],
        {},
    ),
]
METERS: list[object] = [
    *(None, "", "mtr-001", "MTR 001", "M", "M" * 13, "../MTR-001", "MTR/001", "MTR.001", "\ud800"),
    *(1, True, 1.5, [], ["MTR-001"], {}),
]
DESCRIPTIONS: list[object] = ["", "x" * 101, "\ud800", "ok \udfff", 5, 0, True, False, 1.5, [], {}]
BAD_FIELDS: list[tuple[str, str, object]] = [
    *(("amount", "invalid_amount", value) for value in NUMBERS),
    *(("phone_number", "invalid_phone_number", value) for value in PHONES),
    *(("meter_id", "invalid_meter_id", value) for value in METERS),
    *(("description", "invalid_description", value) for value in DESCRIPTIONS),
]


@pytest.mark.parametrize(
    ("field", "code", "value"), BAD_FIELDS, ids=lambda value: ascii(value)[:24]
)
def test_a_field_of_a_wrong_value_is_refused_by_name(
    app: App, field: str, code: str, value: object
) -> None:
    assert_refused(app, app.push(but(**{field: value})), 400, code, field)


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("amount", "invalid_amount"),
        ("phone_number", "invalid_phone_number"),
        ("meter_id", "invalid_meter_id"),
    ],
)
def test_a_missing_field_is_refused_by_name(app: App, field: str, code: str) -> None:
    assert_refused(app, app.push(without(field)), 400, code, field)


@pytest.mark.parametrize("name", ["Amount", "order", "status", "__proto__", "x" * 40])
def test_an_unknown_field_is_refused_by_name(app: App, name: str) -> None:
    assert_refused(app, app.push(but(**{name: 1})), 400, "unknown_field", name)


def test_a_long_unknown_name_is_shown_in_part(app: App) -> None:
    assert_refused(app, app.push(but(**{"x" * 900: 1})), 400, "unknown_field", "x" * 40)


def test_an_amount_that_buys_nothing_is_refused(app: App) -> None:
    response = app.push(but(meter_id="MTR-007", amount=1))
    assert_refused(app, response, 400, "amount_too_small", "amount")


def test_a_number_beyond_all_numbers_is_refused_by_name(app: App) -> None:
    body = json.dumps(but(amount=5)).replace("5,", "1e400,").encode()  # JSON's; Python's: infinity
    assert_refused(app, app.push(body), 400, "invalid_amount", "amount")


# --- bad meters


def test_a_meter_that_does_not_exist_is_unknown(app: App) -> None:
    assert_refused(app, app.push(but(meter_id="MTR-999")), 404, "unknown_meter", "meter_id")


@pytest.mark.parametrize(
    ("meter_id", "token"),
    [("MTR-002", None), ("MTR-003", None), ("MTR-001", BRIAN), ("MTR-001", DEVICE)],
    ids=["another tenant's", "nobody's", "for another", "by its device"],
)
def test_a_meter_is_paid_for_by_its_owner(app: App, meter_id: str, token: str | None) -> None:
    more = {} if token is None else {"token": token}
    response = app.push(but(meter_id=meter_id), **more)
    assert_refused(app, response, 403, "not_your_meter", "meter_id")


@pytest.mark.parametrize("meter_id", ["MTR-004", "MTR-005"], ids=["no esp32", "no tariff"])
def test_a_meter_that_cannot_be_recharged_is_not_ready(app: App, meter_id: str) -> None:
    assert_refused(app, app.push(but(meter_id=meter_id)), 409, "meter_not_ready", "meter_id")


def test_a_tariff_that_would_give_energy_away_sells_nothing(app: App) -> None:
    assert_refused(app, app.push(but(meter_id="MTR-006")), 500, "internal")


# --- bad requests


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
def test_another_method_is_not_allowed(app: App, method: str) -> None:
    response = app.push(method=method)
    assert_refused(app, response, 405, "method_not_allowed")
    assert response.headers["Allow"] == "POST"


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b" ", b"null", b"true", b"5", b'"text"', b"[]", b'[{"meter_id":"MTR-001"}]'),
        *(b"{", b"{}}", b"{'a':1}", b"meter_id=MTR-001", b"<xml/>", b"\xff\xfe{", b"\x00"),
        *(
            b'{"amount":NaN}',
            b'{"amount":Infinity}',
            b"[" * 9_000,
            b'{"amount":' + b"9" * 5_000 + b"}",
        ),
    ],
    ids=lambda body: str(body)[:24],
)
def test_a_body_that_is_no_json_object_is_refused(app: App, body: bytes) -> None:
    assert_refused(app, app.push(body), 400, "invalid_json")


@pytest.mark.parametrize(
    "content_type",
    [None, "text/plain", "application/x-www-form-urlencoded", "text/json", "multipart/form-data"],
)
def test_another_content_type_is_refused(app: App, content_type: str | None) -> None:
    response = app.push(content_type=content_type)
    assert_refused(app, response, 415, "unsupported_media_type")


def test_a_body_of_the_largest_size_is_read(app: App) -> None:
    body = json.dumps(GOOD).encode()
    padded = body[:-1] + b" " * (MAX_JSON_BYTES - len(body)) + b"}"
    assert (len(padded), app.push(padded).status_code) == (MAX_JSON_BYTES, 202)


@pytest.mark.parametrize("size", [MAX_JSON_BYTES + 1, 5 * 1024 * 1024])
def test_a_larger_body_is_refused(app: App, size: int) -> None:
    assert_refused(app, app.push(b"{" + b" " * (size - 2) + b"}"), 413, "body_too_large")


@pytest.mark.parametrize(
    "key", [None, "", "a b", "x" * 129], ids=["none", "empty", "space", "long"]
)
def test_a_request_needs_a_key_of_its_own(app: App, key: str | None) -> None:
    assert_refused(app, app.push(key=key), 400, "invalid_idempotency_key", "Idempotency-Key")


def test_the_same_key_with_another_body_is_a_conflict(app: App) -> None:
    app.push()
    response = app.push(but(amount=501))
    error = said(response)["error"]
    assert (response.status_code, error["code"]) == (409, "idempotency_key_reused")
    assert len(app.daraja.pushes) == 1


# --- nobody


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "missing_token"),
        ("", "missing_token"),
        ("Basic dXNlcjpwYXNz", "missing_token"),
        ("Bearer", "missing_token"),
        ("Bearer garbled", "invalid_token"),
        ("Bearer a.b.c", "invalid_token"),
        (f"Bearer {id_token(aud='another-project')}", "invalid_token"),
        (f"Bearer {id_token(role=['operator'])}", "invalid_token"),
        (f"Bearer {id_token(exp=1)}", "expired_token"),
    ],
    ids=["none", "empty", "basic", "bare", "garbled", "abc", "project", "role", "expired"],
)
def test_without_a_good_token_nothing_is_done(app: App, header: str | None, code: str) -> None:
    headers = {} if header is None else {"Authorization": header}
    response = app.push(token=None, headers=headers)
    assert_refused(app, response, 401, code)
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_who_is_asking_comes_before_what_is_asked(app: App) -> None:
    assert_refused(app, app.push(b"not JSON", token=None), 401, "missing_token")


# --- what Daraja says


def test_a_certain_refusal_is_a_502_with_the_transaction(app: App) -> None:
    app.daraja.push_answer = PushRefused(code="subscriber_busy", message="Wait.", detail="500")
    response = app.push()
    error = said(response)["error"]
    assert (response.status_code, error["code"], error["message"]) == (
        502,
        "subscriber_busy",
        "Wait.",
    )
    assert app.database.read(f"transactions/{error['transaction_id']}/status") == "failed"


def test_an_unclear_answer_is_accepted_and_warns_against_paying_again(app: App) -> None:
    app.daraja.push_answer = PushUnclear(why="ReadTimeout")
    node = said(app.push())
    assert node["status"] == "created"
    assert "do not start another payment" in node["customer_message"]


def test_an_error_of_ours_says_nothing_about_itself(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(app.daraja, "push", broken)
    response = app.push()
    assert (response.status_code, said(response)["error"]["code"]) == (500, "internal")
    assert "secret detail" not in response.get_data(as_text=True)
