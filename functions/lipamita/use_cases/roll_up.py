"""Gather a meter's hours into the record, and let those go that are too old to be live.

Days leave the live database only after they stand in the record as they are: a day that has grown
in between stays for the next time.
"""

from __future__ import annotations

from lipamita.domain.archive import RECORD_KEPT_YEARS
from lipamita.domain.ids import MeterId
from lipamita.domain.roll_up import first_kept_month, first_live_day, last_whole_day
from lipamita.domain.units import Millis
from lipamita.use_cases.world import World

MAX_DAYS = 100  # of one meter at a time: all that are live, and what came late
MAX_FORGOTTEN = 400  # months of meters in one night


def roll_up(meter_id: MeterId, world: World, *, now_ms: Millis) -> str | None:
    """The last day that is gathered now; None while there is more than was looked at."""
    yesterday = last_whole_day(now_ms)
    hours = world.store.live_hours(meter_id, through=yesterday, limit=MAX_DAYS)
    if hours:
        world.record.merge_hours(meter_id, hours, now_ms=now_ms)
    for day in [day for day in hours if day < first_live_day(now_ms)]:
        world.store.remove_hours(meter_id, day, hours[day])
    return yesterday if len(hours) < MAX_DAYS else None


def forget_old_months(world: World) -> int:
    """Months that the record keeps no longer; how many went."""
    before = first_kept_month(world.clock(), RECORD_KEPT_YEARS)
    return world.record.forget_months(before, limit=MAX_FORGOTTEN)
