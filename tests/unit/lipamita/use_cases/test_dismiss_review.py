"""People saw that no money is behind a review: it ends; a later success counts; books follow."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from lipamita.domain.errors import BusyError, ConflictError, ForbiddenError
from lipamita.domain.evidence import PushUnclear
from lipamita.domain.ids import Receipt, TransactionId
from lipamita.domain.ledger import totals_of
from lipamita.domain.meter import Caller
from lipamita.domain.payment import Payment, Status
from lipamita.domain.two_people import TWO_PEOPLE_ABOVE_KES
from lipamita.domain.units import DAY_MS, HOUR_MS, MINUTE_MS
from lipamita.use_cases.accept_confirmation import accept_confirmation
from lipamita.use_cases.archive import archive
from lipamita.use_cases.dismiss_review import Dismissal, dismiss_review
from lipamita.use_cases.reconcile import reconcile
from lipamita.use_cases.records import RawConfirmation
from lipamita.use_cases.request_payment import request_payment
from lipamita.use_cases.settle_payment import settle_payment
from lipamita.use_cases.view_queues import Asked, list_reviews

from tests.fakes.estate import METER, OWNER, Estate, ask, success
from tests.fakes.memory_nodes import ProcessDiedError
from tests.unit.lipamita.use_cases.refunding import GRACE, HENRY

STRANGE = Receipt("UKL1CCCC03")


def unanswered(estate: Estate, amount_kes: int = 500) -> Payment:
    """In review because nobody ever said what became of its push."""
    estate.daraja.push_answer = PushUnclear(why="ReadTimeout")
    payment = request_payment(ask(amount_kes), estate.world)
    estate.wait(3 * DAY_MS)
    reconcile(estate.world)
    return estate.store.payments[payment.transaction_id]


def dismiss(estate: Estate, payment: Payment, caller: Caller = GRACE) -> Payment | None:
    word = Dismissal(
        transaction_id=payment.transaction_id, why="not on the statement", caller=caller
    )
    return dismiss_review(word, estate.world)


def strange(payment: Payment) -> dict[str, object]:
    """A success that names the prompt of a payment that nobody knows."""
    return success(replace(payment, transaction_id=TransactionId("-Of2")), receipt=STRANGE)


def without_receipt(estate: Estate) -> Payment:
    """In review because a success named no receipt."""
    payment = request_payment(ask(), estate.world)
    estate.tell(payment, success(payment, receipt=""))
    return settle_payment(payment.transaction_id, estate.world)


def test_a_payment_without_money_expires_and_leaves_the_queue() -> None:
    estate = Estate()
    payment = unanswered(estate)
    assert payment.status is Status.REVIEW
    dismissed = dismiss(estate, payment)
    assert dismissed is not None
    assert (dismissed.status, dismissed.reason) == (Status.EXPIRED, "dismissed")
    assert dismissed.history[-1].source == "operator-grace: not on the statement"
    assert list_reviews(Asked(), GRACE, estate.world).rows == ()
    assert dismiss(estate, payment, HENRY) == dismissed
    assert estate.store.decided[payment.transaction_id].by == GRACE.uid


def test_a_later_success_still_pays() -> None:
    estate = Estate()
    payment = unanswered(estate)
    dismiss(estate, payment)
    estate.tell(payment, success(payment))
    assert settle_payment(payment.transaction_id, estate.world).status is Status.PAID
    assert estate.store.registers[METER].credited_total_wh == 20_000


@pytest.mark.parametrize("amount", [300, None])
def test_money_that_was_told_cannot_be_dismissed(amount: int | None) -> None:
    estate = Estate()
    payment = request_payment(ask(), estate.world)
    estate.tell(payment, success(payment, amount="100.5" if amount is None else amount))
    payment = settle_payment(payment.transaction_id, estate.world)
    assert payment.status is Status.REVIEW
    with pytest.raises(ConflictError) as refused:
        dismiss(estate, payment)
    assert refused.value.code == "money_was_told"


def test_what_was_told_between_looking_and_deciding_is_looked_at_first() -> None:
    estate = Estate()
    payment = unanswered(estate)
    estate.tell(payment, success(payment))  # stored, and not considered yet
    with pytest.raises(BusyError):
        dismiss(estate, payment)
    settled = settle_payment(payment.transaction_id, estate.world)
    assert settled.status is Status.REVIEW
    with pytest.raises(ConflictError):
        dismiss(estate, settled)


def test_above_the_limit_two_people_must_say_so() -> None:
    estate = Estate()
    payment = unanswered(estate, TWO_PEOPLE_ABOVE_KES + 1)
    assert dismiss(estate, payment) is None
    assert dismiss(estate, payment) is None
    assert estate.store.payments[payment.transaction_id].status is Status.REVIEW
    dismissed = dismiss(estate, payment, HENRY)
    assert dismissed is not None
    assert dismissed.status is Status.EXPIRED


def test_only_staff_dismiss() -> None:
    estate = Estate()
    with pytest.raises(ForbiddenError):
        dismiss(estate, unanswered(estate), OWNER)


def test_a_receipt_of_nobody_falls_with_its_review_and_its_payment_goes_on() -> None:
    estate = Estate()
    payment = request_payment(ask(), estate.world)
    estate.tell(payment, strange(payment))
    settle_payment(payment.transaction_id, estate.world)
    archive(estate.world)
    assert totals_of(estate.record.entries.values()).cents["paybill_float"] == 50_000
    still = dismiss(estate, payment)
    assert still is not None
    assert still.status is Status.PROMPTED
    estate.wait(MINUTE_MS)
    archive(estate.world)
    archive(estate.world)
    assert totals_of(estate.record.entries.values()).cents == {}
    assert payment.transaction_id in estate.store.decided
    estate.tell(payment, success(payment))
    assert settle_payment(payment.transaction_id, estate.world).status is Status.PAID


def test_a_dismissed_receipt_that_was_money_after_all_is_credited_and_booked_once() -> None:
    estate = Estate()
    estate.store.accounts["MTR001"] = [METER]
    payment = request_payment(ask(), estate.world)
    estate.tell(payment, strange(payment))
    settle_payment(payment.transaction_id, estate.world)
    archive(estate.world)
    dismiss(estate, payment)
    estate.wait(MINUTE_MS)
    archive(estate.world)
    told = {
        "TransID": STRANGE,
        "TransAmount": "500.00",
        "TransTime": "20200101101500",
        "BusinessShortCode": "600000",
        "BillRefNumber": "MTR-001",
    }
    estate.store.record_confirmation(
        RawConfirmation(
            confirmation_id=STRANGE,
            channel="c2b",
            body=json.dumps(told),
            received_at_ms=estate.now_ms,
            remote_address="",
        )
    )
    accept_confirmation(STRANGE, estate.world)
    for _ in range(2):
        estate.wait(HOUR_MS)
        archive(estate.world)
    books = totals_of(estate.record.entries.values())
    assert estate.store.registers[METER].credited_total_wh == 20_000
    assert books.cents["paybill_float"] == 50_000
    assert "suspense" not in books.cents


@pytest.mark.parametrize("moment", ["before_write", "after_write"])
@pytest.mark.parametrize("write", range(1, 4))
def test_dying_around_any_write_is_finished_by_saying_it_again(write: int, moment: str) -> None:
    estate = Estate()
    payment = without_receipt(estate)
    estate.tell(payment, strange(payment))
    settle_payment(payment.transaction_id, estate.world)
    left = [write]

    def die(_: str) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise ProcessDiedError

    setattr(estate.store, moment, die)
    with pytest.raises(ProcessDiedError):
        dismiss(estate, payment)
    setattr(estate.store, moment, lambda _: None)
    dismissed = dismiss(estate, payment)
    assert dismissed is not None
    assert dismissed.status is Status.EXPIRED
    assert payment.transaction_id in estate.store.decided
