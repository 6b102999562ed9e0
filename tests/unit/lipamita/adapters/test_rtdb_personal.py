"""Whose an order is, is found by an index."""

from __future__ import annotations

from dataclasses import replace

from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.domain.ids import Uid

from tests.fakes.estate import OWNER
from tests.unit.lipamita.adapters.live_rtdb import LiveDatabase
from tests.unit.lipamita.use_cases.ordering import Ordering


def test_the_orders_of_a_person_are_found(database: LiveDatabase) -> None:
    order = Ordering().order()
    others = replace(order, order_id="B22222222222", user_id=Uid("tenant-brian"))
    store = RtdbStore(database.app)
    for one in (order, others):
        store.create_order(one)
    assert store.orders_of(OWNER.uid, limit=9) == [order]
    assert store.orders_of(Uid("tenant-nobody"), limit=9) == []
