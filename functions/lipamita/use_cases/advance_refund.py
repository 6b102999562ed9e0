"""Bring one refund as far as it can go now: hold, withdraw, send, believe, account for it.

Safe to run at any time, any number of times, and in parallel. Dying between any two writes and
running again ends in the same state: every step is one compare-and-set that names the refund.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from lipamita.domain.refund import ENDED, Refund, RefundCause, RefundId, RefundStatus, move_refund
from lipamita.domain.refund_result import looked_at_refund, waited_too_long
from lipamita.use_cases.change_refund import believe_results, change_refund
from lipamita.use_cases.hold_money import account_for, hold_money, let_go
from lipamita.use_cases.refund_place import give_up_place, tell_order
from lipamita.use_cases.send_money import ask_status, send_money
from lipamita.use_cases.withdraw_energy import withdraw_energy
from lipamita.use_cases.world import World

MAX_STEPS = 8  # more than a refund has states on its longest way


def advance_refund(refund_id: RefundId, world: World) -> Refund:
    """The refund after everything that can be done for it now, with its next due time set.

    Raises NotFoundError, BusyError.
    """
    refund = believe_results(refund_id, world)
    for _ in range(MAX_STEPS):
        before = refund.status
        refund = _STEPS.get(before, _wait)(refund, world)
        if refund.status is before:
            break
    now_ms = world.clock()
    return change_refund(world, refund_id, lambda current: looked_at_refund(current, now_ms=now_ms))


def _hold(refund: Refund, world: World) -> Refund:
    if not hold_money(refund, world):
        return _move(refund, RefundCause.NOT_HELD, world, reason="not_free")
    if not give_up_place(refund, world):
        return _move(refund, RefundCause.NOT_HELD, world, reason="already_used")
    if refund.energy_wh > 0:
        return _move(refund, RefundCause.MONEY_HELD, world)
    return _move(refund, RefundCause.NOTHING_TO_WITHDRAW, world)


def _withdraw(refund: Refund, world: World) -> Refund:
    given_back = withdraw_energy(refund, world)
    if given_back is None:
        return refund
    if given_back:
        return _move(refund, RefundCause.METER_GAVE_BACK, world)
    return _move(refund, RefundCause.METER_REFUSED, world, reason="already_used")


def _wait(refund: Refund, world: World) -> Refund:
    now_ms = world.clock()
    waited = change_refund(
        world, refund.refund_id, lambda current: waited_too_long(current, now_ms=now_ms)
    )
    return ask_status(waited, world)


def _end(refund: Refund, world: World) -> Refund:
    """Say where the money was what became of it; then nothing is left to do."""
    if refund.next_check_at_ms is None:
        return refund
    if refund.status is RefundStatus.REFUNDED:
        account_for(refund, world)
        tell_order(refund, world)
    else:
        let_go(refund, world)
    world.store.remove_payee(refund.refund_id)

    def done(current: Refund) -> Refund:
        return replace(current, next_check_at_ms=None) if current.status in ENDED else current

    return change_refund(world, refund.refund_id, done)


def _move(refund: Refund, cause: RefundCause, world: World, reason: str | None = None) -> Refund:
    """The refund after the move, unless somebody else moved it meanwhile."""
    now_ms, from_status = world.clock(), refund.status

    def moved(current: Refund) -> Refund:
        if current.status is not from_status:
            return current
        return replace(move_refund(current, cause, now_ms=now_ms), reason=reason)

    return change_refund(world, refund.refund_id, moved)


_STEPS: Mapping[RefundStatus, Callable[[Refund, World], Refund]] = {
    RefundStatus.REQUESTED: _hold,
    RefundStatus.WITHDRAWING: _withdraw,
    RefundStatus.WITHDRAWN: send_money,
    RefundStatus.REFUNDED: _end,
    RefundStatus.FAILED: _end,
}
