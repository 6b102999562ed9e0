"""Tell a meter something by hand: connect, disconnect, test, reboot, or other zones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lipamita.domain.command import Command, Order, OrderId
from lipamita.domain.ids import MeterId, sha256_hex
from lipamita.domain.meter import Caller
from lipamita.domain.registration import check_staff
from lipamita.use_cases.register_meter import find_meter
from lipamita.use_cases.send_command import send_command
from lipamita.use_cases.world import World

_ID_CHARACTERS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """A parsed request; the same caller and key are the same instruction."""

    meter_id: MeterId
    kind: str
    arguments: Mapping[str, int]
    idempotency_key: str
    why: str
    caller: Caller


def command_meter(instruction: Instruction, world: World) -> Command:
    """The command in the meter's queue; repeating it gives the same one.

    Raises ForbiddenError, NotFoundError, InvalidInputError (invalid_command), ConflictError
    (order_differs, too_many_commands), BusyError.
    """
    check_staff(instruction.caller)
    find_meter(instruction.meter_id, world)
    key = sha256_hex(f"{instruction.caller.uid}|{instruction.idempotency_key}")
    order = Order(
        meter_id=instruction.meter_id,
        order_id=OrderId(f"staff-{key[:_ID_CHARACTERS]}"),
        kind=instruction.kind,
        arguments=instruction.arguments,
    )
    return send_command(order, world)
