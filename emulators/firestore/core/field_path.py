"""Paths of fields within a document: a.b.`odd name`, and what they find and change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import Final, Literal, TypeAlias

from emulators.firestore.core.values import Fields, Value
from emulators.firestore.errors import invalid

FieldPath: TypeAlias = tuple[str, ...]

MAX_FIELD_PATH_BYTES = 1_500
NAME: Final[FieldPath] = ("__name__",)
_PLAIN = re.compile(r"[a-zA-Z_][a-zA-Z_0-9]*")
_SEGMENT = re.compile(r"(?P<plain>[a-zA-Z_][a-zA-Z_0-9]*)|`(?P<quoted>(?:[^`\\]|\\.)*)`", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class Missing(Enum):
    """The field is not there, which is not the same as null."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING


def parse_field_path(text: str) -> FieldPath:
    """Read a field path as requests spell it. Raises INVALID_ARGUMENT."""
    if len(text) > MAX_FIELD_PATH_BYTES or len(text.encode()) > MAX_FIELD_PATH_BYTES:
        raise invalid(f"Field path exceeds {MAX_FIELD_PATH_BYTES} bytes.")
    parts: list[str] = []
    at = 0
    while True:
        match = _SEGMENT.match(text, at)
        if match is None:
            raise invalid(f"Invalid field path {text!r} at character {at}.")
        plain = match["plain"]
        parts.append(_ESCAPE.sub(r"\1", match["quoted"]) if plain is None else plain)
        at = match.end()
        if at == len(text):
            break
        if text[at] != ".":
            raise invalid(f"Invalid field path {text!r} at character {at}: expected '.'.")
        at += 1
    if "" in parts:
        raise invalid(f"Field path {text!r} has an empty field name.")
    return tuple(parts)


def format_field_path(path: FieldPath) -> str:
    """The opposite of `parse_field_path`."""
    return ".".join(
        part
        if _PLAIN.fullmatch(part)
        else "`" + part.replace("\\", "\\\\").replace("`", "\\`") + "`"
        for part in path
    )


def get_field(fields: Fields, path: FieldPath) -> Value | Literal[Missing.MISSING]:
    """The value at the path, or MISSING."""
    value: Value = fields
    for part in path:
        if not isinstance(value, Mapping) or part not in value:
            return MISSING
        value = value[part]
    return value


def set_field(fields: Fields, path: FieldPath, value: Value) -> dict[str, Value]:
    """A copy with the value at the path; what is no map on the way becomes one."""
    changed = dict(fields)
    if len(path) == 1:
        changed[path[0]] = value
        return changed
    inner = fields.get(path[0])
    changed[path[0]] = set_field(inner if isinstance(inner, Mapping) else {}, path[1:], value)
    return changed


def delete_field(fields: Fields, path: FieldPath) -> Fields:
    """A copy without the value at the path; the maps around it stay."""
    if path[0] not in fields:
        return fields
    changed = dict(fields)
    if len(path) == 1:
        del changed[path[0]]
        return changed
    inner = fields[path[0]]
    if isinstance(inner, Mapping):
        changed[path[0]] = delete_field(inner, path[1:])
    return changed


def select_fields(fields: Fields, paths: tuple[FieldPath, ...]) -> Fields:
    """Only what the paths name."""
    chosen: Fields = {}
    for path in paths:
        value = get_field(fields, path)
        if value is not MISSING:
            chosen = set_field(chosen, path, value)
    return chosen
