"""What an owner is told was used: their own time, and nothing of whoever was there before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.consumption import Step, Used, parse_span
from lipamita.domain.errors import ForbiddenError
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.units import DAY_MS, HOUR_MS, Millis, day_eat
from lipamita.use_cases.move_meter import Move, move_meter
from lipamita.use_cases.view_consumption import Consumption, view_consumption

from tests.fakes.estate import METER, OWNER, START_MS, Estate

GRACE = Caller(uid=Uid("operator-grace"), role=Role.OPERATOR)
BRIAN = Caller(uid=Uid("tenant-brian"), role=Role.TENANT)
NOW = Millis(START_MS - 12 * HOUR_MS)  # 18 November 2026, 02:06 in East Africa
TODAY, YESTERDAY = day_eat(NOW), day_eat(Millis(NOW - DAY_MS))


def estate() -> Estate:
    """A meter that used 100 Wh in every hour of the last nine days and of today."""
    place = Estate(now_ms=NOW)
    place.store.profiles[BRIAN.uid] = {"name": "Brian"}
    place.store.meters[METER] = replace(place.store.meters[METER], current_balance_wh=4_800)
    days = [day_eat(Millis(NOW - number * DAY_MS)) for number in range(-3, 10)]
    place.store.hours[METER] = {day: dict.fromkeys(range(24), 100) for day in days}
    return place


def seen(place: Estate, caller: Caller, step: Step = Step.DAY) -> Consumption:
    span = parse_span(YESTERDAY, day_eat(place.now_ms), step.value)
    return view_consumption(METER, span, caller, place.world)


def rows(place: Estate, caller: Caller, step: Step = Step.DAY) -> list[tuple[str, int | None, int]]:
    return [(row.start, row.energy_wh, row.of_hours) for row in seen(place, caller, step).rows]


def moved(place: Estate) -> None:
    move = Move(
        meter_id=MeterId(METER),
        why="moved in",
        caller=GRACE,
        changes_owner=True,
        owner_uid=BRIAN.uid,
    )
    move_meter(move, place.world)


def test_an_owner_who_had_no_one_before_sees_all_of_it() -> None:
    place = estate()
    assert rows(place, OWNER) == [(YESTERDAY, 2_400, 24), (TODAY, 300, 3)]


def test_a_new_owner_sees_from_the_first_whole_hour_of_their_own() -> None:
    place = estate()
    moved(place)
    place.wait(2 * 3_600_000)
    assert rows(place, BRIAN, Step.HOUR) == [(f"{TODAY}T03", 100, 1), (f"{TODAY}T04", 100, 1)]
    assert rows(place, BRIAN) == [(TODAY, 200, 2)]


def test_the_days_before_are_no_gap_of_the_new_owner() -> None:
    place = estate()
    moved(place)
    assert seen(place, BRIAN).rows == ()
    place.wait(DAY_MS)
    assert seen(place, BRIAN).rows[0] == Used(start=TODAY, energy_wh=2_100, hours=21, of_hours=21)


def test_the_days_left_do_not_tell_how_the_former_owner_lived() -> None:
    place = estate()
    assert seen(place, OWNER).days_left == 2
    moved(place)
    assert seen(place, BRIAN).days_left is None


def test_the_former_owner_sees_nothing_more() -> None:
    place = estate()
    moved(place)
    with pytest.raises(ForbiddenError):
        seen(place, OWNER)


def test_staff_see_all_of_it() -> None:
    place = estate()
    moved(place)
    assert rows(place, GRACE) == [(YESTERDAY, 2_400, 24), (TODAY, 300, 3)]
