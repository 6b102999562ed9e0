"""What payers read: in two languages, and honest about paying again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Request
from lipamita.domain.payment import Payment, Status
from lipamita.domain.stk_result import FINAL_REFUSALS, Retry
from lipamita.entrypoints.messages import Language, customer_message, language_of, try_again

from tests.unit.lipamita.domain.samples import RECEIPT, a_payment


@pytest.mark.parametrize("code", sorted(FINAL_REFUSALS))
def test_a_failed_payment_says_why_in_words(code: str) -> None:
    failed = a_payment(Status.FAILED, result_code=code, customer_message="Daraja's")
    assert customer_message(failed) == FINAL_REFUSALS[code].message


def test_a_refused_push_says_what_it_told_the_payer_then() -> None:
    failed = a_payment(Status.FAILED, result_code=None, customer_message="Wait two minutes.")
    assert customer_message(failed) == "Wait two minutes."


def test_every_state_says_something() -> None:
    assert all(customer_message(a_payment(status)) for status in Status)


def test_money_for_a_place_that_is_gone_is_said_to_go_back() -> None:
    gone = a_payment(Status.REVIEW, reason="no_place_left")
    assert "goes back" in customer_message(gone)
    assert "Zitarudishwa" in customer_message(gone, Language.SWAHILI)
    assert try_again(gone) is Retry.NO


UNCERTAIN = [
    a_payment(Status.CREATED),
    a_payment(Status.PROMPTED),
    a_payment(Status.PROMPTED, reason="paid_unverified"),
    a_payment(Status.REVIEW),
]


@pytest.mark.parametrize("payment", UNCERTAIN)
def test_nobody_is_told_to_pay_again_while_the_money_may_be_on_its_way(payment: Payment) -> None:
    english = customer_message(payment).lower()
    swahili = customer_message(payment, Language.SWAHILI).lower()
    assert "try again" not in english
    assert "do not" in english
    assert "jaribu tena" not in swahili
    assert "usi" in swahili  # do not
    assert try_again(payment) is Retry.NO


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.FAILED}))
def test_only_a_failed_payment_may_be_tried_again(status: Status) -> None:
    assert try_again(a_payment(status)) is Retry.NO


@pytest.mark.parametrize("code", sorted(FINAL_REFUSALS))
def test_the_words_and_the_advice_agree(code: str) -> None:
    refusal = FINAL_REFUSALS[code]
    failed = a_payment(Status.FAILED, result_code=code)
    assert try_again(failed) is refusal.retry
    says_so = "try again" in refusal.message.lower()
    assert says_so == ("jaribu" in refusal.swahili.lower())
    assert not (says_so and refusal.retry is Retry.NO)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("sw", Language.SWAHILI),
        ("sw-KE,sw;q=0.9,en;q=0.5", Language.SWAHILI),
        ("en-GB", Language.ENGLISH),
        ("fr", Language.ENGLISH),
        ("", Language.ENGLISH),
    ],
)
def test_the_language_is_the_callers_or_english(header: str, language: Language) -> None:
    request = Request({"HTTP_ACCEPT_LANGUAGE": header, "REQUEST_METHOD": "GET"})
    assert language_of(request) is language


def test_nothing_of_a_payment_that_paid_says_to_try_again() -> None:
    paid = replace(a_payment(Status.PAID), mpesa_receipt=RECEIPT, result_code="1032")
    assert customer_message(paid) == "Payment received."


def test_an_expired_payment_does_not_claim_that_nothing_was_paid() -> None:
    assert "nothing was paid" not in customer_message(a_payment(Status.EXPIRED)).lower()
