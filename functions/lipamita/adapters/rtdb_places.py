"""``places``, ``place_days`` and ``orders`` in the database."""

from __future__ import annotations

from collections.abc import Sequence

from lipamita.adapters.place_schema import (
    day_from_json,
    day_to_json,
    order_from_json,
    order_to_json,
    place_from_json,
    place_to_json,
)
from lipamita.adapters.rtdb_nodes import RtdbNodes, found_by
from lipamita.domain.ids import Uid
from lipamita.domain.order import PlaceOrder
from lipamita.domain.place import Place
from lipamita.domain.place_day import PlaceDay
from lipamita.domain.units import Millis
from lipamita.use_cases.records import Versioned


class RtdbPlaces(RtdbNodes):
    """Implements use_cases.place_ports.PlaceStore."""

    def read_place(self, place_id: str) -> Place | None:
        node = self.at(f"places/{place_id}").get()
        return None if node is None else place_from_json(place_id, node)

    def put_place(self, place: Place) -> None:
        self.at(f"places/{place.place_id}").set(place_to_json(place))

    def places(self, *, limit: int) -> Sequence[Place]:
        found = found_by(self.at("places").order_by_key().limit_to_first(limit))
        return [place_from_json(key, node) for key, node in found.items()]

    def read_place_day(self, place_id: str, day: str) -> Versioned[PlaceDay]:
        path = f"place_days/{place_id}/{day}"
        node, tag = self.at(path).get(etag=True)
        return Versioned(day_from_json(path, node), tag)

    def replace_place_day(
        self, place_id: str, day: str, old: Versioned[PlaceDay], new: PlaceDay
    ) -> bool:
        reference = self.at(f"place_days/{place_id}/{day}")
        written, _, _ = reference.set_if_unchanged(old.tag, day_to_json(new))
        return bool(written)

    def create_order(self, order: PlaceOrder) -> None:
        self.create_if_absent(f"orders/{order.order_id}", order_to_json(order))

    def read_order(self, order_id: str) -> Versioned[PlaceOrder] | None:
        node, tag = self.at(f"orders/{order_id}").get(etag=True)
        return None if node is None else Versioned(order_from_json(order_id, node), tag)

    def replace_order(self, old: Versioned[PlaceOrder], new: PlaceOrder) -> bool:
        reference = self.at(f"orders/{new.order_id}")
        written, _, _ = reference.set_if_unchanged(old.tag, order_to_json(new))
        return bool(written)

    def orders_of(self, uid: Uid, *, limit: int) -> Sequence[PlaceOrder]:
        query = self.at("orders").order_by_child("user_id").equal_to(uid)
        found = query.limit_to_first(limit).get() or {}
        return [order_from_json(key, node) for key, node in found.items()]

    def due_orders(self, *, now_ms: Millis, limit: int) -> Sequence[str]:
        return self.due("orders", now_ms=now_ms, limit=limit)

    def postpone_order(self, order_id: str, next_check_at_ms: Millis) -> None:
        self.at(f"orders/{order_id}").update({"next_check_at": next_check_at_ms})
