"""Query parameters of a REST URL.

https://firebase.google.com/docs/database/rest/retrieve-data#section-rest-filtering
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulators.rtdb import json_text
from emulators.rtdb.errors import RequestError
from emulators.rtdb.query.spec import CHILD, KEY, PRIORITY_INDEX, VALUE, Bound, Index, Query
from emulators.rtdb.tree.node import Scalar
from emulators.rtdb.tree.order import FIRST_KEY, LAST_KEY, SortKey, key_order, value_order
from emulators.rtdb.tree.path import parse_path

_STARTS = ("startAt", "startAfter", "equalTo")
_ENDS = ("endAt", "endBefore", "equalTo")
_LIMITS = ("limitToFirst", "limitToLast")
_NAMED = {"$key": KEY, "$value": VALUE, "$priority": PRIORITY_INDEX}
PARAMETERS = frozenset({"orderBy", *_STARTS, *_ENDS, *_LIMITS})


def parse_query(parameters: Mapping[str, str]) -> Query | None:
    """The query of these URL parameters, or None if they name none; RequestError if malformed.

    `shallow` with a limit and no `orderBy` (as the Firebase CLI's export sends) is ordered by key.
    """
    given = PARAMETERS & parameters.keys()
    if not given:
        return None
    is_shallow = parameters.get("shallow") == "true"
    if is_shallow and given - set(_LIMITS):
        raise RequestError("shallow cannot be used with other query parameters")
    if "orderBy" not in given:
        if not is_shallow:
            raise RequestError("orderBy must be defined when other query parameters are defined")
        index = Index(kind=KEY)
    else:
        index = _index(parameters["orderBy"])
    limit, from_last = _limit(parameters)
    return Query(
        index=index,
        start=_bound(parameters, _STARTS, index),
        end=_bound(parameters, _ENDS, index),
        limit=limit,
        from_last=from_last,
    )


def _index(text: str) -> Index:
    name = _json("orderBy", text)
    if not isinstance(name, str) or not name:
        raise RequestError("orderBy must be a valid JSON encoded path")
    if name in _NAMED:
        return Index(kind=_NAMED[name])
    path = parse_path(name)
    if not path:
        raise RequestError("orderBy must be a valid JSON encoded path")
    return Index(kind=CHILD, path=path)


def _limit(parameters: Mapping[str, str]) -> tuple[int | None, bool]:
    given = [name for name in _LIMITS if name in parameters]
    if len(given) > 1:
        raise RequestError("limitToFirst and limitToLast cannot be used together")
    for name in given:
        limit = _json(name, parameters[name])
        if isinstance(limit, bool) or not isinstance(limit, int) or not 0 < limit < 2**31:
            raise RequestError(f"{name} must be a positive integer")
        return limit, name == "limitToLast"
    return None, False


def _bound(parameters: Mapping[str, str], names: tuple[str, ...], index: Index) -> Bound | None:
    given = [name for name in names if name in parameters]
    if len(given) > 1:
        raise RequestError(f"{given[0]} and {given[1]} cannot be used together")
    for name in given:
        value, key = _value_and_key(name, parameters[name])
        inclusive = name not in ("startAfter", "endBefore")
        at_start = name in ("startAt", "endBefore") or (name == "equalTo" and names is _STARTS)
        order = _order(name, value, key, index, at_start)
        return Bound(order=order, inclusive=inclusive, value=value)
    return None


def _order(
    name: str, value: Scalar | None, key: str | None, index: Index, at_start: bool
) -> SortKey:
    if index.kind == KEY:
        if not isinstance(value, str) or key is not None:
            raise RequestError(f'{name} must be a string when ordering by "$key"')
        return (key_order(value),)
    if key is not None:
        return (value_order(value), key_order(key))
    return (value_order(value), FIRST_KEY if at_start else LAST_KEY)


def _value_and_key(name: str, text: str) -> tuple[Scalar | None, str | None]:
    items = _json(name, f"[{text}]")
    value = items[0] if items else []
    key = items[1] if len(items) > 1 else None
    if isinstance(value, (list, dict)) or len(items) > 2:
        raise RequestError(f"{name} must be a JSON string, number, boolean or null")
    if key is not None and not isinstance(key, str):
        raise RequestError(f"{name}: the key after the value must be a JSON string")
    checked: Scalar | None = value
    return checked, key


def _json(name: str, text: str) -> Any:
    try:
        return json_text.read(text)
    except RequestError:
        raise RequestError(f"{name} must be valid JSON, found {text[:80]!r}") from None
