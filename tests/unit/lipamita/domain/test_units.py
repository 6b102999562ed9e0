"""Amounts, calendar and timestamps: nothing but whole shillings gets in."""

from __future__ import annotations

from decimal import Decimal

import pytest
from lipamita.domain.errors import InvalidInputError
from lipamita.domain.units import (
    MAX_AMOUNT_KES,
    Millis,
    daraja_timestamp,
    day_eat,
    exact_kes,
    month_eat,
    parse_amount_kes,
)

LAST_MOMENT_OF_NOVEMBER_EAT = Millis(1_796_072_399_999)  # 2026-11-30T20:59:59.999Z


@pytest.mark.parametrize("amount", [1, 2, 70_001, 249_999, MAX_AMOUNT_KES])
def test_a_whole_number_within_the_limits_is_an_amount(amount: int) -> None:
    assert parse_amount_kes(amount) == amount


@pytest.mark.parametrize(
    "value",
    [
        0,
        -1,
        250_001,
        10**400,
        -(10**5000),
        True,
        False,
        1.0,
        500.5,
        float("nan"),
        float("inf"),
        Decimal(500),
        "500",
        "",
        None,
        [],
        [500],
        {},
        b"500",
    ],
    ids=lambda value: (hex(value) if isinstance(value, int) else repr(value))[:12],
)
def test_anything_else_is_no_amount_and_the_field_is_named(value: object) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_amount_kes(value, field="deposit")
    assert (refused.value.code, refused.value.field) == ("invalid_amount", "deposit")


def test_a_refusal_does_not_repeat_a_number_of_hundreds_of_digits() -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_amount_kes(10**400)
    assert len(refused.value.message) < 120


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (None, "nothing"),
        (True, "a boolean"),
        ("5", "a string"),
        ([5], "a list"),
        ({"a": 5}, "an object"),
        (5.5, "a decimal number"),
    ],
)
def test_a_refusal_says_what_was_found(value: object, found: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_amount_kes(value)
    assert refused.value.message.endswith(f"found {found}")


@pytest.mark.parametrize(
    "value",
    [
        500,
        "500",
        "500.0",
        "500.00",
        "0500",
        Decimal(500),
        Decimal("500.00"),
        Decimal("5E+2"),
        Decimal("500.000000000000"),
    ],
    ids=repr,
)
def test_every_exact_writing_of_500_shillings_is_500(value: object) -> None:
    assert exact_kes(value) == 500


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        500.0,  # a float was rounded by whoever parsed it
        float("nan"),
        "",
        " ",
        " 500",
        "500 ",
        "5e2",
        "1_000",
        "+500",
        "-500",
        ".5",
        "500.",
        "1,000",
        "KES 500",
        "0x1F4",
        "NaN",
        "sNaN",
        "Infinity",
        "-Infinity",
        "\N{ARABIC-INDIC DIGIT FIVE}" * 3,
        "500\n",
        "9" * 400,
        "100.5",
        "100.01",
        -500,
        Decimal(-500),
        Decimal("100.5"),
        Decimal("0.1"),
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        Decimal("1E+33"),
        Decimal("1E+999999"),
        Decimal("1E-999999"),
        Decimal("500." + "0" * 40 + "1"),
        10**400,
        [],
        {},
        b"500",
    ],
    ids=lambda value: repr(value)[:24],
)
def test_anything_that_is_not_exactly_whole_shillings_is_unknown(value: object) -> None:
    assert exact_kes(value) is None


def test_a_month_ends_at_midnight_in_kenya_not_in_utc() -> None:
    now = LAST_MOMENT_OF_NOVEMBER_EAT
    assert (month_eat(now), month_eat(Millis(now + 1))) == ("2026-11", "2026-12")


def test_a_day_ends_at_midnight_in_kenya_not_in_utc() -> None:
    now = LAST_MOMENT_OF_NOVEMBER_EAT
    assert (day_eat(now), day_eat(Millis(now + 1))) == ("2026-11-30", "2026-12-01")


def test_darajas_timestamp_is_east_africa_time() -> None:
    # 2026-11-21T07:15:09.999Z is 10:15:09 in Nairobi.
    assert daraja_timestamp(Millis(1_795_245_309_999)) == "20261121101509"
