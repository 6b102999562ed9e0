"""A command to a meter: signed for it, numbered, carried out once, in the order of the numbers.

The meter takes a command only if its number is above the last one it carried out. So the server
numbers a meter's commands in one register, writes them in that order under keys that sort in it,
and keeps no more open than the meter can hold results for (firmware/lib/meter_app/command_desk.h).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NewType

from lipamita.domain.errors import ConflictError, InvalidInputError
from lipamita.domain.ids import MeterId
from lipamita.domain.recharge import device_key
from lipamita.domain.units import HOUR_MS, MINUTE_MS, Millis

OrderId = NewType("OrderId", str)

DONE_WELL = "ok"
MAX_OPEN_COMMANDS = 4  # CommandDesk::kMaxResults; beyond it the meter would skip one
MAX_SEQUENCE = 2**32 - 2
MAX_KIND = 24
MAX_ARGUMENTS = 160
KEEP_CLOSED_COMMAND_MS = 24 * HOUR_MS  # outlives every process that may still write it
SHORTEST_WAIT_MS = MINUTE_MS
LONGEST_WAIT_MS = HOUR_MS
_KIND = re.compile(r"[a-z][a-z_]{1,23}", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
_ORDER_ID = re.compile(r"[A-Za-z0-9_-]{1,50}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What goes on when the meter has answered: ``kind`` names the work, ``work_id`` which."""

    kind: str
    work_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants a meter to do. The same ``order_id`` is the same order."""

    meter_id: MeterId
    order_id: OrderId
    kind: str
    arguments: Mapping[str, int] = field(default_factory=dict)
    follow_up: FollowUp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandEntry:
    """An order in its meter's register; ``arguments`` as the meter reads and signs them."""

    sequence: int
    kind: str
    arguments: str
    created_at_ms: Millis
    follow_up: FollowUp | None = None
    closed_at_ms: Millis | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRegister:
    """The last number given to a command of one meter, and the commands still of interest."""

    sequence: int = 0
    entries: Mapping[OrderId, CommandEntry] = field(default_factory=dict)

    @property
    def open_entries(self) -> list[tuple[OrderId, CommandEntry]]:
        """Commands whose result is not known, in the order of their numbers."""
        rows = [row for row in self.entries.items() if row[1].closed_at_ms is None]
        return sorted(rows, key=lambda row: row[1].sequence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """``meters/{meter_id}/commands/{command_id}`` as the meter reads it."""

    command_id: str
    kind: str
    arguments: str
    sequence: int
    mac: str
    created_at_ms: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandResult:
    """The meter's answer: ``ok``, or why not."""

    result: str

    @property
    def is_ok(self) -> bool:
        """The meter did as it was told."""
        return self.result == DONE_WELL


def place_order(register: CommandRegister, order: Order, *, now_ms: Millis) -> CommandRegister:
    """The register with the order in it; the same register if it was there before.

    Raises InvalidInputError for an order no meter could read, and ConflictError: order_differs for
    a known id with other content, too_many_commands while the meter has not answered earlier ones.
    """
    arguments = _checked_arguments(order)
    known = register.entries.get(order.order_id)
    if known is not None:
        if (known.kind, known.arguments) != (order.kind, arguments):
            raise ConflictError(
                "order_differs", f"order {order.order_id} was given before with other content"
            )
        return register
    if len(register.open_entries) >= MAX_OPEN_COMMANDS or register.sequence >= MAX_SEQUENCE:
        raise ConflictError(
            "too_many_commands",
            f"meter {order.meter_id} has {MAX_OPEN_COMMANDS} commands it has not answered yet",
        )
    entry = CommandEntry(
        sequence=register.sequence + 1,
        kind=order.kind,
        arguments=arguments,
        created_at_ms=now_ms,
        follow_up=order.follow_up,
    )
    return CommandRegister(
        sequence=entry.sequence, entries={**register.entries, order.order_id: entry}
    )


def close_order(
    register: CommandRegister, order_id: OrderId, result: CommandResult, *, now_ms: Millis
) -> CommandRegister:
    """The register with the meter's answer; unchanged if it was known or the order is not."""
    entry = register.entries.get(order_id)
    if entry is None or entry.closed_at_ms is not None:
        return register
    closed = replace(entry, closed_at_ms=now_ms, result=result.result)
    return replace(register, entries={**register.entries, order_id: closed})


def outlived(register: CommandRegister, *, now_ms: Millis) -> list[OrderId]:
    """Orders that were closed so long ago that nothing can ask for them again."""
    return [
        order_id
        for order_id, entry in register.entries.items()
        if entry.closed_at_ms is not None and now_ms - entry.closed_at_ms >= KEEP_CLOSED_COMMAND_MS
    ]


def next_command_check(register: CommandRegister, *, now_ms: Millis) -> Millis | None:
    """When to look at the meter's commands again; None if there are none."""
    waiting = register.open_entries
    if waiting:
        age_ms = now_ms - waiting[0][1].created_at_ms
        return Millis(now_ms + min(max(age_ms // 2, SHORTEST_WAIT_MS), LONGEST_WAIT_MS))
    closed = [entry.closed_at_ms for entry in register.entries.values() if entry.closed_at_ms]
    return Millis(min(closed) + KEEP_CLOSED_COMMAND_MS) if closed else None


def make_command(
    meter_id: MeterId, order_id: OrderId, entry: CommandEntry, *, master_secret: str
) -> Command:
    """The command of an entry. The same entry always gives the same command."""
    command_id = command_key(order_id, entry.sequence)
    message = f"{meter_id}|{command_id}|{entry.kind}|{entry.sequence}|{entry.arguments}"
    key = device_key(master_secret, meter_id)
    return Command(
        command_id=command_id,
        kind=entry.kind,
        arguments=entry.arguments,
        sequence=entry.sequence,
        mac=hmac.new(key, message.encode(), hashlib.sha256).hexdigest(),
        created_at_ms=entry.created_at_ms,
    )


def command_key(order_id: OrderId, sequence: int) -> str:
    """The command's key in the database: keys sort as the numbers do, and so are read in order."""
    return f"c{sequence:010}-{order_id}"


def _checked_arguments(order: Order) -> str:
    text = ";".join(f"{name}={value}" for name, value in order.arguments.items())
    fits = (
        _ORDER_ID.fullmatch(order.order_id)
        and _KIND.fullmatch(order.kind)
        and len(text) <= MAX_ARGUMENTS
        and all(_NAME.fullmatch(name) for name in order.arguments)
        and all(0 <= value < 2**63 for value in order.arguments.values())
    )
    if not fits:
        raise InvalidInputError(
            "invalid_command",
            f"a command is a kind of up to {MAX_KIND} letters and up to {MAX_ARGUMENTS} characters "
            "of name=number arguments",
            field="kind",
        )
    return text
