"""Give a meter its totals back: after its storage was lost, and when a new device takes over.

The totals are the server's: what was sold and withdrawn, and the consumption it last believed. The
meter only ever raises its own, so a restore that comes twice or late changes nothing.
"""

from __future__ import annotations

from lipamita.domain.command import Command, CommandResult, FollowUp, Order, OrderId
from lipamita.domain.errors import ConflictError
from lipamita.domain.ids import MeterId, sha256_hex
from lipamita.domain.meter import Meter
from lipamita.domain.meter_alert import Alert
from lipamita.domain.recharge import MeterRegister
from lipamita.domain.verdict import Alarm
from lipamita.domain.withdrawal import open_withdrawal
from lipamita.use_cases.send_command import send_command
from lipamita.use_cases.world import World

RESTORED = "restored"  # FollowUp.kind
RESET_ALERT = "registers_fell"
_ID_CHARACTERS = 20


def note_reset(meter: Meter, cause: str, world: World) -> None:
    """A meter reported less than before: raise the alert, and send what it has lost.

    ``cause`` names the event: the same cause is the same reset.
    """
    key = sha256_hex(cause)[:_ID_CHARACTERS]
    alert_id, now_ms = f"srv-reset-{key}", world.clock()
    alert = Alert(alert_id=alert_id, kind=RESET_ALERT, raised_at_ms=now_ms)
    if world.store.raise_server_alert(meter.meter_id, alert):
        alarm = Alarm(kind="meter_reset", detail=f"{meter.meter_id}: its totals fell")
        world.store.raise_alarm(alarm, transaction_id=None, now_ms=now_ms)
    restore_meter(meter, key, world, alert_id=alert_id)


def restore_meter(
    meter: Meter, key: str, world: World, *, alert_id: str | None = None
) -> Command | None:
    """The command; None if that restore was ordered before with other totals, which stand.

    Raises ConflictError (too_many_commands) and BusyError.
    """
    register = world.store.read_register(meter.meter_id).value
    follow_up = FollowUp(kind=RESTORED, work_id=f"{meter.meter_id}|{alert_id or ''}")
    order = Order(
        meter_id=meter.meter_id,
        order_id=OrderId(f"restore-{key}"),
        kind="restore",
        arguments={
            "credited_total_wh": 0 if register is None else register.credited_total_wh,
            "withdrawn_total_wh": max(_withdrawn(register), meter.withdrawn_total_wh or 0),
            "consumed_total_wh": max(0, meter.energy_consumed_total_wh or 0),
            "sequence": 0 if register is None else register.sequence,
        },
        follow_up=follow_up,
    )
    try:
        return send_command(order, world)
    except ConflictError as error:
        if error.code != "order_differs":
            raise
        return None


def restored(work_id: str, result: CommandResult, world: World) -> None:
    """The meter answered: the alert ends, or somebody must look. Safe to repeat."""
    name, _, alert_id = work_id.partition("|")
    meter_id, now_ms = MeterId(name), world.clock()
    if not result.is_ok:
        alarm = Alarm(kind="meter_restore_failed", detail=f"{meter_id}: {result.result}")
        world.store.raise_alarm(alarm, transaction_id=None, now_ms=now_ms)
    elif alert_id:
        world.store.clear_server_alert(meter_id, alert_id, at_ms=now_ms)


def _withdrawn(register: MeterRegister | None) -> int:
    """What the meter has agreed to give back: not what it is being asked for just now."""
    if register is None:
        return 0
    waiting = open_withdrawal(register.withdrawals)
    asked_wh = register.withdrawals[waiting].energy_wh if waiting is not None else 0
    return register.withdrawn_total_wh - asked_wh
