"""Money moves from a review to suspense once, and from there to one meter, whatever dies."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.confirmation import ConfirmationOutcome
from lipamita.domain.errors import BusyError, ConflictError, ForbiddenError
from lipamita.domain.ids import MeterId, Receipt, TransactionId
from lipamita.domain.ledger import totals_of
from lipamita.domain.meter import Caller
from lipamita.domain.payment import Payment, Status
from lipamita.domain.refund import RefundStatus
from lipamita.domain.two_people import TWO_PEOPLE_ABOVE_KES
from lipamita.domain.units import HOUR_MS, MINUTE_MS, Kes
from lipamita.use_cases.accept_confirmation import accept_confirmation
from lipamita.use_cases.archive import archive
from lipamita.use_cases.assign_suspense import Assignment, assign_suspense
from lipamita.use_cases.decide_review import MoneyDecision, credit_review
from lipamita.use_cases.move_to_suspense import move_to_suspense
from lipamita.use_cases.reconcile import reconcile
from lipamita.use_cases.records import RawConfirmation
from lipamita.use_cases.request_payment import request_payment
from lipamita.use_cases.retire_meter import retire_meter
from lipamita.use_cases.settle_payment import settle_payment
from lipamita.use_cases.view_queues import Asked, list_reviews, list_suspense

from tests.fakes.estate import METER, OWNER, Estate, ask, make_meter, success
from tests.fakes.memory_nodes import ProcessDiedError
from tests.unit.lipamita.use_cases.refunding import GRACE, HENRY, RECEIPT, Refunding

SECOND = Receipt("UKL1BBBB02")
OTHER_METER = MeterId("MTR-002")


def estate_of_two() -> Refunding:
    estate = Refunding()
    estate.store.meters[OTHER_METER] = replace(make_meter(), meter_id=OTHER_METER)
    return estate


def in_review(estate: Estate, paid_kes: int = 300) -> Payment:
    payment = request_payment(ask(), estate.world)
    estate.tell(payment, success(payment, amount=paid_kes))
    return settle_payment(payment.transaction_id, estate.world)


def order(
    payment: Payment, receipt: str = RECEIPT, amount_kes: int = 300, caller: Caller = GRACE
) -> MoneyDecision:
    return MoneyDecision(
        transaction_id=payment.transaction_id,
        receipt=Receipt(receipt),
        amount_kes=Kes(amount_kes),
        why="it was for another house",
        caller=caller,
    )


def assign(estate: Estate, receipt: str = RECEIPT, meter: MeterId = OTHER_METER) -> object:
    word = Assignment(confirmation_id=receipt, meter_id=meter, why="hers", caller=HENRY)
    return assign_suspense(word, estate.world)[1]


def sold_wh(estate: Estate, meter_id: MeterId) -> int:
    register = estate.store.registers.get(meter_id)
    return 0 if register is None else register.credited_total_wh


def test_money_moves_from_a_review_to_the_meter_it_was_for() -> None:
    estate = estate_of_two()
    payment = in_review(estate)
    moved = move_to_suspense(order(payment), estate.world)
    assert moved is not None
    assert (moved.status, moved.reason, moved.mpesa_receipt) == (
        Status.EXPIRED,
        "moved_to_suspense",
        None,
    )
    assert list_reviews(Asked(), GRACE, estate.world).rows == ()
    [row] = list_suspense(Asked(), GRACE, estate.world).rows
    assert (row.item.amount_kes, row.item.moved_from) == (300, payment.transaction_id)
    assert assign(estate) is ConfirmationOutcome.CREDITED
    assert (sold_wh(estate, METER), sold_wh(estate, OTHER_METER)) == (0, 12_000)
    assert GRACE.uid in moved.history[-1].source


def test_moving_again_changes_nothing() -> None:
    estate = estate_of_two()
    payment = in_review(estate)
    for caller in (GRACE, HENRY, GRACE):
        move_to_suspense(order(payment, caller=caller), estate.world)
    assign(estate)
    move_to_suspense(order(payment), estate.world)
    estate.wait(2 * HOUR_MS)
    reconcile(estate.world)
    assert sold_wh(estate, OTHER_METER) == 12_000
    assert estate.store.suspense[RECEIPT].assigned_meter_id == OTHER_METER


def test_the_money_cannot_be_credited_or_told_here_any_more() -> None:
    estate = estate_of_two()
    payment = in_review(estate)
    move_to_suspense(order(payment), estate.world)
    with pytest.raises(ConflictError) as refused:
        credit_review(order(payment), estate.world)
    assert refused.value.code == "not_in_review"
    estate.tell(payment, success(payment, amount=500))  # the same receipt, with what was asked
    told = settle_payment(payment.transaction_id, estate.world)
    assert told.status is Status.EXPIRED
    assert sold_wh(estate, METER) == 0


def test_a_later_success_under_another_receipt_still_pays() -> None:
    estate = estate_of_two()
    payment = in_review(estate)
    move_to_suspense(order(payment), estate.world)
    estate.tell(payment, success(payment, receipt=SECOND))
    assert settle_payment(payment.transaction_id, estate.world).status is Status.PAID
    assign(estate)
    assert (sold_wh(estate, METER), sold_wh(estate, OTHER_METER)) == (20_000, 12_000)


def test_money_told_beside_a_paid_payment_moves_and_the_payment_stays() -> None:
    estate = estate_of_two()
    payment = estate.paid()
    estate.tell(payment, success(payment, receipt=SECOND))
    settle_payment(payment.transaction_id, estate.world)
    moved = move_to_suspense(order(payment, SECOND, 500), estate.world)
    assert moved is not None
    assert (moved.status, moved.mpesa_receipt) == (Status.PAID, RECEIPT)
    assert payment.transaction_id in estate.store.decided
    assert assign(estate, SECOND) is ConfirmationOutcome.CREDITED
    assert (sold_wh(estate, METER), sold_wh(estate, OTHER_METER)) == (20_000, 20_000)


def test_what_was_credited_is_not_moved() -> None:
    estate = estate_of_two()
    payment = estate.paid()
    estate.tell(payment, success(payment, receipt=SECOND))
    settle_payment(payment.transaction_id, estate.world)
    with pytest.raises(ConflictError) as refused:
        move_to_suspense(order(payment, RECEIPT, 500), estate.world)
    assert refused.value.code == "receipt_not_told"
    credited = in_review(estate_of_two())
    estate = estate_of_two()
    credited = in_review(estate)
    credit_review(order(credited), estate.world)
    with pytest.raises(ConflictError) as refused:
        move_to_suspense(order(credited), estate.world)
    assert refused.value.code == "receipt_was_credited"


def test_of_two_receipts_in_review_the_other_stays_there() -> None:
    estate = estate_of_two()
    payment = in_review(estate)
    estate.tell(payment, success(payment, receipt=SECOND))
    settle_payment(payment.transaction_id, estate.world)
    moved = move_to_suspense(order(payment), estate.world)
    assert moved is not None
    assert moved.status is Status.REVIEW
    assert payment.transaction_id not in estate.store.decided
    credited = credit_review(order(payment, SECOND, 500), estate.world)
    assert credited is not None
    assert payment.transaction_id in estate.store.decided
    assert assign(estate) is ConfirmationOutcome.CREDITED
    assert (sold_wh(estate, METER), sold_wh(estate, OTHER_METER)) == (20_000, 12_000)


def test_what_goes_back_is_not_moved_and_what_was_moved_goes_back_from_suspense() -> None:
    estate = estate_of_two()
    payment = in_review(estate)
    refund = estate.ask_back(300)
    with pytest.raises(ConflictError) as refused:
        move_to_suspense(order(payment), estate.world)
    assert refused.value.code == "receipt_claimed_elsewhere"
    estate.told_paid(refund)
    estate = estate_of_two()
    payment = in_review(estate)
    move_to_suspense(order(payment), estate.world)
    refund = estate.told_paid(estate.ask_back())
    assert (refund.status, refund.amount_kes) == (RefundStatus.REFUNDED, 300)
    with pytest.raises(ConflictError):
        assign(estate)
    assert estate.money_out.paid_kes == 300


def test_above_the_limit_two_people_must_say_the_same() -> None:
    estate = estate_of_two()
    payment = in_review(estate)
    much = TWO_PEOPLE_ABOVE_KES + 1
    assert move_to_suspense(order(payment, amount_kes=much), estate.world) is None
    assert RECEIPT not in estate.store.suspense
    assert move_to_suspense(order(payment, amount_kes=much, caller=HENRY), estate.world)
    assert estate.store.suspense[RECEIPT].amount_kes == much


def test_only_staff_move_money() -> None:
    estate = estate_of_two()
    with pytest.raises(ForbiddenError):
        move_to_suspense(order(in_review(estate), caller=OWNER), estate.world)


def by_hand(estate: Estate, receipt: str, amount: str) -> RawConfirmation:
    return RawConfirmation(
        confirmation_id=receipt,
        channel="c2b",
        body=(
            f'{{"TransID": "{receipt}", "TransAmount": "{amount}", "TransTime": "20261121101500",'
            f' "BusinessShortCode": "600000", "BillRefNumber": "MTR001"}}'
        ),
        received_at_ms=estate.now_ms,
        remote_address="",
    )


def test_a_confirmation_of_it_is_believed_about_its_amount_and_credits_nobody_else() -> None:
    estate = estate_of_two()
    estate.store.accounts["MTR001"] = [METER]
    payment = in_review(estate)
    estate.store.record_confirmation(by_hand(estate, RECEIPT, "300.00"))
    assert accept_confirmation(RECEIPT, estate.world) is ConfirmationOutcome.TWIN
    with pytest.raises(ConflictError) as refused:
        move_to_suspense(order(payment, amount_kes=301), estate.world)
    assert refused.value.code == "another_amount"
    move_to_suspense(order(payment), estate.world)
    assert accept_confirmation(RECEIPT, estate.world) is ConfirmationOutcome.SUSPENSE
    assert sold_wh(estate, METER) == 0
    assert assign(estate) is ConfirmationOutcome.CREDITED
    assert (sold_wh(estate, METER), sold_wh(estate, OTHER_METER)) == (0, 12_000)


def retired(estate: Estate) -> Payment:
    """Paid for a meter that was retired before the energy was sold."""
    payment = request_payment(ask(), estate.world)
    retire_meter(METER, GRACE, estate.world)
    estate.tell(payment, success(payment))
    return settle_payment(payment.transaction_id, estate.world)


def test_money_for_a_retired_meter_moves_to_its_successor_and_the_books_follow() -> None:
    estate = estate_of_two()
    payment = retired(estate)
    archive(estate.world)
    with pytest.raises(ConflictError) as refused:
        move_to_suspense(order(payment, amount_kes=500), estate.world)
    assert refused.value.code == "too_soon"
    estate.wait(11 * MINUTE_MS)
    move_to_suspense(order(payment, amount_kes=500), estate.world)
    assign(estate)
    assert sold_wh(estate, OTHER_METER) == 20_000
    for _ in range(2):
        estate.wait(MINUTE_MS)
        reconcile(estate.world)
        archive(estate.world)
    books = totals_of(estate.record.entries.values())
    assert books.balanced
    assert books.cents["paybill_float"] == 50_000
    assert books.energy_wh["energy_sold"] == -20_000
    assert "suspense" not in books.cents
    assert f"{payment.transaction_id}_sold_reversed" in estate.record.entries


# --- dying, and others at the same time


def settle_everything(estate: Estate) -> None:
    for _ in range(3):
        estate.wait(2 * HOUR_MS)
        reconcile(estate.world)


def places(estate: Estate, payment: Payment) -> list[str]:
    """Where the receipt's money is seen."""
    current = estate.store.payments[payment.transaction_id]
    item, found = estate.store.suspense.get(RECEIPT), []
    in_queue = payment.transaction_id not in estate.store.decided
    if in_queue and (current.status is Status.REVIEW or current.mpesa_receipt == RECEIPT):
        found.append("review")
    if item is not None and item.assigned_meter_id is None:
        found.append("suspense")
    if sold_wh(estate, OTHER_METER):
        found.append("credited")
    return found


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("write", range(1, 7))
def test_dying_around_any_write_leaves_the_money_in_one_place(write: int, moment: str) -> None:
    estate = estate_of_two()
    payment = in_review(estate)
    left = [write]

    def die(_: str) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise ProcessDiedError

    hooks = {"before": "before_write", "after": "after_write"}
    setattr(estate.store, hooks[moment], die)
    with pytest.raises(ProcessDiedError):
        move_to_suspense(order(payment), estate.world)
    setattr(estate.store, hooks[moment], lambda _: None)
    settle_everything(estate)
    assert len(places(estate, payment)) == 1
    if "review" in places(estate, payment):  # a person sees it there, and says so again
        assert move_to_suspense(order(payment), estate.world) is not None
        settle_everything(estate)
    assert places(estate, payment) == ["suspense"]
    assert assign(estate) is ConfirmationOutcome.CREDITED
    settle_everything(estate)
    assert (sold_wh(estate, METER), sold_wh(estate, OTHER_METER)) == (0, 12_000)


def test_a_callback_that_credits_it_meanwhile_wins() -> None:
    """Told on another's path first; its own callback comes between looking and deciding."""
    estate = estate_of_two()
    payment = request_payment(ask(key="mine"), estate.world)
    other = request_payment(ask(key="other"), estate.world)
    estate.tell(other, success(payment))
    settle_payment(other.transaction_id, estate.world)
    said: list[str] = []

    def credit(path: str) -> None:
        if path.endswith(f"decisions/{RECEIPT}") and not said:
            said.append(path)
            estate.tell(payment, success(payment))
            settle_payment(payment.transaction_id, estate.world)

    estate.store.after_write = credit
    with pytest.raises(BusyError):
        move_to_suspense(order(payment, amount_kes=500), estate.world)
    with pytest.raises(ConflictError):
        move_to_suspense(order(payment, amount_kes=500), estate.world)
    settle_everything(estate)
    assert said
    assert sold_wh(estate, METER) == 20_000
    assert RECEIPT not in estate.store.suspense


def test_an_operator_who_credits_at_the_same_time_excludes_the_other() -> None:
    estate = estate_of_two()
    payment = in_review(estate)
    done: list[str] = []

    def credit(path: str) -> None:
        if path.startswith("reviews") and not done:
            done.append(path)
            with pytest.raises(ConflictError):
                credit_review(order(payment, caller=HENRY), estate.world)

    estate.store.after_write = credit
    move_to_suspense(order(payment), estate.world)
    assert done
    assert places(estate, payment) == ["suspense"]
    assert TransactionId(estate.store.receipts[RECEIPT]) != payment.transaction_id
