"""What the use cases need from the store to sell places: places, their days, and orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from lipamita.domain.ids import Uid
from lipamita.domain.order import PlaceOrder
from lipamita.domain.place import Place
from lipamita.domain.place_day import PlaceDay
from lipamita.domain.units import Millis
from lipamita.use_cases.records import Versioned


class PlaceStore(Protocol):
    """``places``, ``place_days`` and ``orders``."""

    def read_place(self, place_id: str) -> Place | None:
        """The place, or None."""
        ...

    def put_place(self, place: Place) -> None:
        """Write the place; by place_id, the last word wins."""
        ...

    def places(self, *, limit: int) -> Sequence[Place]:
        """The places in the order of their ids, so many at most."""
        ...

    def read_place_day(self, place_id: str, day: str) -> Versioned[PlaceDay]:
        """Who has a seat on that day (yyyy-mm-dd, EAT)."""
        ...

    def replace_place_day(
        self, place_id: str, day: str, old: Versioned[PlaceDay], new: PlaceDay
    ) -> bool:
        """Compare-and-set on the whole day; False if anybody wrote since ``old`` was read."""
        ...

    def create_order(self, order: PlaceOrder) -> None:
        """Create if absent by order_id."""
        ...

    def read_order(self, order_id: str) -> Versioned[PlaceOrder] | None:
        """The order, or None. Raises UnreadableError for a node that is no order."""
        ...

    def replace_order(self, old: Versioned[PlaceOrder], new: PlaceOrder) -> bool:
        """Compare-and-set on the whole node; False if anybody wrote since ``old`` was read."""
        ...

    def orders_of(self, uid: Uid, *, limit: int) -> Sequence[PlaceOrder]:
        """Orders of one person, by an index, so many at most."""
        ...

    def due_orders(self, *, now_ms: Millis, limit: int) -> Sequence[str]:
        """Orders whose next_check_at has passed, the longest due first, by an index."""
        ...

    def postpone_order(self, order_id: str, next_check_at_ms: Millis) -> None:
        """Look at it again then; used when it cannot be worked on."""
        ...
