"""An item in suspense comes back as it was written, and has a place while people must see it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.suspense import SuspenseItem
from lipamita.domain.units import Kes
from lipamita.domain.work_queue import FIRST_PLACE, WorkQueue

from tests.unit.lipamita.adapters.live_rtdb import LiveDatabase
from tests.unit.lipamita.domain.samples import NOW, TRANSACTION

RECEIPT = "UKL0DEMO01"
OPEN = SuspenseItem(
    reason="unknown_account", amount_kes=Kes(500), account="MTR9", received_at_ms=NOW
)
ASSIGNED = replace(
    OPEN,
    assigned_meter_id=MeterId("MTR-001"),
    assigned_by=Uid("operator-grace"),
    assigned_at_ms=NOW,
    assigned_why="hers",
)
REFUNDING = replace(OPEN, refund_id="-Of2aAbcdEFGHijkl099", moved_from=TRANSACTION)
ITEMS = {
    "open": (OPEN, True),
    "assigned": (ASSIGNED, True),
    "refused": (replace(ASSIGNED, reason="meter_retired", unsellable_at_ms=NOW), True),
    "placed": (replace(ASSIGNED, placed=True), False),
    "refunding": (REFUNDING, False),
    "refunded": (replace(REFUNDING, refunded=True), False),
}


@pytest.mark.parametrize(("item", "waits"), ITEMS.values(), ids=ITEMS)
def test_an_item_comes_back_as_it_was_written(
    database: LiveDatabase, item: SuspenseItem, *, waits: bool
) -> None:
    store = RtdbStore(database.app)
    store.put_suspense(RECEIPT, item)
    read = store.read_suspense(RECEIPT)
    assert read is not None
    assert read.value == item
    found = store.waiting(WorkQueue.SUSPENSE, from_place=FIRST_PLACE, limit=9)
    assert [key for _, key in found] == ([RECEIPT] if waits else [])
