"""The fakes that the simulation rests on do as the adapters do, over the same runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from lipamita.adapters import firestore_record
from lipamita.adapters.firestore_record import FirestoreRecord
from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.domain.ledger import Totals

from tests.simulation.beside import run_beside
from tests.unit.lipamita.adapters.live_firestore import fresh_project, live_firestore
from tests.unit.lipamita.adapters.live_rtdb import live_database

SEEDS = range(400, 410)
FOUND_WITHIN = 6

Run = Callable[[int], list[str]]


@pytest.fixture(scope="module")
def run_seed() -> Iterator[Run]:
    with live_database() as database, live_firestore(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(firestore_record, "SHARDS", 1)  # whatever can meet in one document does

        def run(seed: int) -> list[str]:
            database.clear()
            return run_beside(seed, database.app, fresh_project())

        yield run


@pytest.mark.parametrize("seed", SEEDS)
def test_the_adapters_do_as_the_fakes(run_seed: Run, seed: int) -> None:
    assert run_seed(seed) == []


def test_an_adapter_that_forgets_totals_is_found(
    run_seed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = FirestoreRecord.totals_of

    def forgetful(record: FirestoreRecord, day: str) -> Totals:
        totals = kept(record, day)
        return Totals(cents=totals.cents, energy_wh={}, entries=totals.entries)

    monkeypatch.setattr(FirestoreRecord, "totals_of", forgetful)
    assert any("totals_of" in told for told in _first_told(run_seed))


def test_an_adapter_whose_write_is_lost_is_found(
    run_seed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RtdbStore, "put_recharge", lambda *_: None)
    assert any("read_recharge" in told for told in _first_told(run_seed))


def _first_told(run_seed: Run) -> list[str]:
    return next((told for seed in SEEDS[:FOUND_WITHIN] if (told := run_seed(seed))), [])
