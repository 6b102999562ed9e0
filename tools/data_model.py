"""docs/data-model.md as data: its field tables, and whether a value fits the type they state."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DOCUMENT = Path(__file__).parents[1] / "docs" / "data-model.md"
COLUMNS = ("Path", "Type", "Unit", "Written by", "Read by", "Meaning", "Example")
READERS = {"nobody", "user", "owner", "payer", "device", "staff", "signed-in"}
WRITERS = {"functions", "user", "owner", "device"}
_MEASURES = {"", "KES", "cents", "cents/kWh", "Wh", "W", "ms", "hour", "minutes", "dBm", "%"}
UNITS = _MEASURES | {"hex", "msisdn"}
_RANGE = re.compile(r"(integer|text)(?: (-?\d*)\.\.(\d*))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One row: a leaf of the database, its path with the variable keys in braces."""

    path: str
    type: str
    unit: str
    writers: frozenset[str]
    readers: frozenset[str]
    meaning: str
    example: object

    @property
    def segments(self) -> tuple[str, ...]:
        return tuple(self.path.split("/"))

    @property
    def range(self) -> tuple[int | None, int | None]:
        """The bounds of an integer or of a text's length; None where open."""
        match = _RANGE.fullmatch(self.type)
        if match is None:
            return (None, None)
        low, high = match[2], match[3]
        return (int(low) if low else None, int(high) if high else None)

    @property
    def choices(self) -> tuple[str, ...]:
        """The closed list of a `one of` type, else empty."""
        kind, found, words = self.type.partition("one of ")
        return tuple(words.split(", ")) if found and not kind else ()

    def is_at(self, path: str) -> bool:
        """Whether a concrete path is this field."""
        keys = path.split("/")
        return len(keys) == len(self.segments) and all(
            segment.startswith("{") or segment == key
            for segment, key in zip(self.segments, keys, strict=True)
        )

    def fits(self, value: object) -> bool:
        """Whether a JSON value is of this field's type and within its range."""
        if self.choices:
            return value in self.choices
        if self.type == "boolean":
            return isinstance(value, bool)
        if self.type == "scalar":
            return isinstance(value, str | bool | int | float)
        low, high = self.range
        size: int
        if self.type.startswith("integer"):
            if isinstance(value, bool) or not isinstance(value, int):
                return False
            size = value
        elif self.type.startswith("text"):
            if not isinstance(value, str):
                return False
            size = len(value)
        else:
            raise ValueError(f"{self.path}: unknown type {self.type}")
        return (low is None or size >= low) and (high is None or size <= high)


def read_fields(text: str | None = None) -> list[Field]:
    """All field rows of the document, in its order. Raises ValueError for a row it cannot read."""
    lines = (text if text is not None else DOCUMENT.read_text(encoding="utf-8")).splitlines()
    return [_field(cells) for cells in _rows(lines)]


def leaves(node: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every leaf of a tree with its path; list items have their index as key."""
    if isinstance(node, dict):
        children = list(node.items())
    elif isinstance(node, list):
        children = [(str(index), item) for index, item in enumerate(node) if item is not None]
    else:
        yield path, node
        return
    for key, child in children:
        yield from leaves(child, f"{path}/{key}" if path else str(key))


def _rows(lines: list[str]) -> Iterator[list[str]]:
    in_table = False
    for line in lines:
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            in_table = False
        elif tuple(cells) == COLUMNS:
            in_table = True
        elif in_table and not set(line) <= set("|- "):
            if len(cells) != len(COLUMNS):
                raise ValueError(f"{len(cells)} cells, expected {len(COLUMNS)}: {line}")
            yield cells


def _field(cells: list[str]) -> Field:
    path, type_, unit, writers, readers, meaning, example = cells
    return Field(
        path=path.strip("`"),
        type=type_,
        unit=unit,
        writers=frozenset(writers.split(", ")),
        readers=frozenset(readers.split(", ")),
        meaning=meaning,
        example=json.loads(example.strip("`")),
    )
