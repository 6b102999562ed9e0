"""Proposals in a real database."""

from __future__ import annotations

from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.domain.ids import Uid
from lipamita.domain.two_people import Proposal

from tests.unit.lipamita.adapters.live_rtdb import LiveDatabase
from tests.unit.lipamita.domain.samples import NOW


def test_of_two_who_propose_at_once_one_is_written(database: LiveDatabase) -> None:
    store = RtdbStore(database.app)
    old = store.read_proposal("review-1")
    assert old.value is None
    mine, hers = (
        Proposal(by=Uid(name), what="credit", why="seen", at_ms=NOW) for name in ("henry", "grace")
    )
    assert store.replace_proposal("review-1", old, mine)
    assert not store.replace_proposal("review-1", old, hers)
    assert store.read_proposal("review-1").value == mine
