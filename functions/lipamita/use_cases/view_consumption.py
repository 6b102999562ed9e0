"""What a meter used, for its owner and staff, and how long its credit will last."""

from __future__ import annotations

from dataclasses import dataclass

from lipamita.domain.consumption import (
    Hours,
    Span,
    Used,
    average_span,
    days_left,
    own_hours,
    used,
)
from lipamita.domain.errors import ForbiddenError, NotFoundError
from lipamita.domain.ids import MeterId
from lipamita.domain.meter import Caller, Role, may_read_meter
from lipamita.domain.roll_up import first_live_day, merged, months_of
from lipamita.domain.units import Millis
from lipamita.use_cases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumption:
    """A span's rows; ``days_left`` None when it cannot be told."""

    meter_id: MeterId
    rows: tuple[Used, ...]
    days_left: int | None


def view_consumption(meter_id: MeterId, span: Span, caller: Caller, world: World) -> Consumption:
    """Raises NotFoundError, and ForbiddenError for anybody but the owner and staff.

    An owner sees nothing of the time before it was theirs, and is told no days left from it.
    """
    meter = world.store.read_meter(meter_id)
    if meter is None:
        raise NotFoundError("unknown_meter", f"no meter {meter_id}", field="meter_id")
    if caller.role is Role.METER or not may_read_meter(caller, meter):
        raise ForbiddenError("not_your_meter", f"meter {meter_id} is not yours")
    now_ms = world.clock()
    since_ms = None if caller.is_staff else meter.owner_since_ms
    hours = own_hours(_hours(meter_id, span, world, now_ms=now_ms), since_ms)
    lately = own_hours(world.store.read_hours(meter_id, average_span(now_ms)), since_ms)
    return Consumption(
        meter_id=meter_id,
        rows=tuple(used(hours, span, now_ms=now_ms, since_ms=since_ms)),
        days_left=days_left(lately, meter.current_balance_wh, now_ms=now_ms),
    )


def _hours(meter_id: MeterId, span: Span, world: World, *, now_ms: Millis) -> Hours:
    """Live hours, and those that may have left for the record. Live ones are read first: a day
    that leaves in between is in both.
    """
    live = world.store.read_hours(meter_id, span)
    if span.first.isoformat() >= first_live_day(now_ms):
        return live
    return merged(world.record.recorded_hours(meter_id, months_of(span)), live)
