"""Puts and merges on the persistent tree come to the same as on plain dicts."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from emulators.rtdb.tree.from_json import Bounds, parse
from emulators.rtdb.tree.hash import node_hash
from emulators.rtdb.tree.node import Branch, Leaf, Node, get, put, same
from emulators.rtdb.tree.order import key_order, value_order
from emulators.rtdb.tree.to_json import export, plain
from tests.property.rtdb.model import KEYS, PATHS, SCALARS, VALUES, at, pruned, written

WRITES = st.lists(st.tuples(PATHS, VALUES), max_size=12)


def node(value: Any) -> Node | None:
    return parse(value, existing=None, now_ms=0, depth=0, bounds=Bounds())


def fresh(tree: Node | None) -> Node | None:
    """The same tree built anew, so that no hash is kept."""
    return node(export(tree))


@given(WRITES)
def test_writes_come_to_the_same_as_on_dicts(writes: list[Any]) -> None:
    tree, model = None, None
    for path, value in writes:
        tree, model = put(tree, path, node(value)), written(model, path, value)
        assert export(tree) == model
        assert same(get(tree, path), node(at(model, path)))


@given(WRITES, PATHS, VALUES)
def test_a_write_never_changes_the_tree_before_it(
    writes: list[Any], path: tuple[str, ...], value: Any
) -> None:
    tree = None
    for earlier, item in writes:
        tree = put(tree, earlier, node(item))
    before = export(tree)
    put(tree, path, node(value))
    assert export(tree) == before


@given(WRITES)
def test_kept_hashes_equal_hashes_made_anew(writes: list[Any]) -> None:
    tree = None
    for path, value in writes:
        tree = put(tree, path, node(value))
        assert node_hash(tree) == node_hash(fresh(tree))


@given(VALUES, VALUES)
def test_hashes_are_equal_exactly_when_the_values_are(left: Any, right: Any) -> None:
    one, other = node(left), node(right)
    assert (node_hash(one) == node_hash(other)) is same(one, other)


@given(VALUES)
def test_no_branch_is_empty_and_reading_back_is_lossless(value: Any) -> None:
    made = node(value)
    assert same(node(export(made)), made)
    assert same(node(plain(made)), made)
    waiting = [made]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Branch):
            assert one.children
            waiting.extend(one.children.values())
    assert export(made) == pruned(value)


@given(st.lists(SCALARS, max_size=8), st.lists(KEYS, max_size=8))
def test_orders_are_total(values: list[Any], keys: list[str]) -> None:
    ordered = sorted(values, key=value_order)
    assert [value_order(v) for v in ordered] == sorted(value_order(v) for v in values)
    assert sorted(keys, key=key_order) == sorted(sorted(keys), key=key_order)


@settings(max_examples=50)
@given(st.text(max_size=8))
def test_any_string_survives(text: str) -> None:
    made = node(text)
    assert made is None or (isinstance(made, Leaf) and made.value == text)
    assert len(node_hash(made)) == 28
