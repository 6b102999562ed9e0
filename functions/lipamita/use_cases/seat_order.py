"""Give a paid order its seat, or decide that its money goes back. One compare-and-set says which.

The seat is taken on the day first, in the name of the payment; then the order is moved. Whoever
finds the order decided otherwise leaves the seat again.
"""

from __future__ import annotations

from lipamita.domain.errors import BusyError
from lipamita.domain.ids import TransactionId
from lipamita.domain.order import (
    MAY_BE_SEATED,
    OrderCause,
    OrderStatus,
    PlaceOrder,
    Seated,
    decided_by,
    move_order,
)
from lipamita.domain.place_day import PlaceDay, Taken, leave_seat, take_seat
from lipamita.domain.refund import Refund
from lipamita.use_cases.change_order import change_day, change_order
from lipamita.use_cases.check_order import check_order
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.world import World


def seat_order(order_id: str, transaction_id: TransactionId, world: World) -> Seated:
    """Whether the payment has the order's seat now. Safe to repeat, by its transaction_id.

    Raises BusyError.
    """
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = world.store.read_order(order_id)
        if old is None:
            return Seated.NO_PLACE
        order = old.value
        if order.status not in MAY_BE_SEATED:
            return _decided(order, transaction_id, world)
        taken = _take(order, transaction_id, world)
        if taken is Taken.BY_ANOTHER_PAYMENT:
            return Seated.PAID_BEFORE
        seated = taken is Taken.YES
        new = decided_by(order, transaction_id, seated=seated, now_ms=world.clock())
        if world.store.replace_order(old, new):
            check_order(order_id, world)
            return Seated.YES if seated else Seated.NO_PLACE
    raise BusyError("busy", f"order {order_id} is being changed; try again")


def take_back(refund: Refund, order_id: str, world: World) -> bool:
    """Whether the refund's payment has no seat any more; False once its time has begun.

    Safe to repeat: the seat goes once, by the transaction that has it.
    """
    now_ms = world.clock()

    def taken_back(current: PlaceOrder) -> PlaceOrder:
        mine = current.transaction_id == refund.transaction_id
        begun = now_ms >= current.place.starts_at_ms
        if not mine or begun or current.status is not OrderStatus.CONFIRMED:
            return current
        source = f"refund {refund.refund_id}"
        return move_order(current, OrderCause.TAKEN_BACK, now_ms=now_ms, source=source)

    order = change_order(world, order_id, taken_back)
    if order.status is not OrderStatus.REFUNDING:
        return False
    check_order(order_id, world)
    return True


def money_went_back(refund: Refund, order_id: str, world: World) -> None:
    """Say so in the order, if this was the payment that decided it."""
    now_ms = world.clock()

    def refunded(current: PlaceOrder) -> PlaceOrder:
        mine = current.transaction_id == refund.transaction_id
        if not mine or current.status is not OrderStatus.REFUNDING:
            return current
        return move_order(current, OrderCause.MONEY_WENT_BACK, now_ms=now_ms)

    change_order(world, order_id, refunded)
    check_order(order_id, world)


def _decided(order: PlaceOrder, transaction_id: TransactionId, world: World) -> Seated:
    """What stands already. A seat that was taken for this payment in vain is left."""
    mine = order.transaction_id == transaction_id
    if order.status is OrderStatus.CONFIRMED:
        return Seated.YES if mine else Seated.PAID_BEFORE

    def left(day: PlaceDay) -> tuple[None, PlaceDay]:
        return None, leave_seat(day, order.order_id, transaction_id)

    change_day(world, order.place, left)
    return Seated.NO_PLACE


def _take(order: PlaceOrder, transaction_id: TransactionId, world: World) -> Taken:
    place = world.store.read_place(order.place.place_id)
    sold = place is not None and world.clock() < order.place.starts_at_ms
    capacity = place.capacity if place is not None and sold else 0  # for one that has no seat

    def take(day: PlaceDay) -> tuple[Taken, PlaceDay]:
        return take_seat(day, order.order_id, order.span, transaction_id, capacity=capacity)

    return change_day(world, order.place, take)
