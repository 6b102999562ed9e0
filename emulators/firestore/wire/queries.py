"""StructuredQuery and StructuredAggregationQuery into the core's queries."""

from __future__ import annotations

from itertools import count

from emulators.firestore.core.field_path import NAME, FieldPath, parse_field_path
from emulators.firestore.core.names import Path, check_id
from emulators.firestore.errors import Code, FirestoreError, invalid
from emulators.firestore.query.aggregate import (
    MAX_AGGREGATIONS,
    Aggregation,
    AggregationQuery,
    Function,
)
from emulators.firestore.query.check import check_normal, check_query
from emulators.firestore.query.model import (
    Composite,
    Cursor,
    FieldFilter,
    Filter,
    Op,
    Order,
    Query,
)
from emulators.firestore.query.normal import Normal, normalise
from emulators.firestore.wire.messages import Message, StructuredQuery
from emulators.firestore.wire.values import read_value

MAX_FILTER_DEPTH = 20
_DESCENDING = 2
_AND, _OR = 1, 2
_FIELD_OPS = StructuredQuery.FieldFilter.Operator
_UNARY_OPS = StructuredQuery.UnaryFilter.Operator


def read_query(message: Message, parent: Path) -> Normal:
    """Read and check a query below `parent`. Raises INVALID_ARGUMENT or UNIMPLEMENTED."""
    if message.HasField("find_nearest"):
        raise FirestoreError(Code.UNIMPLEMENTED, "find_nearest needs a vector index.")
    selectors = message.from_
    if len(selectors) != 1:
        raise invalid("A query must have exactly one collection selector.")
    [selector] = selectors
    if selector.collection_id:
        check_id(selector.collection_id)
    elif not selector.all_descendants:
        raise invalid("A query without a collection id must have all_descendants.")
    query = Query(
        parent=parent,
        collection_id=selector.collection_id,
        everywhere=selector.all_descendants,
        where=_filter(message.where, 0) if message.HasField("where") else None,
        orders=tuple(
            Order(_field(order.field), order.direction == _DESCENDING) for order in message.order_by
        ),
        start=_cursor(message, "start_at"),
        end=_cursor(message, "end_at"),
        offset=message.offset,
        limit=message.limit.value if message.HasField("limit") else None,
        select=_projection(message),
    )
    check_query(query)
    normal = normalise(query)
    check_normal(normal)
    return normal


def read_aggregation(message: Message, parent: Path) -> AggregationQuery:
    """Read and check an aggregation. Raises INVALID_ARGUMENT."""
    if message.WhichOneof("query_type") != "structured_query":
        raise invalid("An aggregation needs a structured_query.")
    found = message.aggregations
    if not 1 <= len(found) <= MAX_AGGREGATIONS:
        raise invalid(f"Expected 1 to {MAX_AGGREGATIONS} aggregations, found {len(found)}.")
    numbers = count(1)
    aggregations = tuple(_aggregation(each, numbers) for each in found)
    if len({each.alias for each in aggregations}) < len(aggregations):
        raise invalid("Aggregations must have different aliases.")
    return AggregationQuery(
        normal=read_query(message.structured_query, parent), aggregations=aggregations
    )


def _filter(message: Message, depth: int) -> Filter:
    if depth > MAX_FILTER_DEPTH:
        raise invalid(f"Filters may be nested at most {MAX_FILTER_DEPTH} deep.")
    kind = message.WhichOneof("filter_type")
    if kind == "composite_filter":
        composite = message.composite_filter
        if composite.op not in (_AND, _OR):
            raise invalid("A composite filter must be AND or OR.")
        if not composite.filters:
            raise invalid("A composite filter must have at least one filter.")
        parts = tuple(_filter(part, depth + 1) for part in composite.filters)
        return Composite(parts, any_of=composite.op == _OR)
    if kind == "field_filter":
        op = _op(_FIELD_OPS, message.field_filter.op)
        return FieldFilter(
            _field(message.field_filter.field), op, read_value(message.field_filter.value)
        )
    if kind == "unary_filter":
        if message.unary_filter.WhichOneof("operand_type") != "field":
            raise invalid("A unary filter needs a field.")
        return FieldFilter(
            _field(message.unary_filter.field), _op(_UNARY_OPS, message.unary_filter.op)
        )
    raise invalid("A filter must be composite, on a field, or unary.")


def _op(operators: Message, number: int) -> Op:
    name = operators.Name(number) if number in operators.values() else ""
    if name not in Op.__members__:
        raise invalid(f"Operator {number} is not known.")
    return Op[name]


def _field(message: Message) -> FieldPath:
    return parse_field_path(message.field_path)


def _cursor(message: Message, name: str) -> Cursor | None:
    if not message.HasField(name):
        return None
    cursor = getattr(message, name)
    return Cursor(tuple(read_value(value) for value in cursor.values), cursor.before)


def _projection(message: Message) -> tuple[FieldPath, ...] | None:
    """None is everything; only the name is written as no field at all."""
    if not message.HasField("select") or not message.select.fields:
        return None
    fields = (_field(field) for field in message.select.fields)
    return tuple(field for field in fields if field != NAME)


def _aggregation(message: Message, numbers: count[int]) -> Aggregation:
    kind = message.WhichOneof("operator")
    alias = message.alias or f"field_{next(numbers)}"
    if kind == "count":
        limit = message.count.up_to.value if message.count.HasField("up_to") else None
        if limit is not None and limit <= 0:
            raise invalid("count.up_to must be greater than zero.")
        return Aggregation(alias=alias, function=Function.COUNT, up_to=limit)
    if kind in ("sum", "avg"):
        field = _field(getattr(message, kind).field)
        if field == NAME:
            raise invalid("Aggregations are not supported on __name__.")
        return Aggregation(alias=alias, function=Function(kind), field=field)
    raise invalid("An aggregation must be count, sum or avg.")
