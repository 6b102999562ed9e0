"""Shut a lost or stolen device out: its sessions end, and its meter no longer knows it.

Rules and routes ask that the meter names the device, so unbinding works at once, also for an ID
token that is still good for an hour.
"""

from __future__ import annotations

from lipamita.domain.errors import ForbiddenError, NotFoundError
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Caller
from lipamita.use_cases.world import World


def revoke_device(meter_id: MeterId, caller: Caller, world: World) -> Uid | None:
    """The device that was shut out, or None if the meter had none. Safe to repeat.

    The sessions are revoked first: dying before the unbinding leaves the meter naming its device,
    so that a repeat does both. Raises ForbiddenError, NotFoundError, BusyError.
    """
    if not caller.is_staff:
        raise ForbiddenError("staff_only", "only an operator may shut a device out")
    meter = world.store.read_meter(meter_id)
    if meter is None:
        raise NotFoundError("unknown_meter", f"no meter {meter_id}", field="meter_id")
    if meter.device_uid is None:
        return None
    if world.accounts.read_account(meter.device_uid) is not None:
        world.accounts.revoke_sessions(meter.device_uid)
    world.store.unbind_device(meter_id, meter.device_uid)
    return meter.device_uid
