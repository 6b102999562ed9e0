"""Values that the server computes, through the client's sentinels."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from google.api_core import exceptions


@pytest.fixture
def document(db: Any) -> Any:
    return db.document("a/b")


def test_server_timestamp_is_the_commit_time(document: Any, firestore: Any) -> None:
    before = datetime.now(UTC)
    result = document.set(
        {"at": firestore.SERVER_TIMESTAMP, "m": {"at": firestore.SERVER_TIMESTAMP}}
    )
    read = document.get().to_dict()
    assert read["at"] == read["m"]["at"] == result.update_time
    assert read["at"] >= before.replace(microsecond=0)


@pytest.mark.parametrize(
    ("stored", "by", "expected"),
    [
        (1, 2, 3),
        (1, 0.5, 1.5),
        (1.5, 1, 2.5),
        ("text", 5, 5),
        (None, 2.5, 2.5),
        (2**63 - 1, 1, 2**63 - 1),
        (-(2**63), -1, -(2**63)),
    ],
)
def test_increment(document: Any, firestore: Any, stored: Any, by: Any, expected: Any) -> None:
    document.set({"n": stored})
    result = document.update({"n": firestore.Increment(by)})
    read = document.get().to_dict()["n"]
    assert read == expected
    assert type(read) is type(expected)
    assert result.transform_results[0] is not None


def test_increment_of_a_missing_field_and_document(document: Any, firestore: Any) -> None:
    document.set({"deep": {"n": firestore.Increment(3)}}, merge=True)
    assert document.get().to_dict() == {"deep": {"n": 3}}


@pytest.mark.parametrize(
    ("stored", "operand", "extremes"),
    [
        (1, 2, (2, 1)),
        (3, 3.0, (3, 3)),
        (1.5, 2, (2, 1.5)),
        ("text", 7, (7, 7)),
        (1, math.nan, (math.nan, math.nan)),
    ],
)
def test_maximum_and_minimum(
    document: Any, firestore: Any, stored: Any, operand: Any, extremes: Any
) -> None:
    document.set({"max": stored, "min": stored})
    document.update({"max": firestore.Maximum(operand), "min": firestore.Minimum(operand)})
    read = document.get()
    assert repr((read.get("max"), read.get("min"))) == repr(extremes)


def test_array_union_and_remove(document: Any, firestore: Any) -> None:
    document.set({"l": [1, "a", None, math.nan]})
    document.update({"l": firestore.ArrayUnion([1.0, "b", "b", None, math.nan, {"m": 1}])})
    read = document.get().to_dict()["l"]
    assert repr(read) == repr([1, "a", None, math.nan, "b", {"m": 1}])
    document.update({"l": firestore.ArrayRemove([1.0, {"m": 1}, None, "missing"])})
    assert repr(document.get().to_dict()["l"]) == repr(["a", math.nan, "b"])


def test_array_union_replaces_what_is_no_array(document: Any, firestore: Any) -> None:
    document.set({"l": 5})
    document.update({"l": firestore.ArrayUnion([1, 1])})
    assert document.get().to_dict() == {"l": [1]}


def test_several_increments_of_one_batch_add_up(db: Any, document: Any, firestore: Any) -> None:
    batch = db.batch()
    batch.set(document, {"n": 1})
    for _ in range(3):
        batch.update(document, {"n": firestore.Increment(1)})
    batch.commit()
    assert document.get().to_dict() == {"n": 4}


def test_a_document_takes_at_most_500_transforms(document: Any, firestore: Any) -> None:
    with pytest.raises(exceptions.InvalidArgument, match="500"):
        document.set({f"f{n}": firestore.Increment(1) for n in range(501)})
