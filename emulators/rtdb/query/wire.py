"""The query object of the WebSocket protocol.

`i` index; `sp` `sn` `sin` start value, key, inclusive; `ep` `en` `ein` the end; `l` limit and
`vf` the side it counts from (firebase-js-sdk core/view/QueryParams.ts queryParamsGetQueryObject).
"""

from __future__ import annotations

from typing import Any

from emulators.rtdb.errors import RequestError
from emulators.rtdb.query.spec import CHILD, KEY, PRIORITY_INDEX, VALUE, Bound, Index, Query
from emulators.rtdb.tree.order import FIRST_KEY, LAST_KEY, SortKey, key_order, value_order
from emulators.rtdb.tree.path import parse_path

_NAMES: dict[str, SortKey] = {"[MIN_NAME]": FIRST_KEY, "[MAX_NAME]": LAST_KEY}


def parse_query(given: Any) -> Query:
    """The query; RequestError if it is malformed."""
    if not isinstance(given, dict):
        raise RequestError("A query must be an object")
    index = _index(given.get("i", PRIORITY_INDEX))
    limit = given.get("l")
    if limit is not None and (
        isinstance(limit, bool) or not isinstance(limit, int) or not 0 < limit < 2**31
    ):
        raise RequestError("A query's limit must be a positive integer")
    side = given.get("vf", "l" if "sp" in given else "r")
    if side not in ("l", "r"):
        raise RequestError("A query's side must be l or r")
    return Query(
        index=index,
        start=_bound(given, "s", index),
        end=_bound(given, "e", index),
        limit=limit,
        from_last=side == "r",
    )


def _index(name: Any) -> Index:
    if name in (KEY, VALUE, PRIORITY_INDEX):
        return Index(kind=name)
    path = parse_path(name) if isinstance(name, str) else ()
    if not path:
        raise RequestError("A query's index must be a path, .key, .value or .priority")
    return Index(kind=CHILD, path=path)


def _bound(given: dict[str, Any], end: str, index: Index) -> Bound | None:
    if f"{end}p" not in given:
        return None
    value, name = given[f"{end}p"], given.get(f"{end}n")
    inclusive = given.get(f"{end}in", True) is not False
    if isinstance(value, (dict, list)) or not isinstance(name, (str, type(None))):
        raise RequestError("A query's bound must be a string, number, boolean or null")
    if index.kind == KEY:
        if not isinstance(value, str):
            raise RequestError("A bound of a query by key must be a string")
        return Bound(order=(_key(value),), inclusive=inclusive, value=value)
    if name is None:
        at_first = inclusive == (end == "s")
        key = FIRST_KEY if at_first else LAST_KEY
    else:
        key = _key(name)
    return Bound(order=(value_order(value), key), inclusive=inclusive, value=value)


def _key(name: str) -> SortKey:
    return _NAMES.get(name) or key_order(name)
