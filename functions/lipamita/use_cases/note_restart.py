"""Notice a meter that counts fewer starts than before: its storage was lost or exchanged."""

from __future__ import annotations

from lipamita.domain.ids import MeterId
from lipamita.domain.meter import Meter
from lipamita.domain.units import day_eat
from lipamita.use_cases.restore_meter import note_reset
from lipamita.use_cases.world import World


def note_restart(
    meter_id: MeterId, before: object, after: object, event_id: str, world: World
) -> None:
    """Restore the meter if its starts fell. The same event_id is the same reset.

    A lost event loses nothing: the firmware takes its totals from its own node before it reports,
    the rules refuse totals that fall, and the next look at the meter finds its starts fallen.
    """
    if not isinstance(before, int) or not isinstance(after, int) or after >= before:
        return
    meter = world.store.read_meter(meter_id)
    if meter is not None:
        note_reset(meter, event_id, world)
        world.store.note_boots(meter_id, after)  # so that no look finds it once more


def find_restart(meter: Meter, boots_seen: int | None, world: World) -> int | None:
    """How many starts the meter counts; restored first if they fell and no event said so.

    A day is one cause: a look that is repeated after a death finds its own alert.
    """
    boots = meter.status.boot_count
    if boots is None:
        return boots_seen
    if boots_seen is not None and boots < boots_seen:
        note_reset(meter, f"looked {day_eat(world.clock())} {boots_seen} {boots}", world)
    return boots
