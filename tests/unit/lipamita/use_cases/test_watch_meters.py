"""Alerts that looks raise and end, found by due times and told to the owner."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from lipamita.domain.ids import MeterId
from lipamita.domain.meter import MeterStatus
from lipamita.domain.meter_alert import OFFLINE_AFTER_MS, PAUSE_MS, Alert
from lipamita.domain.units import DAY_MS, HOUR_MS, MINUTE_MS, Millis, day_eat
from lipamita.use_cases.look_at_meters import MAX_SILENT_PAGES, PAGE, look_at_meters

from tests.fakes.estate import METER, OWNER, Estate, make_meter
from tests.fakes.memory_nodes import ProcessDiedError

RUN_EVERY_MS = 5 * MINUTE_MS


def estate(**meter: object) -> Estate:
    """One meter that was heard just now, and an owner who can be sent SMS."""
    place = Estate()
    place.store.profiles[OWNER.uid] = {
        "phone_number": "254700000001",
        "notifications": {"offline": True},
    }
    place.store.meters[METER] = replace(make_meter(), **meter)  # type: ignore[arg-type]
    heard(place)
    return place


def heard(place: Estate, meter_id: MeterId = METER) -> None:
    status = MeterStatus(last_seen_ms=place.now_ms)
    place.store.meters[meter_id] = replace(place.store.meters[meter_id], status=status)


def run(place: Estate) -> None:
    look_at_meters(replace(place.world, customer_channels=("sms",)))


def pass_time(place: Estate, duration_ms: int, *, reporting: bool = False) -> None:
    for _ in range(duration_ms // RUN_EVERY_MS):
        place.wait(RUN_EVERY_MS)
        if reporting:
            heard(place)
        run(place)


def alerts(place: Estate) -> list[tuple[str, bool]]:
    return [(alert.kind, alert.is_open) for alert in place.store.alerts.values()]


def told(place: Estate) -> list[str]:
    return [notice.kind for notice in place.store.notices.values()]


def uses(place: Estate, *, usual_wh: int, today_wh: int | None = None) -> None:
    """So much in every hour of the last nine days; the last 24 hours differ if they are named."""
    today = date.fromisoformat(day_eat(place.now_ms))
    hour_now = (place.now_ms // HOUR_MS + 3) % 24
    rows: dict[str, dict[int, int]] = {}
    for number in range(24 * 9):
        ahead = hour_now - 1 - number
        name = (today + timedelta(days=ahead // 24)).isoformat()
        lately = today_wh is not None and number < 24
        rows.setdefault(name, {})[ahead % 24] = (today_wh or 0) if lately else usual_wh
    place.store.hours[METER] = rows


def test_a_meter_that_falls_silent_is_found_within_a_run_and_told_once() -> None:
    place = estate()
    run(place)
    pass_time(place, OFFLINE_AFTER_MS - RUN_EVERY_MS)
    assert alerts(place) == []
    pass_time(place, RUN_EVERY_MS)
    assert (alerts(place), told(place)) == ([("offline", True)], ["offline"])
    pass_time(place, 5 * HOUR_MS)
    assert (alerts(place), told(place)) == ([("offline", True)], ["offline"])


def test_it_ends_soon_after_the_meter_is_heard_again() -> None:
    place = estate()
    run(place)
    pass_time(place, 2 * HOUR_MS)
    pass_time(place, 20 * MINUTE_MS, reporting=True)
    assert alerts(place) == [("offline", False)]


def test_a_meter_that_comes_and_goes_is_told_at_most_once_in_the_pause() -> None:
    place = estate()
    run(place)

    def comes_and_goes() -> None:
        for _ in range(PAUSE_MS // (90 * MINUTE_MS)):
            pass_time(place, HOUR_MS + 10 * MINUTE_MS)
            pass_time(place, 20 * MINUTE_MS, reporting=True)

    comes_and_goes()
    assert len(told(place)) == 1
    comes_and_goes()
    assert len(told(place)) == 2


def test_silent_meters_are_read_once_however_long_they_are_silent() -> None:
    place = estate()
    run(place)
    pass_time(place, 2 * HOUR_MS)
    after, through = place.store.read_silent_mark(), Millis(place.now_ms - OFFLINE_AFTER_MS)
    assert place.store.meters_last_seen(after_ms=after, through_ms=through, limit=9) == []


def test_many_that_fall_silent_at_one_moment_are_all_found() -> None:
    place = estate()
    crowd = [MeterId(f"MTR-{number:05}") for number in range(PAGE * 2 + 7)]
    for meter_id in crowd:
        place.store.meters[meter_id] = replace(make_meter(), meter_id=meter_id, owner_uid=None)
        heard(place, meter_id)
    run(place)
    place.wait(OFFLINE_AFTER_MS)
    heard(place)
    for _ in range(3):
        run(place)
        place.wait(RUN_EVERY_MS)
        heard(place)
    pass_time(place, 6 * HOUR_MS, reporting=True)
    assert {key for key, _ in place.store.alerts} == set(crowd)
    assert len(crowd) < PAGE * MAX_SILENT_PAGES


def test_use_far_above_the_usual_is_told_and_ends_when_it_is_usual_again() -> None:
    place = estate()
    uses(place, usual_wh=200, today_wh=500)
    run(place)
    assert (alerts(place), told(place)) == ([("high_use", True)], ["high_use"])
    place.wait(6 * HOUR_MS)
    heard(place)
    uses(place, usual_wh=200, today_wh=290)
    run(place)
    assert alerts(place) == [("high_use", False)]


def test_credit_that_ends_soon_is_told_with_its_hours_and_ends_with_a_recharge() -> None:
    place = estate(current_balance_wh=4_100)
    uses(place, usual_wh=100)
    run(place)
    [notice] = place.store.notices.values()
    assert (alerts(place), "about 41 hours" in notice.body) == ([("credit_ends_soon", True)], True)
    charged = replace(place.store.meters[METER], current_balance_wh=40_000)
    place.store.meters[METER] = charged
    uses(place, usual_wh=100)
    pass_time(place, 6 * HOUR_MS, reporting=True)
    assert alerts(place) == [("credit_ends_soon", False)]


def test_a_new_owner_is_not_warned_by_the_use_of_the_former() -> None:
    place = estate(current_balance_wh=10, owner_since_ms=Millis(Estate().now_ms - HOUR_MS))
    uses(place, usual_wh=100, today_wh=5_000)
    run(place)
    assert alerts(place) == []


def test_an_alert_of_the_device_that_no_trigger_told_is_told_by_a_look() -> None:
    place = estate()
    cover = Alert(alert_id="a7", kind="cover_open", raised_at_ms=place.now_ms)
    place.store.put_alert(METER, cover)
    run(place)
    assert told(place) == ["tamper"]


def test_a_retired_meter_is_not_missed() -> None:
    place = estate(retired_at_ms=Millis(1))
    run(place)
    pass_time(place, 3 * HOUR_MS)
    assert alerts(place) == []


@pytest.mark.parametrize("hook", ["before_write", "after_write"])
@pytest.mark.parametrize("where", ["alerts", "notices", "meters", "health"])
def test_dying_in_a_look_raises_and_tells_once_in_the_end(hook: str, where: str) -> None:
    place = estate()
    run(place)
    place.wait(OFFLINE_AFTER_MS)

    def die(path: str) -> None:
        if path.startswith(where):
            raise ProcessDiedError

    setattr(place.store, hook, die)
    try:
        run(place)
    except ProcessDiedError:
        place.wait(1)
    setattr(place.store, hook, lambda _: None)
    pass_time(place, 20 * MINUTE_MS)
    assert (alerts(place), told(place)) == ([("offline", True)], ["offline"])


def test_alerts_that_ended_long_ago_are_cleared_away() -> None:
    place = estate()
    old = Alert(alert_id="a1", kind="tamper", raised_at_ms=Millis(1), cleared_at_ms=Millis(2))
    place.store.put_alert(METER, old)
    run(place)
    assert (alerts(place), place.now_ms > 90 * DAY_MS) == ([], True)
