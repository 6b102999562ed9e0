from __future__ import annotations

from typing import Any

import pytest

from emulators.rtdb.core.database import Database
from emulators.rtdb.core.principal import ADMIN, Principal
from emulators.rtdb.core.write import merge, replace
from emulators.rtdb.errors import ConflictError, PermissionDeniedError, RequestError
from emulators.rtdb.options import Limits
from emulators.rtdb.tree.path import Path
from emulators.rtdb.tree.to_json import export, plain


@pytest.fixture
def database() -> Database:
    return Database("test", limits=Limits(), clock=lambda: 1000)


def value(database: Database, path: Path = ()) -> Any:
    return plain(database.read(path, ADMIN))


@pytest.mark.parametrize(
    "paths", [["a", "a/b"], ["a/b", "a"], ["a", "/a/"], [""], ["a", "a!", "a/b"], ["a.b"]]
)
def test_paths_of_a_merge_may_not_clash(paths: list[str]) -> None:
    with pytest.raises(RequestError):
        merge(("x",), dict.fromkeys(paths, 1))


def test_siblings_with_a_common_prefix_do_not_clash() -> None:
    assert len(merge((), {"a": 1, "ab": 2, "a!": 3}).values) == 3


def test_all_paths_of_a_merge_see_the_tree_before_it(database: Database) -> None:
    database.write(replace((), {"n": 1, "m": 1}), ADMIN)
    plus_one = {".sv": {"increment": 1}}
    database.write(merge((), {"n": plus_one, "m": plus_one, "t": {".sv": "timestamp"}}), ADMIN)
    assert value(database) == {"n": 2, "m": 2, "t": 1000}


def test_a_priority_may_be_written_alone(database: Database) -> None:
    database.write(replace(("a",), "v"), ADMIN)
    database.write(replace(("a", ".priority"), 3), ADMIN)
    database.write(replace(("missing", ".priority"), 3), ADMIN)
    assert export(database.tree) == {"a": {".value": "v", ".priority": 3}}


def test_compare_and_set_leaves_a_changed_value_alone(database: Database) -> None:
    with pytest.raises(ConflictError):
        database.write(replace(("a",), 1), ADMIN, expected=lambda node: node is not None)
    assert value(database) is None


def test_a_refused_write_changes_nothing_and_says_why(database: Database) -> None:
    database.set_rules('{"rules": {"a": {".write": "newData.val() == 1"}}}')
    with pytest.raises(PermissionDeniedError):
        database.write(replace(("a",), 2), Principal(auth={"uid": "brian"}))
    assert value(database) is None
    (record,) = database.denials.as_json()
    assert record["operation"] == "write"
    assert record["path"] == "/a"
    assert record["auth"] == {"uid": "brian"}
    assert record["refused_by"][0]["values"]["newData.val()"] == "2"


def test_denials_are_bounded() -> None:
    database = Database("test", limits=Limits(denials_kept=2), clock=lambda: 1000)
    database.set_rules('{"rules": {}}')
    for key in "abc":
        with pytest.raises(PermissionDeniedError):
            database.read((key,), Principal())
    assert [record["path"] for record in database.denials.as_json()] == ["/b", "/c"]
