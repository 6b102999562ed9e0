"""Tuya's answers: what is not said plainly is not known."""

from __future__ import annotations

import json

import pytest
from lipamita.adapters.tuya_wire import (
    charge_answer,
    properties_answer,
    token_answer,
    token_was_refused,
)
from lipamita.domain.units import Millis

ODD = [b"", b"null", b"[]", b"<html>busy</html>", b'{"success": "true"}', b"{}", b"\xff"]


def said(**node: object) -> bytes:
    return json.dumps(node).encode()


def properties(*rows: object) -> bytes:
    return said(success=True, result={"properties": rows})


BALANCE = {"code": "balance_energy", "value": 120, "time": 7}
CONSUMED = {"code": "forward_energy_total", "value": 30, "time": 5}


@pytest.mark.parametrize("body", ODD)
def test_an_odd_body_says_nothing(body: bytes) -> None:
    assert charge_answer(body) is None
    assert properties_answer(body) is None
    assert token_answer(body, now_ms=Millis(0)) is None
    assert not token_was_refused(body)


@pytest.mark.parametrize(
    ("body", "taken"),
    [
        (said(success=True, result=True), True),
        (said(success=True, result=False), None),
        (said(success=True), None),
        (said(success=False, code=2001, msg="device is offline"), False),
    ],
)
def test_only_a_plain_yes_is_a_yes(body: bytes, taken: bool | None) -> None:
    assert charge_answer(body) is taken


def test_all_that_a_meter_was_charged_is_what_is_left_and_what_was_used() -> None:
    reading = properties_answer(properties(BALANCE, CONSUMED, {"code": "switch", "value": True}))
    assert reading is not None
    assert (reading.charged_units, reading.at_ms) == (150, 7)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [BALANCE],
        [CONSUMED],
        [{**BALANCE, "value": "120"}, CONSUMED],
        [{**BALANCE, "value": True}, CONSUMED],
        [{**BALANCE, "value": 1.5}, CONSUMED],
        [{**BALANCE, "value": 10**12}, CONSUMED],
        [{**BALANCE, "time": None}, CONSUMED],
        ["balance_energy"],
    ],
)
def test_a_report_with_anything_missing_is_no_reading(rows: list[object]) -> None:
    assert properties_answer(properties(*rows)) is None


def test_a_token_is_renewed_before_it_ends() -> None:
    token = token_answer(
        said(success=True, result={"access_token": "a", "expire_time": 7200}), now_ms=Millis(1_000)
    )
    assert token is not None
    assert token.good_until_ms == 1_000 + 7_200_000 - 60_000
