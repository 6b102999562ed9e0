"""When a payment is looked at again, and when waiting for it ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from lipamita.domain.evidence import QueryAnswer
from lipamita.domain.ids import TransactionId
from lipamita.domain.payment import Cause, Delivery, DeliveryStatus, Payment, Status
from lipamita.domain.schedule import (
    DELIVERY_DELAYS_MS,
    EXPIRE_AFTER_MS,
    MIN_LOOKS_BEFORE_EXPIRY,
    QUERY_DELAYS_MS,
    REVIEW_AFTER_MS,
    SECOND_LOOK_AFTER_MS,
    URGENT_MS,
    WAIT_FOR_TURN_MS,
    UnverifiedPolicy,
    decide_overdue,
    decide_query,
    first_in_line,
    looked_at,
    next_check,
)
from lipamita.domain.units import Millis

from tests.unit.lipamita.domain.samples import NOW, a_payment

CREDIT, HOLD = UnverifiedPolicy.CREDIT, UnverifiedPolicy.HOLD
NOT_KNOWN = [None, "4999", "", "00", "2029", "500.001.1001"]


def asked(
    payment: Payment, code: str | None, at_ms: int = NOW, policy: UnverifiedPolicy = CREDIT
) -> Payment:
    answer = QueryAnswer(result_code=code, result_desc="said", asked_at_ms=Millis(at_ms))
    return decide_query(payment, answer, now_ms=Millis(at_ms), policy=policy)


def unverified(**more: Any) -> Payment:
    return a_payment(paid_unverified_at_ms=NOW, reason="paid_unverified", **more)


# --- delays


def soon_after(due_ms: int | None, delay_ms: int, now_ms: int = NOW) -> bool:
    """Whether it is due after the delay, and by no more than a fifth of it later."""
    return due_ms is not None and now_ms + delay_ms <= due_ms < now_ms + delay_ms * 6 // 5


@pytest.mark.parametrize("count", range(len(QUERY_DELAYS_MS)))
@pytest.mark.parametrize("status", [Status.CREATED, Status.PROMPTED])
def test_an_open_payment_is_asked_about_with_growing_delays(status: Status, count: int) -> None:
    due = next_check(a_payment(status, check_count=count), now_ms=NOW)
    assert soon_after(due, QUERY_DELAYS_MS[count])


@pytest.mark.parametrize("count", [len(QUERY_DELAYS_MS), 1_000, 10**9])
def test_the_longest_delay_repeats(count: int) -> None:
    due = next_check(a_payment(check_count=count), now_ms=NOW)
    assert soon_after(due, QUERY_DELAYS_MS[-1])


@pytest.mark.parametrize("delays", [QUERY_DELAYS_MS, DELIVERY_DELAYS_MS])
def test_delays_never_shrink(delays: tuple[int, ...]) -> None:
    assert list(delays) == sorted(delays)


@pytest.mark.parametrize("delivery", [DeliveryStatus.NONE, DeliveryStatus.QUEUED])
def test_a_paid_payment_is_due_until_it_is_delivered(delivery: DeliveryStatus) -> None:
    payment = a_payment(Status.PAID, delivery=Delivery(status=delivery), check_count=99)
    assert soon_after(next_check(payment, now_ms=NOW), DELIVERY_DELAYS_MS[-1])


def test_a_delivered_payment_is_done() -> None:
    delivered = a_payment(Status.PAID, delivery=Delivery(status=DeliveryStatus.DELIVERED))
    assert next_check(delivered, now_ms=NOW) is None


@pytest.mark.parametrize("status", [Status.FAILED, Status.EXPIRED, Status.REVIEW])
def test_nothing_is_due_for_a_payment_that_waits_for_nothing(status: Status) -> None:
    assert next_check(a_payment(status), now_ms=NOW) is None


# --- one look


def test_a_look_counts_and_sets_the_next_one() -> None:
    looked = looked_at(a_payment(check_count=2), asked=True, now_ms=NOW)
    assert looked.check_count == 3
    assert soon_after(looked.next_check_at_ms, QUERY_DELAYS_MS[2])


def test_waiting_for_a_turn_loses_no_patience() -> None:
    looked = looked_at(a_payment(check_count=2), asked=False, now_ms=NOW)
    assert looked.check_count == 2
    assert soon_after(looked.next_check_at_ms, WAIT_FOR_TURN_MS)


def test_delays_differ_between_payments_and_counts_but_not_between_looks() -> None:
    payments = [
        a_payment(transaction_id=TransactionId(f"-Oaaaaaaaaaaaaaaaa{number:03}"), check_count=count)
        for number in range(100)
        for count in (6, 7)
    ]
    first = [next_check(payment, now_ms=NOW) for payment in payments]
    assert first == [next_check(payment, now_ms=NOW) for payment in payments]
    assert len(set(first)) > 100


def test_what_is_first_in_line_is_due_before_all_who_wait_and_is_not_taken_for_one() -> None:
    assert first_in_line(NOW) < NOW - URGENT_MS < NOW - 2 * REVIEW_AFTER_MS


@pytest.mark.parametrize("due_ms", [None, NOW + 1])
def test_a_due_time_that_moved_meanwhile_is_left_alone(due_ms: int | None) -> None:
    payment = a_payment(next_check_at_ms=due_ms)
    assert looked_at(payment, asked=True, now_ms=NOW) is payment


def test_a_payment_is_not_given_up_before_daraja_was_asked_once_more() -> None:
    # After an outage of a day a backlog waits for its turn to be queried: each may be paid.
    late = Millis(NOW + EXPIRE_AFTER_MS)
    looked = looked_at(a_payment(), asked=False, now_ms=late)
    assert looked.status is Status.PROMPTED
    assert soon_after(looked.next_check_at_ms, WAIT_FOR_TURN_MS, late)


def test_a_payment_whose_time_is_over_is_given_up_after_asking() -> None:
    late = Millis(NOW + EXPIRE_AFTER_MS)
    patient = replace(a_payment(), check_count=MIN_LOOKS_BEFORE_EXPIRY)
    assert looked_at(patient, asked=True, now_ms=late).status is Status.EXPIRED


def test_a_payment_looked_at_too_seldom_is_not_given_up() -> None:
    late = Millis(NOW + EXPIRE_AFTER_MS)
    hasty = replace(a_payment(), check_count=MIN_LOOKS_BEFORE_EXPIRY - 1)
    assert looked_at(hasty, asked=True, now_ms=late).status is Status.PROMPTED


# --- the last day


@pytest.mark.parametrize(
    ("payment", "age_ms", "status"),
    [
        (a_payment(), EXPIRE_AFTER_MS - 1, Status.PROMPTED),
        (a_payment(), EXPIRE_AFTER_MS, Status.EXPIRED),
        (unverified(), EXPIRE_AFTER_MS, Status.PROMPTED),
        (unverified(), REVIEW_AFTER_MS - 1, Status.PROMPTED),
        (unverified(), REVIEW_AFTER_MS, Status.REVIEW),
        (a_payment(Status.CREATED), EXPIRE_AFTER_MS, Status.CREATED),
        (a_payment(Status.CREATED), REVIEW_AFTER_MS - 1, Status.CREATED),
        (a_payment(Status.CREATED), REVIEW_AFTER_MS, Status.REVIEW),
        (a_payment(Status.PAID), 10 * REVIEW_AFTER_MS, Status.PAID),
        (a_payment(Status.FAILED), 10 * REVIEW_AFTER_MS, Status.FAILED),
        (a_payment(Status.EXPIRED), 10 * REVIEW_AFTER_MS, Status.EXPIRED),
        (a_payment(Status.REVIEW), 10 * REVIEW_AFTER_MS, Status.REVIEW),
    ],
)
def test_waiting_ends_after_its_time_and_not_before(
    payment: Payment, age_ms: int, status: Status
) -> None:
    payment = replace(payment, check_count=MIN_LOOKS_BEFORE_EXPIRY)
    assert decide_overdue(payment, now_ms=Millis(NOW + age_ms)).status is status


@pytest.mark.parametrize("payment", [a_payment(), unverified(), a_payment(Status.CREATED)])
def test_a_payment_whose_waiting_is_over_is_not_due_any_more(payment: Payment) -> None:
    payment = replace(payment, check_count=MIN_LOOKS_BEFORE_EXPIRY)
    assert decide_overdue(payment, now_ms=Millis(NOW + REVIEW_AFTER_MS)).next_check_at_ms is None


# --- the query's answer


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.PROMPTED}))
@pytest.mark.parametrize("code", ["0", "1032", None])
def test_a_query_moves_only_a_prompted_payment(code: str | None, status: Status) -> None:
    payment = a_payment(status, paid_unverified_at_ms=Millis(0))
    assert asked(payment, code) is payment


@pytest.mark.parametrize("code", NOT_KNOWN, ids=repr)
def test_an_answer_that_is_not_known_changes_nothing(code: str | None) -> None:
    payment = a_payment()
    assert asked(payment, code) is payment


def test_a_final_refusal_fails_the_payment() -> None:
    payment = asked(a_payment(), "1032")
    assert (payment.status, payment.result_code, payment.next_check_at_ms) == (
        Status.FAILED,
        "1032",
        None,
    )


def test_the_first_paid_only_marks_and_sets_the_second_look() -> None:
    payment = asked(a_payment(), "0")
    assert (payment.status, payment.reason) == (Status.PROMPTED, "paid_unverified")
    assert payment.next_check_at_ms == NOW + SECOND_LOOK_AFTER_MS


def test_a_second_paid_too_soon_changes_nothing() -> None:
    payment = unverified()
    assert asked(payment, "0", NOW + SECOND_LOOK_AFTER_MS - 1) is payment


def test_a_second_paid_in_time_credits_without_a_receipt() -> None:
    payment = asked(unverified(), "0", NOW + SECOND_LOOK_AFTER_MS)
    assert (payment.status, payment.mpesa_receipt) == (Status.PAID, None)
    assert payment.history[-1].cause is Cause.QUERY_PAID_TWICE
    assert payment.next_check_at_ms == first_in_line(Millis(NOW + SECOND_LOOK_AFTER_MS))


def test_under_hold_no_number_of_answers_credits() -> None:
    payment = unverified()
    assert asked(payment, "0", NOW + REVIEW_AFTER_MS, policy=HOLD) is payment


@pytest.mark.parametrize("code", ["1032", "1037", "1"])
def test_a_refusal_after_a_paid_contradicts_itself_and_changes_nothing(code: str) -> None:
    payment = unverified()
    assert asked(payment, code, NOW + SECOND_LOOK_AFTER_MS) is payment


@pytest.mark.parametrize("code", ["1032", "1037", "SFC_IC0003"])
def test_queries_alone_do_not_credit_what_a_callback_refused(code: str) -> None:
    payment = unverified(result_code=code)
    assert asked(payment, "0", NOW + SECOND_LOOK_AFTER_MS) is payment


def test_a_contradicted_payment_ends_with_a_person() -> None:
    contradicted = unverified(result_code="1032")
    ended = decide_overdue(contradicted, now_ms=Millis(NOW + REVIEW_AFTER_MS))
    assert (ended.status, ended.reason) == (Status.REVIEW, "paid_unverified")


def test_a_query_never_takes_a_receipt_away() -> None:
    paid = replace(unverified(), status=Status.PAID)
    assert asked(paid, "1032") is paid
