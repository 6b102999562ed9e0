"""Notice a meter that counts fewer starts than before: its storage was lost or exchanged."""

from __future__ import annotations

from lipamita.domain.ids import MeterId
from lipamita.use_cases.restore_meter import note_reset
from lipamita.use_cases.world import World


def note_restart(
    meter_id: MeterId, before: object, after: object, event_id: str, world: World
) -> None:
    """Restore the meter if its starts fell. The same event_id is the same reset.

    A lost event loses the alarm and nothing else: the firmware takes its totals from its own node
    before it reports, and the rules refuse totals that fall.
    """
    if not isinstance(before, int) or not isinstance(after, int) or after >= before:
        return
    meter = world.store.read_meter(meter_id)
    if meter is not None:
        note_reset(meter, event_id, world)
