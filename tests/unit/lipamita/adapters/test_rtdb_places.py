"""Places, their days and orders in a real database."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.domain.errors import UnreadableError
from lipamita.domain.ids import Uid
from lipamita.domain.order import HOLD_MS, OrderCause, PlaceOrder, move_order, ordered
from lipamita.domain.place import Span, midnight_before, quote_place
from lipamita.domain.place_day import Seat
from lipamita.domain.units import HOUR_MS, Millis

from tests.unit.lipamita.adapters.live_rtdb import LiveDatabase
from tests.unit.lipamita.domain.samples import NOW, TRANSACTION
from tests.unit.lipamita.use_cases import ordering

ORDER_ID, DAY = "B0123456789A", "2026-11-21"
COURT = replace(ordering.COURT, capacity=2, site_id="kilimani", site="Kilimani Court")
SPAN = Span(
    starts_at_ms=Millis(midnight_before(NOW) + 8 * HOUR_MS),
    ends_at_ms=Millis(midnight_before(NOW) + 10 * HOUR_MS),
)
ASKED = PlaceOrder(
    order_id=ORDER_ID,
    user_id=Uid("tenant-amina"),
    place=ordered(COURT, ORDER_ID, SPAN),
    slots=2,
    note="doubles",
    quote=quote_place(COURT, 2, now_ms=NOW),
    hold_until_ms=Millis(NOW + HOLD_MS),
    created_at_ms=NOW,
    updated_at_ms=NOW,
    next_check_at_ms=NOW,
)


@pytest.fixture
def store(database: LiveDatabase) -> RtdbStore:
    return RtdbStore(database.app)


def test_a_place_is_kept_whole_and_listed(store: RtdbStore) -> None:
    closed = replace(COURT, place_id="hall", active=False, site_id=None, site=None)
    for place in (closed, COURT):
        store.put_place(place)
    assert store.read_place("court-1") == COURT
    assert store.read_place("none") is None
    assert store.places(limit=9) == [COURT, closed]
    assert store.places(limit=1) == [COURT]


def test_of_two_who_change_a_day_at_once_one_succeeds(store: RtdbStore) -> None:
    first = store.read_place_day("court-1", DAY)
    second = store.read_place_day("court-1", DAY)
    assert first.value == {}
    held = {ORDER_ID: Seat(span=SPAN)}
    assert store.replace_place_day("court-1", DAY, first, held)
    assert not store.replace_place_day("court-1", DAY, second, {"other": Seat(span=SPAN)})
    taken = {ORDER_ID: Seat(span=SPAN, transaction_id=TRANSACTION)}
    assert store.replace_place_day("court-1", DAY, store.read_place_day("court-1", DAY), taken)
    assert store.read_place_day("court-1", DAY).value == taken


def test_a_day_that_everybody_left_is_gone(store: RtdbStore, database: LiveDatabase) -> None:
    empty = store.read_place_day("court-1", DAY)
    store.replace_place_day("court-1", DAY, empty, {ORDER_ID: Seat(span=SPAN)})
    assert store.replace_place_day("court-1", DAY, store.read_place_day("court-1", DAY), {})
    assert database.read("place_days") is None


def test_an_order_is_created_once_and_changed_by_one(store: RtdbStore) -> None:
    store.create_order(ASKED)
    store.create_order(replace(ASKED, slots=1))
    old = store.read_order(ORDER_ID)
    assert old is not None
    assert old.value == ASKED
    held = move_order(ASKED, OrderCause.SEAT_HELD, now_ms=NOW)
    assert store.replace_order(old, held)
    assert not store.replace_order(old, ASKED)
    again = store.read_order(ORDER_ID)
    assert again is not None
    assert again.value == held
    assert store.read_order("BZZZZZZZZZZZ") is None


def test_orders_that_are_due_are_found_the_longest_due_first(store: RtdbStore) -> None:
    for number, due_ms in enumerate((NOW, NOW - 5, NOW + 5, None)):
        key = f"B000000000{number:02}"
        at_ms = None if due_ms is None else Millis(due_ms)
        place = replace(ASKED.place, order_id=key)
        store.create_order(replace(ASKED, order_id=key, place=place, next_check_at_ms=at_ms))
    assert store.due_orders(now_ms=NOW, limit=9) == ["B00000000001", "B00000000000"]
    store.postpone_order("B00000000001", Millis(NOW + 1))
    assert store.due_orders(now_ms=NOW, limit=1) == ["B00000000000"]


def test_a_node_that_is_no_order_names_its_field(store: RtdbStore, database: LiveDatabase) -> None:
    store.create_order(ASKED)
    database.merge(f"orders/{ORDER_ID}", {"status": "lost"})
    with pytest.raises(UnreadableError, match=ORDER_ID):
        store.read_order(ORDER_ID)
    database.write("places/odd", {"name": "x", "kind": "gas"})
    with pytest.raises(UnreadableError, match="odd"):
        store.read_place("odd")
