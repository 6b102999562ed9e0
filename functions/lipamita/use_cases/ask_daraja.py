"""Ask Daraja what became of a payment's push, as often as its spike arrest allows.

Everybody who asks shares the sender's turns, and one payment is asked about at most every
ASK_AGAIN_AFTER_MS. Turn and right to ask are taken by compare-and-set first, so that parallel
callers ask once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from lipamita.domain.health import Sign
from lipamita.domain.merchants import MAIN_SENDER
from lipamita.domain.payment import Payment, Status
from lipamita.domain.prompt import Prompt
from lipamita.domain.query_pace import (
    QueryPace,
    admitted,
    arrested,
    taken,
    turns_left,
    wait_for_turn,
)
from lipamita.domain.schedule import ASK_AGAIN_AFTER_MS, UnverifiedPolicy, decide_query
from lipamita.domain.stk_result import Outcome, outcome
from lipamita.domain.units import SECOND_MS, Millis
from lipamita.domain.verdict import Alarm
from lipamita.use_cases.change_payment import change_payment
from lipamita.use_cases.fulfil import fulfil
from lipamita.use_cases.know_prompt import owns_prompt
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.world import World

_CROWDED_MS = SECOND_MS  # to wait when others kept taking the turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The payment afterwards. ``wait_ms``: Daraja was not asked now, or did not listen; try then.

    ``turn_missed``: because of others, so that nothing is known that was not known long before.
    """

    payment: Payment
    wait_ms: int = 0
    turn_missed: bool = False


def ask_daraja(payment: Payment, world: World) -> Asked:
    """The payment after an STK query, if there is anything to ask and a turn to ask it."""
    now_ms = world.clock()
    prompt = world.store.read_prompt(payment.transaction_id) if _can_ask(payment) else None
    if prompt is None:
        return Asked(payment=payment)
    own_wait_ms = _own_wait(payment, now_ms)
    if own_wait_ms:
        return Asked(payment=payment, wait_ms=own_wait_ms)
    wait_ms = _take_turn(_sender(payment, world), world, now_ms)
    if wait_ms:
        return Asked(payment=payment, wait_ms=wait_ms, turn_missed=True)
    took: list[bool] = []

    def marked(current: Payment) -> Payment:
        took.append(_can_ask(current) and not _own_wait(current, now_ms))
        return replace(current, queried_at_ms=now_ms) if took[-1] else current

    current = change_payment(world, payment.transaction_id, marked)
    if not took[-1]:
        wait_ms = _own_wait(current, now_ms) if _can_ask(current) else 0
        return Asked(payment=current, wait_ms=wait_ms)
    return _ask(current, prompt, world, now_ms)


def queries_left(world: World) -> int:
    """How many payments of the main short code may be asked about now.

    Sites with keys of their own have turns besides, which their payments find when they ask.
    """
    return turns_left(world.store.read_query_pace(MAIN_SENDER).value, now_ms=world.clock())


def _sender(payment: Payment, world: World) -> str:
    return world.merchants.sender(payment.merchant)


def _ask(payment: Payment, prompt: Prompt, world: World, now_ms: Millis) -> Asked:
    answer = world.daraja.query(
        prompt.checkout_request_id, now_ms=now_ms, merchant=payment.merchant
    )
    world.log.query_answered(payment.transaction_id, answer)
    answered_ms = world.clock()
    if outcome(answer.result_code) is Outcome.PAID:
        world.store.note_sign(Sign.PAID_BY_QUERY, now_ms=answered_ms)
    if answer.throttled:
        _arrest(payment, answer.result_desc, world, answered_ms)
        pace = world.store.read_query_pace(_sender(payment, world)).value
        wait_ms = wait_for_turn(pace, now_ms=answered_ms)
        return Asked(payment=payment, wait_ms=wait_ms, turn_missed=True)
    _change_pace(_sender(payment, world), world, admitted)
    policy = world.unverified_policy
    if outcome(answer.result_code) is Outcome.PAID and not owns_prompt(
        payment.transaction_id, prompt, world
    ):
        policy = UnverifiedPolicy.HOLD
    answered = change_payment(
        world,
        payment.transaction_id,
        lambda now: decide_query(now, answer, now_ms=answered_ms, policy=policy),
    )
    return Asked(payment=fulfil(answered, world))


def _can_ask(payment: Payment) -> bool:
    return payment.status is Status.PROMPTED


def _own_wait(payment: Payment, now_ms: Millis) -> int:
    last_ms = payment.queried_at_ms or payment.created_at_ms
    return max(0, last_ms + ASK_AGAIN_AFTER_MS - now_ms)


def _take_turn(sender: str, world: World, now_ms: Millis) -> int:
    """0 when a turn was taken, or how long to wait for one."""
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = world.store.read_query_pace(sender)
        wait_ms = wait_for_turn(old.value, now_ms=now_ms)
        if wait_ms:
            return wait_ms
        if world.store.replace_query_pace(sender, old, taken(old.value, now_ms=now_ms)):
            return 0
    return _CROWDED_MS


def _arrest(payment: Payment, said: str, world: World, now_ms: Millis) -> None:
    sender = _sender(payment, world)
    _change_pace(sender, world, lambda pace: arrested(pace, now_ms=now_ms))
    alarm = Alarm(kind="spike_arrest", detail=f"query: {said}")
    world.store.raise_alarm(alarm, transaction_id=payment.transaction_id, now_ms=now_ms)


def _change_pace(sender: str, world: World, change: Callable[[QueryPace], QueryPace]) -> None:
    """Others may be faster: the pace is advice, and theirs is as good as ours."""
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = world.store.read_query_pace(sender)
        new = change(old.value)
        if new == old.value or world.store.replace_query_pace(sender, old, new):
            return
