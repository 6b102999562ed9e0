"""What a move leaves with the former owner, and what it hands on to the new one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.units import Millis
from lipamita.use_cases.move_meter import move_meter

from tests.fakes.estate import METER, OWNER, Estate
from tests.unit.lipamita.use_cases.test_register_meter import BRIAN, estate, to


def shown_first(place: Estate, uid: Uid) -> object:
    return place.store.profiles[uid].get("meter_no")


def owned_too(place: Estate, number: str, *, retired_at_ms: int | None = None) -> MeterId:
    """Another meter of the owner."""
    meter_id = MeterId(number)
    retired = None if retired_at_ms is None else Millis(retired_at_ms)
    meter = replace(place.store.meters[METER], meter_id=meter_id, retired_at_ms=retired)
    place.store.meters[meter_id] = meter
    return meter_id


@pytest.mark.parametrize("new", [BRIAN.uid, None])
def test_somebody_who_keeps_another_meter_is_shown_that_one(new: Uid | None) -> None:
    place = estate()
    other = owned_too(place, "MTR-007")
    move_meter(to(new), place.world)
    assert shown_first(place, OWNER.uid) == other


def test_a_meter_in_service_is_shown_before_a_retired_one() -> None:
    place = estate()
    owned_too(place, "MTR-000", retired_at_ms=1)
    in_service = owned_too(place, "MTR-007")
    move_meter(to(None), place.world)
    assert shown_first(place, OWNER.uid) == in_service


def test_a_meter_that_was_not_shown_first_leaves_the_one_that_is() -> None:
    place = estate()
    place.store.profiles[OWNER.uid]["meter_no"] = owned_too(place, "MTR-007")
    owned_too(place, "MTR-005")
    move_meter(to(BRIAN.uid), place.world)
    assert shown_first(place, OWNER.uid) == "MTR-007"
