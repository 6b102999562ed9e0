"""The listens of one connection: each a watch that pushes to it, found by path and query."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulators.rtdb.core.changes import Change
from emulators.rtdb.core.database import Database
from emulators.rtdb.core.principal import Principal
from emulators.rtdb.core.watch import Watch
from emulators.rtdb.errors import RequestError, TooLargeError
from emulators.rtdb.query.wire import parse_query
from emulators.rtdb.tree.hash import node_hash
from emulators.rtdb.tree.path import Path
from emulators.rtdb.tree.to_json import export
from emulators.rtdb.wire.frames import Outgoing
from emulators.rtdb.wire.messages import change_push, push

Send = Callable[[Outgoing], None]
ListenKey = tuple[Path, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A listen as the client asks for it; `tag` and `query` come together or not at all."""

    path: Path
    query: Any
    tag: int | None
    known_hash: str

    @property
    def key(self) -> ListenKey:
        return self.path, json.dumps(self.query, sort_keys=True)


class Listens:
    """Starts, ends and feeds listens; at most `most`."""

    def __init__(self, database: Database, send: Send, on_expired: Callable[[], None]) -> None:
        self._database = database
        self._send = send
        self._on_expired = on_expired
        self._most = database.limits.watches_per_connection
        self._by_key: dict[ListenKey, Watch] = {}
        self._asked: dict[Watch, Asked] = {}

    def start(self, asked: Asked, who: Principal) -> list[str]:
        """Begin; the data is pushed unless the client holds it. Returns warnings for the client."""
        if len(self._by_key) >= self._most:
            raise TooLargeError(f"More than {self._most} listens on a connection")
        query = None if asked.query is None else parse_query(asked.query)
        self.stop(asked.key)
        watch = Watch(asked.path, query, who, self)
        node = self._database.watch(watch)
        self._by_key[asked.key] = watch
        self._asked[watch] = asked
        if not asked.known_hash or node_hash(node) != asked.known_hash:
            body: dict[str, Any] = {"p": "/".join(asked.path), "d": export(node)}
            if asked.tag is not None:
                body["t"] = asked.tag
            self._send(push("d", body))
        indexed = query is None or self._database.has_index(asked.path, query)
        return [] if indexed else ["no_index"]

    def stop(self, key: ListenKey) -> None:
        """End a listen, if there is one."""
        watch = self._by_key.pop(key, None)
        if watch is not None:
            del self._asked[watch]
            self._database.unwatch(watch)

    def stop_all(self) -> None:
        for key in list(self._by_key):
            self.stop(key)

    def renew(self, who: Principal) -> None:
        """The client signed in or out: listens it may no longer have end."""
        watches = list(self._asked)
        for watch in watches:
            watch.principal = who
        self._database.recheck(watches)

    def changed(self, watch: Watch, change: Change) -> None:
        self._send(change_push(change, self._asked[watch].tag))

    def revoked(self, watch: Watch) -> None:
        asked = self._asked.pop(watch)
        del self._by_key[asked.key]
        body: dict[str, Any] = {"p": "/".join(asked.path)}
        if asked.query is not None:
            body["q"] = [asked.query]
        self._send(push("c", body))

    def credential_expired(self, _watch: Watch) -> None:
        self._on_expired()


def parse_listen(body: dict[str, Any], path: Path) -> Asked:
    """A listen's path, query, tag and hash."""
    query, tag, known = body.get("q"), body.get("t"), body.get("h", "")
    if tag is not None and (isinstance(tag, bool) or not isinstance(tag, int)):
        raise RequestError("A tag must be an integer")
    if not isinstance(known, str):
        raise RequestError("A hash must be a string")
    return Asked(path=path, query=query, tag=tag, known_hash=known)
