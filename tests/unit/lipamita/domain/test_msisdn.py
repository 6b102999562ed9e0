"""Phone numbers: every shape people type, one shape kept, no number repeated or shown whole."""

from __future__ import annotations

import pytest
from lipamita.domain.errors import InvalidInputError
from lipamita.domain.msisdn import Msisdn, mask, parse_msisdn


@pytest.mark.parametrize(
    "typed",
    [
        "0712345678",
        "712345678",
        "254712345678",
        "+254712345678",
        "0712 345 678",
        "0712-345-678",
        "+254 712 345678",
        "+254-712-345-678",
        "(0712) 345678",
        "+254\u00a0712\u00a0345\u00a0678",
        "  0712345678  ",
        "0712345678\n",
    ],
)
def test_every_typed_shape_of_a_number_is_that_number(typed: str) -> None:
    assert parse_msisdn(typed) == "254712345678"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0110000000", "254110000000"),
        ("110000000", "254110000000"),
        ("+254182000000", "254182000000"),
        ("0143000000", "254143000000"),
        ("0780000000", "254780000000"),
        ("0799999999", "254799999999"),
        ("0700000000", "254700000000"),
    ],
)
def test_no_operators_range_is_refused(typed: str, number: str) -> None:
    assert parse_msisdn(typed) == number


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "   ",
        "07123456",
        "071234567",
        "07123456789",
        "0812345678",
        "0212345678",
        "2540712345678",
        "0254712345678",
        "00254712345678",
        "++254712345678",
        "255712345678",
        "+1712345678",
        "2547 ***** 126",
        "254708***430",
        "07l2345678",
        "0712345678x12",
        "0712\t345678",
        "0712.345.678",
        "٠٧١٢٣٤٥٦٧٨",
        "0" * 5000,
        "0712345678" + " " * 20 + "9",
        "0 7 1 2 3 4 5 6 7 8 - -",
        712345678,
        254712345678,
        True,
        0.712345678,
        ["0712345678"],
        {"phone": "0712345678"},
    ],
    ids=lambda value: repr(value)[:26],
)
def test_anything_else_is_no_number_and_the_field_is_named(value: object) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_msisdn(value, field="phone")
    assert (refused.value.code, refused.value.field) == ("invalid_phone_number", "phone")


def test_a_refusal_does_not_repeat_the_number() -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_msisdn("0712345678 99")
    assert "0712345678 99" not in refused.value.message


def test_a_masked_number_keeps_four_digits_in_front_and_two_behind() -> None:
    assert mask(Msisdn("254712345678")) == "2547******78"
