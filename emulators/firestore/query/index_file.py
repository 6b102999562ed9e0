"""firestore.indexes.json as firebase-tools reads it: composite and single-field indexes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from emulators.firestore.core.field_path import NAME, FieldPath, parse_field_path
from emulators.firestore.errors import FirestoreError

EVERY_FIELD: FieldPath = ("*",)


class Mode(Enum):
    """How an index holds a field."""

    ASCENDING = "ASCENDING"
    DESCENDING = "DESCENDING"
    CONTAINS = "CONTAINS"


class IndexFileError(Exception):
    """The file cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Part:
    """One field of an index."""

    field: FieldPath
    mode: Mode


@dataclass(frozen=True, slots=True)
class Composite:
    """A composite index of a collection id; `everywhere` has the scope COLLECTION_GROUP."""

    collection_id: str
    everywhere: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Override:
    """What single-field indexes a field has instead of the automatic ones: (everywhere, mode)."""

    collection_id: str
    field: FieldPath
    modes: frozenset[tuple[bool, Mode]]


@dataclass(frozen=True, slots=True)
class Indexes:
    """All that the file says."""

    composites: tuple[Composite, ...] = ()
    overrides: tuple[Override, ...] = ()

    def single_field(self, collection_id: str, field: FieldPath) -> frozenset[tuple[bool, Mode]]:
        """The modes of a field: its own override's, its map's, the collection's, or automatic."""
        own = {each.field: each.modes for each in self.overrides if _applies(each, collection_id)}
        for length in range(len(field), 0, -1):
            if field[:length] in own:
                return own[field[:length]]
        return own.get(EVERY_FIELD, AUTOMATIC)


AUTOMATIC = frozenset((False, mode) for mode in Mode)


def parse_indexes(text: str) -> Indexes:
    """Read the file's text. Raises IndexFileError."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise IndexFileError(f"line {error.lineno}, column {error.colno}: {error.msg}") from error
    top = _object(document, "the file")
    try:
        return Indexes(
            composites=tuple(_composite(*each) for each in _objects(top, "indexes")),
            overrides=tuple(_override(*each) for each in _objects(top, "fieldOverrides")),
        )
    except FirestoreError as error:
        raise IndexFileError(error.message) from error


def _composite(entry: Mapping[str, object], where: str) -> Composite:
    parts = [_part(*each) for each in _objects(entry, "fields", where)]
    if not parts:
        raise IndexFileError(f"{where}.fields: expected at least one field")
    implied = parts[-2].mode if len(parts) > 1 else Mode.ASCENDING
    if implied is Mode.CONTAINS:
        implied = Mode.ASCENDING
    if parts[-1] == Part(NAME, implied) and len(parts) > 1:
        parts.pop()
    return Composite(_text(entry, "collectionGroup", where), _scope(entry, where), tuple(parts))


def _part(entry: Mapping[str, object], where: str) -> Part:
    return Part(parse_field_path(_text(entry, "fieldPath", where)), _mode(entry, where))


def _override(entry: Mapping[str, object], where: str) -> Override:
    text = _text(entry, "fieldPath", where)
    return Override(
        _text(entry, "collectionGroup", where),
        EVERY_FIELD if text == "*" else parse_field_path(text),
        frozenset(
            (_scope(index, place), _mode(index, place))
            for index, place in _objects(entry, "indexes", where)
        ),
    )


def _mode(entry: Mapping[str, object], where: str) -> Mode:
    found = entry.get("order", entry.get("arrayConfig"))
    for mode in Mode:
        if found == mode.value:
            return mode
    raise IndexFileError(
        f"{where}: expected order ASCENDING or DESCENDING, or arrayConfig CONTAINS"
    )


def _scope(entry: Mapping[str, object], where: str) -> bool:
    found = entry.get("queryScope", "COLLECTION")
    if found not in ("COLLECTION", "COLLECTION_GROUP"):
        raise IndexFileError(f"{where}.queryScope: expected COLLECTION or COLLECTION_GROUP")
    return found == "COLLECTION_GROUP"


def _text(entry: Mapping[str, object], key: str, where: str) -> str:
    found = entry.get(key)
    if not isinstance(found, str) or not found:
        raise IndexFileError(f"{where}.{key}: expected a name")
    return found


def _objects(
    entry: Mapping[str, object], key: str, where: str = ""
) -> Iterator[tuple[Mapping[str, object], str]]:
    found = entry.get(key, [])
    place = f"{where}.{key}" if where else key
    if not isinstance(found, list):
        raise IndexFileError(f"{place}: expected an array")
    for number, each in enumerate(found):
        yield _object(each, f"{place}[{number}]"), f"{place}[{number}]"


def _object(found: object, where: str) -> Mapping[str, object]:
    if not isinstance(found, dict):
        raise IndexFileError(f"{where}: expected an object")
    return found


def _applies(override: Override, collection_id: str) -> bool:
    return override.collection_id == collection_id
