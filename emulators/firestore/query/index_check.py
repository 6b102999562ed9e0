"""Which index a query needs, and whether firestore.indexes.json or the automatic ones have it.

Per alternative of the filter: equality fields E, at most one array-contains field, and the order S
(without the name where its direction is implied). The automatic single-field indexes serve
- E alone, by merging one per field,
- one field of order or inequality alone,
- one array-contains alone.
Everything else needs composite indexes whose fields are some of E (and the array-contains field) in
any order, then exactly S with its directions; several that end alike are merged until all of E is
covered. A sum or average adds its field at the end. Indexes are never read backwards.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from emulators.firestore.core.field_path import NAME, FieldPath, format_field_path
from emulators.firestore.errors import Code, FirestoreError
from emulators.firestore.query.index_file import Composite, Indexes, Mode, Part
from emulators.firestore.query.model import EQUALITIES, Op, Order
from emulators.firestore.query.normal import Conjunction, Normal, sort_orders

_SHORT = {Mode.ASCENDING: "ASC", Mode.DESCENDING: "DESC", Mode.CONTAINS: "CONTAINS"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What one alternative asks of indexes."""

    collection_id: str
    everywhere: bool
    equal: frozenset[Part]
    """ASCENDING stands for either direction."""
    order: tuple[Part, ...]
    aggregated: frozenset[FieldPath]

    def parts(self) -> tuple[Part, ...]:
        """The fields of the one index that would serve it."""
        first = sorted(self.equal, key=lambda part: (part.mode is Mode.CONTAINS, part.field))
        last = [Part(field, Mode.ASCENDING) for field in sorted(self.aggregated)]
        return (*first, *self.order, *last)


def check_indexes(normal: Normal, indexes: Indexes, aggregated: Iterable[FieldPath] = ()) -> None:
    """Raises FAILED_PRECONDITION that names the missing index, ready to be pasted."""
    for conjunction in normal.conjunctions:
        need = _need(normal, conjunction, frozenset(aggregated) - {NAME})
        if not _served(need, indexes):
            raise FirestoreError(Code.FAILED_PRECONDITION, _advice(need))


def _need(normal: Normal, conjunction: Conjunction, aggregated: frozenset[FieldPath]) -> Need:
    equal = {
        Part(leaf.field, Mode.CONTAINS if leaf.op is Op.ARRAY_CONTAINS else Mode.ASCENDING)
        for leaf in conjunction
        if leaf.op in EQUALITIES or leaf.op is Op.ARRAY_CONTAINS
        if leaf.field != NAME
    }
    order = _order_parts(sort_orders(normal, conjunction))
    known = {part.field for part in (*equal, *order) if part.mode is not Mode.CONTAINS}
    return Need(
        collection_id=normal.query.collection_id,
        everywhere=normal.query.everywhere,
        equal=frozenset(equal),
        order=order,
        aggregated=aggregated - known,
    )


def _order_parts(orders: tuple[Order, ...]) -> tuple[Part, ...]:
    parts = [
        Part(order.field, Mode.DESCENDING if order.descending else Mode.ASCENDING)
        for order in orders
    ]
    if parts and parts[-1].field == NAME:
        implied = parts[-2].mode if len(parts) > 1 else Mode.ASCENDING
        if parts[-1].mode is implied:
            parts.pop()
    return tuple(parts)


def _served(need: Need, indexes: Indexes) -> bool:
    if not need.equal and not need.order and not need.aggregated:
        return True
    parts = need.parts()
    if len(parts) == 1 and parts[0].field != NAME and _has_single(need, parts[0], indexes):
        return True
    covered: set[Part] = set()
    usable = False
    for composite in indexes.composites:
        prefix = _serves(composite, need)
        if prefix is not None:
            usable = True
            covered |= prefix
    if not need.order and not need.aggregated:
        usable = True
        covered |= {
            part
            for part in need.equal
            if part.mode is not Mode.CONTAINS and _has_single(need, part, indexes)
        }
    return usable and covered == need.equal


def _has_single(need: Need, part: Part, indexes: Indexes) -> bool:
    modes = indexes.single_field(need.collection_id, part.field)
    if part in need.equal and part.mode is Mode.ASCENDING:
        return bool(modes & {(need.everywhere, Mode.ASCENDING), (need.everywhere, Mode.DESCENDING)})
    return (need.everywhere, part.mode) in modes


def _serves(composite: Composite, need: Need) -> set[Part] | None:
    """The part of E that the index covers; None if it cannot be used."""
    if (composite.collection_id, composite.everywhere) != (need.collection_id, need.everywhere):
        return None
    length = len(composite.parts) - len(need.aggregated)
    tail = {part.field for part in composite.parts[max(length, 0) :]}
    start = length - len(need.order)
    if start < 0 or tail != need.aggregated or composite.parts[start:length] != need.order:
        return None
    prefix = set()
    for part in composite.parts[:start]:
        plain = part if part.mode is Mode.CONTAINS else Part(part.field, Mode.ASCENDING)
        if plain not in need.equal:
            return None
        prefix.add(plain)
    return prefix


def _advice(need: Need) -> str:
    parts = need.parts()
    scope = "COLLECTION_GROUP" if need.everywhere else "COLLECTION"
    if len(parts) == 1 and parts[0].field != NAME:
        field, mode = format_field_path(parts[0].field), parts[0].mode
        kind = "arrayConfig" if mode is Mode.CONTAINS else "order"
        override = {
            "collectionGroup": need.collection_id,
            "fieldPath": field,
            "indexes": [{kind: mode.value, "queryScope": scope}],
        }
        return (
            f"The query requires a {scope}_{_SHORT[mode]} index for collection "
            f"{need.collection_id} and field {field}. Add it to the fieldOverrides of "
            f"firestore.indexes.json: {json.dumps(override)}"
        )
    index = {
        "collectionGroup": need.collection_id,
        "queryScope": scope,
        "fields": [
            {
                "fieldPath": format_field_path(part.field),
                ("arrayConfig" if part.mode is Mode.CONTAINS else "order"): part.mode.value,
            }
            for part in parts
        ],
    }
    return (
        "The query requires an index. Add it to the indexes of firestore.indexes.json: "
        f"{json.dumps(index)}"
    )
