"""Queries through the client: operators, orders, cursors, groups and aggregations."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from google.api_core import exceptions

ASCENDING, DESCENDING = "ASCENDING", "DESCENDING"


@pytest.fixture
def payments(db: Any) -> Any:
    """Six payments on three meters, in amounts that collide."""
    rows = {
        "p1": {"meter": "M1", "amount": 100, "status": "paid", "tags": ["stk", "new"], "at": 1},
        "p2": {"meter": "M1", "amount": 200, "status": "failed", "tags": ["c2b"], "at": 2},
        "p3": {"meter": "M2", "amount": 200, "status": "paid", "tags": ["stk"], "at": 3},
        "p4": {"meter": "M2", "amount": 300.5, "status": "paid", "tags": [], "at": 4},
        "p5": {"meter": "M3", "amount": 50, "status": None, "at": 5},
        "p6": {"meter": "M3", "amount": math.nan, "status": "paid", "tags": ["new", 1], "at": 6},
    }
    batch = db.batch()
    for name, row in rows.items():
        batch.set(db.document(f"payments/{name}"), row)
    batch.commit()
    return db.collection("payments")


def ids(query: Any) -> list[str]:
    return [each.id for each in query.stream()]


def where(query: Any, *filters: tuple[str, str, Any]) -> Any:
    from google.cloud.firestore import FieldFilter  # noqa: PLC0415

    for each in filters:
        query = query.where(filter=FieldFilter(*each))
    return query


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (("amount", "==", 200), "p2 p3"),
        (("amount", "==", 200.0), "p2 p3"),
        (("amount", "<", 100), "p6 p5"),
        (("amount", "<=", 100), "p6 p5 p1"),
        (("amount", ">", 200), "p4"),
        (("amount", ">=", 200), "p2 p3 p4"),
        (("amount", "!=", 200), "p6 p5 p1 p4"),
        (("status", "!=", "paid"), "p2"),
        (("status", "==", None), "p5"),
        (("status", "!=", None), "p2 p1 p3 p4 p6"),
        (("amount", "==", math.nan), "p6"),
        (("amount", "!=", math.nan), "p5 p1 p2 p3 p4"),
        (("meter", "in", ["M1", "M3", "M9"]), "p1 p2 p5 p6"),
        (("status", "in", ["paid", None]), "p1 p3 p4 p6"),
        (("status", "not-in", ["failed", "other"]), "p1 p3 p4 p6"),
        (("status", "not-in", ["failed", None]), ""),
        (("tags", "array_contains", "stk"), "p1 p3"),
        (("tags", "array_contains", 1.0), "p6"),
        (("tags", "array_contains_any", ["c2b", "new"]), "p1 p2 p6"),
        (("tags", "==", ["stk"]), "p3"),
        (("tags", ">=", ["new"]), "p6 p3 p1"),
        (("status", ">", "a"), "p2 p1 p3 p4 p6"),
    ],
)
def test_operators(payments: Any, condition: tuple[str, str, Any], expected: str) -> None:
    assert ids(where(payments, condition)) == expected.split()


def test_documents_by_name(db: Any, payments: Any) -> None:
    from google.cloud.firestore_v1.field_path import FieldPath  # noqa: PLC0415

    name = FieldPath.document_id()
    assert ids(where(payments, (name, "==", db.document("payments/p2")))) == ["p2"]
    assert ids(where(payments, (name, ">", db.document("payments/p4")))) == ["p5", "p6"]
    both = [db.document("payments/p5"), db.document("payments/p1")]
    assert ids(where(payments, (name, "in", both))) == ["p1", "p5"]


def test_several_equalities_merge(payments: Any) -> None:
    assert ids(where(payments, ("meter", "==", "M2"), ("status", "==", "paid"))) == ["p3", "p4"]
    assert ids(where(payments, ("meter", "==", "M2"), ("meter", "==", "M1"))) == []


def test_and_within_or(payments: Any, firestore: Any) -> None:
    from google.cloud.firestore_v1.base_query import And, Or  # noqa: PLC0415

    leaf = firestore.FieldFilter
    either = Or(
        [
            And([leaf("meter", "==", "M1"), leaf("status", "==", "paid")]),
            leaf("amount", "==", 300.5),
            leaf("status", "==", "paid"),
        ]
    )
    assert ids(payments.where(filter=either)) == ["p1", "p3", "p4", "p6"]


def test_an_inequality_within_or_orders_all(payments: Any, firestore: Any) -> None:
    from google.cloud.firestore_v1.base_query import Or  # noqa: PLC0415

    either = Or([firestore.FieldFilter("at", ">", 4), firestore.FieldFilter("at", "==", 1)])
    assert ids(payments.where(filter=either)) == ["p1", "p5", "p6"]


def test_orders(payments: Any) -> None:
    assert ids(payments.order_by("amount")) == ["p6", "p5", "p1", "p2", "p3", "p4"]
    assert ids(payments.order_by("amount", direction=DESCENDING)) == [
        "p4",
        "p3",
        "p2",
        "p1",
        "p5",
        "p6",
    ]
    by_two = payments.order_by("amount").order_by("at", direction=DESCENDING)
    assert ids(by_two) == ["p6", "p5", "p1", "p3", "p2", "p4"]
    assert "p5" not in ids(payments.order_by("tags"))


def test_equality_with_an_order(payments: Any) -> None:
    query = where(payments, ("meter", "==", "M1"))
    assert ids(query.order_by("amount", direction=DESCENDING)) == ["p2", "p1"]
    assert ids(where(query, ("amount", ">", 100))) == ["p2"]


def test_limit_offset_and_limit_to_last(payments: Any) -> None:
    ordered = payments.order_by("at")
    assert ids(ordered.limit(2)) == ["p1", "p2"]
    assert ids(ordered.offset(2).limit(2)) == ["p3", "p4"]
    assert ids(ordered.offset(9)) == []
    assert ids(ordered.limit(0)) == []
    assert [each.id for each in ordered.limit_to_last(2).get()] == ["p5", "p6"]


def test_cursors_by_values(payments: Any) -> None:
    ordered = payments.order_by("amount")
    assert ids(ordered.start_at({"amount": 200})) == ["p2", "p3", "p4"]
    assert ids(ordered.start_after({"amount": 200})) == ["p4"]
    assert ids(ordered.end_at({"amount": 200})) == ["p6", "p5", "p1", "p2", "p3"]
    assert ids(ordered.end_before({"amount": 200})) == ["p6", "p5", "p1"]
    down = payments.order_by("amount", direction=DESCENDING)
    assert ids(down.start_after({"amount": 200}).end_at({"amount": 50})) == ["p1", "p5"]


def test_cursors_by_documents_page_through_equal_values(payments: Any) -> None:
    seen: list[str] = []
    last = None
    for _ in range(10):
        query = payments.order_by("status").limit(2)
        page = list((query.start_after(last) if last else query).stream())
        if not page:
            break
        seen += [each.id for each in page]
        last = page[-1]
    assert seen == ["p5", "p2", "p1", "p3", "p4", "p6"]


def test_cursors_with_an_equality_on_an_ordered_field(payments: Any) -> None:
    query = where(payments, ("meter", "==", "M1")).order_by("meter").order_by("amount")
    assert ids(query) == ["p1", "p2"]
    assert ids(query.start_after({"meter": "M1", "amount": 100})) == ["p2"]
    assert ids(query.end_before({"meter": "M1"})) == []


def test_select_gives_only_the_fields(payments: Any) -> None:
    [found] = where(payments, ("at", "==", 1)).select(["amount", "missing"]).stream()
    assert found.to_dict() == {"amount": 100}
    [found] = where(payments, ("at", "==", 1)).select([]).stream()
    assert found.to_dict() == {}


def test_collection_groups(db: Any) -> None:
    for name in ("users/u1/payments/a", "users/u2/payments/b", "payments/c", "other/d"):
        db.document(name).set({"status": "paid"})
    group = db.collection_group("payments")
    assert [each.reference.path for each in group.stream()] == [
        "payments/c",
        "users/u1/payments/a",
        "users/u2/payments/b",
    ]
    assert ids(where(group, ("status", "==", "paid"))) == ["c", "a", "b"]
    assert ids(db.document("users/u1").collection("payments")) == ["a"]


def test_values_of_all_types_in_their_order(db: Any, firestore: Any) -> None:
    ordered = [
        None,
        False,
        True,
        math.nan,
        -math.inf,
        -1,
        -0.5,
        0,
        2**53,
        2**53 + 1,
        1e300,
        datetime(2020, 1, 1, tzinfo=UTC),
        datetime(2020, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
        "",
        "A",
        "a",
        "aa",
        "\uffff",
        "\U0001f600",
        b"",
        b"\x00",
        b"a",
        db.document("a/a"),
        db.document("a/a/b/b"),
        db.document("a/b"),
        firestore.GeoPoint(-1, 5),
        firestore.GeoPoint(1, -5),
        firestore.GeoPoint(1, 5),
        [],
        [1],
        [1, "a"],
        [2],
        {},
        {"a": 1},
        {"a": 1, "b": 0},
        {"a": 2},
        {"b": 0},
    ]
    for number, value in enumerate(ordered):
        db.document(f"values/{99 - number}").set({"v": value})
    expected = [str(99 - number) for number in range(len(ordered))]
    assert ids(db.collection("values").order_by("v")) == expected
    down = db.collection("values").order_by("v", direction=DESCENDING)
    assert ids(down) == expected[::-1]


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ([("a", "in", list(range(31)))], "30"),
        ([("a", "not-in", list(range(11)))], "10"),
        ([("a", "in", [])], "non-empty"),
        ([("a", "not-in", [1]), ("a", "!=", 2)], "single"),
        ([("a", "not-in", [1]), ("b", "in", [2])], "NOT_IN"),
        ([("a", "array_contains", 1), ("b", "array_contains", 2)], "ARRAY_CONTAINS"),
        ([("a", "in", list(range(8))), ("b", "in", list(range(8)))], "disjunctions"),
    ],
)
def test_filters_that_google_refuses(
    db: Any, filters: list[tuple[str, str, Any]], message: str
) -> None:
    with pytest.raises(exceptions.InvalidArgument, match=message):
        ids(where(db.collection("payments"), *filters))


def test_aggregations(payments: Any) -> None:
    paid = where(payments, ("meter", "in", ["M1", "M2"]))
    assert paid.count(alias="n").get()[0][0].value == 4
    whole = payments.order_by("at").limit(5)
    [row] = whole.count("n").sum("at", "total").avg("at", "mean").get()
    assert {each.alias: each.value for each in row} == {"n": 5, "total": 15, "mean": 3.0}
    [row] = payments.sum("amount", "s").get()
    assert math.isnan(row[0].value)


def test_aggregations_over_nothing_and_over_other_types(db: Any) -> None:
    empty = db.collection("empty")
    [row] = empty.count("n").sum("x", "s").avg("x", "a").get()
    # The client makes 0.0 of the average of nothing, which the server says is null.
    assert {each.alias: each.value for each in row} == {"n": 0, "s": 0, "a": 0.0}
    for name, value in {"a": 2**62, "b": 2**62, "c": "text"}.items():
        db.document(f"mixed/{name}").set({"x": value})
    [row] = db.collection("mixed").sum("x", "s").count("n").get()
    assert {each.alias: each.value for each in row} == {"s": float(2**63), "n": 3}


def test_explained_queries_tell_their_plan(payments: Any) -> None:
    from google.cloud.firestore_v1.query_profile import ExplainOptions  # noqa: PLC0415

    query = where(payments, ("meter", "==", "M1"))
    results = query.stream(explain_options=ExplainOptions(analyze=True))
    assert [each.id for each in results] == ["p1", "p2"]
    metrics = results.get_explain_metrics()
    assert metrics.execution_stats.results_returned == 2
    assert "meter ASC" in metrics.plan_summary.indexes_used[0]["properties"]
    planned = query.stream(explain_options=ExplainOptions(analyze=False))
    assert list(planned) == []
    assert planned.get_explain_metrics().plan_summary.indexes_used
