"""``command_registers`` and the meters' ``commands`` in the database."""

from __future__ import annotations

from collections.abc import Sequence

from lipamita.adapters.command_schema import (
    command_register_from_json,
    command_register_to_json,
    command_to_json,
    result_from_json,
)
from lipamita.adapters.rtdb_nodes import RtdbNodes
from lipamita.domain.command import Command, CommandRegister, CommandResult
from lipamita.domain.ids import MeterId
from lipamita.domain.units import Millis
from lipamita.use_cases.records import Versioned


class RtdbCommands(RtdbNodes):
    """Implements use_cases.command_ports.CommandStore."""

    def read_command_register(self, meter_id: MeterId) -> Versioned[CommandRegister]:
        path = f"command_registers/{meter_id}"
        node, tag = self.at(path).get(etag=True)
        return Versioned(command_register_from_json(path, node), tag)

    def replace_command_register(
        self,
        meter_id: MeterId,
        old: Versioned[CommandRegister],
        new: CommandRegister,
        *,
        next_check_at_ms: Millis | None,
    ) -> bool:
        node = command_register_to_json(new, next_check_at_ms)
        written, _, _ = self.at(f"command_registers/{meter_id}").set_if_unchanged(old.tag, node)
        return bool(written)

    def due_command_registers(self, *, now_ms: Millis, limit: int) -> Sequence[MeterId]:
        return [MeterId(key) for key in self.due("command_registers", now_ms=now_ms, limit=limit)]

    def postpone_commands(self, meter_id: MeterId, next_check_at_ms: Millis) -> None:
        self.at(f"command_registers/{meter_id}").update({"next_check_at": next_check_at_ms})

    def put_command(self, meter_id: MeterId, command: Command) -> None:
        path = f"meters/{meter_id}/commands/{command.command_id}"
        self.create_if_absent(path, command_to_json(command))

    def read_command_result(self, meter_id: MeterId, command_id: str) -> CommandResult | None:
        path = f"meters/{meter_id}/commands/{command_id}"
        return result_from_json(path, self.at(path).get())

    def remove_command(self, meter_id: MeterId, command_id: str) -> None:
        self.at(f"meters/{meter_id}/commands/{command_id}").delete()
