"""See a payment for a place through: the order is confirmed once, or the money goes back once.

| the order is                    | the payment                                            |
|---------------------------------|--------------------------------------------------------|
| held                            | has its seat: queued until its time begins             |
| expired, cancelled; a seat free | the same, seated once more                             |
| expired, cancelled; none free   | in review (no_place_left), and its refund is asked for |
| confirmed by another payment    | in review (order_paid_before), and its refund, too     |

Where refunds are not set up, the review stays: a queue with a name, until people pay it back. Money
that only queries call paid has no receipt that could be refunded: it is shown in the queue and
stays paid until its receipt is told.
"""

from __future__ import annotations

from dataclasses import replace

from lipamita.domain.order import GOES_BACK, Seated
from lipamita.domain.payment import Cause, DeliveryStatus, Payment, Status, move
from lipamita.domain.place import OrderedPlace
from lipamita.domain.units import Millis
from lipamita.domain.verdict import Alarm, Review
from lipamita.use_cases.change_payment import change_payment
from lipamita.use_cases.refund_late_money import refund_late_money
from lipamita.use_cases.seat_order import seat_order
from lipamita.use_cases.world import World


def deliver_order(payment: Payment, order: OrderedPlace, world: World) -> Payment:
    """The payment with its place, or on its way back. Safe to repeat, by its transaction_id."""
    seated = seat_order(order.order_id, payment.transaction_id, world)
    if seated is not Seated.YES:
        return _give_back(payment, seated, world)
    now_ms = world.clock()

    def queued(current: Payment) -> Payment:
        if current.status is not Status.PAID or current.delivery.status is not DeliveryStatus.NONE:
            return current
        delivery = replace(current.delivery, status=DeliveryStatus.QUEUED, queued_at_ms=now_ms)
        return replace(
            current,
            delivery=delivery,
            check_count=0,
            reason=None,
            updated_at_ms=now_ms,
            next_check_at_ms=Millis(max(order.starts_at_ms, now_ms)),
        )

    return change_payment(world, payment.transaction_id, queued)


def see_order_through(payment: Payment, order: OrderedPlace, world: World) -> Payment:
    """The payment after all that can be done for its order now: seated, or its time has begun."""
    if payment.status is Status.REVIEW and payment.reason in GOES_BACK:
        return refund_late_money(payment, world)
    if payment.status is not Status.PAID:
        return payment
    if payment.delivery.status is DeliveryStatus.NONE:
        return deliver_order(payment, order, world)
    now_ms = world.clock()
    if payment.delivery.status is not DeliveryStatus.QUEUED or now_ms < order.starts_at_ms:
        return payment

    def begun(current: Payment) -> Payment:
        waits = current.delivery.status is DeliveryStatus.QUEUED
        if current.status is not Status.PAID or not waits:
            return current
        delivery = replace(
            current.delivery, status=DeliveryStatus.DELIVERED, delivered_at_ms=now_ms
        )
        return replace(current, delivery=delivery, updated_at_ms=now_ms, next_check_at_ms=None)

    return change_payment(world, payment.transaction_id, begun)


def _give_back(payment: Payment, seated: Seated, world: World) -> Payment:
    """In review first, so that the money is in sight whatever happens next; then refunded."""
    transaction_id, now_ms, reason = payment.transaction_id, world.clock(), seated.value
    receipt = payment.mpesa_receipt
    in_sight = payment.reason == reason  # without a receipt, once is enough
    if receipt is not None or not in_sight:
        review = Review(
            reason=reason,
            receipt=receipt,
            amount_kes=payment.amount_kes,
            evidence_id=f"{reason}-{receipt or 'unknown'}",
        )
        world.store.add_review(transaction_id, review, now_ms=now_ms)
        alarm = Alarm(kind="payment_in_review", detail=reason)
        world.store.raise_alarm(alarm, transaction_id=transaction_id, now_ms=now_ms)

    def goes_back(current: Payment) -> Payment:
        waits = current.delivery.status is DeliveryStatus.NONE
        if current.status is not Status.PAID or not waits:
            return current
        if current.mpesa_receipt is None:
            return replace(current, reason=reason, updated_at_ms=now_ms)
        moved = move(current, Cause.NOTHING_TO_GIVE, now_ms=now_ms, source=reason)
        return replace(moved, reason=reason, next_check_at_ms=now_ms)

    moved = change_payment(world, transaction_id, goes_back)
    if moved.status is Status.REVIEW and moved.reason in GOES_BACK:
        return refund_late_money(moved, world)
    return moved
