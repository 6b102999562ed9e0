"""Look at one open payment again: its evidence, its meter, Daraja, and the calendar.

Reconciliation calls this for everything that is due; a person who looks at an open payment calls
it for that one, at most every ASK_AGAIN_AFTER_MS.
"""

from __future__ import annotations

from dataclasses import replace

from lipamita.domain.ids import TransactionId
from lipamita.domain.payment import DeliveryStatus, Payment, Status
from lipamita.domain.schedule import (
    ASK_AGAIN_AFTER_MS,
    UnverifiedPolicy,
    decide_overdue,
    decide_query,
    looked_at,
    recharge_kept_until,
)
from lipamita.domain.settlement import Review
from lipamita.domain.stk_result import Outcome, outcome
from lipamita.domain.units import Millis
from lipamita.use_cases.change_payment import change_payment
from lipamita.use_cases.close_recharge import close_recharge
from lipamita.use_cases.deliver import deliver
from lipamita.use_cases.know_prompt import owns_prompt
from lipamita.use_cases.settle_payment import settle_payment
from lipamita.use_cases.world import World


def ask_daraja(payment: Payment, world: World) -> Payment:
    """The payment after an STK query; unchanged if it was asked a moment ago or is not open.

    The right to ask is taken by compare-and-set first, so that parallel callers ask once.
    """
    now_ms = world.clock()
    if not _may_ask(payment, now_ms):
        return payment
    prompt = world.store.read_prompt(payment.transaction_id)
    took: list[bool] = []

    def taken(current: Payment) -> Payment:
        took.append(_may_ask(current, now_ms))
        return replace(current, queried_at_ms=now_ms) if took[-1] else current

    current = change_payment(world, payment.transaction_id, taken)
    if not took[-1] or prompt is None:
        return current
    answer = world.daraja.query(prompt.checkout_request_id, now_ms=now_ms)
    world.log.query_answered(payment.transaction_id, answer)
    policy = world.unverified_policy
    if outcome(answer.result_code) is Outcome.PAID and not owns_prompt(
        payment.transaction_id, prompt, world
    ):
        policy = UnverifiedPolicy.HOLD
    answered_ms = world.clock()
    answered = change_payment(
        world,
        payment.transaction_id,
        lambda now: decide_query(now, answer, now_ms=answered_ms, policy=policy),
    )
    if answered.status is Status.PAID and answered.delivery.status is DeliveryStatus.NONE:
        return deliver(answered, world)
    return answered


def check_payment(transaction_id: TransactionId, world: World, *, may_query: bool) -> Payment:
    """The payment after everything that can be done for it now, with its next due time set."""
    payment = settle_payment(transaction_id, world)
    if payment.status is Status.PROMPTED and may_query:
        payment = ask_daraja(payment, world)
    if payment.status is Status.PAID:
        payment = _see_delivery_through(payment, world)
    now_ms = world.clock()
    asked = payment.status is not Status.PROMPTED or may_query
    overdue = decide_overdue(payment, now_ms=now_ms) if asked else payment
    if overdue.status is Status.REVIEW and payment.status is not Status.REVIEW:
        _queue_for_review(overdue, world, now_ms)
    return change_payment(
        world, transaction_id, lambda current: looked_at(current, asked=asked, now_ms=now_ms)
    )


def _may_ask(payment: Payment, now_ms: Millis) -> bool:
    last_ms = payment.queried_at_ms or payment.created_at_ms
    return payment.status is Status.PROMPTED and now_ms - last_ms >= ASK_AGAIN_AFTER_MS


def _see_delivery_through(payment: Payment, world: World) -> Payment:
    meter_id, transaction_id = payment.meter_id, payment.transaction_id
    if payment.delivery.status is DeliveryStatus.TWIN:
        return payment
    if payment.delivery.status is DeliveryStatus.DELIVERED:
        if world.clock() < recharge_kept_until(payment):
            return payment
        world.store.remove_recharge(meter_id, transaction_id)
        return payment
    if world.store.read_recharge(meter_id, transaction_id) is None:
        return deliver(payment, world)  # finds its own entry in the register, writes it again
    return close_recharge(meter_id, transaction_id, world) or payment


def _queue_for_review(payment: Payment, world: World, now_ms: Millis) -> None:
    """Before the payment moves, so that nothing is ever in review and in no queue."""
    review = Review(
        reason=payment.reason or payment.status,
        receipt=None,
        amount_kes=payment.amount_kes,
        evidence_id=payment.reason or payment.status,
    )
    world.store.add_review(payment.transaction_id, review, now_ms=now_ms)
