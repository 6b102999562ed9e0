"""Say which device account a meter reports by: its first, or a new one that takes over."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lipamita.domain.command import Command
from lipamita.domain.errors import ConflictError
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Caller, Meter
from lipamita.domain.registration import check_staff
from lipamita.use_cases.register_meter import Change, find_meter
from lipamita.use_cases.restore_meter import restore_meter
from lipamita.use_cases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """The device account that is to be the meter's."""

    meter_id: MeterId
    device_uid: Uid
    why: str
    caller: Caller


def bind_device(binding: Binding, world: World) -> Change:
    """The meter with its first device; the same device again changes nothing.

    Raises ForbiddenError, NotFoundError, and ConflictError: device_bound to another, which only
    replacing it can change, meter_retired.
    """
    meter = _meter_to_bind(binding, world)
    if meter.device_uid == binding.device_uid:
        return Change(before=meter, after=meter)
    if meter.device_uid is not None:
        raise ConflictError(
            "device_bound", f"meter {meter.meter_id} has another device", field="device_uid"
        )
    return Change(before=meter, after=_bound(meter, binding, world))


def replace_device(binding: Binding, world: World) -> tuple[Change, Command | None]:
    """The meter with its new device, and the command that gives it the totals it goes on from.

    From the first write on the old device is shut out. Repeating it sends the same command again.
    Raises ForbiddenError, NotFoundError, ConflictError (meter_retired, too_many_commands).
    """
    meter = _meter_to_bind(binding, world)
    after = meter
    if meter.device_uid != binding.device_uid:
        if meter.device_uid is not None and world.accounts.read_account(meter.device_uid):
            world.accounts.revoke_sessions(meter.device_uid)
        after = _bound(meter, binding, world)
    key = f"device-{after.device_since_ms or 0}"
    return Change(before=meter, after=after), restore_meter(after, key, world)


def _meter_to_bind(binding: Binding, world: World) -> Meter:
    check_staff(binding.caller)
    meter = find_meter(binding.meter_id, world)
    if meter.is_retired:
        raise ConflictError("meter_retired", f"meter {meter.meter_id} is retired", field="meter_id")
    return meter


def _bound(meter: Meter, binding: Binding, world: World) -> Meter:
    now_ms = world.clock()
    world.store.set_device(meter.meter_id, binding.device_uid, since_ms=now_ms)
    status = replace(meter.status, boot_count=None)
    return replace(meter, device_uid=binding.device_uid, device_since_ms=now_ms, status=status)
