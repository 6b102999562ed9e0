"""A watch: a client's standing wish to hear what changes at a place, whole or through a query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from emulators.rtdb.core.changes import Change, Commit, change_at, touched_keys
from emulators.rtdb.core.place_index import PlaceIndex
from emulators.rtdb.core.principal import Principal
from emulators.rtdb.query.select import Window
from emulators.rtdb.query.spec import Query
from emulators.rtdb.tree.node import Node, get
from emulators.rtdb.tree.path import Path


class Listener(Protocol):
    """The receiving end; must not wait."""

    def changed(self, watch: Watch, change: Change) -> None:
        """Data under the watch changed."""

    def revoked(self, watch: Watch) -> None:
        """The rules no longer allow the read; the watch has ended."""

    def credential_expired(self, watch: Watch) -> None:
        """The token the watch was started with is declared no longer valid."""


class Watch:
    """One watch. `principal` may be renewed by its owner; `rests_on` is kept by the registry."""

    __slots__ = ("listener", "path", "principal", "query", "rests_on", "window")

    def __init__(
        self, path: Path, query: Query | None, principal: Principal, listener: Listener
    ) -> None:
        self.path = path
        self.query = query if query is not None and query.filters else None
        self.principal = principal
        self.listener = listener
        self.window: Window | None = None
        self.rests_on: frozenset[Path] = frozenset()


MayRead = Callable[[Watch], frozenset[Path] | None]


class Watches:
    """All watches of a database, found by what they watch and by what their permission rests on."""

    def __init__(self) -> None:
        self._by_place: PlaceIndex[Watch] = PlaceIndex()
        self._by_ground: PlaceIndex[Watch] = PlaceIndex()
        self._all: dict[Watch, None] = {}

    def __len__(self) -> int:
        return len(self._all)

    def all(self) -> list[Watch]:
        return list(self._all)

    def add(self, watch: Watch, rests_on: frozenset[Path], tree: Node | None) -> Node | None:
        """Start the watch; the value its client begins with."""
        node = get(tree, watch.path)
        if watch.query is not None:
            watch.window = Window(watch.query, node)
            node = watch.window.value()
        self._all[watch] = None
        self._by_place.add(watch.path, watch)
        self._ground(watch, rests_on)
        return node

    def remove(self, watch: Watch) -> None:
        if watch not in self._all:
            return
        del self._all[watch]
        self._by_place.remove(watch.path, watch)
        self._ground(watch, frozenset())

    def recheck(self, watches: list[Watch], may_read: MayRead) -> None:
        """End those of these watches that may no longer read."""
        for watch in watches:
            if watch not in self._all or watch.principal.admin:
                continue
            rests_on = may_read(watch)
            if rests_on is None:
                self.remove(watch)
                watch.listener.revoked(watch)
            elif rests_on != watch.rests_on:
                self._ground(watch, rests_on)

    def notify(self, commit: Commit, may_read: MayRead) -> None:
        """End the watches whose permission this commit took, then tell the others what changed."""
        self.recheck(self._touched(self._by_ground, commit), may_read)
        seen: set[Path] = set()
        for written in commit.paths:
            for place, watches in self._by_place.touched_by(written):
                if place not in seen:
                    seen.add(place)
                    _tell(watches, change_at(commit, place), commit)

    def _touched(self, index: PlaceIndex[Watch], commit: Commit) -> list[Watch]:
        found: dict[Watch, None] = {}
        for written in commit.paths:
            for _, watches in index.touched_by(written):
                found.update(dict.fromkeys(watches))
        return list(found)

    def _ground(self, watch: Watch, rests_on: frozenset[Path]) -> None:
        for path in watch.rests_on - rests_on:
            self._by_ground.remove(path, watch)
        for path in rests_on - watch.rests_on:
            self._by_ground.add(path, watch)
        watch.rests_on = rests_on


def _tell(watches: list[Watch], change: Change | None, commit: Commit) -> None:
    if change is None:
        return
    for watch in watches:
        if watch.window is None:
            watch.listener.changed(watch, change)
            continue
        keys = touched_keys(commit, watch.path)
        changed = watch.window.update(get(commit.after, watch.path), keys)
        if changed:
            values: dict[Path, Node | None] = {(key,): node for key, node in changed.items()}
            watch.listener.changed(watch, Change(watch.path, (), values=values))
