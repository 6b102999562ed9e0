"""Clearing away in a real database: only what is old, has its place, and whose payment has left."""

from __future__ import annotations

from typing import Any

import pytest
from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.domain.ids import new_transaction_id, sha256_hex
from lipamita.domain.retention import Shelf
from lipamita.domain.units import DAY_MS, Millis, day_eat
from lipamita.use_cases.prune_ports import Page

from tests.unit.lipamita.adapters.live_rtdb import LiveDatabase
from tests.unit.lipamita.domain.samples import NOW

OLD, YOUNG = NOW - 1, NOW
MAX_PAGES = 20


@pytest.fixture
def store(database: LiveDatabase) -> RtdbStore:
    return RtdbStore(database.app)


def made_at(at_ms: int, number: int = 0) -> str:
    return new_transaction_id(Millis(at_ms), lambda count: bytes([number] * count))


def pruned(store: RtdbStore, shelf: Shelf, limit: int = 3) -> int:
    """How much goes from the shelf, page by page to its end."""
    removed, after = 0, None
    for _ in range(MAX_PAGES):
        page = store.prune_page(shelf, before_ms=NOW, after=after, limit=limit)
        removed += page.removed
        after = page.after
        if after is None:
            return removed
    raise AssertionError(f"{shelf} has no end")


FLAT: dict[Shelf, tuple[str, dict[str, Any]]] = {
    Shelf.PHONE_PROMPTS: ("created_at", {"user_id": "u"}),
    Shelf.RECEIPTS: ("claimed_at", {"archived_at": NOW}),
    Shelf.NOTICES: ("created_at", {"status": "delivered"}),
    Shelf.ORDERS: ("ends_at", {"place_id": "court-1", "starts_at": NOW}),
    Shelf.INQUIRIES: ("asked_at", {"status": "paid_to_us"}),
    Shelf.CONFIRMATIONS: ("received_at", {"transaction_id": made_at(5), "outcome": "credited"}),
}


@pytest.mark.parametrize("shelf", FLAT)
def test_only_what_is_old_goes(store: RtdbStore, database: LiveDatabase, shelf: Shelf) -> None:
    by, more = FLAT[shelf]
    old = {f"old-{number}": {by: OLD - number, **more} for number in range(5)}
    same = {f"same-{number}": {by: OLD, **more} for number in range(5)}
    database.write(shelf.value, {**old, **same, "young": {by: YOUNG, **more}})
    assert pruned(store, shelf) == 10
    assert set(database.read(shelf.value)) == {"young"}


@pytest.mark.parametrize(
    ("shelf", "node"),
    [
        (Shelf.RECEIPTS, {"claimed_at": OLD}),
        (Shelf.NOTICES, {"created_at": OLD, "status": "waiting"}),
        (Shelf.CONFIRMATIONS, {"received_at": OLD, "outcome": "suspense"}),
        (
            Shelf.CONFIRMATIONS,
            {"received_at": OLD, "transaction_id": made_at(5), "next_check_at": NOW},
        ),
        (Shelf.CONFIRMATIONS, {"received_at": OLD, "transaction_id": "live"}),
    ],
)
def test_what_is_not_done_with_stays_however_old(
    store: RtdbStore, database: LiveDatabase, shelf: Shelf, node: dict[str, Any]
) -> None:
    database.write("transactions/live", {"status": "review"})
    database.write(shelf.value, {f"k{number}": node for number in range(5)})
    assert pruned(store, shelf) == 0
    assert len(database.read(shelf.value)) == 5


def test_evidence_goes_with_the_ids_of_its_prompt_once_its_payment_has_left(
    store: RtdbStore, database: LiveDatabase
) -> None:
    gone, live = made_at(OLD - DAY_MS, 1), made_at(OLD - DAY_MS, 2)
    young = made_at(YOUNG)
    for transaction_id in (gone, live, young):
        checkout = f"ws_CO_{transaction_id}"
        database.write(f"callbacks/{transaction_id}/e1", {"received_at": NOW, "body": "{}"})
        database.write(f"prompts/{transaction_id}", {"checkout_request_id": checkout})
        claim = {"transaction_id": transaction_id}
        database.write(f"checkout_requests/{sha256_hex(checkout)}", claim)
    database.write(f"transactions/{live}", {"status": "review"})
    assert pruned(store, Shelf.CALLBACKS) == 1
    for path in ("callbacks", "prompts"):
        assert set(database.read(path)) == {live, young}
    owners = {node["transaction_id"] for node in database.read("checkout_requests").values()}
    assert owners == {live, young}


def test_many_payments_whose_evidence_stays_do_not_hide_one_whose_goes(
    store: RtdbStore, database: LiveDatabase
) -> None:
    live = [made_at(OLD - DAY_MS, number) for number in range(10)]
    gone = made_at(OLD - DAY_MS, 11)
    database.write("callbacks", {key: {"e1": {"body": "{}"}} for key in (*live, gone)})
    database.write("transactions", {key: {"status": "review"} for key in live})
    assert pruned(store, Shelf.CALLBACKS) == 1
    assert set(database.read("callbacks")) == set(live)


def test_a_number_to_pay_out_to_goes_where_no_refund_was_ever_written(
    store: RtdbStore, database: LiveDatabase
) -> None:
    died, going, young = made_at(OLD), made_at(OLD, 1), made_at(YOUNG, 2)
    number = {"phone_number": "254700000001"}
    database.write("payees", dict.fromkeys((died, going, young), number))
    database.write(f"refunds/{going}", {"status": "sending"})
    assert pruned(store, Shelf.PAYEES) == 1
    assert set(database.read("payees")) == {going, young}


@pytest.mark.parametrize("shelf", [Shelf.IDEMPOTENCY, Shelf.OPEN_PROMPTS])
def test_old_children_go_from_below_every_parent(
    store: RtdbStore, database: LiveDatabase, shelf: Shelf
) -> None:
    children = {"old": {"created_at": OLD}, "young": {"created_at": YOUNG}}
    database.write(shelf.value, {f"p{number}": children for number in range(7)})
    assert pruned(store, shelf) == 7
    young = {"young": {"created_at": YOUNG}}
    assert database.read(shelf.value) == {f"p{number}": young for number in range(7)}


def test_rates_of_every_kind_go_when_nobody_asked_for_long(
    store: RtdbStore, database: LiveDatabase
) -> None:
    keys = {f"k{number}": {"on_schedule_at": OLD - number} for number in range(4)}
    kinds = ("meter", "phone", "user")
    database.write(
        "rate_limits", {kind: {**keys, "now": {"on_schedule_at": YOUNG}} for kind in kinds}
    )
    assert pruned(store, Shelf.RATE_LIMITS) == 12
    assert database.read("rate_limits") == {
        kind: {"now": {"on_schedule_at": YOUNG}} for kind in kinds
    }


def test_alarms_go_by_their_day(store: RtdbStore, database: LiveDatabase) -> None:
    days = [day_eat(Millis(NOW - number * DAY_MS)) for number in range(-1, 4)]
    database.write("alarms", {day: {"forged_callback": {"count": 1}} for day in days})
    assert pruned(store, Shelf.ALARMS) == 4
    assert set(database.read("alarms")) == {days[0]}


def test_an_empty_shelf_has_one_page(store: RtdbStore) -> None:
    for shelf in Shelf:
        page = store.prune_page(shelf, before_ms=NOW, after=None, limit=3)
        assert page == Page(removed=0, after=None)


def test_a_mark_is_kept_and_taken_away(store: RtdbStore) -> None:
    assert store.read_prune_mark(Shelf.CALLBACKS) is None
    store.set_prune_mark(Shelf.CALLBACKS, "x")
    assert store.read_prune_mark(Shelf.CALLBACKS) == "x"
    store.set_prune_mark(Shelf.CALLBACKS, None)
    assert store.read_prune_mark(Shelf.CALLBACKS) is None


def test_an_order_goes_with_its_seat_and_not_while_it_is_due(
    store: RtdbStore, database: LiveDatabase
) -> None:
    order = {"ends_at": OLD, "place_id": "court-1", "starts_at": OLD}
    day = f"place_days/court-1/{day_eat(Millis(OLD))}"
    database.write("orders", {"gone": order, "due": {**order, "next_check_at": NOW}})
    database.write(day, {"gone": {"starts_at": OLD}, "due": {"starts_at": OLD}})
    assert pruned(store, Shelf.ORDERS) == 1
    assert set(database.read("orders")) == set(database.read(day)) == {"due"}
