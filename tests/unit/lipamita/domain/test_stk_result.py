"""Result codes: one is paid, a closed list is refused, all else is not known."""

from __future__ import annotations

from decimal import Decimal

import pytest
from lipamita.domain.stk_result import FINAL_REFUSALS, Outcome, canonical_code, outcome

FINAL_BY_THE_DOCUMENTATION = {
    *("1", "2", "3", "4", "8", "17", "1001", "1019", "1025", "1032", "1037"),
    *("2001", "2028", "8006", "9999", "SFC_IC0003"),
}


def test_the_list_of_final_refusals_is_closed() -> None:
    assert set(FINAL_REFUSALS) == FINAL_BY_THE_DOCUMENTATION


@pytest.mark.parametrize("value", [0, "0"], ids=repr)
def test_only_zero_as_a_number_or_a_string_is_paid(value: object) -> None:
    assert outcome(canonical_code(value)) is Outcome.PAID


@pytest.mark.parametrize("code", sorted(FINAL_BY_THE_DOCUMENTATION))
def test_a_listed_code_is_a_refusal(code: str) -> None:
    assert outcome(canonical_code(code)) is Outcome.REFUSED


@pytest.mark.parametrize("code", sorted(FINAL_BY_THE_DOCUMENTATION - {"SFC_IC0003"}))
def test_a_listed_code_as_a_number_is_the_same_refusal(code: str) -> None:
    assert outcome(canonical_code(int(code))) is Outcome.REFUSED


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, False, 0.0, -0.0, Decimal("0.0"), Decimal(0), "", " ", "0 ", " 0", "00"),
        *(
            "0.0",
            "+0",
            "-0",
            "false",
            "null",
            "O",
            "\N{ARABIC-INDIC DIGIT ZERO}",
            [],
            {},
            [0],
            {"code": 0},
            b"0",
        ),
        *(4999, "4999", 2029, 26, "26", 500, "500.001.1001", 10, 1000, "sfc_ic0003", "1032 "),
        *(-1, 10**400),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_everything_else_is_not_known(value: object) -> None:
    assert outcome(canonical_code(value)) is Outcome.UNKNOWN


def test_every_refusal_tells_the_payer_something() -> None:
    assert all(refusal.message for refusal in FINAL_REFUSALS.values())


@pytest.mark.parametrize("code", ["2028", "SFC_IC0003", "1025"])
def test_a_code_that_only_we_can_mend_raises_an_alarm(code: str) -> None:
    assert FINAL_REFUSALS[code].alarm
