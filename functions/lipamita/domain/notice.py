"""Notices: what somebody must be told, kept until a channel has taken it or its last day is over.

A notice is for one channel, so that a channel that fails repeats nothing of another. Alarms are
told as digests: one notice per kind and hour at most, with how often it was raised since the last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from lipamita.domain.ids import TransactionId, Uid
from lipamita.domain.units import DAY_MS, HOUR_MS, MINUTE_MS, Millis
from lipamita.domain.verdict import Alarm

ATTEMPT_DELAYS_MS = (MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS, 4 * HOUR_MS)
LASTS_MS = 3 * DAY_MS  # what is told about alarms; others choose their own
ALARM_TOLD_EVERY_MS = HOUR_MS
MAX_TITLE = 120
MAX_BODY = 1_000
MAX_ERROR = 200
ALARM_NOTICE = "alarm"
GIVEN_UP_ALARM = "notice_given_up"


class NoticeStatus(StrEnum):
    """Where a notice stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class NoticeOutcome(StrEnum):
    """What a channel made of a notice."""

    DELIVERED = "delivered"
    TRY_AGAIN = "try_again"
    REFUSED = "refused"  # asking again cannot help: nobody to tell, a number that does not exist


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeAnswer:
    """A channel's answer. ``why`` says what went wrong, without secrets or phone numbers."""

    outcome: NoticeOutcome
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell through one channel (``notices/{notice_id}``).

    ``notice_id`` says what it is about, so that it is told once; only letters, digits, - and _.
    ``recipient`` is the user it is for; None for whoever listens to the operators' channels.
    ``last_error`` is of the last attempt, and absent while that one has no answer.
    """

    notice_id: str
    channel: str
    kind: str
    title: str
    body: str
    created_at_ms: Millis
    expires_at_ms: Millis
    recipient: Uid | None = None
    transaction_id: TransactionId | None = None
    status: NoticeStatus = NoticeStatus.WAITING
    attempts: int = 0
    next_check_at_ms: Millis | None = None
    closed_at_ms: Millis | None = None
    last_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmCount:
    """One kind of alarm on one day, and how much of it was told (``alarms/{day}/{kind}``)."""

    day: str
    kind: str
    count: int
    last_at_ms: Millis
    last_detail: str = ""
    last_transaction_id: TransactionId | None = None
    noticed_count: int = 0
    noticed_at_ms: Millis | None = None


def opened(notice: Notice) -> Notice:
    """A notice as it enters the outbox: due when it was made, and no longer than fits."""
    return replace(
        notice,
        title=notice.title[:MAX_TITLE],
        body=notice.body[:MAX_BODY],
        next_check_at_ms=notice.next_check_at_ms or notice.created_at_ms,
    )


def attempt(notice: Notice, *, now_ms: Millis) -> Notice:
    """The notice as it is stored before a channel gets it, so that nobody else tries meanwhile.

    What an earlier attempt came to is struck out: until this one has an answer nobody knows what
    became of it (``outcome_unknown``).
    """
    delay_ms = ATTEMPT_DELAYS_MS[min(notice.attempts, len(ATTEMPT_DELAYS_MS) - 1)]
    return replace(
        notice,
        attempts=notice.attempts + 1,
        last_error=None,
        next_check_at_ms=Millis(now_ms + delay_ms),
    )


def put_off(notice: Notice, *, until_ms: Millis) -> Notice:
    """The notice of a channel that rests: due later, with no attempt counted or forgotten."""
    return replace(notice, next_check_at_ms=until_ms)


def outcome_unknown(notice: Notice) -> bool:
    """Whether the last attempt began and nobody wrote down its answer: it may have been told."""
    return notice.attempts > 0 and notice.last_error is None


def answered(notice: Notice, answer: NoticeAnswer, *, now_ms: Millis) -> Notice:
    """The notice after an attempt: delivered, given up, or waiting for the next."""
    if answer.outcome is NoticeOutcome.DELIVERED:
        return _closed(notice, NoticeStatus.DELIVERED, now_ms)
    failed = replace(notice, last_error=answer.why[:MAX_ERROR] or answer.outcome.value)
    hopeless = answer.outcome is NoticeOutcome.REFUSED
    if hopeless or (notice.next_check_at_ms or now_ms) > notice.expires_at_ms:
        return _closed(failed, NoticeStatus.GIVEN_UP, now_ms)
    return failed


def given_up_alarm(notice: Notice) -> Alarm | None:
    """What operators must see when a notice is given up; nothing when it was about just that."""
    about_itself = notice.kind == ALARM_NOTICE and GIVEN_UP_ALARM in notice.notice_id
    if notice.status is not NoticeStatus.GIVEN_UP or about_itself:
        return None
    return Alarm(
        kind=GIVEN_UP_ALARM,
        detail=f"{notice.channel}, {notice.kind} {notice.notice_id}: {notice.last_error}",
    )


def alarms_to_tell(counts: Iterable[AlarmCount], *, now_ms: Millis) -> list[AlarmCount]:
    """Of each kind at most one count: the oldest that rose, unless the kind was told this hour."""
    told_at_ms: dict[str, int] = {}
    rising = sorted(counts, key=lambda count: (count.day, count.kind))
    for count in rising:
        told_at_ms[count.kind] = max(told_at_ms.get(count.kind, 0), count.noticed_at_ms or 0)
    found: list[AlarmCount] = []
    for count in rising:
        waited_ms = now_ms - told_at_ms[count.kind]
        if count.count > count.noticed_count and waited_ms >= ALARM_TOLD_EVERY_MS:
            told_at_ms[count.kind] = now_ms
            found.append(count)
    return found


def alarm_notice(count: AlarmCount, channel: str, *, now_ms: Millis) -> Notice:
    """The digest for one channel; its id names what was told before, so it is made once."""
    new = count.count - count.noticed_count
    times = "once" if new == 1 else f"{new} times"
    about = f" ({count.last_transaction_id})" if count.last_transaction_id else ""
    return Notice(
        notice_id=f"alarm-{count.day}-{count.kind}-{count.noticed_count}-{channel}",
        channel=channel,
        kind=ALARM_NOTICE,
        title=f"lipamita: {count.kind} {times}",
        body=f"{count.kind}: {times}, {count.count} on {count.day}. "
        f"Last: {count.last_detail}{about}",
        transaction_id=count.last_transaction_id,
        created_at_ms=now_ms,
        expires_at_ms=Millis(now_ms + LASTS_MS),
    )


def _closed(notice: Notice, status: NoticeStatus, now_ms: Millis) -> Notice:
    return replace(notice, status=status, closed_at_ms=now_ms, next_check_at_ms=None)
