"""Nodes of the Realtime Database: reach one, and create one if it is absent.

A compare-and-set is a PUT with the ETag that was read. The SDK repeats a request whose answer was
lost (500, 503); then its own first write can look like somebody else's. Every caller reads again
and finds its own id, so such a repeat changes nothing.
"""

from __future__ import annotations

import re
from typing import Any

from firebase_admin import App, db

from lipamita.adapters.fields import as_map
from lipamita.domain.errors import BusyError
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES

INCREMENT_BY_ONE = {".sv": {"increment": 1}}
ABSENT = "null_etag"  # of a node that is not there; nothing need be read to create one
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)
NOTHING: dict[str, object] = {}  # what the SDK writes conditionally where a node is to go


def found_by(query: Any) -> dict[str, Any]:
    """What the query finds, by key and in the query's order.

    The database shows nodes whose keys are plain numbers as a list, whose positions are the keys;
    sorting it, the SDK would lose them, so that what was answered is sorted here as a map.
    """
    answered = query._client.body("get", query._pathurl, params=query._querystr)
    found = as_map(answered)
    return dict(db._Sorter(found, query._order_by).get()) if isinstance(found, dict) else {}


def in_key_order(key: str) -> tuple[int, int, str]:
    """Sorts keys as the database pages them: plain numbers by their size, then all others."""
    if _NUMBER.fullmatch(key):
        return (0, int(key), "")
    return (1, 0, key)


class RtdbNodes:
    """Access to one database by path."""

    def __init__(self, app: App) -> None:
        self._app = app

    def at(self, path: str) -> Any:
        """The admin SDK's reference to the path."""
        return db.reference(path, app=self._app)

    def create_if_absent(self, path: str, mine: object) -> object:
        """The node that stands at the path afterwards: ours, or the one that was first."""
        reference, tag = self.at(path), ABSENT
        for _ in range(MAX_COMPARE_AND_SET_TRIES):
            _, standing, tag = reference.set_if_unchanged(tag, mine)
            if standing is not None:
                return standing
        raise BusyError("busy", f"{path.partition('/')[0]} is being changed; try again")

    def due(self, path: str, *, now_ms: int, limit: int, by: str = "next_check_at") -> list[str]:
        """Keys below the path whose due time has passed, the longest due first."""
        return list(self.due_nodes(path, now_ms=now_ms, limit=limit, by=by))

    def due_nodes(
        self, path: str, *, now_ms: int, limit: int, after_ms: int = 0, by: str = "next_check_at"
    ) -> dict[str, object]:
        """Nodes below the path that fell due after then, the longest due first."""
        return found_by(
            self.at(path)
            .order_by_child(by)
            .start_at(after_ms + 1)  # absent due times sort before every number
            .end_at(now_ms)
            .limit_to_first(limit)
        )
