"""What the use cases need from the store to command meters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from lipamita.domain.command import Command, CommandRegister, CommandResult
from lipamita.domain.ids import MeterId
from lipamita.domain.units import Millis
from lipamita.use_cases.records import Versioned


class CommandStore(Protocol):
    """``command_registers`` and ``meters/{meter_id}/commands``."""

    def read_command_register(self, meter_id: MeterId) -> Versioned[CommandRegister]:
        """The meter's commands; an empty register for a meter that never had one."""
        ...

    def replace_command_register(
        self,
        meter_id: MeterId,
        old: Versioned[CommandRegister],
        new: CommandRegister,
        *,
        next_check_at_ms: Millis | None,
    ) -> bool:
        """Compare-and-set; False if anybody wrote since ``old`` was read."""
        ...

    def due_command_registers(self, *, now_ms: Millis, limit: int) -> Sequence[MeterId]:
        """Meters whose commands are to be looked at, the longest due first, by an index."""
        ...

    def postpone_commands(self, meter_id: MeterId, next_check_at_ms: Millis) -> None:
        """Look at the meter's commands then; used when they cannot be worked on."""
        ...

    def put_command(self, meter_id: MeterId, command: Command) -> None:
        """Create if absent by command_id; a command that stands is left as it is."""
        ...

    def read_command_result(self, meter_id: MeterId, command_id: str) -> CommandResult | None:
        """What the meter answered, or None if it has not."""
        ...

    def remove_command(self, meter_id: MeterId, command_id: str) -> None:
        """Remove a command; nothing happens if it is gone."""
        ...
