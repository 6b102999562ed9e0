"""A page of history costs the same, however much is stored: counted where it is answered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from firebase_admin import db
from lipamita.adapters.firestore_client import MAX_WRITES
from lipamita.adapters.firestore_record import FirestoreRecord
from lipamita.adapters.payment_schema import payment_to_json
from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.domain.ids import TransactionId, Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.payment import Payment, Status
from lipamita.use_cases.view_history import MAX_PAGE, Asked, history_of_user
from lipamita.use_cases.world import World

from emulators.firestore.rpc.queries import QueryCalls
from emulators.firestore.wire.messages import Message
from tests.unit.lipamita.adapters.live_firestore import fresh_project, live_firestore
from tests.unit.lipamita.adapters.live_rtdb import live_database
from tests.unit.lipamita.domain.samples import NOW, a_payment

FEW, MANY = 60, 2_000
ONE = a_payment(Status.FAILED)
SMALL, LARGE, BUSY = Uid("few-payments"), Uid("many-payments"), Uid("many-live-payments")


class Counter:
    """How many payments both databases handed out."""

    recorded = live = 0


def payments(uid: Uid, count: int, *, begin: str) -> list[Payment]:
    """Of one payer; the newest has the highest number."""
    return [
        replace(ONE, user_id=uid, transaction_id=TransactionId(f"-{begin}{number:018d}"))
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def counter() -> Iterator[Counter]:
    """Counts at the emulator of Firestore, and what comes from that of the live database."""
    counter = Counter()
    run_query, get = QueryCalls.run_query, db.Query.get

    async def counted(calls: QueryCalls, request: Message) -> AsyncIterator[Message]:
        async for answer in run_query(calls, request):
            counter.recorded += answer.HasField("document")
            yield answer

    def counted_get(query: Any) -> Any:
        found = get(query)
        counter.live += len(found or {})
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QueryCalls, "run_query", counted)
        patch.setattr(db.Query, "get", counted_get)
        yield counter


@pytest.fixture(scope="module")
def world(counter: Counter) -> Iterator[World]:
    """Three payers: with few payments, with many in the record, and with many live ones."""
    with live_database() as database, live_firestore():
        record = FirestoreRecord(fresh_project())
        recorded = [*payments(SMALL, FEW, begin="A"), *payments(LARGE, MANY, begin="B")]
        for start in range(0, len(recorded), MAX_WRITES):
            record.write((), recorded[start : start + MAX_WRITES], now_ms=NOW)
        live = [
            *payments(SMALL, FEW, begin="C"),
            *payments(LARGE, FEW, begin="D"),
            *payments(BUSY, MANY, begin="E"),
        ]
        database.write("transactions", {one.transaction_id: payment_to_json(one) for one in live})
        yield cast("World", SimpleNamespace(record=record, store=RtdbStore(database.app)))


def reads(uid: Uid, asked: Asked, world: World, counter: Counter) -> tuple[int, int]:
    """Documents of the record and nodes of the live database that one page reads."""
    counter.recorded = counter.live = 0
    page = history_of_user(uid, asked, Caller(uid=uid, role=Role.TENANT), world)
    assert len(page.payments) == MAX_PAGE
    return counter.recorded, counter.live


def test_the_first_page_reads_the_same_however_much_is_recorded(
    world: World, counter: Counter
) -> None:
    few, many = (reads(uid, Asked(), world, counter) for uid in (SMALL, LARGE))
    assert few == many == (MAX_PAGE + 1, MAX_PAGE + 1)


def test_a_later_page_reads_the_same_however_much_is_recorded(
    world: World, counter: Counter
) -> None:
    before = {SMALL: f"-A{FEW - 2:018d}", LARGE: f"-B{MANY - 500:018d}"}
    few, many = (
        reads(uid, Asked(before=TransactionId(start)), world, counter)
        for uid, start in before.items()
    )
    assert few == many == (MAX_PAGE + 1, FEW)


def test_the_first_page_reads_no_more_of_many_live_payments_than_it_shows(
    world: World, counter: Counter
) -> None:
    assert reads(BUSY, Asked(), world, counter) == (0, MAX_PAGE + 1)
