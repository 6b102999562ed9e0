"""Commands and their registers as stored, and back. docs/data-model.md states every field."""

from __future__ import annotations

from lipamita.adapters.fields import Fields
from lipamita.domain.command import (
    Command,
    CommandEntry,
    CommandRegister,
    CommandResult,
    FollowUp,
    OrderId,
)
from lipamita.domain.units import Millis

Json = dict[str, object]


def command_to_json(command: Command) -> Json:
    """``meters/{meter_id}/commands/{command_id}`` as firmware/lib/meter_net/command_reader.h."""
    return {
        "kind": command.kind,
        "arguments": command.arguments,
        "sequence": command.sequence,
        "mac": command.mac,
        "created_at": command.created_at_ms,
    }


def result_from_json(path: str, node: object) -> CommandResult | None:
    """The meter's answer, if it has given one. Raises UnreadableError."""
    if node is None:
        return None
    fields = Fields.of(path, node)
    if fields.optional_whole("done_at") is None:
        return None
    return CommandResult(result=fields.text("result"))


def command_register_to_json(register: CommandRegister, next_check_at_ms: int | None) -> Json:
    """``command_registers/{meter_id}``; absent values are left out."""
    node: Json = {
        "sequence": register.sequence,
        "entries": {key: _entry_to_json(entry) for key, entry in register.entries.items()},
    }
    if next_check_at_ms is not None:
        node["next_check_at"] = next_check_at_ms
    return node


def command_register_from_json(path: str, node: object) -> CommandRegister:
    """The register; empty where there was never a command. Raises UnreadableError."""
    if node is None:
        return CommandRegister()
    fields = Fields.of(path, node)
    return CommandRegister(
        sequence=fields.whole("sequence"),
        entries={OrderId(key): _entry_from_json(row) for key, row in fields.children("entries")},
    )


def _entry_to_json(entry: CommandEntry) -> Json:
    node: Json = {
        "sequence": entry.sequence,
        "kind": entry.kind,
        "arguments": entry.arguments,
        "created_at": entry.created_at_ms,
    }
    if entry.follow_up is not None:
        node["follow_up_kind"] = entry.follow_up.kind
        node["follow_up_id"] = entry.follow_up.work_id
    if entry.closed_at_ms is not None:
        node["closed_at"] = entry.closed_at_ms
        node["result"] = entry.result
    return node


def _entry_from_json(fields: Fields) -> CommandEntry:
    kind = fields.optional_text("follow_up_kind")
    return CommandEntry(
        sequence=fields.whole("sequence"),
        kind=fields.text("kind"),
        arguments=fields.optional_text("arguments") or "",
        created_at_ms=Millis(fields.whole("created_at")),
        follow_up=None
        if kind is None
        else FollowUp(kind=kind, work_id=fields.text("follow_up_id")),
        closed_at_ms=fields.optional_millis("closed_at"),
        result=fields.optional_text("result"),
    )
