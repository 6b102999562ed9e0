"""Commands and their registers in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lipamita.domain.command import Command, CommandRegister, CommandResult
from lipamita.domain.ids import MeterId
from lipamita.domain.units import Millis
from lipamita.use_cases.records import Versioned

from tests.fakes.memory_nodes import MemoryNodes


@dataclass
class MemoryCommands(MemoryNodes):
    """Implements use_cases.command_ports.CommandStore."""

    command_registers: dict[MeterId, CommandRegister] = field(default_factory=dict)
    command_checks: dict[MeterId, Millis | None] = field(default_factory=dict)
    commands: dict[MeterId, dict[str, Command]] = field(default_factory=dict)
    command_results: dict[str, CommandResult] = field(default_factory=dict)

    def read_command_register(self, meter_id: MeterId) -> Versioned[CommandRegister]:
        tag = self._tag(f"command_registers/{meter_id}")
        return Versioned(self.command_registers.get(meter_id, CommandRegister()), tag)

    def replace_command_register(
        self,
        meter_id: MeterId,
        old: Versioned[CommandRegister],
        new: CommandRegister,
        *,
        next_check_at_ms: Millis | None,
    ) -> bool:
        path = f"command_registers/{meter_id}"
        if self._tag(path) != old.tag:
            return False

        def change() -> None:
            self.command_registers[meter_id] = new
            self.command_checks[meter_id] = next_check_at_ms

        self._write(path, change)
        return True

    def due_command_registers(self, *, now_ms: Millis, limit: int) -> Sequence[MeterId]:
        due = [(at, key) for key, at in self.command_checks.items() if at and at <= now_ms]
        return [key for _, key in sorted(due)[:limit]]

    def postpone_commands(self, meter_id: MeterId, next_check_at_ms: Millis) -> None:
        path = f"command_registers/{meter_id}"
        self._write(path, lambda: self.command_checks.update({meter_id: next_check_at_ms}))

    def put_command(self, meter_id: MeterId, command: Command) -> None:
        queue = self.commands.setdefault(meter_id, {})
        if command.command_id not in queue:
            path = f"meters/{meter_id}/commands/{command.command_id}"
            self._write(path, lambda: queue.update({command.command_id: command}))

    def read_command_result(self, meter_id: MeterId, command_id: str) -> CommandResult | None:
        return self.command_results.get(command_id)

    def remove_command(self, meter_id: MeterId, command_id: str) -> None:
        queue = self.commands.get(meter_id, {})
        left = {key: command for key, command in queue.items() if key != command_id}
        path = f"meters/{meter_id}/commands/{command_id}"
        self._write(path, lambda: self.commands.update({meter_id: left}))
