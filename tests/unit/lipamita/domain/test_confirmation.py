"""Which payment a confirmation of money was for, and what that payment becomes."""

from __future__ import annotations

import pytest
from lipamita.domain.confirmation import (
    CROSSED_WITHIN_MS,
    HOLD_MS,
    PAID_WITHIN_MS,
    UNTIMED_WITHIN_MS,
    Fit,
    decide_confirmation,
    find_fit,
)
from lipamita.domain.evidence import Confirmation
from lipamita.domain.ids import TransactionId
from lipamita.domain.payment import Payment, Status
from lipamita.domain.schedule import first_in_line
from lipamita.domain.units import Kes, Millis

from tests.unit.lipamita.domain.samples import NOW, OTHER_RECEIPT, RECEIPT, a_payment

HELD = Millis(NOW + HOLD_MS)
UNPAID = [Status.CREATED, Status.PROMPTED, Status.FAILED, Status.EXPIRED]


def confirmed(amount: int | None = 500, *, paid_at_ms: int | None = NOW) -> Confirmation:
    return Confirmation(
        receipt=RECEIPT,
        channel="c2b",
        amount_kes=None if amount is None else Kes(amount),
        account="MTR001",
        paid_at_ms=None if paid_at_ms is None else Millis(paid_at_ms),
        received_at_ms=NOW,
    )


def one(status: Status, name: str = "t1", later_ms: int = 0) -> Payment:
    return a_payment(
        status, transaction_id=TransactionId(name), created_at_ms=Millis(NOW + later_ms)
    )


def test_money_that_fits_no_payment_stands_for_itself_at_once() -> None:
    assert find_fit(confirmed(), [], now_ms=NOW) == Fit()


@pytest.mark.parametrize("status", [*UNPAID, Status.PAID])
def test_money_that_a_payment_may_explain_is_held_for_its_callback(status: Status) -> None:
    assert find_fit(confirmed(), [one(status)], now_ms=Millis(HELD - 1)) == Fit(wait=True)


@pytest.mark.parametrize("status", [*UNPAID, Status.PAID])
def test_after_the_hold_the_one_payment_that_fits_takes_it(status: Status) -> None:
    payment = one(status)
    assert find_fit(confirmed(), [payment], now_ms=HELD) == Fit(payment=payment)


@pytest.mark.parametrize(
    "payment",
    [
        one(Status.REVIEW),
        a_payment(Status.PAID, mpesa_receipt=OTHER_RECEIPT),
        a_payment(amount_kes=Kes(499)),
        one(Status.PROMPTED, later_ms=PAID_WITHIN_MS + 1),
    ],
    ids=["in review", "has its receipt", "another amount", "asked for later"],
)
def test_a_payment_that_cannot_be_meant_does_not_fit(payment: Payment) -> None:
    assert find_fit(confirmed(), [payment], now_ms=HELD) == Fit()


@pytest.mark.parametrize("other", [*UNPAID, Status.PAID])
def test_a_payment_that_queries_credited_takes_the_receipt_before_any_other(other: Status) -> None:
    # If the money stood for itself beside it, one receipt would be credited twice.
    credited = one(Status.PAID, "t1")
    payments = [one(other, "t2", later_ms=1), credited]
    assert find_fit(confirmed(), payments, now_ms=HELD) == Fit(payment=credited)


def test_what_a_crossed_receipt_left_over_goes_to_the_payment_that_queries_credited() -> None:
    # M-Pesa's clock is behind. The second payment's receipt fits the first one's request, which
    # takes it; the first one's money is too early for the second request, and must not stand alone.
    second = one(Status.PAID, later_ms=CROSSED_WITHIN_MS)
    assert find_fit(confirmed(), [second], now_ms=HELD) == Fit(payment=second)
    too_late = one(Status.PAID, later_ms=CROSSED_WITHIN_MS + 1)
    assert find_fit(confirmed(), [too_late], now_ms=HELD) == Fit()
    own = one(Status.PAID, "t0")
    assert find_fit(confirmed(), [second, own], now_ms=HELD) == Fit(payment=own)


@pytest.mark.parametrize("other", [Status.CREATED, Status.FAILED, Status.EXPIRED])
def test_several_that_no_query_can_credit_leave_it_to_stand_for_itself(other: Status) -> None:
    payments = [one(other, "t2"), one(Status.FAILED, "t1")]
    assert find_fit(confirmed(), payments, now_ms=HELD) == Fit()


@pytest.mark.parametrize("status", UNPAID)
def test_confirmed_money_pays_from_every_state_before_paid(status: Status) -> None:
    paid = decide_confirmation(one(status), confirmed(), now_ms=NOW)
    assert paid is not None
    assert (paid.status, paid.mpesa_receipt) == (Status.PAID, RECEIPT)
    assert paid.next_check_at_ms == first_in_line(NOW)


def test_confirmed_money_gives_its_receipt_to_a_payment_that_queries_credited() -> None:
    credited = a_payment(Status.PAID, reason="paid_unverified")
    attached = decide_confirmation(credited, confirmed(), now_ms=NOW)
    assert attached is not None
    assert (attached.mpesa_receipt, attached.reason, attached.history) == (RECEIPT, None, ())


@pytest.mark.parametrize("amount", [499, 1, 0, 1_000, None])
@pytest.mark.parametrize("status", [*UNPAID, Status.PAID])
def test_another_amount_is_never_credited_as_the_payments_own(
    status: Status, amount: int | None
) -> None:
    # The payment may own the claim: its callback told this amount, and the process died.
    assert decide_confirmation(one(status), confirmed(amount), now_ms=NOW) is None


def test_a_payment_with_this_receipt_is_left_as_it_is() -> None:
    paid = a_payment(Status.PAID, mpesa_receipt=RECEIPT)
    assert decide_confirmation(paid, confirmed(), now_ms=NOW) is paid


@pytest.mark.parametrize("status", [Status.PAID, Status.REVIEW])
def test_a_payment_with_another_receipt_cannot_take_it(status: Status) -> None:
    taken = a_payment(status, mpesa_receipt=OTHER_RECEIPT)
    assert decide_confirmation(taken, confirmed(), now_ms=NOW) is None


def test_a_payment_in_review_is_a_persons() -> None:
    assert decide_confirmation(one(Status.REVIEW), confirmed(), now_ms=NOW) is None


def test_money_without_its_time_is_held_like_any_other() -> None:
    untimed = confirmed(paid_at_ms=None)
    assert find_fit(untimed, [], now_ms=Millis(HELD - 1)) == Fit(wait=True)


def test_money_without_its_time_is_of_the_one_payment_that_queries_credited() -> None:
    credited = one(Status.PAID, later_ms=-UNTIMED_WITHIN_MS)
    among = [credited, one(Status.PROMPTED, "t2")]
    assert find_fit(confirmed(paid_at_ms=None), among, now_ms=HELD) == Fit(payment=credited)


@pytest.mark.parametrize(
    "payments",
    [
        [],
        [one(Status.PROMPTED)],
        [one(Status.PAID), one(Status.PAID, "t2")],
        [one(Status.PAID, later_ms=-UNTIMED_WITHIN_MS - 1)],
    ],
)
def test_money_without_its_time_is_not_credited_on_a_guess(payments: list[Payment]) -> None:
    assert find_fit(confirmed(paid_at_ms=None), payments, now_ms=HELD) == Fit(unsure=True)
