"""Read typed fields out of stored JSON; the first wrong one is named in an UnreadableError.

The Realtime Database drops nulls and empty maps, and turns maps with keys 0..n into lists, so an
absent field is None or empty. A map whose keys others choose is read through ``as_map``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lipamita.domain.errors import UnreadableError
from lipamita.domain.units import Millis


def as_map(node: object) -> object:
    """The node; a map of plain numbers, which the database shows as a list, as a map again."""
    if isinstance(node, list):
        return {str(index): value for index, value in enumerate(node) if value is not None}
    return node


@dataclass(frozen=True, slots=True)
class Fields:
    """One node and the path it was read from."""

    path: str
    node: Mapping[str, object]

    @classmethod
    def of(cls, path: str, node: object) -> Fields:
        """The node as fields. Raises UnreadableError if it is not an object."""
        if not isinstance(node, dict):
            raise UnreadableError("unreadable_node", f"{path} is not an object")
        return cls(path, node)

    def text(self, name: str) -> str:
        """A string that must be there."""
        value = self.optional_text(name)
        if value is None:
            raise self._wrong(name, "a string")
        return value

    def optional_text(self, name: str) -> str | None:
        """A string, or None if absent."""
        value = self.node.get(name)
        if value is not None and not isinstance(value, str):
            raise self._wrong(name, "a string")
        return value

    def whole(self, name: str) -> int:
        """An integer that must be there."""
        value = self.optional_whole(name)
        if value is None:
            raise self._wrong(name, "a whole number")
        return value

    def optional_whole(self, name: str) -> int | None:
        """An integer, or None if absent. Decimals and booleans are refused, not rounded."""
        value = self.node.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong(name, "a whole number")
        return value

    def optional_millis(self, name: str) -> Millis | None:
        """A time in ms since the epoch, or None if absent."""
        value = self.optional_whole(name)
        return None if value is None else Millis(value)

    def whole_or(self, name: str, default: int) -> int:
        """An integer, or the default if absent."""
        value = self.optional_whole(name)
        return default if value is None else value

    def flag(self, name: str) -> bool | None:
        """A boolean, or None if absent."""
        value = self.node.get(name)
        if value is not None and not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def child(self, name: str) -> Fields:
        """An object below; empty if absent."""
        value = self.node.get(name)
        return Fields.of(f"{self.path}/{name}", {} if value is None else value)

    def children(self, name: str) -> list[tuple[str, Fields]]:
        """The objects below ``name`` by key, in key order; none if absent."""
        below = self.child(name)
        return [
            (key, Fields.of(f"{below.path}/{key}", below.node[key])) for key in sorted(below.node)
        ]

    def rows(self, name: str) -> list[Fields]:
        """A list below ``name``, however the database shows it: as a list or a map."""
        value = self.node.get(name)
        if isinstance(value, list):
            present = [row for row in value if row is not None]
            return [
                Fields.of(f"{self.path}/{name}/{index}", row) for index, row in enumerate(present)
            ]
        return [row for _, row in self.children(name)]

    def _wrong(self, name: str, expected: str) -> UnreadableError:
        found = type(self.node.get(name)).__name__ if name in self.node else "nothing"
        return UnreadableError(
            "unreadable_node", f"{self.path}/{name} must be {expected}, found {found}"
        )
