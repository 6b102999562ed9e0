"""An independent Firestore of a few lines: lists and comparisons, no index, no sort key.

Written from the documented rules of order and of operators; shares no code with the emulator.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

TYPES: list[Callable[[Any], bool]] = [
    lambda v: v is None,
    lambda v: isinstance(v, bool),
    lambda v: isinstance(v, (int, float)),
    lambda v: isinstance(v, str),
    lambda v: isinstance(v, bytes),
    lambda v: isinstance(v, tuple),
    lambda v: isinstance(v, dict),
]


def kind(value: Any) -> int:
    """The place of the value's type among all types."""
    return next(number for number, test in enumerate(TYPES) if test(value))


def compare(one: Any, other: Any) -> int:
    """Below, equal or above: -1, 0 or 1."""
    if kind(one) != kind(other):
        return -1 if kind(one) < kind(other) else 1
    if isinstance(one, tuple):
        signs = (compare(a, b) for a, b in zip(one, other, strict=False))
        return next((sign for sign in signs if sign), _sign(len(one), len(other)))
    if isinstance(one, dict):
        return _compare_maps(sorted(one.items()), sorted(other.items()))
    if one is None:
        return 0
    if isinstance(one, str):
        return _sign(one.encode(), other.encode())
    nans = [isinstance(each, float) and math.isnan(each) for each in (one, other)]
    return int(nans[1]) - int(nans[0]) if any(nans) else _sign(one, other)


def _compare_maps(one: list[tuple[str, Any]], other: list[tuple[str, Any]]) -> int:
    for (name, value), (other_name, other_value) in zip(one, other, strict=False):
        sign = _sign(name.encode(), other_name.encode()) or compare(value, other_value)
        if sign:
            return sign
    return _sign(len(one), len(other))


def _sign(one: Any, other: Any) -> int:
    return int(one > other) - int(one < other)


@dataclass(frozen=True)
class Leaf:
    """A condition on one field, its operator as clients write it."""

    field: str
    op: str
    value: Any


@dataclass(frozen=True)
class Asked:
    """A query. `where` is alternatives of conjunctions of leaves."""

    where: list[list[Leaf]]
    orders: list[tuple[str, bool]] = field(default_factory=list)
    start: tuple[list[Any], bool] | None = None
    end: tuple[list[Any], bool] | None = None
    offset: int = 0
    limit: int | None = None


def holds(leaf: Leaf, document: dict[str, Any]) -> bool:
    """Whether one condition holds."""
    if leaf.field not in document:
        return False
    found, wanted = document[leaf.field], leaf.value
    if leaf.op == "array-contains":
        return isinstance(found, tuple) and _searchable(wanted) and _within(wanted, found)
    if leaf.op == "array-contains-any":
        return isinstance(found, tuple) and any(
            _searchable(each) and _within(each, found) for each in wanted
        )
    if leaf.op == "is null":
        return found is None
    if leaf.op == "==":
        return _searchable(wanted) and compare(found, wanted) == 0
    if leaf.op == "in":
        return any(_searchable(each) and compare(found, each) == 0 for each in wanted)
    if leaf.op == "!=":
        return found is not None and compare(found, wanted) != 0
    if leaf.op == "not-in":
        return found is not None and not any(
            each is None or compare(found, each) == 0 for each in wanted
        )
    if kind(found) != kind(wanted):
        return False
    sign = compare(found, wanted)
    return {"<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0}[leaf.op]


def _searchable(value: Any) -> bool:
    return value is not None and not (isinstance(value, float) and math.isnan(value))


def _within(value: Any, array: tuple[Any, ...]) -> bool:
    return any(compare(value, each) == 0 for each in array)


def answer(documents: dict[str, dict[str, Any]], asked: Asked) -> list[str]:
    """The ids that the query gives, in its order."""
    orders = list(asked.orders)
    down = orders[-1][1] if orders else False
    unequal = {
        leaf.field
        for part in asked.where
        for leaf in part
        if leaf.op in ("<", "<=", ">", ">=", "!=", "not-in")
    }
    orders += [(name, down) for name in sorted(unequal - {name for name, _ in orders})]

    def by_orders(one: str, other: str) -> int:
        for name, descending in orders:
            sign = compare(documents[one][name], documents[other][name])
            if sign:
                return -sign if descending else sign
        return (-1 if down else 1) * _sign(one, other)

    def beside(each: str, values: list[Any]) -> int:
        for (name, descending), value in zip(orders, values, strict=False):
            sign = compare(documents[each][name], value)
            if sign:
                return -sign if descending else sign
        return 0

    found = [
        each
        for each, document in documents.items()
        if any(all(holds(leaf, document) for leaf in part) for part in asked.where)
        and all(name in document for name, _ in orders)
    ]
    found.sort(key=functools.cmp_to_key(by_orders))
    if asked.start is not None:
        values, before = asked.start
        found = [each for each in found if beside(each, values) >= (0 if before else 1)]
    if asked.end is not None:
        values, before = asked.end
        found = [each for each in found if beside(each, values) <= (-1 if before else 0)]
    found = found[asked.offset :]
    return found if asked.limit is None else found[: asked.limit]
