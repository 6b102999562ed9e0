from __future__ import annotations

import json
from typing import Any

import pytest

from emulators.rtdb.core.write import Write, apply, merge, replace
from emulators.rtdb.rules.decision import Asker, indexes, may_read, may_write
from emulators.rtdb.rules.explain import explain
from emulators.rtdb.rules.tree import compile_rules
from emulators.rtdb.tree.from_json import Bounds, parse

WIDGET = {
    "widget": {
        ".write": True,
        ".validate": "newData.hasChildren(['color', 'size'])",
        "size": {".validate": "newData.isNumber() && newData.val() >= 0"},
        "color": {".validate": "newData.isString()"},
        "$other": {".validate": False},
    }
}


def node(value: Any) -> Any:
    return parse(value, existing=None, now_ms=0, depth=0, bounds=Bounds())


def written(rules: Any, data: Any, write: Write, auth: Any = None) -> bool:
    commit = apply(write, node(data), 1000, Bounds())
    return may_write(
        compile_rules(json.dumps({"rules": rules})),
        commit.paths,
        before=commit.before,
        after=commit.after,
        asker=Asker(auth=auth, now_ms=1000),
    ).allowed


def read(rules: Any, path: tuple[str, ...], data: Any = None, auth: Any = None) -> bool:
    compiled = compile_rules(json.dumps({"rules": rules}))
    return may_read(compiled, path, tree=node(data), asker=Asker(auth=auth, now_ms=1000)).allowed


def test_a_true_read_rule_allows_everything_below_and_nothing_above() -> None:
    rules = {"a": {".read": True, "b": {".read": False}}}
    assert read(rules, ("a", "b", "c"))
    assert not read(rules, ())
    assert not read(rules, ("x",))


def test_a_literal_key_wins_over_the_wildcard() -> None:
    rules = {"$any": {".read": True}, "named": {}}
    assert read(rules, ("other",))
    assert not read(rules, ("named",))


def test_write_rules_below_the_written_place_are_not_asked() -> None:
    rules = {"a": {"b": {".write": True}}}
    assert written(rules, None, replace(("a", "b", "c"), 1))
    assert not written(rules, None, replace(("a",), {"b": 1}))


@pytest.mark.parametrize(
    ("write", "allowed"),
    [
        (replace(("widget",), {"color": "red", "size": 1}), True),
        (replace(("widget",), {"color": "red", "size": -1}), False),
        (replace(("widget",), {"color": "red", "size": 1, "x": 1}), False),
        (replace(("widget", "size"), 1), False),
        (merge(("widget",), {"size": 1, "color": "red"}), True),
        (merge((), {"widget/size": 1, "widget/color": "red"}), True),
        (replace(("widget",), None), True),
    ],
)
def test_validation_of_a_new_widget(write: Write, allowed: bool) -> None:
    assert written(WIDGET, None, write) is allowed


def test_deleting_a_child_still_validates_the_surviving_ancestors() -> None:
    held = {"widget": {"color": "red", "size": 1}}
    assert not written(WIDGET, held, replace(("widget", "size"), None))
    assert written(WIDGET, held, replace(("widget", "size"), 2))


def test_a_multi_path_update_is_judged_as_one_result() -> None:
    rules = {
        "a": {".write": "newData.parent().child('b').val() == newData.val()"},
        "b": {".write": "newData.parent().child('a').val() == newData.val()"},
    }
    assert written(rules, None, merge((), {"a": 1, "b": 1}))
    assert not written(rules, None, merge((), {"a": 1, "b": 2}))
    assert not written(rules, None, replace(("a",), 1))


def test_root_is_the_tree_before_and_now_is_the_servers_timestamp() -> None:
    rules = {".write": "!root.child('a').exists() && newData.child('a').val() == now"}
    assert written(rules, None, replace(("a",), {".sv": "timestamp"}))
    assert not written(rules, {"a": 1}, replace(("a",), {".sv": "timestamp"}))


def test_priority_writes_are_judged_at_the_node() -> None:
    rules = {"a": {".write": "newData.getPriority() == 5 && newData.val() == data.val()"}}
    assert written(rules, {"a": 1}, replace(("a", ".priority"), 5))
    assert not written(rules, {"a": 1}, replace(("a", ".priority"), 6))


def test_indexes_follow_wildcards() -> None:
    rules = compile_rules(json.dumps({"rules": {"$a": {"list": {".indexOn": ["x", "y/z"]}}}}))
    assert indexes(rules, ("any", "list")) == {"x", "y/z"}
    assert indexes(rules, ("any",)) == frozenset()


def test_a_refusal_names_the_rule_and_the_values_it_saw() -> None:
    rules = compile_rules('{"rules": {\n "users": {"$uid": {".read": "auth.uid == $uid"}}}}')
    asker = Asker(auth={"uid": "brian"}, now_ms=0)
    verdict = may_read(rules, ("users", "amina"), tree=None, asker=asker)
    (finding,) = verdict.findings
    assert explain(finding) == {
        "rule": ".read",
        "place": "/users/$uid",
        "path": "/users/amina",
        "line": 2,
        "column": 30,
        "expression": "auth.uid == $uid",
        "result": "false",
        "values": {
            "auth.uid == $uid": "false",
            "auth.uid": "'brian'",
            "auth": "an object",
            "$uid": "'amina'",
        },
    }


def test_a_read_rests_on_the_paths_it_looked_at() -> None:
    rules = compile_rules('{"rules": {"a": {".read": "root.child(\'grants/a\').exists()"}}}')
    verdict = may_read(
        rules, ("a",), tree=node({"grants": {"a": 1}}), asker=Asker(auth=None, now_ms=0)
    )
    assert verdict.allowed
    assert verdict.looked_at == {("grants", "a")}
