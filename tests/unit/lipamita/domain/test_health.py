"""What of the whole is an alarm: age, silence, overdue work; each kind once a day."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.health import (
    CALLBACKS_SILENT_MS,
    WAITING_TOO_LONG_MS,
    WORK_OVERDUE_MS,
    Health,
    Queue,
    QueueSize,
    Sign,
    decide_alarms,
)
from lipamita.domain.notice import AlarmCount
from lipamita.domain.units import HOUR_MS, Millis

from tests.unit.lipamita.domain.samples import NOW

DAY = "2026-11-21"
QUIET = Health(seen_ms={})
RAISED = AlarmCount(day=DAY, kind="review_age", count=1, last_at_ms=NOW)


def kinds(
    queues: dict[Queue, int] | None = None,
    health: Health = QUIET,
    raised: tuple[AlarmCount, ...] = (),
) -> list[str]:
    """The alarms, given the age of the oldest in each queue."""
    sizes = dict.fromkeys(Queue, QueueSize())
    for queue, age_ms in (queues or {}).items():
        sizes[queue] = QueueSize(count=3, oldest_ms=Millis(NOW - age_ms))
    found = decide_alarms(sizes, health, raised, day=DAY, now_ms=NOW)
    return [alarm.kind for alarm in found]


def seen(**ages_ms: int) -> Health:
    return Health(seen_ms={Sign(name): Millis(NOW - age_ms) for name, age_ms in ages_ms.items()})


def test_empty_queues_and_silence_are_no_alarm() -> None:
    assert kinds() == []


@pytest.mark.parametrize(
    ("queue", "limit_ms", "kind"),
    [
        (Queue.REVIEWS, WAITING_TOO_LONG_MS, "review_age"),
        (Queue.SUSPENSE, WAITING_TOO_LONG_MS, "suspense_age"),
        (Queue.REFUNDS, WAITING_TOO_LONG_MS, "refund_age"),
        (Queue.DUE_PAYMENTS, WORK_OVERDUE_MS, "work_overdue"),
        (Queue.DUE_CONFIRMATIONS, WORK_OVERDUE_MS, "work_overdue"),
        (Queue.DUE_METERS, WORK_OVERDUE_MS, "work_overdue"),
    ],
)
def test_what_waits_too_long_is_an_alarm_and_not_before(
    queue: Queue, limit_ms: int, kind: str
) -> None:
    assert kinds({queue: limit_ms - 1}) == []
    assert kinds({queue: limit_ms}) == [kind]


def test_an_alarm_of_the_whole_is_raised_once_a_day() -> None:
    old = {Queue.REVIEWS: WAITING_TOO_LONG_MS}
    assert kinds(old, raised=(RAISED,)) == []
    assert kinds(old, raised=(replace(RAISED, day="2026-11-20"),)) == ["review_age"]
    assert kinds(old, raised=(replace(RAISED, kind="suspense_age"),)) == ["review_age"]


@pytest.mark.parametrize(
    ("health", "silent"),
    [
        (seen(paid_by_query=HOUR_MS), True),
        (seen(paid_by_query=HOUR_MS, callback=CALLBACKS_SILENT_MS + 1), True),
        (seen(paid_by_query=HOUR_MS, callback=CALLBACKS_SILENT_MS), False),
        (seen(paid_by_query=HOUR_MS, callback=2 * HOUR_MS), False),
        (seen(paid_by_query=CALLBACKS_SILENT_MS + 1), False),
        (seen(callback=10 * CALLBACKS_SILENT_MS), False),
        (seen(confirmation=HOUR_MS), False),
    ],
)
def test_callbacks_are_silent_when_money_came_without_them(health: Health, silent: bool) -> None:
    assert kinds(health=health) == (["callbacks_silent"] if silent else [])
