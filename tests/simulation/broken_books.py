"""Sabotages of the books: every event is one entry, and stands there once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from lipamita.use_cases import archive

from tests.fakes.memory_record import MemoryRecord
from tests.fakes.memory_store import MemoryStore
from tests.simulation.sabotage import CRASHES, NONE, under

Patch = pytest.MonkeyPatch


@under(CRASHES)
def book_an_entry_twice(patch: Patch) -> None:
    write, written = MemoryRecord.write, Counter[str]()

    def anew(self: MemoryRecord, entries: Any, payments: Any, *, now_ms: Any) -> Any:
        written.update(entry.entry_id for entry in entries)
        fresh = [
            replace(entry, entry_id=f"{entry.entry_id}_{written[entry.entry_id]}")
            if entry.entry_id in self.entries
            else entry
            for entry in entries
        ]
        return write(self, fresh, payments, now_ms=now_ms)

    patch.setattr(MemoryRecord, "write", anew)


@under(NONE)
def forget_money_that_waits(patch: Patch) -> None:
    patch.setattr(MemoryStore, "waiting_money", lambda *_, **__: [])


@under(NONE)
def forget_money_that_left(patch: Patch) -> None:
    patch.setattr(archive, "entries_of_refund", lambda *_: ())


@under(CRASHES)
def call_it_recorded_before_it_is(patch: Patch) -> None:
    record = archive._record

    def hasty(group: Any, world: Any) -> Any:
        for old in group:
            archive._let_go(old, world, world.clock())
        return record(group, world)

    patch.setattr(archive, "_record", hasty)
