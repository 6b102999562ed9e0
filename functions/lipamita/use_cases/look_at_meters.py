"""Look at each meter a few times a day: gather its hours into the record.

Who is due is found by an index, and a meter that was never looked at comes first. Everything a
look does is safe to repeat, so a process that dies before it notes its looks does them again.
"""

from __future__ import annotations

from dataclasses import dataclass

from lipamita.domain.ids import MeterId
from lipamita.domain.roll_up import last_whole_day
from lipamita.domain.units import HOUR_MS, MINUTE_MS, SECOND_MS, Millis
from lipamita.use_cases.look_ports import DueMeter, Looked
from lipamita.use_cases.roll_up import roll_up
from lipamita.use_cases.world import World

PAGE = 50
MAX_PAGES = 40  # of one run
MAX_RUN_MS = 45 * SECOND_MS  # leaves room within the function's 60 s
LOOK_EVERY_MS = 6 * HOUR_MS
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
                noted[meter.meter_id] = _later(world, AFTER_TROUBLE_MS, meter.rolled_through)
                failures += 1
        world.store.note_looks(noted)
        looked += len(noted)
        if len(due) < PAGE or world.clock() >= until_ms:
            break
    return Looks(looked=looked, failures=failures)


def _look(due: DueMeter, world: World) -> Looked:
    rolled = due.rolled_through
    if rolled != last_whole_day(world.clock()):
        rolled = roll_up(due.meter_id, world, now_ms=world.clock())
        if rolled is None:
            return _later(world, LOOK_AGAIN_MS, due.rolled_through)
    return _later(world, LOOK_EVERY_MS, rolled)


def _later(world: World, wait_ms: int, rolled_through: str | None) -> Looked:
    return Looked(next_look_at_ms=Millis(world.clock() + wait_ms), rolled_through=rolled_through)
