from __future__ import annotations

from typing import Any

import pytest

from emulators.rtdb.errors import RequestError, TooLargeError
from emulators.rtdb.tree.from_json import Bounds, parse
from emulators.rtdb.tree.node import Leaf, Node
from emulators.rtdb.tree.to_json import export, plain

NOW = 1_700_000_000_000


def made(value: Any, existing: Node | None = None, bounds: Bounds | None = None) -> Node | None:
    return parse(value, existing=existing, now_ms=NOW, depth=0, bounds=bounds or Bounds())


@pytest.mark.parametrize("value", [None, {}, [], {"a": None}, {"a": {"b": []}}, [None]])
def test_nothing_is_stored_for_empty_values(value: Any) -> None:
    assert made(value) is None


def test_lists_become_children_by_index() -> None:
    assert export(made(["x", None, "z"])) == {"0": "x", "2": "z"}


def test_server_values_resolve_at_any_depth_and_as_priority() -> None:
    before = made({"n": 4, "s": "text"})
    value = {
        "n": {".sv": {"increment": 3}},
        "s": {".sv": {"increment": 2}},
        "deep": {"t": {".sv": "timestamp"}},
        "p": {".value": 1, ".priority": {".sv": "timestamp"}},
    }
    assert export(made(value, before)) == {
        "deep": {"t": NOW},
        "n": 7,
        "p": {".value": 1, ".priority": NOW},
        "s": 2,
    }


@pytest.mark.parametrize("spec", ["now", {"increment": "1"}, {"increment": True}, {}, 5, None])
def test_unknown_server_values_are_refused(spec: Any) -> None:
    with pytest.raises(RequestError):
        made({".sv": spec})


@pytest.mark.parametrize("priority", [True, {"a": 1}, [1]])
def test_a_priority_is_a_string_a_number_or_null(priority: Any) -> None:
    with pytest.raises(RequestError):
        made({".value": 1, ".priority": priority})


def test_whole_doubles_become_integers_but_negative_zero_stays() -> None:
    assert repr(plain(made(1.0))) == "1"
    assert repr(plain(made(-0.0))) == "-0.0"
    assert repr(plain(made(2**63))) == repr(float(2**63))


def test_a_number_too_large_for_a_double_is_refused() -> None:
    with pytest.raises(RequestError):
        made(10**400)


def test_an_increment_beyond_64_bits_becomes_a_double() -> None:
    node = made({".sv": {"increment": 2**62}}, Leaf(2**62))
    assert plain(node) == 2.0**63


def test_limits_on_keys_strings_and_depth() -> None:
    tight = Bounds(key_bytes=3, string_bytes=4, depth=2)
    assert plain(made({"abc": {"d": "four"}}, bounds=tight)) == {"abc": {"d": "four"}}
    for value in ({"abcd": 1}, {"a": "fives"}, {"a": {"b": {"c": 1}}}):
        with pytest.raises(TooLargeError):
            made(value, bounds=tight)


@pytest.mark.parametrize("key", ["", "a.b", ".x", "$a", "a/b"])
def test_bad_keys_are_refused(key: str) -> None:
    with pytest.raises(RequestError):
        made({key: 1})
