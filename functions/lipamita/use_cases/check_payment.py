"""Look at one open payment again: its evidence, its meter, Daraja, and the calendar.

Reconciliation calls this for everything that is due.
"""

from __future__ import annotations

from lipamita.domain.adjustment import Adjustment
from lipamita.domain.ids import TransactionId
from lipamita.domain.payment import SETTLED, DeliveryStatus, Payment, Status
from lipamita.domain.refund import RefundId
from lipamita.domain.schedule import (
    DONE_WITH,
    decide_overdue,
    looked_at,
    recharge_kept_until,
)
from lipamita.domain.units import Millis
from lipamita.domain.verdict import Review
from lipamita.use_cases.ask_daraja import ask_daraja
from lipamita.use_cases.change_payment import change_payment
from lipamita.use_cases.close_recharge import close_recharge, forget_recharge
from lipamita.use_cases.deliver import deliver
from lipamita.use_cases.deliver_order import see_order_through
from lipamita.use_cases.fulfil import fulfil
from lipamita.use_cases.move_to_suspense import finish_moves
from lipamita.use_cases.settle_payment import settle_payment
from lipamita.use_cases.vend import vend
from lipamita.use_cases.world import World


def check_payment(transaction_id: TransactionId, world: World, *, may_query: bool) -> Payment:
    """The payment after everything that can be done for it now, with its next due time set."""
    started_ms = world.clock()
    payment = finish_moves(settle_payment(transaction_id, world), world)
    if _was_sold_since(payment, started_ms):
        return payment  # its next due time was set with the sale
    waits_for_turn = payment.status is Status.PROMPTED and not may_query
    if payment.status is Status.PROMPTED and may_query:
        answered = ask_daraja(payment, world)
        payment, waits_for_turn = answered.payment, answered.turn_missed
    if payment.status is Status.REFUNDING and payment.refund_id is not None:
        world.store.postpone_refund(RefundId(payment.refund_id), world.clock())  # due at once
    sold = payment.delivery.status is not DeliveryStatus.NONE
    if payment.product == Adjustment.TAKEN:
        payment = fulfil(payment, world)  # it is in no queue of recharges
    elif payment.order is not None:
        payment = see_order_through(payment, payment.order, world)
    elif payment.status is Status.PAID or (payment.status in SETTLED and sold):
        payment = _see_delivery_through(payment, world)
    now_ms = world.clock()
    asked = payment.status is not Status.PROMPTED or not waits_for_turn
    overdue = decide_overdue(payment, now_ms=now_ms) if asked else payment
    if overdue.status is Status.REVIEW and payment.status is not Status.REVIEW:
        _queue_for_review(overdue, world, now_ms)
    return change_payment(
        world, transaction_id, lambda current: looked_at(current, asked=asked, now_ms=now_ms)
    )


def _was_sold_since(payment: Payment, started_ms: Millis) -> bool:
    """Whether this very look brought its energy to the meter's queue, and nothing else is due."""
    sold_at_ms, due_ms = payment.delivery.queued_at_ms, payment.next_check_at_ms
    return (
        payment.status is Status.PAID
        and payment.delivery.status is DeliveryStatus.QUEUED
        and sold_at_ms is not None
        and sold_at_ms > started_ms
        and due_ms is not None
        and due_ms > sold_at_ms
    )


def _see_delivery_through(payment: Payment, world: World) -> Payment:
    meter_id, transaction_id = payment.charged_meter, payment.transaction_id
    if payment.delivery.status is DeliveryStatus.TWIN:
        return payment
    if payment.delivery.status in DONE_WITH:
        if world.clock() < recharge_kept_until(payment):
            return payment
        forget_recharge(meter_id, transaction_id, world)
        return payment
    pending = world.store.read_recharge(meter_id, transaction_id)
    if pending is None:
        return deliver(payment, world)  # finds its own entry in the register, writes it again
    payment = vend(payment, world)  # which closes what it sees applied
    return close_recharge(meter_id, transaction_id, world, pending) or payment


def _queue_for_review(payment: Payment, world: World, now_ms: Millis) -> None:
    """Before the payment moves, so that nothing is ever in review and in no queue."""
    review = Review(
        reason=payment.reason or payment.status,
        receipt=None,
        amount_kes=payment.amount_kes,
        evidence_id=payment.reason or payment.status,
    )
    world.store.add_review(payment.transaction_id, review, now_ms=now_ms)
