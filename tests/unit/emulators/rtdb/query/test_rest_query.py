from __future__ import annotations

import pytest

from emulators.rtdb.errors import RequestError
from emulators.rtdb.query.rest import parse_query
from emulators.rtdb.query.select import select
from emulators.rtdb.tree.from_json import Bounds, parse
from emulators.rtdb.tree.to_json import export

DATA = {
    "a": {"h": 1, "t": "x"},
    "b": {"h": 2},
    "c": {"h": 2, "deep": {"x": 9}},
    "d": {"h": "tall"},
    "e": {"t": "x"},
    "f": True,
}


def selected(**parameters: str) -> str:
    query = parse_query(parameters)
    assert query is not None
    node = parse(DATA, existing=None, now_ms=0, depth=0, bounds=Bounds())
    return "".join(export(select(node, query)) or {})


@pytest.mark.parametrize(
    ("parameters", "keys"),
    [
        ({"orderBy": '"h"', "startAt": "2"}, "bcd"),
        ({"orderBy": '"h"', "startAfter": "2"}, "d"),
        ({"orderBy": '"h"', "endAt": "2"}, "abcef"),
        ({"orderBy": '"h"', "endBefore": "2"}, "aef"),
        ({"orderBy": '"h"', "equalTo": "2"}, "bc"),
        ({"orderBy": '"h"', "equalTo": "null"}, "ef"),
        ({"orderBy": '"h"', "startAt": '2,"c"'}, "cd"),
        ({"orderBy": '"h"', "startAfter": '2,"b"'}, "cd"),
        ({"orderBy": '"h"', "endAt": '2,"b"', "startAt": "1"}, "ab"),
        ({"orderBy": '"h"', "limitToFirst": "2"}, "ef"),
        ({"orderBy": '"h"', "limitToLast": "1"}, "d"),
        ({"orderBy": '"h"', "startAt": "1", "limitToFirst": "2"}, "ab"),
        ({"orderBy": '"deep/x"', "startAt": "1"}, "c"),
        ({"orderBy": '"$key"', "startAt": '"c"', "endBefore": '"e"'}, "cd"),
        ({"orderBy": '"$key"', "equalTo": '"b"'}, "b"),
        ({"orderBy": '"$key"', "limitToLast": "2"}, "ef"),
        ({"orderBy": '"$value"', "equalTo": "true"}, "f"),
        ({"orderBy": '"$priority"', "limitToFirst": "1"}, "a"),
        ({"orderBy": '"$priority"', "startAt": "1"}, ""),
        ({"shallow": "true", "limitToFirst": "1"}, "a"),
    ],
)
def test_windows(parameters: dict[str, str], keys: str) -> None:
    assert selected(**parameters) == keys


@pytest.mark.parametrize(
    "parameters",
    [
        {"limitToFirst": "1"},
        {"startAt": "1", "shallow": "true"},
        {"orderBy": '"$key"', "shallow": "true"},
        {"orderBy": "h"},
        {"orderBy": '""'},
        {"orderBy": "5"},
        {"orderBy": '"a.b"'},
        {"orderBy": '"h"', "startAt": "x"},
        {"orderBy": '"h"', "startAt": "[1]"},
        {"orderBy": '"h"', "startAt": "{}"},
        {"orderBy": '"h"', "startAt": "1,2"},
        {"orderBy": '"h"', "startAt": '1,"a",3'},
        {"orderBy": '"h"', "startAt": "NaN"},
        {"orderBy": '"h"', "startAt": "1", "equalTo": "1"},
        {"orderBy": '"$key"', "startAt": "1"},
        {"orderBy": '"h"', "limitToFirst": "0"},
        {"orderBy": '"h"', "limitToFirst": "1.5"},
        {"orderBy": '"h"', "limitToFirst": "true"},
        {"orderBy": '"h"', "limitToFirst": "1", "limitToLast": "1"},
    ],
)
def test_malformed_queries_are_refused(parameters: dict[str, str]) -> None:
    with pytest.raises(RequestError):
        parse_query(parameters)


def test_no_parameters_are_no_query() -> None:
    assert parse_query({"print": "pretty"}) is None


def test_the_rules_see_the_query() -> None:
    query = parse_query({"orderBy": '"h"', "equalTo": "2", "limitToLast": "5"})
    assert query is not None
    assert query.variable() == {
        "orderByKey": False,
        "orderByPriority": False,
        "orderByValue": False,
        "orderByChild": "h",
        "startAt": 2,
        "endAt": 2,
        "equalTo": 2,
        "limitToFirst": None,
        "limitToLast": 5,
    }
