"""Hours become roll-ups that add up, whenever they come; nothing leaves before it is kept."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lipamita.domain.consumption import Step, parse_span
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.roll_up import LIVE_DAYS, first_live_day, last_whole_day
from lipamita.domain.units import DAY_MS, HOUR_MS, MINUTE_MS, Millis, day_eat
from lipamita.use_cases.look_at_meters import LOOK_EVERY_MS, MAX_PAGES, PAGE, look_at_meters
from lipamita.use_cases.note_restart import note_restart
from lipamita.use_cases.request_payment import request_payment
from lipamita.use_cases.roll_up import MAX_DAYS, forget_old_months
from lipamita.use_cases.settle_payment import settle_payment
from lipamita.use_cases.view_consumption import view_consumption

from tests.fakes.estate import METER, OWNER, START_MS, Estate, ask, make_meter, success
from tests.fakes.memory_nodes import ProcessDiedError

TODAY = date.fromisoformat(day_eat(START_MS))


def day(ago: int) -> str:
    return (TODAY - timedelta(days=ago)).isoformat()


def estate_with(hours: dict[str, dict[int, int]]) -> Estate:
    estate = Estate()
    estate.store.hours[METER] = hours
    return estate


def recorded_wh(estate: Estate) -> int:
    return sum(month.total.energy_wh for month in estate.record.months.values())


def told_wh(estate: Estate, step: Step) -> tuple[int, int]:
    """What the API tells of all days: energy, and hours that were reported."""
    days = {Step.HOUR: 30, Step.DAY: 365, Step.MONTH: 700}[step]
    first = date.fromisoformat(day_eat(estate.now_ms)) - timedelta(days=days)
    span = parse_span(first.isoformat(), day_eat(estate.now_ms), step.value)
    rows = view_consumption(METER, span, OWNER, estate.world).rows
    return sum(row.energy_wh or 0 for row in rows), sum(row.hours for row in rows)


def test_days_that_are_over_go_into_the_record() -> None:
    estate = estate_with({day(0): {1: 100}, day(1): {0: 200, 23: 1}, day(9): {5: 0}})
    look_at_meters(estate.world)
    hours = {name: row for one in estate.record.months.values() for name, row in one.hours.items()}
    assert hours == {day(1): {0: 200, 23: 1}, day(9): {5: 0}}


def test_hours_leave_the_live_database_once_they_are_old_and_kept() -> None:
    estate = estate_with({day(LIVE_DAYS + 1): {1: 7}, day(LIVE_DAYS): {1: 8}, day(0): {1: 9}})
    look_at_meters(estate.world)
    assert sorted(estate.store.hours[METER]) == [day(LIVE_DAYS), day(0)]
    assert recorded_wh(estate) == 15


@pytest.mark.parametrize("step", [Step.DAY, Step.MONTH])
def test_the_answer_is_the_same_before_and_after_hours_have_left(step: Step) -> None:
    estate = estate_with({day(ago): {8: 100 + ago, 9: 0} for ago in range(0, 90, 3)})
    before = told_wh(estate, step)
    look_at_meters(estate.world)
    assert len(estate.store.hours[METER]) < 15
    assert told_wh(estate, step) == before


def test_hours_that_come_days_late_correct_their_day() -> None:
    estate = estate_with({day(3): {1: 10}})
    look_at_meters(estate.world)
    estate.store.hours[METER][day(3)] |= {2: 20}
    estate.wait(DAY_MS)
    look_at_meters(estate.world)
    assert recorded_wh(estate) == 30


def test_an_hour_that_comes_after_its_day_has_left_is_added_to_it() -> None:
    estate = estate_with({day(LIVE_DAYS + 5): {1: 10, 2: 20}})
    look_at_meters(estate.world)
    assert estate.store.hours[METER] == {}
    estate.store.hours[METER] = {day(LIVE_DAYS + 5): {2: 20, 3: 5}}
    estate.wait(DAY_MS)
    look_at_meters(estate.world)
    assert (recorded_wh(estate), estate.store.hours[METER]) == (35, {})


def test_a_day_that_grows_while_it_is_gathered_stays() -> None:
    estate = estate_with({day(LIVE_DAYS + 1): {1: 7}})

    def grow(path: str) -> None:
        if path == "consumption":
            estate.store.hours[METER][day(LIVE_DAYS + 1)][2] = 4

    estate.record.after_write = grow
    look_at_meters(estate.world)
    assert estate.store.hours[METER] == {day(LIVE_DAYS + 1): {1: 7, 2: 4}}


@pytest.mark.parametrize("place", ["before_write", "after_write"])
@pytest.mark.parametrize("where", ["consumption", "consumption_history/", "meters"])
def test_dying_anywhere_loses_and_doubles_nothing(place: str, where: str) -> None:
    estate = estate_with({day(ago): {1: 10} for ago in range(1, LIVE_DAYS + 4)})
    for keeper in (estate.store, estate.record):
        setattr(keeper, place, lambda path: _die(path, where))
    with contextlib.suppress(ProcessDiedError):
        look_at_meters(estate.world)
    for keeper in (estate.store, estate.record):
        setattr(keeper, place, lambda _: None)
    estate.wait(15 * MINUTE_MS)
    look_at_meters(estate.world)
    assert recorded_wh(estate) == 10 * (LIVE_DAYS + 3)
    assert told_wh(estate, Step.DAY)[0] == 10 * (LIVE_DAYS + 3)


def _die(path: str, where: str) -> None:
    if path.startswith(where) and (where != "consumption" or path == where):
        raise ProcessDiedError


def test_a_meter_is_looked_at_again_later_and_gathered_once_a_day() -> None:
    estate = estate_with({day(1): {1: 10}})
    assert look_at_meters(estate.world).looked == 1
    assert look_at_meters(estate.world).looked == 0
    estate.store.hours[METER][day(1)][2] = 5
    estate.wait(LOOK_EVERY_MS)
    assert (look_at_meters(estate.world).looked, recorded_wh(estate)) == (1, 10)
    estate.wait(DAY_MS)
    look_at_meters(estate.world)
    assert (estate.store.looked[METER].rolled_through, recorded_wh(estate)) == (
        last_whole_day(estate.now_ms),
        15,
    )


def test_more_days_than_one_look_takes_are_taken_by_the_next() -> None:
    estate = estate_with({day(ago): {1: 1} for ago in range(1, MAX_DAYS + 31)})
    look_at_meters(estate.world)
    assert estate.store.looked[METER].rolled_through is None
    estate.wait(MINUTE_MS)
    look_at_meters(estate.world)
    assert recorded_wh(estate) == MAX_DAYS + 30
    assert min(estate.store.hours[METER]) == first_live_day(estate.now_ms)


def test_one_meters_trouble_does_not_stop_the_others() -> None:
    estate = estate_with({})
    other = MeterId("MTR-002")
    estate.store.meters[other] = replace(make_meter(), meter_id=other)
    estate.store.hours = {METER: {day(1): {1: 1}}, other: {day(1): {1: 3}}}

    def refuse_once(_: str) -> None:
        estate.record.before_write = lambda _: None
        raise OSError("the commit was refused")

    estate.record.before_write = refuse_once
    assert (look_at_meters(estate.world).failures, recorded_wh(estate)) == (1, 3)
    estate.wait(15 * MINUTE_MS)
    assert (look_at_meters(estate.world).failures, recorded_wh(estate)) == (0, 4)


def test_a_run_is_bounded_and_the_next_goes_on() -> None:
    estate = Estate()
    for number in range(PAGE * MAX_PAGES + 10):
        meter_id = MeterId(f"MTR-{number:05}")
        estate.store.meters[meter_id] = replace(make_meter(), meter_id=meter_id)
    assert look_at_meters(estate.world).looked == PAGE * MAX_PAGES
    assert look_at_meters(estate.world).looked == 11


def test_months_are_forgotten_after_seven_years() -> None:
    estate = estate_with({})
    estate.record.merge_hours(METER, {"2018-01-31": {1: 5}, "2026-01-31": {1: 5}}, now_ms=START_MS)
    assert forget_old_months(estate.world) == 1
    assert recorded_wh(estate) == 5


ARRIVALS = st.lists(
    st.tuples(st.integers(0, 80), st.integers(0, 23), st.integers(0, 900), st.integers(1, 72)),
    max_size=12,
)


@settings(max_examples=15)
@given(ARRIVALS)
def test_whatever_comes_whenever_the_totals_are_those_of_the_hours(
    arrivals: list[tuple[int, int, int, int]],
) -> None:
    """A model holds each hour's largest value; the API must tell its sums."""
    estate, model = estate_with({}), dict[tuple[str, int], int]()
    for ago, hour, energy_wh, wait_h in arrivals:
        name = day_eat(Millis(estate.now_ms - (ago + 1) * DAY_MS))
        row = estate.store.hours[METER].setdefault(name, {})
        row[hour] = max(row.get(hour, 0), energy_wh)  # the rules let an hour only grow
        model[name, hour] = max(model.get((name, hour), 0), energy_wh)
        estate.wait(wait_h * HOUR_MS)
        look_at_meters(estate.world)
    expected = (sum(model.values()), len(model))
    assert told_wh(estate, Step.DAY) == told_wh(estate, Step.MONTH) == expected


# --- starts that fell


def booted(estate: Estate, boots: int) -> None:
    meter = estate.store.meters[METER]
    status = replace(meter.status, boot_count=boots, last_seen_ms=estate.now_ms)
    estate.store.meters[METER] = replace(meter, status=status)


def alarms(estate: Estate) -> list[str]:
    return [alarm.kind for alarm in estate.store.alarms]


def look_later(estate: Estate) -> None:
    estate.wait(LOOK_EVERY_MS)
    look_at_meters(estate.world)


def test_a_reset_whose_event_was_lost_is_found_by_the_next_look_once() -> None:
    estate = Estate()
    booted(estate, 9)
    look_at_meters(estate.world)
    booted(estate, 1)
    for _ in range(3):
        look_later(estate)
    assert alarms(estate) == ["meter_reset"]
    assert [one.kind for one in estate.store.commands[METER].values()] == ["restore"]


def test_a_reset_that_an_event_told_is_not_found_again() -> None:
    estate = Estate()
    booted(estate, 9)
    look_at_meters(estate.world)
    booted(estate, 1)
    note_restart(METER, 9, 1, "event-1", estate.world)
    look_later(estate)
    assert alarms(estate) == ["meter_reset"]


def test_a_meter_that_counts_on_or_has_another_board_was_not_reset() -> None:
    estate = Estate()
    for boots in (3, 3, 5):
        booted(estate, boots)
        look_later(estate)
    estate.store.set_device(METER, Uid("another-board"), since_ms=estate.now_ms)
    booted(estate, 1)
    look_later(estate)
    assert alarms(estate) == []


def test_energy_is_sold_to_a_meter_that_is_being_restored() -> None:
    estate = Estate()
    booted(estate, 9)
    look_at_meters(estate.world)
    booted(estate, 1)
    look_later(estate)
    payment = request_payment(ask(), estate.world)
    estate.tell(payment, success(payment))
    settle_payment(payment.transaction_id, estate.world)
    recharge = estate.recharge(payment.transaction_id)
    assert (recharge.credited_total_wh, recharge.energy_wh) == (20_000, 20_000)
