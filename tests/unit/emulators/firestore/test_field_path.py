"""Field paths as requests spell them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.firestore.core.field_path import (
    MISSING,
    delete_field,
    format_field_path,
    get_field,
    parse_field_path,
    select_fields,
    set_field,
)
from emulators.firestore.core.values import Fields
from emulators.firestore.errors import FirestoreError


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a", ("a",)),
        ("a.b_1", ("a", "b_1")),
        ("`a.b`.c", ("a.b", "c")),
        (r"`tick \` and \\`", ("tick ` and \\",)),
        ("`1`", ("1",)),
    ],
)
def test_read(text: str, path: tuple[str, ...]) -> None:
    assert parse_field_path(text) == path


@pytest.mark.parametrize(
    "text", ["", ".", "a.", "a..b", "1a", "a b", "`a", "``", "a`b`", "x" * 1501]
)
def test_refused(text: str) -> None:
    with pytest.raises(FirestoreError):
        parse_field_path(text)


@given(st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=4).map(tuple))
def test_written_and_read_again(path: tuple[str, ...]) -> None:
    assert parse_field_path(format_field_path(path)) == path


def test_fields_are_copied_never_changed() -> None:
    fields: Fields = {"a": {"b": 1}, "c": 2}
    assert set_field(fields, ("a", "x"), 3) == {"a": {"b": 1, "x": 3}, "c": 2}
    assert set_field(fields, ("c", "d"), 3) == {"a": {"b": 1}, "c": {"d": 3}}
    assert delete_field(fields, ("a", "b")) == {"a": {}, "c": 2}
    assert delete_field(fields, ("c", "d")) == fields
    assert delete_field(fields, ("z",)) == fields
    assert select_fields(fields, (("a", "b"), ("z",))) == {"a": {"b": 1}}
    assert get_field(fields, ("c", "d")) is MISSING
    assert fields == {"a": {"b": 1}, "c": 2}
