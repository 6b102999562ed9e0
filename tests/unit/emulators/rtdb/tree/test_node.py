from __future__ import annotations

from typing import Any

from emulators.rtdb.tree.from_json import Bounds, parse
from emulators.rtdb.tree.node import Leaf, children, get, put, same, with_priority
from emulators.rtdb.tree.to_json import export, plain


def made(value: Any) -> Any:
    return parse(value, existing=None, now_ms=0, depth=0, bounds=Bounds())


def test_ancestors_left_without_children_vanish() -> None:
    assert put(made({"a": {"b": {"c": 1}}}), ("a", "b", "c"), None) is None
    assert plain(put(made({"a": {"b": 1}, "d": 2}), ("a", "b"), None)) == {"d": 2}


def test_nothing_written_below_a_leaf_leaves_it() -> None:
    tree = made({"a": 1})
    assert put(tree, ("a", "b", "c"), None) is tree


def test_something_written_below_a_leaf_replaces_it_and_keeps_its_priority() -> None:
    tree = made({"a": {".value": 1, ".priority": 5}})
    assert export(put(tree, ("a", "b"), Leaf(2))) == {"a": {"b": 2, ".priority": 5}}


def test_a_write_shares_everything_beside_its_path() -> None:
    tree = made({"left": {"x": 1}, "right": {"y": {"z": 1}}})
    after = put(tree, ("right", "y", "z"), Leaf(2))
    assert get(after, ("left",)) is get(tree, ("left",))
    assert plain(tree) == {"left": {"x": 1}, "right": {"y": {"z": 1}}}


def test_equality_tells_true_from_one() -> None:
    assert not same(made({"a": True}), made({"a": 1}))
    assert same(made({"a": 1}), made({"a": 1.0}))
    assert not same(made({"a": 1}), with_priority(made({"a": 1}), 1))


def test_a_leaf_has_no_children() -> None:
    assert not children(Leaf(1))
    assert get(Leaf(1), ("a",)) is None
