"""Notices and alarms in a real database: made once, found by index, changed by compare-and-set."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.adapters.rtdb_notices import MAX_DETAIL
from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.domain.errors import UnreadableError
from lipamita.domain.ids import Uid
from lipamita.domain.notice import AlarmCount, Notice, NoticeStatus, opened
from lipamita.domain.units import DAY_MS, Millis, day_eat
from lipamita.domain.verdict import Alarm

from tests.unit.lipamita.adapters.live_rtdb import LiveDatabase
from tests.unit.lipamita.domain.samples import NOW, TRANSACTION

AMINA, BRIAN = Uid("tenant-amina"), Uid("tenant-brian")


@pytest.fixture
def store(database: LiveDatabase) -> RtdbStore:
    return RtdbStore(database.app)


def a_notice(notice_id: str = "n-1", due_after_ms: int = 0) -> Notice:
    return opened(
        Notice(
            notice_id=notice_id,
            channel="webhook",
            kind="alarm",
            title="title",
            body="body",
            transaction_id=TRANSACTION,
            created_at_ms=NOW,
            expires_at_ms=Millis(NOW + DAY_MS),
            next_check_at_ms=Millis(NOW + due_after_ms),
        )
    )


def test_the_first_notice_of_an_id_stands(store: RtdbStore) -> None:
    store.create_notice(a_notice())
    store.create_notice(replace(a_notice(), body="other"))
    read = store.read_notice("n-1")
    assert read is not None
    assert read.value == a_notice()


def test_a_notice_is_replaced_only_as_it_was_read(store: RtdbStore) -> None:
    store.create_notice(a_notice())
    old = store.read_notice("n-1")
    assert old is not None
    delivered = replace(old.value, status=NoticeStatus.DELIVERED, next_check_at_ms=None)
    assert store.replace_notice(old, delivered)
    assert not store.replace_notice(old, a_notice())
    read = store.read_notice("n-1")
    assert read is not None
    assert read.value == delivered


def test_due_notices_are_found_the_longest_due_first(store: RtdbStore) -> None:
    for notice_id, due_after_ms in (("late", 0), ("later", -5), ("early", 5), ("latest", -9)):
        store.create_notice(a_notice(notice_id, due_after_ms))
    store.postpone_notice("late", None)
    assert store.due_notices(now_ms=NOW, limit=5) == ["latest", "later"]
    assert store.due_notices(now_ms=NOW, limit=1) == ["latest"]


def test_the_notices_of_one_person_are_removed_some_at_a_time(store: RtdbStore) -> None:
    for notice_id, recipient in (("a", AMINA), ("b", AMINA), ("c", BRIAN), ("d", None)):
        store.create_notice(replace(a_notice(notice_id), recipient=recipient))
    assert [store.forget_notices_of(AMINA, limit=1) for _ in range(3)] == [1, 1, 0]
    assert set(store.at("notices").get()) == {"c", "d"}


def test_a_damaged_notice_is_named(store: RtdbStore, database: LiveDatabase) -> None:
    store.create_notice(a_notice())
    database.merge("notices/n-1", {"status": "lost"})
    with pytest.raises(UnreadableError, match="notices/n-1/status"):
        store.read_notice("n-1")


def test_an_absent_notice_is_none(store: RtdbStore) -> None:
    assert store.read_notice("n-1") is None


def raise_alarm(store: RtdbStore, now_ms: int, detail: str = "x") -> None:
    alarm = Alarm(kind="forged_callback", detail=detail)
    store.raise_alarm(alarm, transaction_id=TRANSACTION, now_ms=Millis(now_ms))


def test_alarms_are_counted_by_day_and_only_the_last_two_days_are_recent(store: RtdbStore) -> None:
    assert store.recent_alarms() == []
    for day in (0, 1, 2, 2):
        raise_alarm(store, NOW + day * DAY_MS, detail="y" * 600)
    assert [(count.day, count.count) for count in store.recent_alarms()] == [
        (day_eat(Millis(NOW + DAY_MS)), 1),
        (day_eat(Millis(NOW + 2 * DAY_MS)), 2),
    ]
    assert store.recent_alarms()[-1].last_detail == "y" * MAX_DETAIL


def test_what_was_told_is_remembered_when_more_are_raised(store: RtdbStore) -> None:
    raise_alarm(store, NOW)
    (count,) = store.recent_alarms()
    raise_alarm(store, NOW + 1)
    store.mark_alarm_told(count, now_ms=Millis(NOW + 2))
    raise_alarm(store, NOW + 3)
    assert store.recent_alarms() == [
        AlarmCount(
            day=day_eat(NOW),
            kind="forged_callback",
            count=3,
            last_at_ms=Millis(NOW + 3),
            last_detail="x",
            last_transaction_id=TRANSACTION,
            noticed_count=1,
            noticed_at_ms=Millis(NOW + 2),
        )
    ]
