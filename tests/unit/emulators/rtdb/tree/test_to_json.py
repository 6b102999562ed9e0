from __future__ import annotations

from typing import Any

import pytest

from emulators.rtdb.tree.from_json import Bounds, parse
from emulators.rtdb.tree.node import Node
from emulators.rtdb.tree.to_json import export, plain, shallow


def made(value: Any) -> Node | None:
    return parse(value, existing=None, now_ms=0, depth=0, bounds=Bounds())


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ({"0": "a", "1": "b"}, ["a", "b"]),
        ({"0": "a", "2": "c"}, ["a", None, "c"]),
        ({"1": "b"}, [None, "b"]),
        ({"2": "c"}, {"2": "c"}),
        ({"0": "a", "x": 1}, {"0": "a", "x": 1}),
        ({"00": "a"}, {"00": "a"}),
        ({"k": {"0": 1, "1": {"0": 2}}}, {"k": [1, [2]]}),
    ],
)
def test_array_like_nodes_are_shown_as_lists(stored: Any, shown: Any) -> None:
    assert plain(made(stored)) == shown


def test_export_keeps_priorities_and_never_makes_lists() -> None:
    value = {"0": {".value": True, ".priority": 1}, "1": 2, ".priority": "p"}
    assert export(made(value)) == value


def test_keys_come_out_in_key_order() -> None:
    assert list(export(made({"b": 1, "10": 1, "9": 1, "a": 1}))) == ["9", "10", "a", "b"]


def test_shallow_shows_children_as_true_and_scalars_as_they_are() -> None:
    assert shallow(made({"a": {"b": 1}, "c": 2})) == {"a": True, "c": True}
    assert shallow(made("text")) == "text"
    assert shallow(None) is None
