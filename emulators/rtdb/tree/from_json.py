"""JSON values as nodes: nulls and empty objects dropped, server values resolved, limits held.

https://firebase.google.com/docs/reference/rest/database#section-server-values
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from emulators.rtdb.errors import RequestError, TooLargeError
from emulators.rtdb.tree.node import Leaf, Node, Priority, Scalar, branch, child, with_priority
from emulators.rtdb.tree.path import MAX_DEPTH, MAX_KEY_BYTES, PRIORITY, check_key

_INT64 = range(-(2**63), 2**63)
_EXACT_INTEGER = 2.0**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one value may be: bytes of a key and of a string, levels below the root."""

    key_bytes: int = MAX_KEY_BYTES
    string_bytes: int = 10 * 1024 * 1024
    depth: int = MAX_DEPTH


def parse(
    value: Any, *, existing: Node | None, now_ms: int, depth: int, bounds: Bounds
) -> Node | None:
    """The node of a JSON value written over `existing` at `depth` levels below the root.

    `now_ms` is what `{".sv": "timestamp"}` becomes; increments add to `existing`.
    """
    return _Parser(now_ms, bounds).node(value, existing, depth)


def parse_priority(value: Any, *, existing: Priority, now_ms: int, bounds: Bounds) -> Priority:
    """A priority: string, number, null or a server value."""
    return _Parser(now_ms, bounds).priority(value, existing)


class _Parser:
    def __init__(self, now_ms: int, bounds: Bounds) -> None:
        self.now_ms = now_ms
        self.bounds = bounds

    def node(self, value: Any, existing: Node | None, depth: int) -> Node | None:
        if value is None:
            return None
        if isinstance(value, dict):
            return self._object(value, existing, depth)
        if isinstance(value, list):
            indexed = {str(index): item for index, item in enumerate(value)}
            return self._object(indexed, existing, depth)
        return Leaf(self.scalar(value))

    def _object(self, value: dict[str, Any], existing: Node | None, depth: int) -> Node | None:
        if ".sv" in value:
            number = existing.value if isinstance(existing, Leaf) else None
            resolved: Node | None = Leaf(self.server_value(value[".sv"], number))
        elif ".value" in value:
            inner = value[".value"]
            if isinstance(inner, (list, dict)) and not _is_server_value(inner):
                raise RequestError("Invalid data; a .value must be a string, number or boolean")
            resolved = self.node(inner, existing, depth)
        else:
            resolved = self._branch(value, existing, depth)
        if PRIORITY not in value or resolved is None:
            return resolved
        held = existing.priority if existing else None
        return with_priority(resolved, self.priority(value[PRIORITY], held))

    def _branch(self, value: dict[str, Any], existing: Node | None, depth: int) -> Node | None:
        nodes: dict[str, Node] = {}
        for key, item in value.items():
            if key == PRIORITY:
                continue
            check_key(key, self.bounds.key_bytes)
            if depth >= self.bounds.depth:
                raise TooLargeError(f"Data is deeper than {self.bounds.depth} levels")
            made = self.node(item, child(existing, key), depth + 1)
            if made is not None:
                nodes[key] = made
        return branch(nodes)

    def priority(self, value: Any, existing: Priority) -> Priority:
        if _is_server_value(value):
            return self.server_value(value[".sv"], existing)
        if value is None:
            return None
        if isinstance(value, (bool, list, dict)):
            raise RequestError("Invalid data; a .priority must be a string, number or null")
        checked = self.scalar(value)
        assert not isinstance(checked, bool)
        return checked

    def scalar(self, value: Any) -> Scalar:
        if isinstance(value, bool):
            return value
        if isinstance(value, str):
            limit = self.bounds.string_bytes
            if len(value) * 4 > limit and len(value.encode("utf-8", "surrogatepass")) > limit:
                raise TooLargeError(f"String is larger than {limit} bytes")
            return value
        if isinstance(value, (int, float)):
            return number(value)
        raise RequestError("Invalid data; couldn't parse JSON object, array, or value.")

    def server_value(self, spec: Any, existing: Scalar | None) -> int | float:
        if spec == "timestamp":
            return self.now_ms
        if isinstance(spec, dict) and set(spec) == {"increment"}:
            delta = spec["increment"]
            if isinstance(delta, (int, float)) and not isinstance(delta, bool):
                if existing is None or isinstance(existing, (bool, str)):
                    return number(delta)
                return number(existing + number(delta))
        raise RequestError("Invalid data; a server value must be timestamp or increment")


def number(value: int | float) -> int | float:
    """Numbers as stored: 64-bit integers, else doubles; whole doubles become integers."""
    try:
        if isinstance(value, int):
            return value if value in _INT64 else float(value)
    except OverflowError:
        raise RequestError("Invalid data; number is out of range") from None
    if not math.isfinite(value):
        raise RequestError("Invalid data; number is out of range")
    negative_zero = value == 0 and math.copysign(1, value) < 0  # its hash differs from zero's
    if value.is_integer() and abs(value) < _EXACT_INTEGER and not negative_zero:
        return int(value)
    return value


def _is_server_value(value: Any) -> bool:
    return isinstance(value, dict) and ".sv" in value
