"""Notice what a meter answered to its commands, and go on with what waited for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lipamita.domain.command import (
    CommandRegister,
    CommandResult,
    OrderId,
    close_order,
    command_key,
    next_command_check,
    outlived,
)
from lipamita.domain.errors import BusyError
from lipamita.domain.ids import MeterId
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.send_command import put_open_commands
from lipamita.use_cases.world import World

# By FollowUp.kind: goes on with work_id, given the answer. Each is safe to repeat.
FollowUps = Mapping[str, Callable[[str, CommandResult, World], None]]


def notice_commands(meter_id: MeterId, world: World, follow_ups: FollowUps) -> None:
    """Take up every answer of this meter, and look again later if some are outstanding.

    What waited for an answer goes on first and the order is closed afterwards, so that a process
    that dies in between does it again. Repeating changes nothing: an order is closed once.
    """
    register = world.store.read_command_register(meter_id).value
    put_open_commands(meter_id, register, world)
    answers: dict[OrderId, CommandResult] = {}
    for order_id, entry in register.open_entries:
        answer = world.store.read_command_result(meter_id, command_key(order_id, entry.sequence))
        if answer is None:
            continue
        if entry.follow_up is not None:
            follow_ups[entry.follow_up.kind](entry.follow_up.work_id, answer, world)
        answers[order_id] = answer
        world.log.command_done(meter_id, order_id, answer.result)
    for order_id in outlived(register, now_ms=world.clock()):
        sequence = register.entries[order_id].sequence
        world.store.remove_command(meter_id, command_key(order_id, sequence))
    _close(meter_id, answers, world)


def _close(meter_id: MeterId, answers: Mapping[OrderId, CommandResult], world: World) -> None:
    store = world.store
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = store.read_command_register(meter_id)
        now_ms = world.clock()
        new = old.value
        for order_id, answer in answers.items():
            new = close_order(new, order_id, answer, now_ms=now_ms)
        gone = set(outlived(new, now_ms=now_ms))
        kept = {key: entry for key, entry in new.entries.items() if key not in gone}
        new = CommandRegister(sequence=new.sequence, entries=kept)
        due_ms = next_command_check(new, now_ms=now_ms)
        if store.replace_command_register(meter_id, old, new, next_check_at_ms=due_ms):
            return
    raise BusyError("busy", f"the commands of meter {meter_id} are being changed")
