"""Documents through google-cloud-firestore: values, writes, masks and preconditions."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.api_core import exceptions

MIB = 1024 * 1024


def test_every_type_of_value_comes_back_as_it_went(db: Any, firestore: Any) -> None:
    at = datetime(2026, 11, 21, 9, 30, 1, 123456, tzinfo=UTC)
    stored = {
        "null": None,
        "true": True,
        "int": 2**63 - 1,
        "negative": -(2**63),
        "double": 1.0,
        "infinite": math.inf,
        "text": "Kenya ✓ 🇰🇪",
        "bytes": b"\x00\xff",
        "at": at,
        "before_1970": datetime(1, 1, 1, tzinfo=UTC),
        "where": firestore.GeoPoint(-1.29, 36.82),
        "meter": db.document("meters/MTR-001"),
        "list": [1, "two", {"three": [3]}, None],
        "map": {"a": {"b": {"c": 1}}, "odd name.": 2, "": 3} | {"": None},
        "empty": {"map": {}, "list": []},
    }
    stored["map"].pop("")
    db.document("all/types").set(stored)
    read = db.document("all/types").get().to_dict()
    assert read == stored
    assert type(read["double"]) is float
    assert type(read["int"]) is int


def test_nan_and_negative_zero_survive(db: Any) -> None:
    db.document("a/b").set({"nan": math.nan, "zero": -0.0})
    read = db.document("a/b").get().to_dict()
    assert math.isnan(read["nan"])
    assert math.copysign(1, read["zero"]) == -1


def test_a_missing_document_is_read_as_not_existing(db: Any) -> None:
    snapshot = db.document("a/missing").get()
    assert not snapshot.exists
    assert snapshot.to_dict() is None


def test_set_replaces_and_merge_merges(db: Any) -> None:
    document = db.document("a/b")
    document.set({"a": 1, "m": {"x": 1, "y": 2}})
    document.set({"m": {"x": 9}}, merge=True)
    assert document.get().to_dict() == {"a": 1, "m": {"x": 9, "y": 2}}
    document.set({"m": {"x": 7}, "a": 5}, merge=["m"])
    assert document.get().to_dict() == {"a": 1, "m": {"x": 7}}
    document.set({"only": True})
    assert document.get().to_dict() == {"only": True}


def test_update_by_field_paths(db: Any, firestore: Any) -> None:
    document = db.document("a/b")
    document.set({"m": {"x": 1, "y": 2}, "gone": 1})
    odd = db.field_path("m", "odd.name `quoted`")
    document.update({"m.x": 5, odd: "v", "gone": firestore.DELETE_FIELD, "new.deep": 1})
    assert document.get().to_dict() == {
        "m": {"x": 5, "y": 2, "odd.name `quoted`": "v"},
        "new": {"deep": 1},
    }


def test_update_of_a_missing_document_is_not_found(db: Any) -> None:
    with pytest.raises(exceptions.NotFound, match="No document to update"):
        db.document("a/missing").update({"x": 1})
    assert not db.document("a/missing").get().exists


def test_create_only_once(db: Any) -> None:
    db.document("a/b").create({"n": 1})
    with pytest.raises(exceptions.AlreadyExists):
        db.document("a/b").create({"n": 2})
    assert db.document("a/b").get().to_dict() == {"n": 1}


def test_add_makes_ids_of_twenty_letters(db: Any) -> None:
    ids = {db.collection("a").add({"n": n})[1].id for n in range(20)}
    assert len(ids) == 20
    assert {len(each) for each in ids} == {20}


def test_delete_is_repeatable_and_keeps_subcollections(db: Any) -> None:
    db.document("a/b").set({"n": 1})
    db.document("a/b/c/d").set({"n": 2})
    db.document("a/b").delete()
    db.document("a/b").delete()
    assert not db.document("a/b").get().exists
    assert db.document("a/b/c/d").get().to_dict() == {"n": 2}


def test_preconditions_by_update_time(db: Any) -> None:
    document = db.document("a/b")
    first = document.set({"n": 1})
    document.update({"n": 2}, option=db.write_option(last_update_time=first.update_time))
    with pytest.raises(exceptions.FailedPrecondition, match="does not match"):
        document.update({"n": 3}, option=db.write_option(last_update_time=first.update_time))
    with pytest.raises(exceptions.FailedPrecondition):
        document.delete(option=db.write_option(last_update_time=first.update_time))
    assert document.get().to_dict() == {"n": 2}


def test_delete_can_ask_for_existence(db: Any) -> None:
    with pytest.raises(exceptions.NotFound):
        db.document("a/b").delete(option=db.write_option(exists=True))


def test_times_rise_and_a_write_that_changes_nothing_keeps_its_time(db: Any) -> None:
    document = db.document("a/b")
    first = document.set({"n": 1}).update_time
    second = document.set({"n": 2}).update_time
    assert second > first
    assert document.set({"n": 2}).update_time == second
    assert document.set({"n": 2.0}).update_time > second
    snapshot = document.get()
    assert snapshot.create_time == first
    assert snapshot.read_time >= snapshot.update_time


def test_get_with_a_mask_of_fields(db: Any) -> None:
    db.document("a/b").set({"a": 1, "m": {"x": 1, "y": 2}, "z": 3})
    assert db.document("a/b").get(["a", "m.x"]).to_dict() == {"a": 1, "m": {"x": 1}}


def test_get_all_tells_found_from_missing(db: Any) -> None:
    db.document("a/1").set({"n": 1})
    found = {each.id: each.exists for each in db.get_all([db.document("a/1"), db.document("a/2")])}
    assert found == {"1": True, "2": False}


def test_read_time_sees_the_past(db: Any) -> None:
    document = db.document("a/b")
    first = document.set({"n": 1}).update_time
    document.set({"n": 2})
    assert document.get(read_time=first).to_dict() == {"n": 1}
    assert not document.get(read_time=first - timedelta(microseconds=1)).exists
    assert document.get().to_dict() == {"n": 2}
    query = db.collection("a").where(filter=_filter("n", "==", 1))
    assert [each.id for each in query.stream(read_time=first)] == ["b"]
    assert list(query.stream()) == []


def test_read_time_of_long_ago_and_of_the_future_is_refused(db: Any) -> None:
    now = datetime.now(UTC)
    with pytest.raises(exceptions.FailedPrecondition):
        db.document("a/b").get(read_time=now - timedelta(hours=2))
    with pytest.raises(exceptions.InvalidArgument):
        db.document("a/b").get(read_time=now + timedelta(hours=2))


@pytest.mark.parametrize("name", ["__reserved__", ".", "..", "x" * 1501])
def test_ids_that_google_refuses(db: Any, name: str) -> None:
    with pytest.raises(exceptions.InvalidArgument):
        db.collection("a").document(name).set({"n": 1})


def test_a_document_of_one_mebibyte_is_the_largest(db: Any) -> None:
    # 16 + (1+1) + (1+1) for the name a/b, 32 for the document, 2 for the field's name, 1 for text.
    fits = MIB - (16 + 4 + 32 + 2 + 1)
    db.document("a/b").set({"t": "x" * fits})
    with pytest.raises(exceptions.InvalidArgument, match="exceeds the maximum allowed size"):
        db.document("a/b").set({"t": "x" * (fits + 1)})


def test_twenty_levels_are_the_deepest(db: Any) -> None:
    value: Any = 1
    for _ in range(20):
        value = {"m": value}
    db.document("a/b").set({"m": value})
    with pytest.raises(exceptions.InvalidArgument, match="20"):
        db.document("a/b").set({"m": {"m": value}})


def test_arrays_in_arrays_are_refused(db: Any) -> None:
    with pytest.raises(exceptions.InvalidArgument, match="array"):
        db.document("a/b").set({"l": [[1]]})
    db.document("a/b").set({"l": [{"l": [1]}]})


def test_databases_and_projects_are_separate(db: Any, connect: Any, project: str) -> None:
    db.document("a/b").set({"n": 1})
    for other in (
        connect(project=project, database="archive"),
        connect(project=f"{project}-x"),
    ):
        assert not other.document("a/b").get().exists
        other.document("a/b").set({"n": 2})
    assert db.document("a/b").get().to_dict() == {"n": 1}


def _filter(*words: Any) -> Any:
    from google.cloud.firestore import FieldFilter  # noqa: PLC0415

    return FieldFilter(*words)
