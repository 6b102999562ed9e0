"""Money for an ordered place: one seat or one refund, whenever it comes and whatever dies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from lipamita.domain.errors import ConflictError
from lipamita.domain.ids import Receipt, TransactionId
from lipamita.domain.ledger import totals_of
from lipamita.domain.order import HOLD_MS, OrderStatus, PlaceOrder, Seated
from lipamita.domain.payment import DeliveryStatus, Payment, Status
from lipamita.domain.payment_entries import entries_of_payment
from lipamita.domain.place_day import Seat
from lipamita.domain.refund import Refund, RefundStatus
from lipamita.domain.refund_entries import entries_of_refund
from lipamita.domain.units import MINUTE_MS, Kes
from lipamita.use_cases.advance_refund import advance_refund
from lipamita.use_cases.decide_refund import RefundDecision, decide_refund
from lipamita.use_cases.decide_review import MoneyDecision, credit_review
from lipamita.use_cases.place_order import cancel_order
from lipamita.use_cases.reconcile import reconcile
from lipamita.use_cases.record_confirmation import Refusal, validate_payment
from lipamita.use_cases.seat_order import seat_order
from lipamita.use_cases.settle_payment import settle_payment
from lipamita.use_cases.view import query_payment
from lipamita.use_cases.world import World

from tests.fakes.estate import OWNER, success
from tests.fakes.memory_nodes import ProcessDiedError
from tests.fakes.money_out import result
from tests.unit.lipamita.use_cases.ordering import BRIAN, COURT, TOO_LATE_MS, Ordering
from tests.unit.lipamita.use_cases.refunding import GRACE, HENRY

FIRST, SECOND = "UKL1AAAA01", "UKL1AAAA02"


class WithoutRefunds(Ordering):
    """The same, where no refunds are set up."""

    @property
    def world(self) -> World:
        return replace(super().world, money_out=None)


def late(estate: Ordering) -> tuple[PlaceOrder, Payment]:
    """An order whose hold ended while its payment was open."""
    order = estate.order()
    payment = estate.prompt(order)
    return estate.expire(order), payment


def late_and_sold(estate: Ordering) -> tuple[PlaceOrder, Payment]:
    """The same, and somebody else has the seat."""
    order, payment = late(estate)
    estate.order(BRIAN, key="order-2")
    return order, payment


def balanced(estate: Ordering, receipts: int) -> bool:
    """The books of all payments and refunds: in balance, with so much money received."""
    entries = {
        entry.entry_id: entry
        for payment in estate.store.payments.values()
        for entry in entries_of_payment(payment)
    }
    for refund in estate.store.refunds.values():
        assert refund.transaction_id is not None
        payment = estate.store.payments[refund.transaction_id]
        entries |= {entry.entry_id: entry for entry in entries_of_refund(refund, payment)}
    totals = totals_of(entries.values())
    received = sum(entry.kind == "received" for entry in entries.values())
    return totals.balanced and received == receipts


def only_refund(estate: Ordering) -> Refund:
    (refund,) = estate.store.refunds.values()
    return refund


def test_money_in_time_confirms_the_order_once() -> None:
    estate = Ordering()
    order = estate.order()
    payment = estate.prompt(order)
    paid = estate.pay(payment)
    assert (paid.status, paid.delivery.status) == (Status.PAID, DeliveryStatus.QUEUED)
    assert (paid.meter_id, paid.product, paid.delivery.kind) == (None, "booking", "booking")
    assert paid.next_check_at_ms == estate.begins_ms
    assert estate.daraja.pushes[0].account_reference == order.order_id
    seen = estate.see(order)
    assert (seen.status, seen.transaction_id) == (OrderStatus.CONFIRMED, payment.transaction_id)
    estate.pay(payment)
    estate.wait(TOO_LATE_MS)
    reconcile(estate.world)
    assert estate.see(order) == seen
    assert estate.seats == {order.order_id: payment.transaction_id}


def test_a_place_is_delivered_and_earned_when_its_time_begins() -> None:
    estate = Ordering()
    payment = estate.pay(estate.prompt(estate.order()))
    earned = "booking_revenue:court-1"
    assert earned not in totals_of(entries_of_payment(payment)).cents
    estate.wait(estate.begins_ms - estate.now_ms)
    reconcile(estate.world)
    begun = estate.payment(payment)
    assert begun.delivery.status is DeliveryStatus.DELIVERED
    totals = totals_of(entries_of_payment(begun))
    assert totals.cents[earned] + totals.cents["vat_payable"] == -30_000
    assert totals.balanced


def test_money_after_the_hold_takes_a_seat_that_is_still_free() -> None:
    estate = Ordering()
    order, payment = late(estate)
    estate.pay(payment)
    assert estate.see(order).status is OrderStatus.CONFIRMED
    assert estate.seats == {order.order_id: payment.transaction_id}
    assert not estate.store.refunds
    assert not estate.store.reviews


def test_money_for_a_cancelled_order_takes_a_seat_that_is_still_free() -> None:
    estate = Ordering()
    order = estate.order()
    payment = estate.prompt(order)
    estate.wait(5 * MINUTE_MS)  # its end is not known, and it is not waited for any more
    cancel_order(order.order_id, OWNER, estate.world)
    estate.pay(payment)
    assert estate.see(order).status is OrderStatus.CONFIRMED


def test_money_after_the_place_was_sold_to_another_goes_back_once() -> None:
    estate = Ordering()
    order, payment = late_and_sold(estate)
    estate.pay(payment)
    estate.tell(payment, success(payment, receipt=FIRST, amount="300.00"))  # told again
    reconcile(estate.world)
    refund = only_refund(estate)
    assert (refund.status, refund.amount_kes) == (RefundStatus.SENT, 300)
    estate.told(refund, result(refund))
    advance_refund(refund.refund_id, estate.world)
    reconcile(estate.world)
    assert estate.payment(payment).status is Status.REFUNDED
    assert estate.see(order).status is OrderStatus.REFUNDED
    assert (estate.money_out.sent, estate.money_out.paid_kes) == (1, 300)
    assert estate.store.decided, "the review is closed"
    assert balanced(estate, receipts=1)


def test_where_refunds_are_not_set_up_late_money_waits_in_review() -> None:
    estate = WithoutRefunds()
    order, payment = late_and_sold(estate)
    waits = estate.pay(payment)
    assert (waits.status, waits.reason) == (Status.REVIEW, "no_place_left")
    assert [told.receipt for told in estate.store.reviews[payment.transaction_id].values()] == [
        FIRST
    ]
    reconcile(estate.world)
    assert estate.payment(payment).next_check_at_ms is None
    assert estate.see(order).status is OrderStatus.REFUNDING


def test_nobody_is_seated_once_the_time_has_begun() -> None:
    estate = Ordering()
    order, payment = late(estate)
    estate.wait(estate.begins_ms - estate.now_ms)
    estate.pay(payment)
    assert estate.see(order).status is OrderStatus.REFUNDING
    assert estate.seats == {}
    assert estate.money_out.sent == 1


@pytest.mark.parametrize("is_late", [False, True])
def test_the_second_payment_of_one_order_goes_back(is_late: bool) -> None:
    estate = Ordering()
    order = estate.order()
    first = estate.prompt(order)
    estate.wait(2 * MINUTE_MS)
    second = estate.prompt(order)
    if is_late:
        estate.wait(5 * MINUTE_MS)
        estate.expire(order)
    estate.pay(second, SECOND)
    estate.pay(first, FIRST)
    assert estate.seats == {order.order_id: second.transaction_id}
    assert estate.payment(first).reason == "order_paid_before"
    assert only_refund(estate).receipt == FIRST
    assert estate.see(order).status is OrderStatus.CONFIRMED


def test_the_twin_of_a_confirmation_by_hand_is_one_payment() -> None:
    estate = Ordering()
    order = estate.order()
    payment = estate.prompt(order)
    confirm(estate, order, FIRST)
    estate.pay(payment, FIRST)
    estate.wait(5 * MINUTE_MS)
    reconcile(estate.world)
    assert len(estate.store.payments) == 1
    assert not estate.store.suspense
    assert estate.seats == {order.order_id: payment.transaction_id}


def test_an_order_is_paid_by_hand_under_its_number() -> None:
    estate = Ordering()
    order = estate.order()
    typed = f"{order.order_id[:4].lower()} {order.order_id[4:].replace('0', 'o')}"
    confirm(estate, order, FIRST, account=typed)
    reconcile(estate.world)
    assert estate.see(order).status is OrderStatus.CONFIRMED
    (payment,) = estate.store.payments.values()
    assert (payment.user_id, payment.order, payment.channel) == (OWNER.uid, order.place, "c2b")


def test_another_amount_by_hand_waits_in_suspense() -> None:
    estate = Ordering()
    order = estate.order()
    confirm(estate, order, FIRST, amount="299.00")
    reconcile(estate.world)
    assert estate.store.suspense[FIRST].reason == "amount_not_the_orders"


def test_staff_refund_a_place_before_its_time_and_it_is_free_again() -> None:
    estate = Ordering()
    order = estate.order()
    payment = estate.pay(estate.prompt(order))
    with pytest.raises(ConflictError, match="as a whole"):
        estate.ask_back(100)
    refund = estate.ask_back(phone=None)
    assert refund.status is RefundStatus.SENT
    assert estate.see(order).status is OrderStatus.REFUNDING
    assert estate.seats == {}
    estate.told(refund, result(refund))
    reconcile(estate.world)
    back = estate.payment(payment)
    assert (back.status, back.delivery.status) == (Status.REFUNDED, DeliveryStatus.WITHDRAWN)
    assert estate.see(order).status is OrderStatus.REFUNDED
    assert estate.order(BRIAN, key="order-2").status is OrderStatus.HELD
    assert balanced(estate, receipts=1)


def test_a_place_that_was_used_is_not_refunded() -> None:
    estate = Ordering()
    order = estate.order()
    payment = estate.pay(estate.prompt(order))
    estate.wait(estate.begins_ms - estate.now_ms)
    with pytest.raises(ConflictError) as refused:
        estate.ask_back(phone=None)
    assert refused.value.code == "nothing_unused"
    assert estate.payment(payment).status is Status.PAID


def test_a_refund_that_is_seconded_too_late_comes_to_nothing() -> None:
    estate = Ordering()
    estate.store.sold_places["court-1"] = replace(COURT, price_kes=Kes(12_000))
    order = estate.order()
    payment = estate.pay(estate.prompt(order))
    refund = estate.ask_back(phone=None)
    assert refund.status is RefundStatus.WAITING
    assert estate.see(order).status is OrderStatus.CONFIRMED
    estate.wait(estate.begins_ms - estate.now_ms)
    decision = RefundDecision(
        refund_id=refund.refund_id, decision="approve", why="yes", caller=HENRY
    )
    decide_refund(decision, estate.world)
    assert estate.refund(refund).status is RefundStatus.FAILED
    assert estate.payment(payment).status is Status.PAID
    assert estate.see(order).status is OrderStatus.CONFIRMED
    assert estate.money_out.sent == 0


def test_the_refund_of_a_place_that_was_freed_is_not_given_up() -> None:
    estate = Ordering()
    estate.pay(estate.prompt(estate.order()))
    refund = estate.ask_back(phone=None)
    estate.told(refund, result(refund, code=2001))
    advance_refund(refund.refund_id, estate.world)
    decision = RefundDecision(
        refund_id=refund.refund_id, decision="give_up", why="no", caller=GRACE
    )
    with pytest.raises(ConflictError) as refused:
        decide_refund(decision, estate.world)
    assert refused.value.code == "place_was_freed"


def test_money_that_only_queries_tell_is_shown_and_goes_back_once_its_receipt_is_told() -> None:
    estate = Ordering()
    _, payment = late(estate)
    theirs = estate.order(BRIAN, key="order-2")
    estate.pay(estate.prompt(theirs, BRIAN), SECOND)
    estate.daraja.query_answers = ["0"] * 40
    for _ in range(10):
        estate.wait(10 * MINUTE_MS)
        reconcile(estate.world)
    shown = estate.payment(payment)
    assert (shown.status, shown.reason, shown.mpesa_receipt) == (Status.PAID, "no_place_left", None)
    assert len(estate.store.reviews[payment.transaction_id]) == 1
    assert not estate.store.refunds
    estate.pay(payment)
    assert only_refund(estate).receipt == FIRST


Scene = Callable[[Ordering], tuple[PlaceOrder, Payment]]


def credited_by_queries_too_late(estate: Ordering) -> Payment:
    """A payment for a place that somebody else has, which only queries call paid."""
    _, payment = late_and_sold(estate)
    estate.daraja.query_answers = ["0"] * 40
    for _ in range(10):
        estate.wait(10 * MINUTE_MS)
        reconcile(estate.world)
    assert estate.payment(payment).status is Status.PAID
    return payment


def test_another_amount_told_for_a_place_that_is_gone_waits_for_a_person() -> None:
    estate = Ordering()
    payment = credited_by_queries_too_late(estate)
    estate.tell(payment, success(payment, receipt=FIRST, amount=100))
    waits = settle_payment(payment.transaction_id, estate.world)
    reconcile(estate.world)
    assert (waits.status, waits.reason, waits.mpesa_receipt) == (
        Status.REVIEW,
        "amount_differs",
        FIRST,
    )
    assert not estate.store.refunds


def test_no_more_goes_back_for_a_place_that_is_gone_than_was_told() -> None:
    estate = Ordering()
    payment = credited_by_queries_too_late(estate)
    estate.tell(payment, success(payment, receipt=FIRST, amount=100))
    settle_payment(payment.transaction_id, estate.world)
    refund = estate.told_paid(estate.ask_back(receipt=FIRST))
    assert (refund.status, refund.paid_kes, estate.money_out.paid_kes) == (
        RefundStatus.REFUNDED,
        100,
        100,
    )
    assert balanced(estate, receipts=1)


def test_an_order_that_queries_call_paid_in_time_keeps_its_seat() -> None:
    estate = Ordering()
    order = estate.order()
    estate.wait(HOLD_MS - 3 * MINUTE_MS)
    payment = estate.prompt(order)
    estate.daraja.query_answers = ["0"] * 10
    while estate.now_ms < order.hold_until_ms + 10 * MINUTE_MS:
        estate.wait(MINUTE_MS)
        assert reconcile(estate.world).failures == 0
    delivery = estate.store.payments[payment.transaction_id].delivery
    assert (delivery.status, estate.see(order).status) == (
        DeliveryStatus.QUEUED,
        OrderStatus.CONFIRMED,
    )


def test_whoever_asks_for_an_order_that_queries_call_paid_is_seated_at_once() -> None:
    estate = Ordering()
    order = estate.order()
    payment = estate.prompt(order)
    estate.daraja.query_answers = ["0", "0"]
    for wait_ms in (MINUTE_MS, 3 * MINUTE_MS):
        estate.wait(wait_ms)
        query_payment(payment.transaction_id, OWNER, estate.world)
    assert estate.seats == {order.order_id: payment.transaction_id}


def in_time(estate: Ordering) -> tuple[PlaceOrder, Payment]:
    order = estate.order()
    return order, estate.prompt(order)


@pytest.mark.parametrize("scene", [in_time, late, late_and_sold])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_dying_around_any_write_ends_in_the_same_state(scene: Scene, moment: str) -> None:
    whole, wanted = _run(scene, moment, die_at=None)
    assert whole > 0
    for number in range(whole):
        _, found = _run(scene, moment, die_at=number)
        assert found == wanted, f"died {moment} write {number}"


def _run(scene: Scene, moment: str, *, die_at: int | None) -> tuple[int, object]:
    """How many writes there were, and where everything stands in the end."""
    estate = Ordering()
    order, payment = scene(estate)
    estate.tell(payment, success(payment, receipt=FIRST))
    count = 0

    def write(_: str) -> None:
        nonlocal count
        count += 1
        if die_at is not None and count == die_at + 1:
            raise ProcessDiedError

    setattr(estate.store, f"{moment}_write", write)
    for _ in range(6):
        try:
            settle_payment(payment.transaction_id, estate.world)
            reconcile(estate.world)
        except ProcessDiedError:
            pass
        estate.wait(6 * MINUTE_MS)
    assert estate.money_out.sent <= 1
    goes_back = (Status.REFUNDING, Status.REFUNDED)  # whether it was sent may be in doubt then
    return count, (
        estate.see(order).status,
        estate.payment(payment).status in goes_back,
        estate.payment(payment).delivery.status,
        {key: seat == payment.transaction_id for key, seat in estate.seats.items()},
        len(estate.store.refunds),
    )


def confirm(
    estate: Ordering, order: PlaceOrder, receipt: str, *, amount: str = "300.00", account: str = ""
) -> None:
    """The PayBill tells of money for that account."""
    body = {
        "TransactionType": "Pay Bill",
        "TransID": receipt,
        "TransTime": "20261118140642",
        "TransAmount": amount,
        "BusinessShortCode": "600000",
        "BillRefNumber": account or order.order_id,
        "MSISDN": "2547 ***** 001",
        "FirstName": "AMINA",
    }
    estate.confirm(receipt, body)


def test_two_payments_at_one_moment_get_one_seat() -> None:
    """The first is between its seat and its order when the second is settled."""
    estate = Ordering()
    order = estate.order()
    first = estate.prompt(order)
    estate.wait(2 * MINUTE_MS)
    second = estate.prompt(order)
    estate.tell(first, success(first, receipt=FIRST))
    estate.tell(second, success(second, receipt=SECOND))
    met: list[TransactionId] = []

    def meanwhile(path: str) -> None:
        if path.startswith("place_days/") and not met:
            met.append(second.transaction_id)
            settle_payment(second.transaction_id, estate.world)

    estate.store.after_write = meanwhile
    settle_payment(first.transaction_id, estate.world)
    assert estate.seats == {order.order_id: first.transaction_id}
    assert estate.see(order).transaction_id == first.transaction_id
    assert estate.payment(second).reason == "order_paid_before"


def test_a_seat_taken_in_vain_is_left() -> None:
    """A slow process took one that came free after another had decided that the money goes back."""
    estate = Ordering()
    order, payment = late_and_sold(estate)
    estate.pay(payment)
    for key, day in estate.store.days.items():
        taken = Seat(span=order.span, transaction_id=payment.transaction_id)
        estate.store.days[key] = {**day, order.order_id: taken}
    assert seat_order(order.order_id, payment.transaction_id, estate.world) is Seated.NO_PLACE
    assert order.order_id not in estate.seats


def test_late_money_in_review_cannot_be_credited() -> None:
    estate = WithoutRefunds()
    _, payment = late_and_sold(estate)
    estate.pay(payment)
    decision = MoneyDecision(
        transaction_id=payment.transaction_id,
        receipt=Receipt(FIRST),
        amount_kes=payment.amount_kes,
        why="they want it",
        caller=GRACE,
    )
    with pytest.raises(ConflictError) as refused:
        credit_review(decision, estate.world)
    assert refused.value.code == "place_is_gone"


def test_a_payment_by_hand_is_not_let_through_but_for_an_order_that_is_held() -> None:
    estate = Ordering()
    order = estate.order()

    def asked(amount_kes: int) -> Refusal | None:
        return validate_payment(order.order_id.lower(), Kes(amount_kes), estate.world)

    assert (asked(300), asked(299)) == (None, Refusal.AMOUNT)
    estate.pay(estate.prompt(order))
    assert asked(300) is Refusal.ACCOUNT
