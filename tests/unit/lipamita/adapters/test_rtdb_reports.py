"""Meters as reports read them: page by page, the longest silent first."""

from __future__ import annotations

from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.domain.health import Queue
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.units import Millis

from tests.unit.lipamita.adapters.live_rtdb import LiveDatabase


def meter(last_seen: int | None = None) -> dict[str, object]:
    node: dict[str, object] = {"name": "House", "kind": "esp32", "tariff_id": "domestic"}
    return node if last_seen is None else {**node, "status": {"last_seen": last_seen}}


def test_all_meters_come_in_pages_by_number(database: LiveDatabase) -> None:
    database.write("meters", {f"MTR-{number:03}": meter() for number in range(7)})
    store, found, after = RtdbStore(database.app), list[MeterId](), None
    while page := store.meters_after(after, limit=3):
        assert len(page) <= 3
        found += [meter_id for meter_id, _ in page]
        after = page[-1][0]
    assert found == [f"MTR-{number:03}" for number in range(7)]


def test_meters_with_plain_numbers_come_in_pages_each_once(database: LiveDatabase) -> None:
    numbers = [str(number) for number in range(95, 106)]
    database.write("meters", {number: meter() for number in [*numbers, "MTR-001"]})
    store, found, after = RtdbStore(database.app), list[MeterId](), None
    while page := store.meters_after(after, limit=4):
        found += [meter_id for meter_id, _ in page]
        after = page[-1][0]
    assert found == [*numbers, "MTR-001"]


def test_what_is_found_among_plain_numbers_keeps_its_key_and_the_querys_order(
    database: LiveDatabase,
) -> None:
    seen = {"1": 300, "2": 100, "3": 200, "4": 900, "5": 800}
    due = {"owner_uid": "tenant-amina", "next_look_at": 5}
    database.write("meters", {key: {**meter(at), **due} for key, at in seen.items()})
    store = RtdbStore(database.app)
    silent = store.meters_silent_since(Millis(300), limit=9)
    assert [one.meter_id for one in silent] == ["2", "3", "1"]
    assert store.meters_last_seen(after_ms=Millis(1), through_ms=Millis(250), limit=9) == [
        ("2", 100),
        ("3", 200),
    ]
    assert [one.meter_id for one in store.meters_of(Uid("tenant-amina"), limit=9)] == list(seen)
    assert [one.meter_id for one in store.due_meters(now_ms=Millis(9), limit=9)] == list(seen)
    assert store.count_silent_meters(before_ms=Millis(300), limit=9) == 3
    assert store.measure_queue(Queue.DUE_METERS, now_ms=Millis(9), limit=9).count == 5


def test_a_damaged_meter_is_told_and_stops_no_other(database: LiveDatabase) -> None:
    database.write("meters", {"MTR-001": {"name": 7}, "MTR-002": meter()})
    page = RtdbStore(database.app).meters_after(None, limit=9)
    assert [(meter_id, read is None) for meter_id, read in page] == [
        ("MTR-001", True),
        ("MTR-002", False),
    ]


def test_silent_meters_come_longest_silent_first_without_those_never_heard(
    database: LiveDatabase,
) -> None:
    seen = {"MTR-001": 300, "MTR-002": 100, "MTR-003": 200, "MTR-004": 900, "MTR-005": None}
    database.write("meters", {name: meter(at) for name, at in seen.items()})
    found = RtdbStore(database.app).meters_silent_since(Millis(300), limit=9)
    assert [one.meter_id for one in found] == ["MTR-002", "MTR-003", "MTR-001"]


def test_no_meters_are_no_page(database: LiveDatabase) -> None:
    store = RtdbStore(database.app)
    assert list(store.meters_after(None, limit=9)) == []
    assert store.meters_silent_since(Millis(9), limit=9) == []
