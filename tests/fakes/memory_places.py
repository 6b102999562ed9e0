"""Places, their days and orders, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from lipamita.domain.ids import Uid
from lipamita.domain.order import PlaceOrder
from lipamita.domain.place import Place
from lipamita.domain.place_day import PlaceDay
from lipamita.domain.units import Millis
from lipamita.use_cases.records import Versioned

from tests.fakes.memory_nodes import MemoryNodes


@dataclass
class MemoryPlaces(MemoryNodes):
    """Implements use_cases.place_ports.PlaceStore."""

    sold_places: dict[str, Place] = field(default_factory=dict)
    days: dict[tuple[str, str], PlaceDay] = field(default_factory=dict)
    orders: dict[str, PlaceOrder] = field(default_factory=dict)

    def read_place(self, place_id: str) -> Place | None:
        return self.sold_places.get(place_id)

    def put_place(self, place: Place) -> None:
        path = f"places/{place.place_id}"
        self._write(path, lambda: self.sold_places.update({place.place_id: place}))

    def places(self, *, limit: int) -> Sequence[Place]:
        return [self.sold_places[key] for key in sorted(self.sold_places)[:limit]]

    def read_place_day(self, place_id: str, day: str) -> Versioned[PlaceDay]:
        tag = self._tag(f"place_days/{place_id}/{day}")
        return Versioned(self.days.get((place_id, day), {}), tag)

    def replace_place_day(
        self, place_id: str, day: str, old: Versioned[PlaceDay], new: PlaceDay
    ) -> bool:
        path = f"place_days/{place_id}/{day}"
        if self._tag(path) != old.tag:
            return False
        self._write(path, lambda: self.days.update({(place_id, day): new}))
        return True

    def create_order(self, order: PlaceOrder) -> None:
        if order.order_id not in self.orders:
            self._put_order(order)

    def read_order(self, order_id: str) -> Versioned[PlaceOrder] | None:
        tag = self._tag(f"orders/{order_id}")
        found = self.orders.get(order_id)
        return None if found is None else Versioned(found, tag)

    def replace_order(self, old: Versioned[PlaceOrder], new: PlaceOrder) -> bool:
        if self._tag(f"orders/{new.order_id}") != old.tag:
            return False
        self._put_order(new)
        return True

    def orders_of(self, uid: Uid, *, limit: int) -> Sequence[PlaceOrder]:
        return [order for order in self.orders.values() if order.user_id == uid][:limit]

    def due_orders(self, *, now_ms: Millis, limit: int) -> Sequence[str]:
        due = [
            (order.next_check_at_ms, key)
            for key, order in self.orders.items()
            if order.next_check_at_ms is not None and order.next_check_at_ms <= now_ms
        ]
        return [key for _, key in sorted(due)[:limit]]

    def postpone_order(self, order_id: str, next_check_at_ms: Millis) -> None:
        self._put_order(replace(self.orders[order_id], next_check_at_ms=next_check_at_ms))

    def _put_order(self, order: PlaceOrder) -> None:
        self._write(f"orders/{order.order_id}", lambda: self.orders.update({order.order_id: order}))
