"""Tell a meter to do something. Once per order, and after everything it was told before."""

from __future__ import annotations

from lipamita.domain.command import (
    Command,
    CommandRegister,
    Order,
    make_command,
    next_command_check,
    place_order,
)
from lipamita.domain.errors import BusyError
from lipamita.domain.ids import MeterId
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.world import World


def send_command(order: Order, world: World) -> Command:
    """The command, in its meter's queue; repeating an order_id gives the same command.

    The register numbers an order once, by order_id; a command is created once, by command_id.
    Raises what place_order raises, and BusyError.
    """
    register = _place(order, world)
    put_open_commands(order.meter_id, register, world)
    return make_command(
        order.meter_id,
        order.order_id,
        register.entries[order.order_id],
        master_secret=world.device_master_secret,
    )


def put_open_commands(meter_id: MeterId, register: CommandRegister, world: World) -> None:
    """Write every command not yet answered, in order of the numbers.

    All of them, because a process may have died between numbering a command and writing it, and
    the meter would skip a number that came after a higher one.
    """
    for order_id, entry in register.open_entries:
        command = make_command(meter_id, order_id, entry, master_secret=world.device_master_secret)
        world.store.put_command(meter_id, command)


def _place(order: Order, world: World) -> CommandRegister:
    store = world.store
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = store.read_command_register(order.meter_id)
        now_ms = world.clock()
        new = place_order(old.value, order, now_ms=now_ms)
        if new is old.value:
            return new
        due_ms = next_command_check(new, now_ms=now_ms)
        if store.replace_command_register(order.meter_id, old, new, next_check_at_ms=due_ms):
            world.log.command_sent(order.meter_id, order.order_id, order.kind)
            return new
    raise BusyError("busy", f"the commands of meter {order.meter_id} are being changed")
