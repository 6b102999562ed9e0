"""Look at each meter a few times a day: gather its hours into the record, begin and end alerts.

Who is due is found by an index, and a meter that was never looked at comes first. A meter that
falls silent is due at once: it is found by when it was last seen, once, behind a mark that only
rises. Everything a look does is safe to repeat, so a process that dies before it notes its looks
does them again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lipamita.domain.consumption import hours_left, lately, latest_day, own_hours
from lipamita.domain.ids import MeterId
from lipamita.domain.meter import Meter
from lipamita.domain.meter_alert import OFFLINE_AFTER_MS, Alert, Signs, decide_alerts, forgettable
from lipamita.domain.roll_up import last_whole_day
from lipamita.domain.units import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Millis
from lipamita.use_cases.look_ports import DueMeter, Looked
from lipamita.use_cases.note_restart import find_restart
from lipamita.use_cases.roll_up import roll_up
from lipamita.use_cases.tell_customer import tell_owner
from lipamita.use_cases.world import World

PAGE = 50
MAX_PAGES = 40  # of one run
MAX_RUN_MS = 45 * SECOND_MS  # leaves room within the function's 60 s
LOOK_EVERY_MS = 6 * HOUR_MS
SILENT_EVERY_MS = 15 * MINUTE_MS  # a silent meter: its alert ends soon after it is heard again
LONG_SILENT_EVERY_MS = HOUR_MS  # after a day
MAX_SILENT_PAGES = 10
MAX_FORGOTTEN = 50  # alerts of one meter in one look
LOOK_AGAIN_MS = MINUTE_MS  # at a meter with more days than were looked at
AFTER_TROUBLE_MS = 15 * MINUTE_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What one run did."""

    looked: int = 0
    failures: int = 0


def look_at_meters(world: World) -> Looks:
    """One run over the meters that are due. One meter's trouble does not stop the others."""
    until_ms = Millis(world.clock() + MAX_RUN_MS)
    looked = failures = 0
    try:
        _find_silent(world)
    except Exception as error:  # the others are looked at all the same
        world.log.work_failed("silent meters", error)
    for _ in range(MAX_PAGES):
        due = world.store.due_meters(now_ms=world.clock(), limit=PAGE)
        noted: dict[MeterId, Looked] = {}
        for meter in due:
            if world.clock() >= until_ms:
                break
            try:
                noted[meter.meter_id] = _look(meter, world)
            except Exception as error:
                world.log.work_failed(meter.meter_id, error)
                noted[meter.meter_id] = _later(
                    world, AFTER_TROUBLE_MS, meter.rolled_through, meter.boots_seen
                )
                failures += 1
        world.store.note_looks(noted)
        looked += len(noted)
        if len(due) < PAGE or world.clock() >= until_ms:
            break
    return Looks(looked=looked, failures=failures)


def _find_silent(world: World) -> None:
    """Meters that were last seen long enough ago, and not found so before, are due now."""
    now_ms = world.clock()
    through_ms, after_ms = Millis(now_ms - OFFLINE_AFTER_MS), world.store.read_silent_mark()
    for _ in range(MAX_SILENT_PAGES):
        found = world.store.meters_last_seen(after_ms=after_ms, through_ms=through_ms, limit=PAGE)
        world.store.hasten_looks([meter_id for meter_id, _ in found], now_ms=now_ms)
        if len(found) < PAGE:
            after_ms = Millis(through_ms + 1)
            break
        # A page of one moment is passed by: whoever else was last seen then is looked at in turn.
        after_ms = Millis(max(found[-1][1], after_ms + 1))
    world.store.set_silent_mark(after_ms)


def _look(due: DueMeter, world: World) -> Looked:
    rolled = due.rolled_through
    if rolled != last_whole_day(world.clock()):
        rolled = roll_up(due.meter_id, world, now_ms=world.clock())
    wait_ms, boots = LOOK_EVERY_MS, due.boots_seen
    if due.meter is not None:
        boots = find_restart(due.meter, due.boots_seen, world)
        wait_ms = _watch(due.meter, due.alerts, world)
    if rolled is None:
        return _later(world, LOOK_AGAIN_MS, due.rolled_through, boots)
    return _later(world, wait_ms, rolled, boots)


def _watch(meter: Meter, alerts: Sequence[Alert], world: World) -> int:
    """Begin and end alerts, and tell the owner; how long until the next look."""
    now_ms = world.clock()
    signs = _signs(meter, world, now_ms=now_ms)
    changes = decide_alerts(signs, alerts, now_ms=now_ms)
    for alert in changes.begun:
        world.store.raise_server_alert(meter.meter_id, alert)
    for alert_id in changes.ended:
        world.store.clear_server_alert(meter.meter_id, alert_id, at_ms=now_ms)
    going_on = [one for one in alerts if one.alert_id not in changes.ended]
    for alert in [*going_on, *changes.begun]:
        tell_owner(meter, alert, world)
    world.store.forget_alerts(meter.meter_id, forgettable(alerts, now_ms=now_ms)[:MAX_FORGOTTEN])
    if meter.is_retired or not signs.is_silent:
        return LOOK_EVERY_MS
    return SILENT_EVERY_MS if (signs.silent_ms or 0) < DAY_MS else LONG_SILENT_EVERY_MS


def _signs(meter: Meter, world: World, *, now_ms: Millis) -> Signs:
    last_seen_ms = meter.status.last_seen_ms
    silent_ms = None if last_seen_ms is None else max(0, now_ms - last_seen_ms)
    hours = own_hours(world.store.read_hours(meter.meter_id, lately(now_ms)), meter.owner_since_ms)
    day_wh, usual_wh = latest_day(hours, now_ms=now_ms)
    return Signs(
        silent_ms=silent_ms,
        hours_left=hours_left(hours, meter.current_balance_wh, now_ms=now_ms),
        day_wh=day_wh,
        usual_wh=usual_wh,
        is_retired=meter.is_retired,
    )


def _later(
    world: World, wait_ms: int, rolled_through: str | None, boots_seen: int | None
) -> Looked:
    return Looked(
        next_look_at_ms=Millis(world.clock() + wait_ms),
        rolled_through=rolled_through,
        boots_seen=boots_seen,
    )
