"""Order a place: store the order, then hold a seat for it. And take it back while it is not paid.

The order is stored first and is due from then on, so a process that dies before it said whether a
seat was held leaves nothing that is not found and given back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lipamita.domain.errors import ConflictError, ForbiddenError, NotFoundError
from lipamita.domain.guard import RateKind
from lipamita.domain.ids import Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.order import (
    HOLD_MS,
    OrderCause,
    OrderStatus,
    PlaceOrder,
    may_be_paid_soon,
    move_order,
    order_id_of,
    ordered,
)
from lipamita.domain.place import Place, quote_place, span_of
from lipamita.domain.place_day import PlaceDay, free_seats, hold_seat
from lipamita.domain.units import Millis, day_eat
from lipamita.use_cases.change_order import change_day, change_order
from lipamita.use_cases.check_order import check_order, prompted_payment
from lipamita.use_cases.claim_request import Request, claim_id, earlier_id
from lipamita.use_cases.limit_rate import limit_rate
from lipamita.use_cases.world import World

MAX_KEPT = 1_000  # orders of one person that are looked through; they are kept for 400 days
MAX_LISTED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRequest:
    """A parsed request for a place; every field has been checked for its own shape."""

    caller: Caller
    place_id: str
    starts_at_ms: Millis
    slots: int
    note: str | None
    idempotency_key: str


def place_order(request: PlaceRequest, world: World) -> PlaceOrder:
    """The order of this request: a new one, or the one an earlier equal request made.

    Raises ForbiddenError, NotFoundError (unknown_place), InvalidInputError, ConflictError
    (place_closed, no_room, idempotency_key_reused), RateLimitedError, BusyError.
    """
    _check_person(request.caller)
    claim = _claim(request)
    earlier = earlier_id(claim, world)
    order_id = None if earlier is None else order_id_of(earlier)
    if order_id is None or world.store.read_order(order_id) is None:
        order = _new_order(request, world)
        _check_room(order, world)  # a refusal stores nothing; only one of two at once is told later
        limit_rate(RateKind.ORDER, request.caller.uid, world)
        order_id = order_id_of(claim_id(claim, world))
        order = replace(order, order_id=order_id, place=replace(order.place, order_id=order_id))
        world.store.create_order(order)  # by order_id; a repeat finds it
    order = _hold(order_id, world)
    if order.status is OrderStatus.FULL:
        raise _no_room(order)
    return order


def view_order(order_id: str, caller: Caller, world: World) -> PlaceOrder:
    """The order, for its user and staff. Raises NotFoundError: an id must not be probed."""
    read = world.store.read_order(order_id)
    may = read is not None and (
        caller.is_staff or (caller.uid == read.value.user_id and caller.role is not Role.METER)
    )
    if read is None or not may:
        raise NotFoundError("unknown_order", f"no order {order_id}", field="order_id")
    return read.value


def list_orders(user_id: Uid, caller: Caller, world: World) -> Sequence[PlaceOrder]:
    """The newest orders of one person, newest first. Raises ForbiddenError (not_your_orders)."""
    if not caller.is_staff and (caller.uid != user_id or caller.role is Role.METER):
        raise ForbiddenError("not_your_orders", "these orders are not yours", field="user_id")
    found = world.store.orders_of(user_id, limit=MAX_KEPT)
    newest = sorted(found, key=lambda one: (one.created_at_ms, one.order_id), reverse=True)
    return newest[:MAX_LISTED]


def cancel_order(order_id: str, caller: Caller, world: World) -> PlaceOrder:
    """The order, cancelled by its user, its seat free again. Safe to repeat.

    Raises NotFoundError, ForbiddenError (not_your_order), ConflictError (order_not_open: it is not
    held any more; prompt_open: it may be paid at this moment) and BusyError.
    """
    order = view_order(order_id, caller, world)
    if order.user_id != caller.uid:
        raise ForbiddenError("not_your_order", "only who ordered may cancel", field="order_id")
    now_ms = world.clock()

    def cancelled(current: PlaceOrder) -> PlaceOrder:
        if current.status is OrderStatus.CANCELLED:
            return current
        if current.status is not OrderStatus.HELD:
            raise ConflictError("order_not_open", f"the order is {current.status}")
        if may_be_paid_soon(current, prompted_payment(current, world), now_ms=now_ms):
            raise ConflictError("prompt_open", "its M-PESA request may be paid at this moment")
        return move_order(current, OrderCause.CANCELLED, now_ms=now_ms)

    change_order(world, order_id, cancelled)
    return check_order(order_id, world)


def _check_person(caller: Caller) -> None:
    if caller.role is Role.METER:
        raise ForbiddenError("people_only", "a device orders nothing")


def _new_order(request: PlaceRequest, world: World) -> PlaceOrder:
    now_ms = world.clock()
    place = find_place(request.place_id, world)
    span = span_of(place, request.starts_at_ms, request.slots, now_ms=now_ms)
    return PlaceOrder(
        order_id="",
        user_id=request.caller.uid,
        place=ordered(place, "", span),
        slots=request.slots,
        note=request.note,
        quote=quote_place(place, request.slots, now_ms=now_ms),
        hold_until_ms=Millis(now_ms + HOLD_MS),
        created_at_ms=now_ms,
        updated_at_ms=now_ms,
        next_check_at_ms=Millis(now_ms + HOLD_MS),
    )


def _check_room(order: PlaceOrder, world: World) -> None:
    place = find_place(order.place.place_id, world)
    day = world.store.read_place_day(place.place_id, day_eat(order.place.starts_at_ms)).value
    if free_seats(day, order.span, place.capacity) < 1:
        raise _no_room(order)


def _no_room(order: PlaceOrder) -> ConflictError:
    return ConflictError("no_room", f"{order.place.name} is taken at that time")


def find_place(place_id: str, world: World) -> Place:
    """The place. Raises NotFoundError."""
    place = world.store.read_place(place_id)
    if place is None:
        raise NotFoundError("unknown_place", f"no place {place_id}", field="place_id")
    return place


def _hold(order_id: str, world: World) -> PlaceOrder:
    """The order with a seat held, or full. Repeating it finds the seat that it has."""
    read = world.store.read_order(order_id)
    assert read is not None, "it was created before"
    order = read.value
    if order.status is not OrderStatus.ASKED:
        return order
    capacity = find_place(order.place.place_id, world).capacity

    def held(day: PlaceDay) -> tuple[bool, PlaceDay]:
        new = hold_seat(day, order_id, order.span, capacity)
        return new is not None, day if new is None else new

    has_seat = change_day(world, order.place, held)
    cause = OrderCause.SEAT_HELD if has_seat else OrderCause.NO_ROOM
    now_ms = world.clock()

    def told(current: PlaceOrder) -> PlaceOrder:
        if current.status is not OrderStatus.ASKED:
            return current
        return move_order(current, cause, now_ms=now_ms)

    order = change_order(world, order_id, told)
    return order if order.status is OrderStatus.HELD else check_order(order_id, world)


def _claim(request: PlaceRequest) -> Request:
    return Request(
        uid=request.caller.uid,
        kind="order",
        idempotency_key=request.idempotency_key,
        asked=(
            request.place_id,
            str(request.starts_at_ms),
            str(request.slots),
            request.note or "",
        ),
    )
