"""What a meter does when it is told to give energy back: as the firmware does, but apart from it.

The totals only grow; what was burnt is not given back; a command is carried out once, and one that
comes again is answered from the totals.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

DONE = "ok"


class Command(Protocol):
    """A command as it is read from the meter's queue."""

    @property
    def command_id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def arguments(self) -> str: ...
    @property
    def sequence(self) -> int: ...
    @property
    def mac(self) -> str: ...


@dataclass(frozen=True)
class Totals:
    """What the meter knows."""

    credited_wh: int = 0
    sequence: int = 0
    consumed_wh: int = 0
    withdrawn_wh: int = 0
    command_sequence: int = 0

    @property
    def balance_wh(self) -> int:
        return self.credited_wh - self.withdrawn_wh - self.consumed_wh


def larger(left: Totals, right: Totals) -> Totals:
    """Every total as the one who knows more knows it; commands as the first knows them."""
    return Totals(
        credited_wh=max(left.credited_wh, right.credited_wh),
        sequence=max(left.sequence, right.sequence),
        consumed_wh=max(left.consumed_wh, right.consumed_wh),
        withdrawn_wh=max(left.withdrawn_wh, right.withdrawn_wh),
        command_sequence=left.command_sequence,
    )


def withdrawn_by(command: Command, totals: Totals) -> tuple[int, str]:
    """The total withdrawn after the command, and the answer."""
    name, _, value = command.arguments.partition("=")
    assert (command.kind, name) == ("withdraw", "withdrawn_total_wh"), command
    wanted_wh = int(value)
    if command.sequence <= totals.command_sequence:
        return totals.withdrawn_wh, DONE if totals.withdrawn_wh >= wanted_wh else "not withdrawn"
    if wanted_wh <= totals.withdrawn_wh:
        return totals.withdrawn_wh, DONE
    if wanted_wh > totals.credited_wh:
        return totals.withdrawn_wh, "more withdrawn than ever credited"
    if wanted_wh + totals.consumed_wh > totals.credited_wh:
        return totals.withdrawn_wh, "already used"
    return wanted_wh, DONE


def is_signed(command: Command, meter_id: str, key: bytes) -> bool:
    """Whether the server made it for this meter."""
    text = f"{meter_id}|{command.command_id}|{command.kind}|{command.sequence}|{command.arguments}"
    return hmac.compare_digest(hmac.new(key, text.encode(), sha256).hexdigest(), command.mac)
