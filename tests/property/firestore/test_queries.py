"""The emulator's queries against the naive model, on any documents and any query."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from emulators.firestore.core.database import Database, Limits
from emulators.firestore.core.names import DatabaseName
from emulators.firestore.core.order import order_key
from emulators.firestore.core.write import Delete, SetFields, Write
from emulators.firestore.errors import FirestoreError
from emulators.firestore.query.check import check_normal, check_query
from emulators.firestore.query.model import Composite, Cursor, FieldFilter, Op, Order, Query
from emulators.firestore.query.normal import normalise
from emulators.firestore.query.run import accepts, run
from tests.property.firestore.model import Asked, Leaf, answer, compare

FIELDS = ["a", "b", "c"]
IDS = [f"d{number}" for number in range(8)]
OPS = {op.value: op for op in Op} | {"is null": Op.IS_NULL}
LISTS = ("in", "not-in", "array-contains-any")

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 3),
    st.sampled_from([math.nan, -0.0, 0.5, 1.0, 2.0, 2**53 + 1, float(2**53), math.inf]),
    st.sampled_from(["", "a", "b", "ab", "\uffff", "\U0001f600"]),
    st.sampled_from([b"", b"a"]),
)
arrays = st.lists(scalars, max_size=3).map(tuple)
maps = st.dictionaries(st.sampled_from(["x", "y", "\U0001f600"]), scalars, max_size=2)
values = st.one_of(scalars, scalars, arrays, maps)
COMMON = [0, 1, 2, 3, 1.0, "a", "b", (1,), (1, "a"), None, math.nan, -0.0, False, {"x": 1}]
# Values that often meet, so that conditions often hold and orders often tie.
numbers = st.sampled_from([0, 1, 1.0, 2, 3])
met = st.one_of(numbers, numbers, st.sampled_from(COMMON), st.sampled_from(COMMON), values)
documents = st.dictionaries(
    st.sampled_from(IDS),
    st.fixed_dictionaries({"a": met, "b": met}, optional={"c": met}),
    min_size=4,
    max_size=8,
)
operators = ["<", "<=", ">", ">=", "==", "==", "!=", "array-contains", "is null", *LISTS]


@st.composite
def leaves(draw: st.DrawFn) -> Leaf:
    op = draw(st.sampled_from(operators))
    value = draw(st.lists(met, min_size=1, max_size=3).map(tuple) if op in LISTS else met)
    if op == "array-contains":
        value = draw(numbers | met)
    return Leaf(draw(st.sampled_from("aabbc")), op, None if op == "is null" else value)


@st.composite
def queries(draw: st.DrawFn) -> Asked:
    conjunctions = st.lists(leaves(), min_size=1, max_size=1) | st.lists(
        leaves(), min_size=1, max_size=2
    )
    alternatives = st.lists(conjunctions, min_size=1, max_size=3)
    where = draw(st.one_of(st.just([[]]), *[alternatives] * 5))
    names = draw(st.lists(st.sampled_from("aabbc"), unique=True, max_size=2))
    orders = [(name, draw(st.booleans())) for name in names]
    cursors = st.one_of(
        st.none(),
        st.none(),
        st.tuples(st.lists(met, min_size=0, max_size=len(orders)), st.booleans()),
    )
    return Asked(
        where=where,
        orders=orders,
        start=draw(cursors),
        end=draw(cursors),
        offset=draw(st.sampled_from([0, 0, 0, 1])),
        limit=draw(st.none() | st.none() | st.integers(0, 4)),
    )


@given(values, values)
@settings(max_examples=400)
def test_keys_sort_as_values_compare(one: Any, other: Any) -> None:
    a, b = order_key(one), order_key(other)
    assert (a > b) - (a < b) == compare(one, other)
    assert (a == b) == (compare(one, other) == 0)


@given(documents, documents, st.lists(queries(), min_size=1, max_size=4))
@settings(max_examples=120, deadline=None)
def test_queries_give_what_the_model_gives(
    first: dict[str, dict[str, Any]], second: dict[str, dict[str, Any]], asked: list[Asked]
) -> None:
    """Before and after documents changed, so that indexes are both built and kept up."""
    database = empty_database()
    write(database, first, ())
    before = database.now()
    check(database, first, asked)
    write(database, second, tuple(first.keys() - second.keys()))
    check(database, second, asked)
    check(database, first, asked, before)


@given(documents, queries())
@settings(max_examples=60, deadline=None)
def test_a_listener_judges_documents_as_the_query_does(
    stored: dict[str, dict[str, Any]], asked: Asked
) -> None:
    database = empty_database()
    write(database, stored, ())
    whole = Asked(where=asked.where, orders=asked.orders, start=asked.start, end=asked.end)
    for query in understood(whole):
        normal = normalise(query)
        accepted = {
            each
            for each in stored
            if (document := database.store.get(("c", each))) and accepts(normal, document)
        }
        assert accepted == set(answer(stored, whole))


def check(
    database: Database,
    stored: dict[str, dict[str, Any]],
    asked: list[Asked],
    time: int | None = None,
) -> None:
    for each in asked:
        for query in understood(each):
            found = run(database.store, normalise(query), time).documents
            assert [document.path[-1] for document in found] == answer(stored, each)


def understood(asked: Asked) -> Iterator[Query]:
    """The query in the emulator's terms, unless Firestore refuses it."""
    parts = tuple(
        Composite(tuple(FieldFilter((leaf.field,), OPS[leaf.op], leaf.value) for leaf in part))
        for part in asked.where
    )
    query = Query(
        parent=(),
        collection_id="c",
        where=Composite(parts, any_of=True) if asked.where != [[]] else None,
        orders=tuple(Order((name,), descending) for name, descending in asked.orders),
        start=None if asked.start is None else Cursor(tuple(asked.start[0]), asked.start[1]),
        end=None if asked.end is None else Cursor(tuple(asked.end[0]), asked.end[1]),
        offset=asked.offset,
        limit=asked.limit,
    )
    try:
        check_query(query)
        check_normal(normalise(query))
    except FirestoreError:
        return
    yield query


def write(database: Database, stored: dict[str, dict[str, Any]], gone: tuple[str, ...]) -> None:
    writes: list[Write] = [SetFields(path=("c", each), fields=stored[each]) for each in stored]
    writes += [Delete(path=("c", each)) for each in gone]
    database.commit([*writes, SetFields(path=("other", "x"), fields={"a": 1})])


def empty_database() -> Database:
    ticks = count(1_000_000)
    return Database(
        DatabaseName("p", "d"),
        clock=lambda: next(ticks),
        new_id=lambda: b"%d" % next(ticks),
        limits=Limits(),
    )
