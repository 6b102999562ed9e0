"""A stored document, and Google's rules of how large and how deep it may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emulators.firestore.core.names import Path
from emulators.firestore.core.values import Fields, GeoPoint, Reference, Timestamp, Value
from emulators.firestore.errors import invalid

MAX_DOCUMENT_BYTES = 1_048_576
MAX_FIELD_NAME_BYTES = 1_500
MAX_DEPTH = 20
_DOCUMENT_OVERHEAD = 32
_NAME_OVERHEAD = 16


@dataclass(frozen=True, slots=True)
class Document:
    """One version of one document. Times are microseconds since the epoch."""

    path: Path
    fields: Fields
    create_time: int
    update_time: int


def check_document(path: Path, fields: Fields, max_bytes: int) -> None:
    """Refuse what Firestore would not store. Raises INVALID_ARGUMENT."""
    size = _name_size(path) + _DOCUMENT_OVERHEAD + _map_size(fields)
    if size > max_bytes:
        raise invalid(
            f"Document '{'/'.join(path)}' cannot be written because its size ({size:,} bytes) "
            f"exceeds the maximum allowed size of {max_bytes:,} bytes."
        )


def check_value(value: Value, depth: int = 0) -> None:
    """Refuse nesting deeper than 20, arrays in arrays and impossible field names."""
    if isinstance(value, tuple):
        _check_depth(depth + 1)
        for element in value:
            if isinstance(element, tuple):
                raise invalid("Cannot convert an array value in an array value.")
            check_value(element, depth + 1)
    elif isinstance(value, Mapping):
        _check_depth(depth + 1)
        check_fields(value, depth + 1)


def check_fields(fields: Fields, depth: int = 0) -> None:
    """`check_value` for every field."""
    for name, value in fields.items():
        if not name:
            raise invalid("Document fields must not be empty.")
        if len(name) > MAX_FIELD_NAME_BYTES // 4 and len(name.encode()) > MAX_FIELD_NAME_BYTES:
            raise invalid(f"Field name exceeds {MAX_FIELD_NAME_BYTES} bytes.")
        if name.startswith("__") and name.endswith("__") and len(name) >= 4 and name != "__type__":
            raise invalid(f"Field name {name!r} is reserved.")
        if isinstance(value, (tuple, Mapping)):
            check_value(value, depth)


def value_size(value: Value) -> int:
    """Bytes of a value by Firestore's "Storage size calculations"."""
    if value is None or isinstance(value, bool):
        return 1
    if isinstance(value, (int, float, Timestamp)):
        return 8
    if isinstance(value, str):
        return _text_size(value)
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, Reference):
        return _name_size(tuple(value.name.split("/")[5:]))
    if isinstance(value, GeoPoint):
        return 16
    if isinstance(value, tuple):
        return sum(map(value_size, value))
    return _map_size(value) + _DOCUMENT_OVERHEAD


def _map_size(fields: Fields) -> int:
    return sum(_text_size(name) + value_size(value) for name, value in fields.items())


def _name_size(path: Path) -> int:
    return sum(map(_text_size, path)) + _NAME_OVERHEAD


def _text_size(text: str) -> int:
    return (len(text) if text.isascii() else len(text.encode())) + 1


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise invalid(f"Maps and arrays may be nested at most {MAX_DEPTH} deep.")
