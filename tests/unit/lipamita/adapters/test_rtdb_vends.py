"""Charges in the database: one writer wins, and an acknowledgement is what a device would write."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.domain.recharge import Acknowledgement
from lipamita.domain.units import Millis
from lipamita.domain.vending import Vend, VendStatus

from tests.unit.lipamita.adapters.live_rtdb import LiveDatabase
from tests.unit.lipamita.domain.samples import METER, NOW, TRANSACTION

VEND = Vend(
    meter_id=METER,
    attempt=1,
    units=2_941,
    before_units=12_000,
    before_at_ms=Millis(NOW - 9),
    intended_at_ms=NOW,
)


@pytest.fixture
def store(database: LiveDatabase) -> RtdbStore:
    return RtdbStore(database.app)


def test_of_two_who_intend_a_charge_one_wins(store: RtdbStore) -> None:
    first, second = store.read_vend(TRANSACTION), store.read_vend(TRANSACTION)
    assert store.replace_vend(TRANSACTION, first, VEND)
    assert not store.replace_vend(TRANSACTION, second, replace(VEND, units=1))
    assert store.read_vend(TRANSACTION).value == VEND


def test_a_charge_moves_on_by_compare_and_set(store: RtdbStore) -> None:
    store.replace_vend(TRANSACTION, store.read_vend(TRANSACTION), VEND)
    uncertain = replace(VEND, status=VendStatus.UNCERTAIN)
    assert store.replace_vend(TRANSACTION, store.read_vend(TRANSACTION), uncertain)
    assert store.read_vend(TRANSACTION).value == uncertain


def test_an_acknowledgement_is_read_as_a_devices(store: RtdbStore, database: LiveDatabase) -> None:
    path = f"meters/{METER}/pending_recharge/{TRANSACTION}"
    database.write(path, {"energy_wh": 1, "processed": False})
    told = Acknowledgement(processed_at_ms=NOW, balance_after_wh=29_410)
    store.acknowledge_recharge(METER, TRANSACTION, told)
    pending = store.read_recharge(METER, TRANSACTION)
    assert pending is not None
    assert pending.acknowledgement == told
