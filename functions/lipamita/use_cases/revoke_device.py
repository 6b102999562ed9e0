"""Shut a lost or stolen device out: its sessions end, and its meter no longer knows it.

Rules and routes ask that the meter names the device, so unbinding works at once, also for an ID
token that is still good for an hour. The meter's claim ends first: a board that took it and has not
said so yet would be let in again by repeating its request.
"""

from __future__ import annotations

from lipamita.domain.claim import ended
from lipamita.domain.errors import BusyError, ForbiddenError
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Caller
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.register_meter import find_meter
from lipamita.use_cases.world import World


def revoke_device(meter_id: MeterId, caller: Caller, world: World) -> Uid | None:
    """The device that was shut out, or None if the meter had none. Safe to repeat.

    A claim that stands ends, whether or not a board took it: the next board needs a new code. The
    sessions are revoked next: dying before the unbinding leaves the meter naming its device, so
    that a repeat does both. Raises ForbiddenError, NotFoundError, BusyError.
    """
    if not caller.is_staff:
        raise ForbiddenError("staff_only", "only an operator may shut a device out")
    find_meter(meter_id, world)
    _end_claim(meter_id, world)
    meter = find_meter(meter_id, world)  # again: who claims now finds the claim ended
    if meter.device_uid is None:
        return None
    if world.accounts.read_account(meter.device_uid) is not None:
        world.accounts.revoke_sessions(meter.device_uid)
    world.store.unbind_device(meter_id, meter.device_uid)
    return meter.device_uid


def _end_claim(meter_id: MeterId, world: World) -> None:
    """By meter and claim: ending it again changes nothing. Raises BusyError."""
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = world.store.read_claim(meter_id)
        if old.value is None:
            return
        new = ended(old.value)
        if new == old.value or world.store.replace_claim(meter_id, old, new):
            return
    raise BusyError("busy", "this meter is being claimed by others; try again")
