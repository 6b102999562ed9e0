"""A query without its index fails as in production; the file is conftest's INDEXES."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from google.api_core import exceptions

DOWN = "DESCENDING"


def run(query: Any) -> list[Any]:
    return list(query.stream())


def where(query: Any, *filters: tuple[str, str, Any]) -> Any:
    from google.cloud.firestore import FieldFilter  # noqa: PLC0415

    for each in filters:
        query = query.where(filter=FieldFilter(*each))
    return query


SERVED: dict[str, Any] = {
    "all": lambda c, _: c,
    "one field up": lambda c, _: c.order_by("x"),
    "one field down": lambda c, _: c.order_by("x", direction=DOWN),
    "field of a map": lambda c, _: where(c, ("m.x", ">", 1)),
    "equalities only": lambda c, _: where(c, ("x", "==", 1), ("y", "==", 2), ("z", "==", 3)),
    "array-contains only": lambda c, _: where(c, ("tags", "array_contains", 1)),
    "in": lambda c, _: where(c, ("x", "in", [1, 2]), ("y", "==", 1)),
    "composite": lambda c, _: where(c, ("meter", "==", 1)).order_by("amount"),
    "composite down": lambda c, _: where(c, ("meter", "==", 1)).order_by("amount", direction=DOWN),
    "composite range": lambda c, _: where(c, ("meter", "==", 1), ("amount", ">", 1)),
    "in with an order": lambda c, _: where(c, ("meter", "in", [1, 2])).order_by("amount"),
    "merged composites": lambda c, _: where(c, ("meter", "==", 1), ("status", "==", 1)).order_by(
        "amount"
    ),
    "two orders": lambda c, _: c.order_by("amount").order_by("at", direction=DOWN),
    "group without filter": lambda _, g: g,
    "group with an override": lambda _, g: where(g, ("status", "==", 1)),
    "group composite": lambda _, g: where(g, ("meter", "==", 1)).order_by("amount"),
}

MISSING: dict[str, Any] = {
    "equality and range": lambda c, _: where(c, ("x", "==", 1), ("y", ">", 2)),
    "equality and order": lambda c, _: where(c, ("x", "==", 1)).order_by("y"),
    "two ranges": lambda c, _: where(c, ("x", ">", 1), ("y", ">", 2)),
    "two orders, other direction": lambda c, _: c.order_by("amount").order_by("at"),
    "composite, other direction": lambda c, _: where(c, ("status", "==", 1)).order_by(
        "amount", direction=DOWN
    ),
    "array-contains and equality": lambda c, _: where(
        c, ("tags", "array_contains", 1), ("x", "==", 1)
    ),
    "array-contains and order": lambda c, _: where(c, ("tags", "array_contains", 1)).order_by("x"),
    "merge that leaves one uncovered": lambda c, _: where(
        c, ("meter", "==", 1), ("x", "==", 1)
    ).order_by("amount"),
    "name downwards": lambda c, _: c.order_by("__name__", direction=DOWN),
    "exempted field": lambda c, _: where(c, ("note", "==", 1)),
    "array-contains of an overridden field": lambda c, _: where(c, ("status", "array_contains", 1)),
    "group with a filter": lambda _, g: where(g, ("x", "==", 1)),
    "group downwards with an override upwards": lambda _, g: g.order_by("status", direction=DOWN),
    "group composite, other direction": lambda _, g: where(g, ("meter", "==", 1)).order_by(
        "amount", direction=DOWN
    ),
    "one alternative of several": lambda c, _: _either(c).order_by("amount"),
}


def _either(collection: Any) -> Any:
    from google.cloud.firestore import FieldFilter, Or  # noqa: PLC0415

    filters: list[Any] = [FieldFilter("meter", "==", 1), FieldFilter("x", "==", 1)]
    return collection.where(filter=Or(filters))


@pytest.mark.parametrize("case", SERVED)
def test_queries_that_have_their_index(db: Any, case: str) -> None:
    assert run(SERVED[case](db.collection("payments"), db.collection_group("payments"))) == []


@pytest.mark.parametrize("case", MISSING)
def test_queries_that_lack_their_index(db: Any, case: str) -> None:
    query = MISSING[case](db.collection("payments"), db.collection_group("payments"))
    with pytest.raises(exceptions.FailedPrecondition, match=r"The query requires an? .*index"):
        run(query)


def test_a_sum_needs_its_field_in_the_index(db: Any) -> None:
    payments = db.collection("payments")
    assert payments.sum("amount").get()
    assert where(payments, ("meter", "==", 1)).sum("amount").get()
    assert where(payments, ("x", "==", 1)).count().get()
    with pytest.raises(exceptions.FailedPrecondition):
        where(payments, ("x", "==", 1)).sum("amount").get()
    with pytest.raises(exceptions.FailedPrecondition):
        payments.sum("note").get()


def test_the_error_names_the_index_which_then_serves(db: Any, emulator: Any) -> None:
    """What the message proposes, pasted into the file, is read without a restart."""
    name = db.project
    query = where(db.collection(name), ("x", "==", 1), ("tags", "array_contains", 1)).order_by("y")
    with pytest.raises(exceptions.FailedPrecondition) as caught:
        run(query)
    proposed = json.loads(caught.value.message.partition("firestore.indexes.json: ")[2])
    content = json.loads(emulator.indexes_file.read_text())
    content["indexes"].append(proposed)
    changed = emulator.indexes_file.with_suffix(".new")
    changed.write_text(json.dumps(content))
    os.replace(changed, emulator.indexes_file)  # noqa: PTH105
    assert run(query) == []
