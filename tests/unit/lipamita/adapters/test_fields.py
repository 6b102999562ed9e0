"""Typed reading of stored JSON: the first wrong field is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lipamita.adapters.fields import Fields
from lipamita.domain.errors import UnreadableError


def fields(**node: object) -> Fields:
    return Fields.of("a/b", node)


@pytest.mark.parametrize("node", [None, [], "x", 5, True, [{"c": 1}]], ids=repr)
def test_what_is_no_object_is_unreadable_and_its_path_is_named(node: object) -> None:
    with pytest.raises(UnreadableError, match="a/b is not an object"):
        Fields.of("a/b", node)


READERS: list[tuple[Callable[[Fields], object], list[object]]] = [
    (lambda read: read.text("c"), [None, 5, True, [], {}]),
    (lambda read: read.optional_text("c"), [5, True, [], {}, 1.5]),
    (lambda read: read.whole("c"), [None, "5", 5.0, 5.5, True, [], {}]),
    (lambda read: read.optional_whole("c"), ["5", "", 5.0, False, [], {}]),
    (lambda read: read.whole_or("c", 1), ["5", 5.0, False, [], {}]),
    (lambda read: read.flag("c"), [0, 1, "true", [], {}]),
    (lambda read: read.child("c"), [5, 0, "", False, "x", True, [{"d": 1}]]),
    (lambda read: read.children("c"), [5, 0, "", "x", {"d": 5}, {"d": None}]),
    (lambda read: read.rows("c"), [5, 0, "", False, "x", ["x"], [5], {"d": 5}]),
]
WRONG = [(reader, value) for reader, values in READERS for value in values]


@pytest.mark.parametrize(("reader", "value"), WRONG, ids=lambda value: f"{value!r:.12}")
def test_a_field_of_the_wrong_kind_is_named(
    reader: Callable[[Fields], object], value: object
) -> None:
    with pytest.raises(UnreadableError, match="a/b/c"):
        reader(fields(c=value))


ABSENT: list[tuple[Callable[[Fields], object], object]] = [
    (lambda read: read.optional_text("c"), None),
    (lambda read: read.optional_whole("c"), None),
    (lambda read: read.whole_or("c", 7), 7),
    (lambda read: read.flag("c"), None),
    (lambda read: read.child("c").node, {}),
    (lambda read: read.children("c"), []),
    (lambda read: read.rows("c"), []),
]


@pytest.mark.parametrize(("reader", "default"), ABSENT)
def test_an_absent_field_is_empty(reader: Callable[[Fields], object], default: object) -> None:
    assert reader(fields()) == default


def test_zero_is_a_number_and_not_an_absence() -> None:
    assert fields(c=0).whole_or("c", 7) == 0


def test_children_come_in_the_order_of_their_keys() -> None:
    read = fields(c={"h02": {}, "h10": {}, "h01": {}})
    assert [key for key, _ in read.children("c")] == ["h01", "h02", "h10"]


@pytest.mark.parametrize("rows", [[{"d": 1}, {"d": 2}], {"a": {"d": 1}, "b": {"d": 2}}])
def test_rows_are_read_from_a_list_or_a_map(rows: object) -> None:
    assert [row.whole("d") for row in fields(c=rows).rows("c")] == [1, 2]


def test_a_hole_in_a_list_is_no_row() -> None:
    assert [row.whole("d") for row in fields(c=[None, {"d": 2}]).rows("c")] == [2]
