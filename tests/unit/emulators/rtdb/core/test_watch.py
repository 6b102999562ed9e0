from __future__ import annotations

import json
from typing import Any

import pytest

from emulators.rtdb.core.changes import Change
from emulators.rtdb.core.database import Database
from emulators.rtdb.core.principal import ADMIN, ANONYMOUS, Principal
from emulators.rtdb.core.watch import Watch
from emulators.rtdb.core.write import merge, replace
from emulators.rtdb.errors import PermissionDeniedError
from emulators.rtdb.options import Limits
from emulators.rtdb.query.rest import parse_query
from emulators.rtdb.tree.path import parse_path
from emulators.rtdb.tree.to_json import plain

AMINA = Principal(auth={"uid": "amina"})


class Heard:
    def __init__(self) -> None:
        self.events: list[Any] = []

    def changed(self, watch: Watch, change: Change) -> None:
        if change.merge:
            values = {"/".join(path): plain(node) for path, node in change.values.items()}
            self.events.append(("merge", "/".join(change.path), values))
        else:
            self.events.append(("put", "/".join(change.path), plain(change.value)))

    def revoked(self, watch: Watch) -> None:
        self.events.append("revoked")

    def credential_expired(self, watch: Watch) -> None:
        self.events.append("expired")


@pytest.fixture
def database() -> Database:
    return Database("test", limits=Limits(), clock=lambda: 1000)


def watched(
    database: Database, path: str, who: Principal = ADMIN, **parameters: str
) -> tuple[Any, Heard]:
    heard = Heard()
    watch = Watch(parse_path(path), parse_query(parameters), who, heard)
    return plain(database.watch(watch)), heard


def put(database: Database, path: str, value: Any) -> None:
    database.write(replace(parse_path(path), value), ADMIN)


def test_a_watch_begins_with_the_value_and_hears_writes_at_above_and_below(
    database: Database,
) -> None:
    put(database, "a/b", {"c": 1})
    first, heard = watched(database, "a/b")
    assert first == {"c": 1}
    put(database, "a/b/c", 2)
    put(database, "a/b", 3)
    put(database, "a", {"b": {"d": 4}})
    put(database, "", None)
    assert heard.events == [
        ("put", "c", 2),
        ("put", "", 3),
        ("put", "", {"d": 4}),
        ("put", "", None),
    ]


def test_writes_elsewhere_are_not_heard(database: Database) -> None:
    _, heard = watched(database, "a/b")
    put(database, "a/c", 1)
    put(database, "x", {"y": 1})
    database.write(merge((), {"a/c": 2, "z": 3}), ADMIN)
    assert heard.events == []


def test_a_merge_is_one_event_with_the_paths_below_the_watch(database: Database) -> None:
    _, root = watched(database, "")
    _, above = watched(database, "a")
    _, at = watched(database, "a/b")
    database.write(merge(("a",), {"b/x": 1, "b/y": 2, "c": 3}), ADMIN)
    assert root.events == [("merge", "a", {"b/x": 1, "b/y": 2, "c": 3})]
    assert above.events == [("merge", "", {"b/x": 1, "b/y": 2, "c": 3})]
    assert at.events == [("merge", "", {"x": 1, "y": 2})]


def test_a_query_hears_what_enters_changes_and_leaves_its_window(database: Database) -> None:
    put(database, "l", {"a": 1, "b": 2, "c": 3})
    database.set_rules('{"rules": {"l": {".indexOn": ".value"}}}')
    first, heard = watched(database, "l", orderBy='"$value"', limitToLast="2")
    assert first == {"b": 2, "c": 3}
    put(database, "l/d", 4)
    put(database, "l/a", 0)
    put(database, "l/c", None)
    put(database, "l", {"z": 9})
    assert heard.events == [
        ("merge", "", {"d": 4, "b": None}),
        ("merge", "", {"b": 2, "c": None}),
        ("merge", "", {"z": 9, "b": None, "d": None}),
    ]


def test_a_write_that_takes_the_permission_ends_the_watch_before_it_hears(
    database: Database,
) -> None:
    rules = {"secret": {".read": "root.child('grants').child(auth.uid).val() == true"}}
    database.set_rules(json.dumps({"rules": rules}))
    put(database, "", {"grants": {"amina": True}, "secret": 1})
    _, heard = watched(database, "secret", AMINA)
    put(database, "grants/brian", True)
    database.write(merge((), {"grants/amina": False, "secret": 2}), ADMIN)
    put(database, "secret", 3)
    assert heard.events == ["revoked"]


def test_new_rules_end_watches_they_refuse(database: Database) -> None:
    _, open_to_all = watched(database, "a", ANONYMOUS)
    _, admins = watched(database, "a")
    database.set_rules('{"rules": {}}')
    put(database, "a", 1)
    assert open_to_all.events == ["revoked"]
    assert admins.events == [("put", "", 1)]
    with pytest.raises(PermissionDeniedError):
        watched(database, "a", ANONYMOUS)


def test_only_writes_a_permission_rests_on_check_it_again(database: Database) -> None:
    database.set_rules('{"rules": {"a": {".read": "root.child(\'open\').val() == true"}}}')
    put(database, "open", True)
    watched(database, "a", AMINA)
    rule = next(iter(database.rules.rules()))
    held = rule.held
    put(database, "a/x", 1)
    put(database, "b", 1)
    assert rule.held == held
    put(database, "open", True)
    assert rule.held == held + 1


def test_an_ended_watch_leaves_nothing_behind(database: Database) -> None:
    heard = Heard()
    watch = Watch(("a", "b"), None, ADMIN, heard)
    database.watch(watch)
    database.unwatch(watch)
    database.unwatch(watch)
    put(database, "a/b", 1)
    assert heard.events == []
    assert len(database.watches) == 0
