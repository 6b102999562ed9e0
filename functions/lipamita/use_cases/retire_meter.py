"""Take a meter out of service: nothing more is sold to it.

Its account number stays reserved, so that money typed for it is not taken for another meter's: it
waits in suspense. A payment that is under way and turns out paid waits in review, see deliver.
"""

from __future__ import annotations

from dataclasses import replace

from lipamita.domain.ids import MeterId
from lipamita.domain.meter import Caller
from lipamita.domain.registration import check_staff
from lipamita.use_cases.register_meter import Change, find_meter
from lipamita.use_cases.world import World


def retire_meter(meter_id: MeterId, caller: Caller, world: World) -> Change:
    """The meter before and after; repeating it keeps the first time. Raises ForbiddenError and
    NotFoundError.
    """
    check_staff(caller)
    before = find_meter(meter_id, world)
    if before.is_retired:
        return Change(before=before, after=before)
    now_ms = world.clock()
    world.store.retire(meter_id, at_ms=now_ms)
    return Change(before=before, after=replace(before, retired_at_ms=now_ms))
