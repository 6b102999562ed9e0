"""count, sum and average over what a query gives (aggregation_result.proto, query.proto)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from emulators.firestore.core.document import Document
from emulators.firestore.core.field_path import MISSING, FieldPath, get_field
from emulators.firestore.core.values import INT64_MAX, INT64_MIN, Value, is_number
from emulators.firestore.query.normal import Normal

MAX_AGGREGATIONS = 5


class Function(Enum):
    """The aggregations there are."""

    COUNT = "count"
    SUM = "sum"
    AVERAGE = "avg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregation:
    """`up_to` limits a count; `field` is None for a count."""

    alias: str
    function: Function
    field: FieldPath | None = None
    up_to: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregationQuery:
    """What to compute over which documents."""

    normal: Normal
    aggregations: tuple[Aggregation, ...]

    @property
    def fields(self) -> frozenset[FieldPath]:
        """The fields summed or averaged."""
        return frozenset(each.field for each in self.aggregations if each.field is not None)


def aggregate(query: AggregationQuery, documents: Iterable[Document]) -> dict[str, Value]:
    """Results by alias. Several aggregations see only documents that have all their fields."""
    fields = query.fields
    seen = [
        document
        for document in documents
        if all(get_field(document.fields, field) is not MISSING for field in fields)
    ]
    return {each.alias: _compute(each, seen) for each in query.aggregations}


def _compute(aggregation: Aggregation, documents: list[Document]) -> Value:
    if aggregation.field is None:
        count = len(documents)
        return count if aggregation.up_to is None else min(count, aggregation.up_to)
    numbers: list[int | float] = []
    for document in documents:
        value = get_field(document.fields, aggregation.field)
        if value is not MISSING and is_number(value):
            assert isinstance(value, (int, float))
            numbers.append(value)
    total = _sum(numbers)
    if aggregation.function is Function.SUM:
        return total
    return total / len(numbers) if numbers else None


def _sum(numbers: list[int | float]) -> int | float:
    """An integer while all are and it fits into 64 bits, otherwise a double."""
    if all(isinstance(number, int) for number in numbers):
        total = sum(numbers)
        return total if INT64_MIN <= total <= INT64_MAX else float(total)
    try:
        return math.fsum(numbers)
    except (OverflowError, ValueError):
        return float(sum(numbers))
