"""A query in normal form: the full order, and the filter as alternatives of conjunctions.

The rules of the order are query.proto's: the fields of inequalities follow in lexicographical
order, then the name, in the direction of the last field given. A field that equals one value in
every alternative takes no part in the order.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from emulators.firestore.core.field_path import NAME, format_field_path
from emulators.firestore.errors import invalid
from emulators.firestore.query.model import (
    DISJUNCTIVE,
    EQUALITIES,
    INEQUALITIES,
    Composite,
    FieldFilter,
    Filter,
    Op,
    Order,
    Query,
    field_filters,
)

MAX_DISJUNCTIONS = 30

Conjunction: TypeAlias = tuple[FieldFilter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """`orders` always ends in the name."""

    query: Query
    orders: tuple[Order, ...]
    conjunctions: tuple[Conjunction, ...]


def normalise(query: Query) -> Normal:
    """Raises INVALID_ARGUMENT for more than 30 alternatives."""
    return Normal(
        query=query,
        orders=_full_order(query),
        conjunctions=_alternatives(query.where),
    )


def _full_order(query: Query) -> tuple[Order, ...]:
    orders = list(query.orders)
    descending = orders[-1].descending if orders else False
    given = {order.field for order in orders}
    wanted = {leaf.field for leaf in field_filters(query.where) if leaf.op in INEQUALITIES}
    for field in sorted(wanted - given - {NAME}, key=format_field_path):
        orders.append(Order(field, descending))
    if NAME not in given:
        orders.append(Order(NAME, descending))
    else:
        orders = orders[: [order.field for order in orders].index(NAME) + 1]
    return tuple(orders)


def sort_orders(normal: Normal, conjunction: Conjunction) -> tuple[Order, ...]:
    """The order without the fields that have one value in this alternative."""
    fixed = {leaf.field for leaf in conjunction if leaf.op in EQUALITIES}
    return tuple(order for order in normal.orders if order.field not in fixed)


def _alternatives(where: Filter | None) -> tuple[Conjunction, ...]:
    if where is None:
        return ((),)
    found = _expand(where)
    unique = tuple(dict.fromkeys(_hashable(part) for part in found))
    if len(unique) > MAX_DISJUNCTIONS:
        raise invalid(
            f"The query has {len(unique)} disjunctions in disjunctive normal form; "
            f"at most {MAX_DISJUNCTIONS} are supported."
        )
    return tuple(found[at] for at in _firsts(found))


def _expand(where: Filter) -> list[Conjunction]:
    if isinstance(where, FieldFilter):
        if where.op not in DISJUNCTIVE:
            return [(where,)]
        assert isinstance(where.value, tuple)
        op = Op.EQUAL if where.op is Op.IN else Op.ARRAY_CONTAINS
        return [(FieldFilter(where.field, op, value),) for value in where.value]
    return _expand_composite(where)


def _expand_composite(where: Composite) -> list[Conjunction]:
    parts = [_expand(part) for part in where.filters]
    if where.any_of:
        found = [conjunction for part in parts for conjunction in part]
    else:
        count = 1
        for part in parts:
            count *= len(part)
            if count > MAX_DISJUNCTIONS**2:
                raise invalid(
                    f"The query has more than {MAX_DISJUNCTIONS} disjunctions in disjunctive "
                    f"normal form; at most {MAX_DISJUNCTIONS} are supported."
                )
        found = [
            tuple(leaf for conjunction in chosen for leaf in conjunction)
            for chosen in product(*parts)
        ]
    return found


def _firsts(found: list[Conjunction]) -> list[int]:
    seen: set[object] = set()
    firsts = []
    for at, conjunction in enumerate(found):
        key = _hashable(conjunction)
        if key not in seen:
            seen.add(key)
            firsts.append(at)
    return firsts


def _hashable(conjunction: Conjunction) -> object:
    return frozenset((leaf.field, leaf.op, repr(leaf.value)) for leaf in conjunction)
