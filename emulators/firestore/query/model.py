"""A query as asked: structured_query in the core's values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from emulators.firestore.core.field_path import FieldPath
from emulators.firestore.core.names import Path
from emulators.firestore.core.store import Scope
from emulators.firestore.core.values import Value


class Op(Enum):
    """The operators on one field, named as in query.proto."""

    LESS_THAN = "<"
    LESS_THAN_OR_EQUAL = "<="
    GREATER_THAN = ">"
    GREATER_THAN_OR_EQUAL = ">="
    EQUAL = "=="
    NOT_EQUAL = "!="
    ARRAY_CONTAINS = "array-contains"
    IN = "in"
    ARRAY_CONTAINS_ANY = "array-contains-any"
    NOT_IN = "not-in"
    IS_NAN = "is NaN"
    IS_NULL = "is null"
    IS_NOT_NAN = "is not NaN"
    IS_NOT_NULL = "is not null"


RANGES = frozenset({Op.LESS_THAN, Op.LESS_THAN_OR_EQUAL, Op.GREATER_THAN, Op.GREATER_THAN_OR_EQUAL})
INEQUALITIES = RANGES | {Op.NOT_EQUAL, Op.NOT_IN, Op.IS_NOT_NAN, Op.IS_NOT_NULL}
EQUALITIES = frozenset({Op.EQUAL, Op.IS_NAN, Op.IS_NULL})
DISJUNCTIVE = frozenset({Op.IN, Op.ARRAY_CONTAINS_ANY})
ARRAYS = frozenset({Op.ARRAY_CONTAINS, Op.ARRAY_CONTAINS_ANY})


@dataclass(frozen=True, slots=True)
class FieldFilter:
    """`value` is an array for in, not-in and array-contains-any; None where there is none."""

    field: FieldPath
    op: Op
    value: Value = None


@dataclass(frozen=True, slots=True)
class Composite:
    """All of the filters, or with `any_of` at least one."""

    filters: tuple[Filter, ...]
    any_of: bool = False


Filter: TypeAlias = FieldFilter | Composite


@dataclass(frozen=True, slots=True)
class Order:
    """One field of order_by."""

    field: FieldPath
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position by the first fields of the order, just before or just after what equals it."""

    values: tuple[Value, ...]
    before: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Documents of one collection below `parent`, or of all with its id at any depth below it."""

    parent: Path
    collection_id: str
    everywhere: bool = False
    where: Filter | None = None
    orders: tuple[Order, ...] = ()
    start: Cursor | None = None
    end: Cursor | None = None
    offset: int = 0
    limit: int | None = None
    select: tuple[FieldPath, ...] | None = None

    @property
    def scope(self) -> Scope:
        """Where its documents are; of an `everywhere` query also outside of its parent."""
        if self.everywhere:
            return Scope((self.collection_id,) if self.collection_id else (), everywhere=True)
        return Scope((*self.parent, self.collection_id))


def field_filters(where: Filter | None) -> tuple[FieldFilter, ...]:
    """All filters on fields, however nested."""
    if where is None:
        return ()
    if isinstance(where, FieldFilter):
        return (where,)
    return tuple(leaf for part in where.filters for leaf in field_filters(part))
