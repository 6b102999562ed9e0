"""The values of Firestore as immutable Python values, and their identity.

null None, boolean bool, integer int, double float, timestamp Timestamp, string str, bytes bytes,
reference Reference, geo point GeoPoint, array tuple, map dict (never changed once made).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

INT64_MIN = -(2**63)
INT64_MAX = 2**63 - 1
VECTOR_KEY = "__type__"
VECTOR_MARK = "__vector__"


@dataclass(frozen=True, slots=True)
class Timestamp:
    """Microseconds since the epoch, UTC; Firestore keeps no finer time."""

    us: int


@dataclass(frozen=True, slots=True)
class Reference:
    """The full name of a document: projects/P/databases/D/documents/..."""

    name: str


@dataclass(frozen=True, slots=True)
class GeoPoint:
    """Degrees."""

    latitude: float
    longitude: float


Value: TypeAlias = (
    bool
    | int
    | float
    | Timestamp
    | str
    | bytes
    | Reference
    | GeoPoint
    | tuple["Value", ...]
    | Mapping[str, "Value"]
    | None
)
Fields: TypeAlias = Mapping[str, Value]


def is_number(value: Value) -> bool:
    """An integer or a double; not a boolean, which Python counts among them."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def same(one: Value, other: Value) -> bool:
    """The same stored value: 1, 1.0 and true differ, as 0.0 and -0.0 do; NaN is itself."""
    if type(one) is not type(other):
        return isinstance(one, Mapping) and isinstance(other, Mapping) and _same_map(one, other)
    if isinstance(one, float) and isinstance(other, float):
        if math.isnan(one) or math.isnan(other):
            return math.isnan(one) and math.isnan(other)
        return one == other and math.copysign(1.0, one) == math.copysign(1.0, other)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return _same_map(one, other)
    return one == other


def _same_map(one: Fields, other: Fields) -> bool:
    return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
