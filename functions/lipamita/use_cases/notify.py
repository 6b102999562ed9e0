"""Tell people: put a notice into the outbox, and deliver what is due in it.

A notice is written once by its id and delivered later, by the schedule: no payment ever waits for
a channel. Each attempt is stored before it is made, so that two runs do not tell the same thing;
a process that dies while telling tells it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lipamita.domain.errors import UnreadableError
from lipamita.domain.notice import (
    Notice,
    NoticeAnswer,
    NoticeOutcome,
    alarm_notice,
    alarms_to_tell,
    answered,
    attempt,
    given_up_alarm,
    opened,
    put_off,
)
from lipamita.domain.units import MINUTE_MS, Millis
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.world import World

MAX_NOTICES = 50  # attempts of one run, and notices of one page
MAX_PAGES = 20  # of one run: a channel that rests must not keep the others' notices out of sight
MAX_ALARM_NOTICES = 100  # digests of one run, all channels together
RETRY_AFTER_MS = 15 * MINUTE_MS
REST_MS = MINUTE_MS  # what a channel that did not answer is spared; then it is asked again


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one run did; ``due`` are the notices it came to."""

    due: int = 0
    delivered: int = 0
    failed: int = 0


def put_notice(notice: Notice, world: World) -> None:
    """Into the outbox, once by its id, due at once. Repeating it changes nothing."""
    world.store.create_notice(opened(notice))


def notify(world: World, *, until_ms: Millis) -> Told:
    """Make digests of new alarms, then deliver what is due. Starts nothing after ``until_ms``.

    A channel that did not take a notice is left alone for the rest of the run: what waits for it
    goes to the end of the queue, so that the other channels' notices come up in the same run.
    """
    try:
        tell_alarms(world)
    except Exception as error:  # what waits already must not wait for this
        world.log.work_failed("alarms", error)
    due = delivered = failed = 0
    resting: set[str] = set()
    for notice_id in _all_due(world):
        if world.clock() >= until_ms or delivered + failed >= MAX_NOTICES:
            break
        due += 1
        try:
            outcome = _deliver(notice_id, resting, world)
        except Exception as error:  # one notice's trouble must not stop the rest
            failed += 1
            _set_aside(notice_id, error, world)
            continue
        delivered += outcome is NoticeOutcome.DELIVERED
        failed += outcome in (NoticeOutcome.TRY_AGAIN, NoticeOutcome.REFUSED)
    return Told(due=due, delivered=delivered, failed=failed)


def tell_alarms(world: World) -> None:
    """Put a digest of each kind of alarm that rose into the outbox, for every alarm channel.

    The digest's id names the count that was told before: a repeat makes no second one.
    """
    now_ms = world.clock()
    made = 0
    for count in alarms_to_tell(world.store.recent_alarms(), now_ms=now_ms):
        if made >= MAX_ALARM_NOTICES:
            return
        for channel in world.alarm_channels:
            put_notice(alarm_notice(count, channel, now_ms=now_ms), world)
            made += 1
        world.store.mark_alarm_told(count, now_ms=now_ms)


def _all_due(world: World) -> Iterator[str]:
    """Due notices page by page, each once; whoever takes one moves it on before the next page."""
    seen: set[str] = set()
    for _ in range(MAX_PAGES):
        page = world.store.due_notices(now_ms=world.clock(), limit=MAX_NOTICES)
        fresh = [notice_id for notice_id in page if notice_id not in seen]
        yield from fresh
        seen.update(fresh)
        if not fresh or len(page) < MAX_NOTICES:
            return


def _deliver(notice_id: str, resting: set[str], world: World) -> NoticeOutcome | None:
    """What the channel made of it; None if somebody else has it or its channel rests."""
    old = world.store.read_notice(notice_id)
    now_ms = world.clock()
    if old is None or not _is_due(old.value, now_ms):
        return None
    if old.value.channel in resting:  # compare-and-set: nothing happens if somebody has it
        world.store.replace_notice(old, put_off(old.value, until_ms=Millis(now_ms + REST_MS)))
        return None
    if not world.store.replace_notice(old, attempt(old.value, now_ms=now_ms)):
        return None
    answer = _tell(old.value, world)
    if answer.outcome is NoticeOutcome.TRY_AGAIN:
        resting.add(old.value.channel)
    _close(notice_id, answer, world)
    return answer.outcome


def _is_due(notice: Notice, now_ms: Millis) -> bool:
    return notice.next_check_at_ms is not None and notice.next_check_at_ms <= now_ms


def _tell(notice: Notice, world: World) -> NoticeAnswer:
    channel = world.notifiers.get(notice.channel)
    if channel is None:
        return NoticeAnswer(outcome=NoticeOutcome.TRY_AGAIN, why="the channel is not configured")
    try:
        return channel.tell(notice, now_ms=world.clock())
    except Exception as error:
        world.log.work_failed(notice.notice_id, error)
        return NoticeAnswer(outcome=NoticeOutcome.TRY_AGAIN, why=type(error).__name__)


def _close(notice_id: str, answer: NoticeAnswer, world: World) -> None:
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = world.store.read_notice(notice_id)
        if old is None:
            return
        now_ms = world.clock()
        new = answered(old.value, answer, now_ms=now_ms)
        alarm = given_up_alarm(new)
        if alarm is not None:  # before the notice is closed: counted twice rather than lost
            world.store.raise_alarm(alarm, transaction_id=new.transaction_id, now_ms=now_ms)
        if world.store.replace_notice(old, new):
            world.log.notice_answered(new, answer)
            return


def _set_aside(notice_id: str, error: Exception, world: World) -> None:
    world.log.work_failed(notice_id, error)
    damaged = isinstance(error, UnreadableError)  # it stays where staff can see it
    again_ms = None if damaged else Millis(world.clock() + RETRY_AFTER_MS)
    try:
        world.store.postpone_notice(notice_id, again_ms)
    except Exception as second:
        world.log.work_failed(notice_id, second)
