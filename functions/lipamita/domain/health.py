"""Signs of life of the world around us, and when their absence is an alarm. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lipamita.domain.notice import AlarmCount
from lipamita.domain.units import DAY_MS, HOUR_MS, MINUTE_MS, Millis
from lipamita.domain.verdict import Alarm

MAX_COUNTED = 100  # of a queue; a longer one is said to be at least that long
WAITING_TOO_LONG_MS = DAY_MS  # a review, or money in suspense
WORK_OVERDUE_MS = 30 * MINUTE_MS
CALLBACKS_SILENT_MS = 3 * HOUR_MS


class Sign(StrEnum):
    """What is remembered, each with the last time it was seen (``health/{sign}_at``)."""

    CALLBACK = "callback"
    CONFIRMATION = "confirmation"
    PAID_BY_QUERY = "paid_by_query"
    TOKEN_FAILURE = "token_failure"  # noqa: S105 - the name of an event


class Queue(StrEnum):
    """Where something may wait."""

    DUE_PAYMENTS = "due_payments"
    DUE_CONFIRMATIONS = "due_confirmations"
    DUE_METERS = "due_meters"  # to be looked at; those never looked at are not counted
    REVIEWS = "reviews"
    SUSPENSE = "suspense"
    REFUNDS = "refunds"
    NOTICES = "notices"
    NOTICES_GIVEN_UP = "notices_given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSize:
    """How many wait, up to MAX_COUNTED, and since when the oldest of them does."""

    count: int = 0
    oldest_ms: Millis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """When each sign was last seen; None: never. Up to a minute behind."""

    seen_ms: Mapping[Sign, Millis]
    token_failure: str | None = None


def decide_alarms(
    queues: Mapping[Queue, QueueSize],
    health: Health,
    raised: Iterable[AlarmCount],
    *,
    day: str,
    now_ms: Millis,
) -> list[Alarm]:
    """What an operator must see about the whole, each kind once a day.

    ``raised``: the alarms counted of late; ``day``: today, as they are counted.
    """
    known = {count.kind for count in raised if count.day == day}
    found = [
        *_waiting(queues[Queue.REVIEWS], "review_age", now_ms),
        *_waiting(queues[Queue.SUSPENSE], "suspense_age", now_ms),
        *_waiting(queues[Queue.REFUNDS], "refund_age", now_ms),
        *_overdue(queues, now_ms),
        *_silent(health, now_ms),
    ]
    return [alarm for alarm in found if alarm.kind not in known]


def _waiting(size: QueueSize, kind: str, now_ms: Millis) -> list[Alarm]:
    age_ms = _age_ms(size, now_ms)
    if age_ms < WAITING_TOO_LONG_MS:
        return []
    detail = f"{size.count} waiting, the oldest for {age_ms // HOUR_MS} h"
    return [Alarm(kind=kind, detail=detail)]


def _overdue(queues: Mapping[Queue, QueueSize], now_ms: Millis) -> list[Alarm]:
    late = {
        queue: queues[queue]
        for queue in (Queue.DUE_PAYMENTS, Queue.DUE_CONFIRMATIONS, Queue.DUE_METERS)
        if _age_ms(queues[queue], now_ms) >= WORK_OVERDUE_MS
    }
    if not late:
        return []
    said = [
        f"{queue}: {size.count}, the oldest for {_age_ms(size, now_ms) // MINUTE_MS} min"
        for queue, size in late.items()
    ]
    return [Alarm(kind="work_overdue", detail="; ".join(said))]


def _silent(health: Health, now_ms: Millis) -> list[Alarm]:
    told_ms = health.seen_ms.get(Sign.CALLBACK)
    queried_ms = health.seen_ms.get(Sign.PAID_BY_QUERY)
    since_ms = now_ms - CALLBACKS_SILENT_MS
    if queried_ms is None or queried_ms < since_ms or (told_ms or 0) >= since_ms:
        return []
    last = "never" if told_ms is None else f"{(now_ms - told_ms) // HOUR_MS} h ago"
    return [Alarm(kind="callbacks_silent", detail=f"paid by query; the last callback came {last}")]


def _age_ms(size: QueueSize, now_ms: Millis) -> int:
    return 0 if size.oldest_ms is None else now_ms - size.oldest_ms
