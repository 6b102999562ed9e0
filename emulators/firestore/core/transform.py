"""Field transforms: what the server computes from the stored value (write.proto)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from emulators.firestore.core.field_path import MISSING, FieldPath, Missing
from emulators.firestore.core.order import order_key
from emulators.firestore.core.values import INT64_MAX, INT64_MIN, Timestamp, Value, is_number

Number = int | float


class Kind(Enum):
    """The transforms there are."""

    SERVER_TIME = "set_to_server_value"
    INCREMENT = "increment"
    MAXIMUM = "maximum"
    MINIMUM = "minimum"
    UNION = "append_missing_elements"
    REMOVE = "remove_all_from_array"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """`operand` is a number, or an array for the two of arrays."""

    field: FieldPath
    kind: Kind
    operand: Value = None


def transformed(
    stored: Value | Literal[Missing.MISSING], transform: Transform, now: int
) -> tuple[Value, Value]:
    """The new value, and what the write's result says about it. `now` in microseconds."""
    operand = transform.operand
    if transform.kind is Kind.SERVER_TIME:
        return Timestamp(now), Timestamp(now)
    if transform.kind in (Kind.UNION, Kind.REMOVE):
        assert isinstance(operand, tuple)
        old = stored if isinstance(stored, tuple) else ()
        return (
            _union(old, operand) if transform.kind is Kind.UNION else _without(old, operand)
        ), None
    assert isinstance(operand, (int, float))
    if stored is MISSING or not is_number(stored):
        return operand, operand
    assert isinstance(stored, (int, float))
    if transform.kind is Kind.INCREMENT:
        new = _sum(stored, operand)
    else:
        new = _extreme(stored, operand, larger=transform.kind is Kind.MAXIMUM)
    return new, new


def _sum(one: Number, other: Number) -> Number:
    if isinstance(one, int) and isinstance(other, int):
        return max(INT64_MIN, min(INT64_MAX, one + other))
    return float(one) + float(other)


def _extreme(stored: Number, operand: Number, *, larger: bool) -> Number:
    if math.isnan(stored) or math.isnan(operand):
        return math.nan
    beats = operand > stored if larger else operand < stored
    return operand if beats else stored


def _union(old: tuple[Value, ...], added: tuple[Value, ...]) -> tuple[Value, ...]:
    """Numbers are equal whatever their type, NaN equals NaN and null equals null."""
    seen = {order_key(value) for value in old}
    new = list(old)
    for value in added:
        key = order_key(value)
        if key not in seen:
            seen.add(key)
            new.append(value)
    return tuple(new)


def _without(old: tuple[Value, ...], removed: tuple[Value, ...]) -> tuple[Value, ...]:
    gone = {order_key(value) for value in removed}
    return tuple(value for value in old if order_key(value) not in gone)
