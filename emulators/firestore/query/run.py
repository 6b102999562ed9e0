"""Run a query: a range of one index per alternative, merged in the query's order."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from emulators.firestore.core.document import Document
from emulators.firestore.core.field_path import NAME
from emulators.firestore.core.index import Column, Columns, Index, field_key
from emulators.firestore.core.names import Path, compared_path
from emulators.firestore.core.order import TOP, Flipped, Key, bracket, name_key, order_key
from emulators.firestore.core.store import Store
from emulators.firestore.core.values import Reference, Value
from emulators.firestore.query.match import equal_key, matches, operand_key
from emulators.firestore.query.model import (
    EQUALITIES,
    RANGES,
    Cursor,
    FieldFilter,
    Op,
    Order,
)
from emulators.firestore.query.normal import Conjunction, Normal, sort_orders


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Entries low <= entry < high of the index `columns`, then `residual` filters."""

    columns: Columns
    low: Key
    high: Key
    backwards: bool
    residual: tuple[FieldFilter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The documents in order, and how many the offset skipped."""

    documents: tuple[Document, ...]
    skipped: int


def run(store: Store, normal: Normal, time: int | None = None) -> Found:
    """Documents as of `time` (microseconds; None is now), offset and limit applied."""
    query = normal.query
    if time is None or not store.changed_since(query.scope, time):
        ordered = _ordered(store, normal)
    else:
        ordered = _ordered_at(store.documents_at(query.scope, time), normal)
    skipped = sum(1 for _ in islice(ordered, query.offset))
    return Found(documents=tuple(islice(ordered, query.limit)), skipped=skipped)


def accepts(normal: Normal, document: Document) -> bool:
    """Whether the query would give the document, were there no offset and no limit."""
    query = normal.query
    if document.path[: len(query.parent)] != query.parent:
        return False
    if not any(all(matches(leaf, document) for leaf in part) for part in normal.conjunctions):
        return False
    position = sort_key(normal.orders, document)
    return position is not None and _within(normal, position)


def sort_key(orders: tuple[Order, ...], document: Document) -> Key | None:
    """What the query sorts by; None where the document lacks a field of the order."""
    found: list[Any] = []
    for order in orders:
        key = field_key(document, order.field)
        if key is None:
            return None
        found.append(Flipped(key) if order.descending else key)
    return tuple(found)


def plan(normal: Normal, conjunction: Conjunction) -> Plan | None:
    """How to read one alternative; None when nothing can meet it."""
    fixed: dict[tuple[str, ...], Key] = {}
    contained: FieldFilter | None = None
    residual: list[FieldFilter] = []
    for leaf in conjunction:
        if leaf.op in EQUALITIES:
            key = equal_key(leaf)
            if key is None or fixed.get(leaf.field, key) != key:
                return None
            fixed[leaf.field] = key
        elif leaf.op is Op.ARRAY_CONTAINS and contained is None:
            contained = leaf
            if equal_key(leaf) is None:
                return None
        else:
            residual.append(leaf)
    columns = [Column(field) for field in sorted(fixed)]
    prefix: Key = tuple(fixed[column.field] for column in columns)
    if contained is not None:
        columns.append(Column(contained.field, contains=True))
        prefix = (*prefix, order_key(contained.value))
    orders = sort_orders(normal, conjunction)
    if not orders:
        return Plan(
            columns=tuple(columns),
            low=prefix,
            high=(*prefix, TOP),
            backwards=False,
            residual=tuple(residual),
        )
    backwards = orders[0].descending
    sorted_columns = [Column(o.field, flipped=o.descending != backwards) for o in orders]
    low, high = _bounds(normal, conjunction, orders, prefix)
    ranged = {id(leaf) for leaf in residual if leaf.field == orders[0].field and leaf.op in RANGES}
    return Plan(
        columns=(*columns, *sorted_columns),
        low=low,
        high=high,
        backwards=backwards,
        residual=tuple(leaf for leaf in residual if id(leaf) not in ranged),
    )


def _bounds(
    normal: Normal, conjunction: Conjunction, orders: tuple[Order, ...], prefix: Key
) -> tuple[Key, Key]:
    lows: list[Key] = [prefix]
    highs: list[Key] = [(*prefix, TOP)]
    for leaf in conjunction:
        if leaf.field == orders[0].field and leaf.op in RANGES:
            low, high = _range(leaf)
            lows.append((*prefix, *low))
            highs.append((*prefix, *high))
    full = orders == normal.orders
    for cursor, is_start in ((normal.query.start, True), (normal.query.end, False)):
        if cursor is None or not full:
            continue
        position = (*prefix, *_cursor_columns(cursor, orders))
        at_low = is_start != orders[0].descending
        after = cursor.before == orders[0].descending
        edge = (*position, TOP) if after else position
        (lows if at_low else highs).append(edge)
    return max(lows), min(highs)


def _range(leaf: FieldFilter) -> tuple[Key, Key]:
    key = operand_key(leaf, leaf.value)
    lowest, highest = bracket(key)
    if leaf.op is Op.LESS_THAN:
        return (lowest,), (key,)
    if leaf.op is Op.LESS_THAN_OR_EQUAL:
        return (lowest,), (key, TOP)
    if leaf.op is Op.GREATER_THAN:
        return (key, TOP), (highest,)
    return (key,), (highest,)


def _cursor_columns(cursor: Cursor, orders: tuple[Order, ...]) -> Key:
    backwards = orders[0].descending
    return tuple(
        Flipped(key) if order.descending != backwards else key
        for order, key in zip(orders, _cursor_keys(cursor, orders), strict=False)
    )


def _cursor_keys(cursor: Cursor, orders: tuple[Order, ...]) -> Iterator[Key]:
    for order, value in zip(orders, cursor.values, strict=False):
        yield _name_value_key(value) if order.field == NAME else order_key(value)


def _name_value_key(value: Value) -> Key:
    assert isinstance(value, Reference)
    return name_key(compared_path(value.name))


def _ordered(store: Store, normal: Normal) -> Iterator[Document]:
    streams = [
        stream
        for conjunction in normal.conjunctions
        if (stream := _stream(store, normal, conjunction)) is not None
    ]
    if len(streams) == 1:
        return streams[0]
    return _distinct(heapq.merge(*streams, key=_merge_key(normal)))


def _stream(store: Store, normal: Normal, conjunction: Conjunction) -> Iterator[Document] | None:
    chosen = plan(normal, conjunction)
    if chosen is None:
        return None
    index = store.index(normal.query.scope, chosen.columns)
    return _read(store, normal, index, chosen, _checks_position(normal, conjunction))


def _read(
    store: Store, normal: Normal, index: Index, chosen: Plan, checks_position: bool
) -> Iterator[Document]:
    parent = normal.query.parent
    inside = not (normal.query.everywhere and parent)
    for _, path in index.scan(chosen.low, chosen.high, backwards=chosen.backwards):
        if not inside and path[: len(parent)] != parent:
            continue
        document = store.get(path)
        assert document is not None
        if not all(matches(leaf, document) for leaf in chosen.residual):
            continue
        if checks_position:
            position = sort_key(normal.orders, document)
            if position is None or not _within(normal, position):
                continue
        yield document


def _checks_position(normal: Normal, conjunction: Conjunction) -> bool:
    """Whether the cursors are not bounds of the index, as its order lacks fixed fields."""
    has_cursor = normal.query.start is not None or normal.query.end is not None
    return has_cursor and sort_orders(normal, conjunction) != normal.orders


def _ordered_at(documents: Iterable[Document], normal: Normal) -> Iterator[Document]:
    key = _merge_key(normal)
    return iter(sorted((each for each in documents if accepts(normal, each)), key=key))


def _merge_key(normal: Normal) -> Callable[[Document], Any]:
    def key(document: Document) -> Any:
        return sort_key(normal.orders, document)

    return key


def _distinct(documents: Iterable[Document]) -> Iterator[Document]:
    last: Path | None = None
    for document in documents:
        if document.path != last:
            last = document.path
            yield document


def _within(normal: Normal, position: Key) -> bool:
    query = normal.query
    for cursor, is_start in ((query.start, True), (query.end, False)):
        if cursor is None:
            continue
        edge: Key = tuple(
            Flipped(key) if order.descending else key
            for order, key in zip(normal.orders, _cursor_keys(cursor, normal.orders), strict=False)
        )
        if not cursor.before:
            edge = (*edge, TOP)
        if is_start and position < edge:
            return False
        if not is_start and not position < edge:
            return False
    return True
