"""Signs of life are written seldom, and queues are measured by an index and no further."""

from __future__ import annotations

from dataclasses import replace

import pytest
from firebase_admin.exceptions import UnavailableError
from lipamita.adapters.rtdb_health import NOTED_EVERY_MS
from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.domain.health import Queue, QueueSize, Sign
from lipamita.domain.ids import MeterId, TransactionId
from lipamita.domain.refund import RefundId, RefundStatus
from lipamita.domain.schedule import first_in_line
from lipamita.domain.suspense import SuspenseItem
from lipamita.domain.units import Kes, Millis
from lipamita.use_cases.health_ports import TokenTimes
from lipamita.use_cases.records import RawCallback

from tests.unit.lipamita.adapters.live_rtdb import LiveDatabase
from tests.unit.lipamita.adapters.test_rtdb_refunds import REFUND
from tests.unit.lipamita.domain.samples import NOW, TRANSACTION, a_payment


@pytest.fixture
def store(database: LiveDatabase) -> RtdbStore:
    return RtdbStore(database.app)


def measured(store: RtdbStore, queue: Queue, limit: int = 10) -> QueueSize:
    return store.measure_queue(queue, now_ms=NOW, limit=limit)


def a_callback(evidence_id: str, at_ms: int) -> RawCallback:
    return RawCallback(
        evidence_id=evidence_id,
        body="{}",
        received_at_ms=Millis(at_ms),
        remote_address="",
        content_type="",
    )


def test_a_sign_is_written_at_most_once_a_minute(store: RtdbStore) -> None:
    for after_ms in (0, 1, NOTED_EVERY_MS - 1):
        store.note_sign(Sign.CONFIRMATION, now_ms=Millis(NOW + after_ms))
    assert store.read_health().seen_ms == {Sign.CONFIRMATION: NOW}
    store.note_sign(Sign.CONFIRMATION, now_ms=Millis(NOW + NOTED_EVERY_MS))
    assert store.read_health().seen_ms == {Sign.CONFIRMATION: NOW + NOTED_EVERY_MS}


def test_a_callback_is_a_sign_of_life(store: RtdbStore) -> None:
    store.create_payment(a_payment())
    for number in range(3):
        store.record_callback(TRANSACTION, a_callback(f"e{number}", NOW + number))
    assert store.read_health().seen_ms == {Sign.CALLBACK: NOW}


def test_why_there_was_no_token_is_kept_and_cut(store: RtdbStore) -> None:
    store.note_sign(Sign.TOKEN_FAILURE, now_ms=NOW, detail="x" * 300)
    assert store.read_health().token_failure == "x" * 200


def test_a_sign_that_cannot_be_written_stops_nobody(
    store: RtdbStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: str) -> None:
        raise UnavailableError("no database")

    monkeypatch.setattr(store, "at", away)
    store.note_sign(Sign.CONFIRMATION, now_ms=NOW)


def test_what_is_due_is_counted_with_the_age_of_the_oldest(store: RtdbStore) -> None:
    dues = {"a": NOW - 5, "b": NOW - 9, "c": NOW + 1, "d": first_in_line(Millis(NOW - 7))}
    for name, due_ms in dues.items():
        payment = a_payment(transaction_id=TransactionId(name), next_check_at_ms=due_ms)
        store.create_payment(payment)
    assert measured(store, Queue.DUE_PAYMENTS) == QueueSize(count=3, oldest_ms=Millis(NOW - 9))
    assert measured(store, Queue.DUE_PAYMENTS, limit=2).count == 2


WAITING = {
    Queue.REVIEWS: ("reviews", "open", "raised_at"),
    Queue.NOTICES: ("notices", "waiting", "created_at"),
    Queue.NOTICES_GIVEN_UP: ("notices", "given_up", "created_at"),
}


@pytest.mark.parametrize("queue", WAITING)
def test_only_what_waits_is_counted(store: RtdbStore, database: LiveDatabase, queue: Queue) -> None:
    path, status, since = WAITING[queue]
    assert measured(store, queue) == QueueSize()
    nodes = {f"n{age}": {"status": status, since: NOW - age} for age in range(1, 4)}
    database.write(path, {**nodes, "done": {"status": "closed", since: NOW - 99}})
    assert measured(store, queue) == QueueSize(count=3, oldest_ms=Millis(NOW - 3))


def test_suspense_counts_while_it_has_a_place_in_its_queue(
    store: RtdbStore, database: LiveDatabase
) -> None:
    assert measured(store, Queue.SUSPENSE) == QueueSize()
    item = SuspenseItem(reason="unknown_account", amount_kes=Kes(9), account="", received_at_ms=NOW)
    given = replace(item, assigned_meter_id=MeterId("MTR-001"), received_at_ms=Millis(NOW - 3))
    store.put_suspense("UKL0DEMO01", item)
    store.put_suspense("UKL0DEMO02", given)
    store.put_suspense("UKL0DEMO03", replace(given, placed=True))
    store.put_suspense("UKL0DEMO04", replace(item, refund_id="-Of2aAbcdEFGHijkl099"))
    assert measured(store, Queue.SUSPENSE) == QueueSize(count=2, oldest_ms=Millis(NOW - 3))


def test_refunds_count_until_they_have_ended(store: RtdbStore) -> None:
    ages = {RefundStatus.REFUNDED: 9, RefundStatus.FAILED: 8, RefundStatus.REVIEW: 5}
    for status, age_ms in {**ages, RefundStatus.SENT: 3}.items():
        refund = replace(
            REFUND,
            refund_id=RefundId(f"{status:-<20}"),
            status=status,
            created_at_ms=Millis(NOW - age_ms),
            next_check_at_ms=NOW if status is RefundStatus.SENT else None,
        )
        store.create_refund(refund)
    assert measured(store, Queue.REFUNDS) == QueueSize(count=2, oldest_ms=Millis(NOW - 5))
    assert measured(store, Queue.REFUNDS, limit=1) == QueueSize(count=1, oldest_ms=Millis(NOW - 5))


def test_meters_that_fell_silent_are_counted_and_those_never_installed_are_not(
    store: RtdbStore, database: LiveDatabase
) -> None:
    seen = {"MTR-001": NOW, "MTR-002": NOW - 10, "MTR-003": NOW - 11, "MTR-004": NOW - 12}
    meters = {meter_id: {"status": {"last_seen": at_ms}} for meter_id, at_ms in seen.items()}
    database.write("meters", {**meters, "MTR-005": {"name": "new"}})
    before_ms = Millis(NOW - 10)
    assert store.count_silent_meters(before_ms=before_ms, limit=10) == 3
    assert store.count_silent_meters(before_ms=before_ms, limit=2) == 2


def test_the_times_of_the_token_are_read_without_it(
    store: RtdbStore, database: LiveDatabase
) -> None:
    assert store.read_token_times() == TokenTimes(fetched_at_ms=None, expires_at_ms=None)
    times = {"access_token": "secret", "fetched_at": NOW, "expires_at": NOW + 5}
    database.write("daraja_access_token/main", times)
    assert store.read_token_times() == TokenTimes(fetched_at_ms=NOW, expires_at_ms=Millis(NOW + 5))


def test_meters_are_due_since_they_were_to_be_looked_at(
    store: RtdbStore, database: LiveDatabase
) -> None:
    for key, at_ms in {"MTR-001": NOW - 5, "MTR-002": NOW - 9, "MTR-003": NOW + 1}.items():
        database.write(f"meters/{key}", {"name": "House", "next_look_at": at_ms})
    database.write("meters/MTR-004", {"name": "never looked at"})
    assert measured(store, Queue.DUE_METERS) == QueueSize(count=2, oldest_ms=Millis(NOW - 9))
