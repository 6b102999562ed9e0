"""POST /daraja/callback: anything on a secret path is kept and thanked, the rest finds nothing."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Response
from lipamita.domain.schedule import first_in_line
from lipamita.entrypoints.evidence import MAX_EVIDENCE_BYTES

from tests.unit.lipamita.domain.samples import NOW, OTHER_TRANSACTION, TRANSACTION
from tests.unit.lipamita.entrypoints.deployment import SEED, App, callback_path, said

PATH = callback_path(TRANSACTION)
KEY = PATH.rsplit("/", 1)[1]
OTHER_KEY = callback_path(OTHER_TRANSACTION).rsplit("/", 1)[1]


def stored(app: App) -> list[Any]:
    return list((app.database.read(f"callbacks/{TRANSACTION}") or {}).values())


def assert_accepted(response: Response) -> None:
    assert (response.status_code, said(response)) == (
        200,
        {"ResultCode": 0, "ResultDesc": "Accepted"},
    )


def test_a_callback_is_stored_raw_and_thanked(app: App) -> None:
    assert_accepted(app.callback(PATH, b'{"Body": {"stkCallback": {}}}'))
    assert [row["body"] for row in stored(app)] == ['{"Body": {"stkCallback": {}}}']


def test_a_callback_makes_its_payment_due(app: App) -> None:
    app.callback(PATH)
    assert app.database.read(f"transactions/{TRANSACTION}/next_check_at") == first_in_line(NOW)


@pytest.mark.parametrize(
    "body",
    [b"", b"not JSON", b"<html/>", b"null", b"[]", b"[" * 60_000, b"\xff\xfe\x00\x01", b"\x00" * 9],
    ids=lambda body: str(body)[:16],
)
def test_anything_on_a_secret_path_is_stored_and_thanked(app: App, body: bytes) -> None:
    assert_accepted(app.callback(PATH, body))
    assert len(stored(app)) == 1


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "x" * 900, "é"]
)
def test_the_content_type_does_not_matter(app: App, content_type: str | None) -> None:
    assert_accepted(app.callback(PATH, content_type=content_type))
    assert len(stored(app)[0]["content_type"]) <= 200


def test_the_same_body_is_stored_once_and_thanked_each_time(app: App) -> None:
    for _ in range(3):
        assert_accepted(app.callback(PATH))
    assert [row["copies"] for row in stored(app)] == [3]


def test_a_call_of_the_function_itself_has_the_rest_of_the_path(app: App) -> None:
    assert_accepted(app.callback(PATH.removeprefix("/daraja/callback")))


@pytest.mark.parametrize(
    ("forwarded", "kept"),
    [
        ("196.201.212.69", "196.201.212.69"),
        ("1.2.3.4, 196.201.212.69", "196.201.212.69"),
        ("", "10.0.0.1"),
    ],
)
def test_the_address_kept_is_the_one_our_own_proxy_saw(app: App, forwarded: str, kept: str) -> None:
    app.callback(PATH, headers={"X-Forwarded-For": forwarded})
    assert stored(app)[0]["remote_address"] == kept


# --- the limit of a body


def test_a_body_of_64_kib_is_stored(app: App) -> None:
    assert_accepted(app.callback(PATH, b"x" * MAX_EVIDENCE_BYTES))
    assert MAX_EVIDENCE_BYTES == 65_536


@pytest.mark.parametrize("size", [MAX_EVIDENCE_BYTES + 1, 5 * 1024 * 1024])
def test_a_larger_body_is_refused_unstored_with_an_alarm(app: App, size: int) -> None:
    response = app.callback(PATH, b"x" * size)
    assert (response.status_code, said(response)["error"]["code"]) == (413, "body_too_large")
    assert stored(app) == []
    assert list(app.database.read("alarms/2026-11-21")) == ["callback_too_large"]


# --- other paths

FORGED = {
    "no key": f"/daraja/callback/{TRANSACTION}/x",
    "another payment's key": f"/daraja/callback/{TRANSACTION}/{OTHER_KEY}",
    "another payment": f"/daraja/callback/{OTHER_TRANSACTION}/{KEY}",
    "in capitals": f"/daraja/callback/{TRANSACTION}/{KEY.upper()}",
    "short": f"/daraja/callback/{TRANSACTION}/{KEY[:-1]}",
    "not ASCII": f"/daraja/callback/{TRANSACTION}/é{KEY[1:]}",
    "bad bytes": f"/daraja/callback/{TRANSACTION}/%ff%fe",
}
NOWHERE = {
    "nothing": "/daraja/callback",
    "slash": "/daraja/callback/",
    "no key": f"/daraja/callback/{TRANSACTION}",
    "no id": f"/daraja/callback/{KEY}",
    "too much": f"{PATH}/more",
    "no push id": f"/daraja/callback/short/{KEY}",
    "climbing": f"/daraja/callback/../{KEY}",
    "a path in an id": f"/daraja/callback/users%2Fx/{KEY}",
}


@pytest.mark.parametrize("forged", FORGED)
def test_a_wrong_key_finds_nothing_stores_nothing_and_alarms(app: App, forged: str) -> None:
    response = app.callback(FORGED[forged])
    assert (response.status_code, said(response)["error"]["code"]) == (404, "unknown_path")
    left = app.database.read()
    assert left.pop("alarms")["2026-11-21"]["forged_callback"]["count"] == 1
    assert left == SEED


@pytest.mark.parametrize("nowhere", NOWHERE)
def test_a_path_that_is_no_payments_finds_nothing(app: App, nowhere: str) -> None:
    response = app.callback(NOWHERE[nowhere])
    assert (response.status_code, said(response)["error"]["code"]) == (404, "unknown_path")
    assert app.database.read() == SEED


def test_a_forged_path_and_a_path_to_nowhere_look_the_same(app: App) -> None:
    forged, nowhere = app.callback(FORGED["no key"]), app.callback(NOWHERE["slash"])
    assert forged.get_data() == nowhere.get_data()


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_another_method_is_not_allowed(app: App, method: str) -> None:
    response = app.callback(PATH, method=method)
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert app.database.read() == SEED
