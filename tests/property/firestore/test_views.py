"""A listener that applies what it is told holds what the query gives, whatever was written."""

from __future__ import annotations

import random

import pytest

from emulators.firestore.core.database import Database
from emulators.firestore.core.names import Path
from emulators.firestore.query.model import Query
from emulators.firestore.query.normal import normalise
from emulators.firestore.query.run import run
from emulators.firestore.query.view import Change, Kind, View
from tests.property.firestore.test_many_queries import documents, query
from tests.property.firestore.test_queries import empty_database, understood, write

COMMITS = 6
QUERIES = 25


class Listener:
    """Keeps the versions that it was told of."""

    def __init__(self) -> None:
        self.held: dict[Path, int] = {}

    def take(self, changes: list[Change]) -> None:
        for change in changes:
            if change.kind is Kind.CHANGED:
                assert change.document is not None
                assert self.held.get(change.path) != change.document.update_time
                self.held[change.path] = change.document.update_time
            else:
                del self.held[change.path]


@pytest.mark.parametrize("seed", range(6))
def test_views_converge(seed: int) -> None:
    chance = random.Random(f"views {seed}")
    database = empty_database()
    write(database, documents(chance), ())
    queries = [each for _ in range(QUERIES) for each in understood(query(chance))]
    listeners = [(each, View(database, normalise(each)), Listener()) for each in queries]
    for _, view, listener in listeners:
        listener.take(view.begin())
    told = 0
    for _ in range(COMMITS):
        changed: list[Path] = []
        database.watch(normalise(queries[0]).query.scope, changed.extend)
        stored = documents(chance)
        gone = tuple(each for each in ("d0", "d1", "d2") if each not in stored)
        write(database, stored, gone)
        for each, view, listener in listeners:
            before = dict(listener.held)
            listener.take(view.follow(changed))
            told += listener.held != before
            assert listener.held == result(database, each)
    assert told > len(listeners)


@pytest.mark.parametrize("seed", range(6))
def test_a_resumed_view_tells_only_what_changed(seed: int) -> None:
    chance = random.Random(f"resume {seed}")
    database = empty_database()
    write(database, documents(chance), ())
    for each in [found for _ in range(QUERIES) for found in understood(query(chance))]:
        listener = Listener()
        listener.take(View(database, normalise(each)).begin())
        time = database.now()
        write(database, documents(chance), ("d0", "d3"))
        resumed = View(database, normalise(each))
        resumed.assume(time)
        listener.take(resumed.begin())
        assert listener.held == result(database, each)


def result(database: Database, query: Query) -> dict[Path, int]:
    found = run(database.store, normalise(query)).documents
    return {each.path: each.update_time for each in found}
