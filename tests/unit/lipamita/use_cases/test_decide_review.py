"""Decisions about money in review: credited once, by whom and why, two people above a limit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.errors import ConflictError, ForbiddenError, NotFoundError
from lipamita.domain.ids import Receipt, TransactionId, Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.payment import DeliveryStatus, Payment, Status
from lipamita.domain.review import ReceiptDecision, ReceiptWord
from lipamita.domain.two_people import TWO_PEOPLE_ABOVE_KES
from lipamita.domain.units import HOUR_MS, Cents, Kes
from lipamita.use_cases.decide_review import MoneyDecision, credit_review
from lipamita.use_cases.reconcile import reconcile
from lipamita.use_cases.request_payment import request_payment
from lipamita.use_cases.settle_payment import settle_payment

from tests.fakes.estate import METER, OWNER, Estate, ask, success
from tests.fakes.memory_nodes import ProcessDiedError

RECEIPT = Receipt("UKL1AAAA01")
GRACE = Caller(uid=Uid("operator-grace"), role=Role.OPERATOR)
HENRY = Caller(uid=Uid("operator-henry"), role=Role.OPERATOR)


def in_review(estate: Estate, paid_kes: int = 300, asked_kes: int = 500) -> Payment:
    payment = request_payment(ask(amount_kes=asked_kes), estate.world)
    estate.tell(payment, success(payment, amount=paid_kes))
    return settle_payment(payment.transaction_id, estate.world)


def decision(
    payment: Payment, caller: Caller = GRACE, receipt: str = RECEIPT, amount_kes: int = 300
) -> MoneyDecision:
    return MoneyDecision(
        transaction_id=payment.transaction_id,
        receipt=Receipt(receipt),
        amount_kes=Kes(amount_kes),
        why="the statement shows it",
        caller=caller,
    )


def sold_wh(estate: Estate) -> int:
    register = estate.store.registers.get(METER)
    return 0 if register is None else register.credited_total_wh


def test_what_was_really_paid_is_credited_with_who_and_why() -> None:
    estate = Estate()
    payment = in_review(estate)
    credited = credit_review(decision(payment), estate.world)
    assert credited is not None
    assert (credited.status, credited.amount_kes, credited.mpesa_receipt) == ("paid", 300, RECEIPT)
    assert credited.delivery.status is DeliveryStatus.QUEUED
    assert sold_wh(estate) == 12_000
    assert "operator-grace: the statement shows it" in credited.history[-1].source
    assert estate.store.decided[payment.transaction_id].by == GRACE.uid


def test_deciding_again_changes_nothing() -> None:
    estate = Estate()
    payment = in_review(estate)
    for _ in range(3):
        credit_review(decision(payment), estate.world)
        credit_review(decision(payment, HENRY), estate.world)
    assert sold_wh(estate) == 12_000
    assert estate.store.decided[payment.transaction_id].by == GRACE.uid


@pytest.mark.parametrize("caller", [OWNER, Caller(uid=Uid("d"), role=Role.METER, meter_id=METER)])
def test_only_staff_decide(caller: Caller) -> None:
    estate = Estate()
    payment = in_review(estate)
    with pytest.raises(ForbiddenError):
        credit_review(decision(payment, caller), estate.world)
    assert sold_wh(estate) == 0


def test_a_payment_that_is_not_in_review_is_not_decided_about() -> None:
    estate = Estate()
    payment = request_payment(ask(), estate.world)
    with pytest.raises(NotFoundError):
        credit_review(decision(payment), estate.world)


def test_a_receipt_that_was_not_told_is_not_credited() -> None:
    estate = Estate()
    payment = in_review(estate)
    with pytest.raises(ConflictError) as raised:
        credit_review(decision(payment, receipt="UKL9ZZZZ99"), estate.world)
    assert raised.value.code == "receipt_not_told"
    assert sold_wh(estate) == 0


def test_a_receipt_that_names_the_prompt_of_nobody_known_is_not_credited() -> None:
    estate = Estate()
    payment = in_review(estate)
    stranger = success(replace(payment, transaction_id=TransactionId("-Of2")), receipt="UKL2BBBB02")
    estate.tell(payment, stranger)
    settle_payment(payment.transaction_id, estate.world)
    with pytest.raises(ConflictError) as raised:
        credit_review(decision(payment, receipt="UKL2BBBB02"), estate.world)
    assert raised.value.code == "receipt_of_another_prompt"
    assert sold_wh(estate) == 0


def test_a_receipt_that_paid_elsewhere_is_not_credited_again() -> None:
    estate = Estate()
    first = request_payment(ask(key="first"), estate.world)
    estate.tell(first, success(first))
    settle_payment(first.transaction_id, estate.world)
    second = request_payment(ask(key="second"), estate.world)
    estate.tell(second, success(second))
    reviewed = settle_payment(second.transaction_id, estate.world)
    assert reviewed.status is Status.REVIEW
    with pytest.raises(ConflictError) as raised:
        credit_review(decision(reviewed), estate.world)
    assert raised.value.code == "receipt_claimed_elsewhere"
    assert sold_wh(estate) == 20_000


def test_above_the_limit_two_people_must_say_the_same() -> None:
    estate = Estate()
    much = TWO_PEOPLE_ABOVE_KES + 1
    payment = in_review(estate, paid_kes=much)
    assert credit_review(decision(payment, amount_kes=much), estate.world) is None
    assert credit_review(decision(payment, amount_kes=much), estate.world) is None  # again she
    with pytest.raises(ConflictError) as raised:
        credit_review(decision(payment, HENRY, amount_kes=much + 1), estate.world)
    assert raised.value.code == "another_proposal"
    assert sold_wh(estate) == 0
    assert credit_review(decision(payment, HENRY, amount_kes=much), estate.world) is not None
    assert sold_wh(estate) > 0


def test_what_mpesa_confirmed_is_credited_and_no_other_amount() -> None:
    estate = Estate()
    payment = in_review(estate)
    told = {
        "TransID": RECEIPT,
        "TransAmount": "300.00",
        "TransTime": "20261121101500",
        "BusinessShortCode": "600000",
        "BillRefNumber": "MTR001",
    }
    estate.confirm(RECEIPT, told)
    with pytest.raises(ConflictError) as raised:
        credit_review(decision(payment, amount_kes=3_000), estate.world)
    assert (raised.value.code, raised.value.field) == ("another_amount", "amount")
    assert sold_wh(estate) == 0
    assert credit_review(decision(payment), estate.world) is not None
    assert sold_wh(estate) == 12_000


def test_an_amount_that_no_callback_could_tell_is_taken_from_the_statement() -> None:
    estate = Estate()
    payment = request_payment(ask(), estate.world)
    estate.tell(payment, success(payment, amount="100.5"))
    settle_payment(payment.transaction_id, estate.world)
    credited = credit_review(decision(payment, amount_kes=500), estate.world)
    assert credited is not None
    assert credited.delivery.energy_wh == payment.quote.energy_wh


def test_the_frozen_price_counts_when_the_amount_is_the_one_asked_for() -> None:
    estate = Estate()
    payment = request_payment(ask(), estate.world)
    estate.tell(payment, success(payment, receipt="", amount=500))
    estate.wait(1)
    estate.tell(payment, success(payment))
    reviewed = settle_payment(payment.transaction_id, estate.world)
    assert reviewed.status is Status.REVIEW
    flat = estate.store.tariffs["flat"]
    dearer = tuple(replace(block, price_cents_per_kwh=Cents(5_000)) for block in flat.blocks)
    estate.store.tariffs["flat"] = replace(flat, blocks=dearer)
    credited = credit_review(decision(payment, amount_kes=500), estate.world)
    assert credited is not None
    assert credited.delivery.energy_wh == payment.quote.energy_wh


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("write", range(1, 6))
def test_dying_around_any_write_credits_once(write: int, moment: str) -> None:
    estate = Estate()
    payment = in_review(estate)
    count = 0

    def die(_: str) -> None:
        nonlocal count
        count += 1
        if count == write:
            raise ProcessDiedError

    setattr(estate.store, f"{moment}_write", die)
    with pytest.raises(ProcessDiedError):
        credit_review(decision(payment), estate.world)
    setattr(estate.store, f"{moment}_write", lambda _: None)
    estate.wait(HOUR_MS)
    reconcile(estate.world)
    credit_review(decision(payment), estate.world)
    assert sold_wh(estate) == 12_000
    assert payment.transaction_id in estate.store.decided


def test_a_review_stays_open_while_money_of_another_receipt_waits_in_it() -> None:
    estate = Estate()
    payment = in_review(estate)
    estate.tell(payment, success(payment, receipt="UKL2BBBB02", amount=200))
    settle_payment(payment.transaction_id, estate.world)
    credit_review(decision(payment), estate.world)
    assert payment.transaction_id not in estate.store.decided
    with pytest.raises(ConflictError) as raised:
        credit_review(decision(payment, receipt="UKL2BBBB02", amount_kes=200), estate.world)
    assert raised.value.code == "not_in_review"


def test_money_told_after_the_decision_opens_the_review_again() -> None:
    estate = Estate()
    payment = in_review(estate)
    credit_review(decision(payment), estate.world)
    assert payment.transaction_id in estate.store.decided
    estate.tell(payment, success(payment, receipt="UKL2BBBB02", amount=200))
    settle_payment(payment.transaction_id, estate.world)
    assert payment.transaction_id not in estate.store.decided


def test_of_two_who_credit_different_receipts_at_once_one_is_told_that_it_was_decided() -> None:
    estate = Estate()
    payment = in_review(estate)
    estate.tell(payment, success(payment, receipt="UKL2BBBB02", amount=200))
    settle_payment(payment.transaction_id, estate.world)

    def the_other_is_first(path: str) -> None:
        estate.store.after_write = lambda _: None
        assert path == "receipts"
        credit_review(decision(payment, HENRY), estate.world)

    claimed = estate.store.receipts.pop(Receipt("UKL2BBBB02"))
    assert claimed == payment.transaction_id
    estate.store.after_write = the_other_is_first
    with pytest.raises(ConflictError) as raised:
        credit_review(decision(payment, receipt="UKL2BBBB02", amount_kes=200), estate.world)
    assert raised.value.code == "not_in_review"
    assert sold_wh(estate) == 12_000


def test_a_receipt_that_goes_back_to_its_payer_is_not_credited() -> None:
    estate = Estate()
    payment = in_review(estate)
    estate.store.decide_receipt(
        payment.transaction_id,
        RECEIPT,
        ReceiptDecision(kind=ReceiptWord.REFUND, by=HENRY.uid, why="asked", at_ms=estate.now_ms),
    )
    with pytest.raises(ConflictError) as raised:
        credit_review(decision(payment), estate.world)
    assert raised.value.code == "receipt_claimed_elsewhere"
    assert sold_wh(estate) == 0
