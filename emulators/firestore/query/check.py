"""What Firestore refuses in a query before looking at any document (INVALID_ARGUMENT)."""

from __future__ import annotations

from emulators.firestore.core.field_path import NAME, format_field_path
from emulators.firestore.core.values import Reference, Value
from emulators.firestore.errors import invalid
from emulators.firestore.query.model import (
    ARRAYS,
    INEQUALITIES,
    Cursor,
    FieldFilter,
    Op,
    Query,
    field_filters,
)
from emulators.firestore.query.normal import Normal

MAX_IN_VALUES = 30
MAX_NOT_IN_VALUES = 10
MAX_INEQUALITY_FIELDS = 10
MAX_FILTERS_AND_ORDERS = 100
_LISTS = (Op.IN, Op.NOT_IN, Op.ARRAY_CONTAINS_ANY)


def check_query(query: Query) -> None:
    """The rules that concern the query as asked."""
    leaves = field_filters(query.where)
    if len(leaves) + len(query.orders) > MAX_FILTERS_AND_ORDERS:
        raise invalid(f"A query may have at most {MAX_FILTERS_AND_ORDERS} filters and orders.")
    for leaf in leaves:
        _check_filter(leaf)
    _check_negations(leaves)
    unequal = {leaf.field for leaf in leaves if leaf.op in INEQUALITIES}
    if len(unequal) > MAX_INEQUALITY_FIELDS:
        raise invalid(f"A query may compare at most {MAX_INEQUALITY_FIELDS} fields by inequality.")
    fields = [order.field for order in query.orders]
    if len(set(fields)) < len(fields):
        raise invalid("order_by names a field twice.")
    if query.offset < 0 or (query.limit is not None and query.limit < 0):
        raise invalid("offset and limit must not be negative.")


def check_normal(normal: Normal) -> None:
    """The rules that concern each alternative, and the cursors against the full order."""
    for conjunction in normal.conjunctions:
        arrays = [leaf for leaf in conjunction if leaf.op in ARRAYS]
        if len(arrays) > 1:
            raise invalid(
                "A maximum of 1 'ARRAY_CONTAINS' filter is allowed per disjunction: "
                + ", ".join(format_field_path(leaf.field) for leaf in arrays)
            )
    for cursor in (normal.query.start, normal.query.end):
        if cursor is not None:
            _check_cursor(cursor, normal)


def _check_filter(leaf: FieldFilter) -> None:
    name = leaf.op.name
    if leaf.op in _LISTS:
        most = MAX_NOT_IN_VALUES if leaf.op is Op.NOT_IN else MAX_IN_VALUES
        if not isinstance(leaf.value, tuple):
            raise invalid(f"'{name}' requires an ArrayValue.")
        if not leaf.value:
            raise invalid(f"'{name}' requires a non-empty ArrayValue.")
        if len(leaf.value) > most:
            raise invalid(f"'{name}' supports up to {most} comparison values.")
    if leaf.field == NAME:
        _check_name_filter(leaf)


def _check_name_filter(leaf: FieldFilter) -> None:
    if leaf.op in ARRAYS or leaf.op.name.startswith("IS_"):
        raise invalid(f"'{leaf.op.name}' cannot be used on __name__.")
    values: tuple[Value, ...] = (leaf.value,)
    if leaf.op in _LISTS and isinstance(leaf.value, tuple):
        values = leaf.value
    for value in values:
        if not isinstance(value, Reference):
            raise invalid("__key__ filter value must be a Key")
        _check_reference(value)


def _check_negations(leaves: tuple[FieldFilter, ...]) -> None:
    negations = [leaf for leaf in leaves if leaf.op in (Op.NOT_EQUAL, Op.NOT_IN)]
    negations += [leaf for leaf in leaves if leaf.op in (Op.IS_NOT_NULL, Op.IS_NOT_NAN)]
    if not any(leaf.op is Op.NOT_IN for leaf in leaves):
        return
    if len(negations) > 1:
        raise invalid("Only a single NOT_EQUAL, NOT_IN, IS_NOT_NAN, or IS_NOT_NULL is allowed.")
    if any(leaf.op in (Op.IN, Op.ARRAY_CONTAINS_ANY) for leaf in leaves):
        raise invalid(
            "'NOT_IN' cannot be used in the same query with 'IN' or 'ARRAY_CONTAINS_ANY'."
        )


def _check_cursor(cursor: Cursor, normal: Normal) -> None:
    if len(cursor.values) > len(normal.orders):
        raise invalid(
            f"Cursor has too many values: {len(cursor.values)} for {len(normal.orders)} orders."
        )
    for order, value in zip(normal.orders, cursor.values, strict=False):
        if order.field == NAME:
            if not isinstance(value, Reference):
                raise invalid("Cursor value of __name__ must be a document reference.")
            _check_reference(value)


def _check_reference(value: Reference) -> None:
    if not value.name.startswith("projects/"):
        raise invalid(f"{value.name!r} is not the full name of a document.")
