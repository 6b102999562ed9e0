"""Notices: told once by their id, tried again with patience, given up in sight."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.errors import UnreadableError
from lipamita.domain.notice import LASTS_MS, Notice, NoticeOutcome, NoticeStatus
from lipamita.domain.units import DAY_MS, HOUR_MS, MINUTE_MS, Millis
from lipamita.domain.verdict import Alarm
from lipamita.use_cases.notify import (
    MAX_NOTICES,
    MAX_PAGES,
    REST_MS,
    Told,
    notify,
    put_notice,
)
from lipamita.use_cases.records import Versioned

from tests.fakes.channel import FakeChannel
from tests.fakes.estate import START_MS, Estate
from tests.fakes.memory_nodes import ProcessDiedError
from tests.fakes.memory_store import MemoryStore

NOW_LATER = Millis(START_MS + 1_000)
FOREVER = Millis(START_MS + 1_000 * DAY_MS)


def estate_with(**channels: FakeChannel) -> Estate:
    return Estate(notifiers=dict(channels), alarm_channels=tuple(channels))


def a_notice(notice_id: str = "n-1", channel: str = "chat") -> Notice:
    return Notice(
        notice_id=notice_id,
        channel=channel,
        kind="payment",
        title="Paid",
        body="KES 500 for MTR-001",
        created_at_ms=START_MS,
        expires_at_ms=Millis(START_MS + LASTS_MS),
    )


def raise_alarm(estate: Estate, kind: str = "forged_callback", times: int = 1) -> None:
    for number in range(times):
        alarm = Alarm(kind=kind, detail=f"number {number}")
        estate.store.raise_alarm(alarm, transaction_id=None, now_ms=estate.now_ms)


def run(estate: Estate) -> Told:
    return notify(estate.world, until_ms=FOREVER)


def pass_time(estate: Estate, duration_ms: int, *, step_ms: int = MINUTE_MS) -> None:
    for _ in range(duration_ms // step_ms):
        estate.wait(step_ms)
        run(estate)


def stored(estate: Estate, notice_id: str = "n-1") -> Notice:
    return estate.store.notices[notice_id]


def test_a_notice_put_twice_is_told_once() -> None:
    chat = FakeChannel()
    estate = estate_with(chat=chat)
    put_notice(a_notice(), estate.world)
    put_notice(replace(a_notice(), body="another"), estate.world)
    run(estate)
    run(estate)
    put_notice(a_notice(), estate.world)
    run(estate)
    assert [told.body for told in chat.told] == ["KES 500 for MTR-001"]
    assert stored(estate).status is NoticeStatus.DELIVERED
    assert stored(estate).next_check_at_ms is None


def test_a_channel_that_fails_is_tried_again_with_growing_pauses_until_it_works() -> None:
    chat = FakeChannel(outcome=NoticeOutcome.TRY_AGAIN)
    estate = estate_with(chat=chat)
    put_notice(a_notice(), estate.world)
    run(estate)
    pass_time(estate, HOUR_MS)
    assert len(chat.told) == 4  # at once, after 1, 5 and 15 minutes
    assert stored(estate).last_error == f"at {START_MS + 21 * MINUTE_MS}"
    chat.outcome = NoticeOutcome.DELIVERED
    pass_time(estate, HOUR_MS)
    assert stored(estate).status is NoticeStatus.DELIVERED


def test_a_notice_whose_last_day_is_over_is_given_up_with_an_alarm() -> None:
    chat = FakeChannel(outcome=NoticeOutcome.TRY_AGAIN)
    estate = estate_with(chat=chat)
    put_notice(a_notice(), estate.world)
    pass_time(estate, LASTS_MS + 5 * HOUR_MS, step_ms=HOUR_MS)
    assert stored(estate).status is NoticeStatus.GIVEN_UP
    assert stored(estate).next_check_at_ms is None
    assert [alarm.kind for alarm in estate.store.alarms] == ["notice_given_up"]
    assert len(chat.told) < 30


def test_what_a_channel_refuses_for_good_is_given_up_at_once() -> None:
    chat = FakeChannel(outcome=NoticeOutcome.REFUSED)
    estate = estate_with(chat=chat)
    put_notice(a_notice(), estate.world)
    run(estate)
    assert stored(estate).status is NoticeStatus.GIVEN_UP
    assert [alarm.kind for alarm in estate.store.alarms] == ["notice_given_up"]


def test_giving_up_is_told_but_giving_that_up_is_not_told_again() -> None:
    chat = FakeChannel(outcome=NoticeOutcome.REFUSED)
    estate = estate_with(chat=chat)
    raise_alarm(estate)
    pass_time(estate, 3 * HOUR_MS)
    assert [alarm.kind for alarm in estate.store.alarms] == ["forged_callback", "notice_given_up"]


def test_a_channel_that_is_not_configured_is_waited_for() -> None:
    estate = estate_with()
    put_notice(a_notice(), estate.world)
    run(estate)
    assert stored(estate).last_error == "the channel is not configured"
    estate.notifiers["chat"] = chat = FakeChannel()
    pass_time(estate, 2 * MINUTE_MS)
    assert len(chat.told) == 1


def test_a_failing_channel_rests_for_the_run_and_holds_up_no_other() -> None:
    chat, pager = FakeChannel(outcome=NoticeOutcome.TRY_AGAIN), FakeChannel()
    estate = estate_with(chat=chat, pager=pager)
    for number in range(5):
        put_notice(a_notice(f"chat-{number}"), estate.world)
        put_notice(a_notice(f"pager-{number}", channel="pager"), estate.world)
    assert run(estate) == Told(due=10, delivered=5, failed=1)
    assert (len(chat.told), len(pager.told)) == (1, 5)


def test_a_long_queue_for_a_channel_that_is_down_delays_no_other_channel() -> None:
    sms, pager = FakeChannel(outcome=NoticeOutcome.TRY_AGAIN), FakeChannel()
    estate = estate_with(sms=sms, pager=pager)
    for number in range(4 * MAX_NOTICES):
        put_notice(a_notice(f"sms-{number:03}", channel="sms"), estate.world)
    estate.wait(1_000)
    put_notice(replace(a_notice("alarm", channel="pager"), created_at_ms=NOW_LATER), estate.world)
    run(estate)
    assert (len(sms.told), len(pager.told)) == (1, 1)


def test_what_a_resting_channel_leaves_waits_a_minute_and_loses_no_attempt() -> None:
    sms = FakeChannel(outcome=NoticeOutcome.TRY_AGAIN)
    estate = estate_with(sms=sms)
    for number in range(3):
        put_notice(a_notice(f"n-{number}", channel="sms"), estate.world)
    run(estate)
    for number in (1, 2):
        left = stored(estate, f"n-{number}")
        assert (left.attempts, left.next_check_at_ms) == (0, START_MS + REST_MS)
    sms.outcome = NoticeOutcome.DELIVERED
    pass_time(estate, REST_MS)
    assert {told.notice_id for told in sms.told} == {"n-0", "n-1", "n-2"}


def test_a_run_looks_at_a_bounded_number_of_notices_and_the_next_goes_on() -> None:
    sms, pager = FakeChannel(outcome=NoticeOutcome.TRY_AGAIN), FakeChannel()
    estate = estate_with(sms=sms, pager=pager)
    for number in range(MAX_NOTICES * MAX_PAGES):
        put_notice(a_notice(f"sms-{number:04}", channel="sms"), estate.world)
    put_notice(replace(a_notice("z", channel="pager"), created_at_ms=NOW_LATER), estate.world)
    estate.wait(1_000)
    assert run(estate).due == MAX_NOTICES * MAX_PAGES
    assert not pager.told
    run(estate)
    assert len(pager.told) == 1


def test_notices_that_cannot_be_moved_on_do_not_keep_a_run_busy() -> None:
    def refuse(_: str) -> None:
        raise OSError("no writes")

    estate = estate_with(chat=FakeChannel())
    for number in range(MAX_NOTICES):
        put_notice(a_notice(f"n-{number}"), estate.world)
    estate.store.before_write = refuse
    assert run(estate) == Told(due=MAX_NOTICES, delivered=0, failed=MAX_NOTICES)


def test_a_channel_that_raises_does_not_stop_the_others() -> None:
    def fall() -> None:
        raise OSError("broken")

    chat, pager = FakeChannel(during=fall), FakeChannel()
    estate = estate_with(chat=chat, pager=pager)
    put_notice(a_notice(), estate.world)
    put_notice(a_notice("n-2", channel="pager"), estate.world)
    run(estate)
    assert stored(estate).last_error == "OSError"
    assert len(pager.told) == 1


def test_two_runs_at_once_tell_a_notice_once() -> None:
    def run_meanwhile() -> None:
        run(estate)

    chat = FakeChannel(during=run_meanwhile)
    estate = estate_with(chat=chat)
    put_notice(a_notice(), estate.world)
    run(estate)
    assert len(chat.told) == 1


def test_a_process_that_dies_while_telling_tells_again_later() -> None:
    def die() -> None:
        raise ProcessDiedError

    chat = FakeChannel()
    estate = estate_with(chat=chat)
    put_notice(a_notice(), estate.world)
    writes: list[str] = []
    estate.store.before_write = lambda path: die() if len(writes) == 1 else writes.append(path)
    run(estate)
    estate.store.before_write = lambda _: None
    assert stored(estate).status is NoticeStatus.WAITING
    pass_time(estate, 20 * MINUTE_MS)
    assert stored(estate).status is NoticeStatus.DELIVERED
    assert [told.notice_id for told in chat.told] == ["n-1", "n-1"]


def test_one_run_tells_a_bounded_number_and_the_next_run_goes_on() -> None:
    chat = FakeChannel()
    estate = estate_with(chat=chat)
    for number in range(MAX_NOTICES + 10):
        put_notice(a_notice(f"n-{number}"), estate.world)
    run(estate)
    assert len(chat.told) == MAX_NOTICES
    run(estate)
    assert len({told.notice_id for told in chat.told}) == MAX_NOTICES + 10


def test_nothing_is_started_when_the_time_is_over() -> None:
    chat = FakeChannel()
    estate = estate_with(chat=chat)
    put_notice(a_notice(), estate.world)
    put_notice(a_notice("n-2"), estate.world)
    chat.during = lambda: estate.wait(8_000)
    notify(estate.world, until_ms=Millis(START_MS + 5_000))
    assert len(chat.told) == 1


class OneDamaged(MemoryStore):
    """A store in which one notice's node is damaged."""

    def read_notice(self, notice_id: str) -> Versioned[Notice] | None:
        if notice_id == "damaged":
            raise UnreadableError("unreadable_node", "channel must be a string")
        return super().read_notice(notice_id)


def test_a_damaged_notice_is_taken_off_the_schedule_and_left_in_sight() -> None:
    chat = FakeChannel()
    estate = Estate(store=OneDamaged(), notifiers={"chat": chat})
    put_notice(a_notice("damaged"), estate.world)
    put_notice(a_notice(), estate.world)
    run(estate)
    assert stored(estate, "damaged").next_check_at_ms is None
    assert len(chat.told) == 1


@pytest.mark.parametrize("times", [1, 2, 500])
def test_alarms_of_one_kind_make_one_notice_an_hour(times: int) -> None:
    chat = FakeChannel()
    estate = estate_with(chat=chat)
    for _ in range(60):
        raise_alarm(estate, times=times)
        pass_time(estate, MINUTE_MS)
    assert len(chat.told) == 1
    pass_time(estate, 2 * HOUR_MS)
    rest = 60 * times - times
    assert [told.body.split(".")[0] for told in chat.told] == [
        f"forged_callback: {'once' if times == 1 else f'{times} times'}, {times} on 2026-11-18",
        f"forged_callback: {rest} times, {60 * times} on 2026-11-18",
    ]


def test_each_kind_is_told_for_itself_and_through_every_alarm_channel() -> None:
    chat, pager, idle = FakeChannel(), FakeChannel(), FakeChannel()
    estate = estate_with(chat=chat, pager=pager)
    estate.notifiers["idle"] = idle
    raise_alarm(estate, "forged_callback")
    raise_alarm(estate, "money_in_suspense")
    run(estate)
    assert len(chat.told) == len(pager.told) == 2
    assert not idle.told


def test_what_is_raised_just_before_midnight_is_told_after_it_and_once_an_hour() -> None:
    chat = FakeChannel()
    estate = estate_with(chat=chat)
    into_day_ms = (START_MS + 3 * HOUR_MS) % DAY_MS
    estate.wait(DAY_MS - into_day_ms - 90_000)  # 23:58:30 in Kenya
    raise_alarm(estate)
    pass_time(estate, MINUTE_MS)
    raise_alarm(estate)
    pass_time(estate, MINUTE_MS)  # 00:00:30
    raise_alarm(estate)
    pass_time(estate, 50 * MINUTE_MS)
    assert len(chat.told) == 1
    pass_time(estate, 3 * HOUR_MS)
    assert len(chat.told) == 3
    days = [count.day for count in estate.store.alarm_counts.values()]
    assert len(set(days)) == 2


@pytest.mark.parametrize("nth", range(4))
def test_a_death_between_notice_and_mark_tells_an_alarm_once(nth: int) -> None:
    writes: list[str] = []

    def die(path: str) -> None:
        writes.append(path)
        if len(writes) == nth + 1:
            raise ProcessDiedError

    chat, pager = FakeChannel(), FakeChannel()
    estate = estate_with(chat=chat, pager=pager)
    raise_alarm(estate)
    estate.store.after_write = die
    run(estate)
    estate.store.after_write = lambda _: None
    pass_time(estate, 30 * MINUTE_MS)
    assert {told.notice_id for told in chat.told} == {"alarm-2026-11-18-forged_callback-0-chat"}
    assert len(pager.told) == 1
