"""Firestore's order of values, as Python tuples that compare the same way.

null < false < true < NaN < numbers < timestamps < strings (UTF-8 bytes, which is the order of code
points) < bytes < references (segment by segment) < geo points < arrays < vectors < maps.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

from emulators.firestore.core.values import (
    VECTOR_KEY,
    VECTOR_MARK,
    Fields,
    GeoPoint,
    Reference,
    Timestamp,
    Value,
)

Key: TypeAlias = tuple[Any, ...]

NULL, BOOLEAN, NAN, NUMBER, TIMESTAMP, STRING, BYTES, REFERENCE, GEO, ARRAY, VECTOR, MAP = range(12)
NULL_KEY: Key = (NULL,)
NAN_KEY: Key = (NAN,)


class _Top:
    """Above every key, so that (a, TOP) ends all that begins with a."""

    __slots__ = ()

    def __lt__(self, other: object) -> bool:
        return False

    def __gt__(self, other: object) -> bool:
        return True


TOP = _Top()


class Flipped:
    """A key in the opposite order, for a column that runs against its index."""

    __slots__ = ("key",)

    def __init__(self, key: Key) -> None:
        self.key = key

    def __lt__(self, other: object) -> bool:
        return other.key < self.key if isinstance(other, Flipped) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self.key < other.key if isinstance(other, Flipped) else NotImplemented

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Flipped) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def order_key(value: Value) -> Key:
    """A tuple that sorts among others as the value does; equal for 1 and 1.0."""
    if isinstance(value, str):
        return (STRING, value)
    if value is None:
        return NULL_KEY
    if isinstance(value, bool):
        return (BOOLEAN, value)
    if isinstance(value, (int, float)):
        return NAN_KEY if math.isnan(value) else (NUMBER, value)
    if isinstance(value, Timestamp):
        return (TIMESTAMP, value.us)
    if isinstance(value, bytes):
        return (BYTES, value)
    if isinstance(value, Reference):
        return (REFERENCE, tuple(value.name.split("/")))
    if isinstance(value, GeoPoint):
        return (GEO, value.latitude, value.longitude)
    if isinstance(value, tuple):
        return (ARRAY, tuple(map(order_key, value)))
    return _map_key(value)


def name_key(path: tuple[str, ...]) -> Key:
    """The key of a document's own name within its database."""
    return (REFERENCE, path)


def bracket(key: Key) -> tuple[Key, Key]:
    """From and before which keys lie the values of the same type; NaN is a number here."""
    rank = key[0]
    if rank in (NAN, NUMBER):
        return NAN_KEY, (NUMBER + 1,)
    return (rank,), (rank + 1,)


def _map_key(value: Fields) -> Key:
    if value.get(VECTOR_KEY) == VECTOR_MARK:
        numbers = value.get("value")
        if isinstance(numbers, tuple):
            return (VECTOR, len(numbers), tuple(map(order_key, numbers)))
    assert isinstance(value, Mapping)
    return (MAP, tuple((name, order_key(value[name])) for name in sorted(value)))
