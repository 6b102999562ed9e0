"""Hours in a real database, whichever way it shows a day."""

from __future__ import annotations

from lipamita.adapters.rtdb_consumption import RtdbConsumption
from lipamita.domain.consumption import parse_span
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter_alert import Alert
from lipamita.domain.units import Millis
from lipamita.use_cases.look_ports import DueMeter, Looked

from tests.unit.lipamita.adapters.live_rtdb import LiveDatabase

METER = MeterId("MTR-001")


def test_the_days_of_a_span_are_read_and_no_others(database: LiveDatabase) -> None:
    days = {
        "2026-11-18": {"08": 1},
        "2026-11-19": {"08": 310, "09": 0},
        "2026-11-20": {str(hour): hour for hour in range(10, 24)},  # comes back as a list
        "2026-11-21": {"00": 5},
    }
    database.write("consumption_history", {METER: days, "MTR-002": days})
    hours = RtdbConsumption(database.app).read_hours(
        METER, parse_span("2026-11-19", "2026-11-20", "hour")
    )
    assert hours == {
        "2026-11-19": {8: 310, 9: 0},
        "2026-11-20": {hour: hour for hour in range(10, 24)},
    }


def test_a_meter_that_never_reported_has_no_hours(database: LiveDatabase) -> None:
    assert (
        RtdbConsumption(database.app).read_hours(
            METER, parse_span("2026-11-19", "2026-11-20", "day")
        )
        == {}
    )


# --- who is to be looked at, and what leaves


def test_who_was_never_looked_at_comes_first_then_the_longest_due(database: LiveDatabase) -> None:
    node = {"name": "House", "kind": "esp32", "tariff_id": "domestic"}
    times = {"MTR-001": 300, "MTR-002": 200, "MTR-003": None, "MTR-004": 301, "MTR-005": 100}
    for key, at_ms in times.items():
        database.write(f"meters/{key}", {**node, "next_look_at": at_ms})
    looks = RtdbConsumption(database.app)
    due = looks.due_meters(now_ms=Millis(300), limit=10)
    assert [one.meter_id for one in due] == ["MTR-003", "MTR-005", "MTR-002", "MTR-001"]
    assert [one.meter_id for one in looks.due_meters(now_ms=Millis(300), limit=2)] == [
        "MTR-003",
        "MTR-005",
    ]


def test_a_look_is_noted_and_read_again(database: LiveDatabase) -> None:
    database.write("meters/MTR-001", {"name": "House", "kind": "esp32", "tariff_id": "domestic"})
    looks = RtdbConsumption(database.app)
    looked = Looked(next_look_at_ms=Millis(500), rolled_through="2026-11-20")
    looks.note_looks({METER: looked})
    looks.note_looks({})
    assert looks.due_meters(now_ms=Millis(499), limit=5) == []
    [due] = looks.due_meters(now_ms=Millis(500), limit=5)
    assert (due.rolled_through, due.meter is not None) == ("2026-11-20", True)


def test_a_meter_that_cannot_be_read_is_due_all_the_same(database: LiveDatabase) -> None:
    database.write("meters/MTR-001", {"name": 7})
    [due] = RtdbConsumption(database.app).due_meters(now_ms=Millis(1), limit=5)
    assert due == DueMeter(meter_id=METER, meter=None)


def test_the_oldest_live_days_are_read_up_to_one(database: LiveDatabase) -> None:
    days = {f"2026-11-{number:02}": {"08": number} for number in range(1, 21)}
    database.write("consumption_history", {METER: days})
    hours = RtdbConsumption(database.app).live_hours(METER, through="2026-11-19", limit=3)
    assert hours == {f"2026-11-{number:02}": {8: number} for number in (1, 2, 3)}


def test_a_day_leaves_as_it_was_gathered_and_not_otherwise(database: LiveDatabase) -> None:
    database.write("consumption_history", {METER: {"2026-10-01": {"08": 5, "23": 1}}})
    store = RtdbConsumption(database.app)
    assert not store.remove_hours(METER, "2026-10-01", {8: 5})
    assert database.read(f"consumption_history/{METER}/2026-10-01") == {"08": 5, "23": 1}
    assert store.remove_hours(METER, "2026-10-01", {8: 5, 23: 1})
    assert database.read("consumption_history") is None


# --- silence and alerts


def test_meters_are_found_by_when_they_were_last_seen(database: LiveDatabase) -> None:
    for key, at_ms in {"MTR-001": 300, "MTR-002": 200, "MTR-003": 400, "MTR-004": 100}.items():
        database.write(f"meters/{key}", {"name": "House", "status": {"last_seen": at_ms}})
    database.write("meters/MTR-005", {"name": "never seen"})
    looks = RtdbConsumption(database.app)
    found = looks.meters_last_seen(after_ms=Millis(200), through_ms=Millis(399), limit=10)
    assert found == [("MTR-002", 200), ("MTR-001", 300)]
    first = looks.meters_last_seen(after_ms=Millis(0), through_ms=Millis(399), limit=1)
    assert first == [("MTR-004", 100)]


def test_the_mark_of_silence_is_remembered(database: LiveDatabase) -> None:
    looks = RtdbConsumption(database.app)
    assert looks.read_silent_mark() == 0
    looks.set_silent_mark(Millis(77))
    assert looks.read_silent_mark() == 77


def test_alerts_that_come_as_a_list_are_read_by_their_numbers(database: LiveDatabase) -> None:
    node = {"name": "House", "kind": "esp32", "tariff_id": "domestic"}
    raised = {"kind": "cover_open", "raised_at": 5}
    database.write("meters/MTR-001", {**node, "alerts": {"0": raised, "2": raised}})
    looks = RtdbConsumption(database.app)
    assert [alert.alert_id for alert in looks.read_alerts(METER)] == ["0", "2"]
    [due] = looks.due_meters(now_ms=Millis(1), limit=5)
    assert [alert.alert_id for alert in due.alerts] == ["0", "2"]


def test_alerts_come_with_the_meter_and_a_damaged_one_keeps_none_back(
    database: LiveDatabase,
) -> None:
    node = {"name": "House", "kind": "esp32", "tariff_id": "domestic"}
    ended = {"kind": "tamper", "raised_at": 5, "cleared_at": 6, "value": 1}
    database.write("meters/MTR-001", {**node, "alerts": {"a1": ended, "a2": {"kind": 7}}})
    looks = RtdbConsumption(database.app)
    [due] = looks.due_meters(now_ms=Millis(1), limit=5)
    alert = Alert(
        alert_id="a1",
        kind="tamper",
        raised_at_ms=Millis(5),
        cleared_at_ms=Millis(6),
        value=1,
    )
    assert due.alerts == (alert,)
    assert (looks.read_alert(METER, "a1"), looks.read_alert(METER, "a9")) == (alert, None)
    assert (looks.read_alerts(METER), looks.read_alerts(MeterId("MTR-002"))) == ((alert,), ())
    looks.hasten_looks([METER], now_ms=Millis(9))
    looks.forget_alerts(METER, ["a1", "a2"])
    assert database.read("meters/MTR-001") == {**node, "next_look_at": 9}


def test_a_persons_meters_are_found_by_their_owner(database: LiveDatabase) -> None:
    node = {"name": "House", "kind": "esp32", "tariff_id": "domestic"}
    for key, owner in {"MTR-001": "u-1", "MTR-002": "u-2", "MTR-003": "u-1"}.items():
        database.write(f"meters/{key}", {**node, "owner_uid": owner})
    looks = RtdbConsumption(database.app)
    found = looks.meters_of(Uid("u-1"), limit=5)
    assert [meter.meter_id for meter in found] == ["MTR-001", "MTR-003"]
    assert len(looks.meters_of(Uid("u-1"), limit=1)) == 1
