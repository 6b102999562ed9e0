"""All that a person's meters used while they were theirs: of their personal data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from lipamita.domain.archive import RECORD_KEPT_YEARS
from lipamita.domain.consumption import Hours, Span, Step, own_hours
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.roll_up import merged, months_of
from lipamita.domain.units import day_eat
from lipamita.use_cases.roll_up import MAX_DAYS
from lipamita.use_cases.world import World

MAX_METERS = 200  # of one person


def own_consumption(uid: Uid, world: World) -> Mapping[MeterId, Hours]:
    """Wh by meter, day and hour, as far back as the record goes and the meter was theirs."""
    today = day_eat(world.clock())
    last = date.fromisoformat(today)
    months = months_of(
        Span(first=last - timedelta(days=366 * RECORD_KEPT_YEARS), last=last, step=Step.MONTH)
    )
    found: dict[MeterId, Hours] = {}
    for meter in world.store.meters_of(uid, limit=MAX_METERS):
        # The live ones first: a day that leaves in between is in both.
        live = world.store.live_hours(meter.meter_id, through=today, limit=MAX_DAYS)
        hours = merged(world.record.recorded_hours(meter.meter_id, months), live)
        found[meter.meter_id] = own_hours(hours, meter.owner_since_ms)
    return found
