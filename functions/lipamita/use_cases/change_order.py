"""Change an order, or a day of a place, by compare-and-set; again if somebody was first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from lipamita.domain.errors import BusyError, NotFoundError
from lipamita.domain.order import PlaceOrder
from lipamita.domain.place import OrderedPlace
from lipamita.domain.place_day import PlaceDay
from lipamita.domain.units import day_eat
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.world import World

T = TypeVar("T")
# Many orders meet on one day of a popular place, each of which writes it about twice.
MAX_DAY_TRIES = 3 * MAX_COMPARE_AND_SET_TRIES


def change_order(
    world: World, order_id: str, decide: Callable[[PlaceOrder], PlaceOrder]
) -> PlaceOrder:
    """The order after ``decide``, which may be called more than once, and may refuse.

    Raises NotFoundError, BusyError when every try lost to another writer, and what it refuses with.
    """
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = world.store.read_order(order_id)
        if old is None:
            raise NotFoundError("unknown_order", f"no order {order_id}", field="order_id")
        new = decide(old.value)
        if new == old.value or world.store.replace_order(old, new):
            return new
    raise BusyError("busy", f"order {order_id} is being changed; try again")


def change_day(
    world: World, place: OrderedPlace, decide: Callable[[PlaceDay], tuple[T, PlaceDay]]
) -> T:
    """What ``decide`` answered about the day that the place is ordered for, once that is written.

    Raises BusyError when every try lost to another writer.
    """
    day = day_eat(place.starts_at_ms)
    for _ in range(MAX_DAY_TRIES):
        old = world.store.read_place_day(place.place_id, day)
        answer, new = decide(old.value)
        if new == old.value or world.store.replace_place_day(place.place_id, day, old, new):
            return answer
    raise BusyError("busy", f"many order {place.name} at this moment; try again")
