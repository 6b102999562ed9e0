"""Look at an order again: end a hold that is over, give back a seat that is not its own any more.

Reconciliation calls this for every order that is due. Safe to run at any time, any number of times,
and in parallel: the order is moved first and stays due until its seat is back, and only a seat that
is held (or that a refund took back) is given up, never one that a payment has.
"""

from __future__ import annotations

from dataclasses import replace

from lipamita.domain.order import (
    GIVEN_UP,
    UNDECIDED,
    OrderCause,
    OrderStatus,
    PlaceOrder,
    may_be_paid_soon,
    move_order,
)
from lipamita.domain.payment import Payment
from lipamita.domain.place_day import PlaceDay, leave_seat
from lipamita.domain.units import MINUTE_MS, Millis
from lipamita.use_cases.change_order import change_day, change_order
from lipamita.use_cases.world import World

LOOK_AGAIN_MS = MINUTE_MS  # at a hold that waits for its prompt


def check_order(order_id: str, world: World) -> PlaceOrder:
    """The order after all that can be done for it now. Raises NotFoundError, BusyError."""
    now_ms = world.clock()
    order = change_order(world, order_id, lambda current: _ended(current, world, now_ms))
    if order.status in UNDECIDED:
        return order
    if order.status is not OrderStatus.CONFIRMED:
        give_back_seat(order, world)

    def done(current: PlaceOrder) -> PlaceOrder:
        if current.history != order.history:
            return current  # it moved meanwhile, and is due for that
        return replace(current, next_check_at_ms=None)

    return change_order(world, order_id, done)


def give_back_seat(order: PlaceOrder, world: World) -> None:
    """Leave the seat that is only held; and the payment's own, once its money goes back."""

    def left(day: PlaceDay) -> tuple[None, PlaceDay]:
        day = leave_seat(day, order.order_id, None)
        if order.status in GIVEN_UP and order.transaction_id is not None:
            day = leave_seat(day, order.order_id, order.transaction_id)
        return None, day

    change_day(world, order.place, left)


def prompted_payment(order: PlaceOrder, world: World) -> Payment | None:
    """The payment that was asked for last, if it was stored."""
    if order.prompted_transaction_id is None:
        return None
    read = world.store.read_payment(order.prompted_transaction_id)
    return None if read is None else read.value


def _ended(order: PlaceOrder, world: World, now_ms: Millis) -> PlaceOrder:
    if order.status not in UNDECIDED:
        return order
    if now_ms < order.hold_until_ms:
        return replace(order, next_check_at_ms=order.hold_until_ms)
    if may_be_paid_soon(order, prompted_payment(order, world), now_ms=now_ms):
        return replace(order, next_check_at_ms=Millis(now_ms + LOOK_AGAIN_MS))
    return move_order(order, OrderCause.HOLD_ENDED, now_ms=now_ms)
