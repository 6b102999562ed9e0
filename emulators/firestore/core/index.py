"""One sorted index: an entry per document, or per element of an array, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from sortedcontainers import SortedList

from emulators.firestore.core.document import Document
from emulators.firestore.core.field_path import MISSING, NAME, FieldPath, get_field
from emulators.firestore.core.names import Path
from emulators.firestore.core.order import Flipped, Key, name_key, order_key


@dataclass(frozen=True, slots=True)
class Column:
    """A field of an index; `flipped` runs downwards, `contains` has an entry per element."""

    field: FieldPath
    flipped: bool = False
    contains: bool = False


Columns: TypeAlias = tuple[Column, ...]


class Index:
    """Entries (column keys..., path) of the documents that have every column's field."""

    def __init__(self, columns: Columns, documents: Iterable[Document]) -> None:
        self.columns = columns
        self._entries: Any = SortedList(
            entry for document in documents for entry in _entries(columns, document)
        )

    def __len__(self) -> int:
        return len(self._entries)

    def replace(self, before: Document | None, after: Document | None) -> None:
        """Move a document's entries from its old version to its new one."""
        old = [] if before is None else _entries(self.columns, before)
        new = [] if after is None else _entries(self.columns, after)
        if old == new:
            return
        for entry in old:
            self._entries.remove(entry)
        for entry in new:
            self._entries.add(entry)

    def scan(self, low: Key, high: Key, *, backwards: bool) -> Iterator[tuple[Key, Path]]:
        """(entry, path) of all with low <= entry < high."""
        found = self._entries.irange(low, high, inclusive=(True, False), reverse=backwards)
        return ((entry, entry[-1]) for entry in found)


def field_key(document: Document, field: FieldPath) -> Key | None:
    """The order key of a field of the document, its name included; None where it lacks it."""
    if field == NAME:
        return name_key(document.path)
    value = get_field(document.fields, field)
    return None if value is MISSING else order_key(value)


def _entries(columns: Columns, document: Document) -> list[Key]:
    found: list[Key] = [()]
    for column in columns:
        keys = _column_keys(column, document)
        if not keys:
            return []
        found = [(*entry, key) for entry in found for key in keys]
    return [(*entry, document.path) for entry in found]


def _column_keys(column: Column, document: Document) -> list[Any]:
    if column.contains:
        value = get_field(document.fields, column.field)
        return list({order_key(element) for element in value}) if isinstance(value, tuple) else []
    key = field_key(document, column.field)
    if key is None:
        return []
    return [Flipped(key) if column.flipped else key]
