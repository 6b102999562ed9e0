"""How the whole is doing, for staff: every number from one bounded look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lipamita.domain.errors import ForbiddenError
from lipamita.domain.health import MAX_COUNTED, Health, Queue, QueueSize
from lipamita.domain.ledger import Totals
from lipamita.domain.merchants import MAIN_SENDER
from lipamita.domain.meter import Caller
from lipamita.domain.notice import AlarmCount
from lipamita.domain.query_pace import QueryPace
from lipamita.domain.units import MINUTE_MS, Millis, day_eat
from lipamita.use_cases.health_ports import TokenTimes
from lipamita.use_cases.world import World

METER_SILENT_MS = 25 * MINUTE_MS  # more than two of its heartbeats of ten minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Today's entries in the ledger. ``totals`` is None when the record did not answer."""

    day: str
    totals: Totals | None
    closed_through: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemStatus:
    """Everything that staff see at a glance."""

    now_ms: Millis
    token: TokenTimes
    health: Health
    pace: QueryPace
    queues: Mapping[Queue, QueueSize]
    meters_silent: int
    alarms_today: Sequence[AlarmCount]
    books: Books


def report_status(caller: Caller, world: World) -> SystemStatus:
    """The status now. Raises ForbiddenError for anybody who is not staff."""
    if not caller.is_staff:
        raise ForbiddenError("staff_only", "only operators and admins see the status")
    now_ms, store = world.clock(), world.store
    today = day_eat(now_ms)
    return SystemStatus(
        now_ms=now_ms,
        token=store.read_token_times(),
        health=store.read_health(),
        pace=store.read_query_pace(MAIN_SENDER).value,
        queues={
            queue: store.measure_queue(queue, now_ms=now_ms, limit=MAX_COUNTED) for queue in Queue
        },
        meters_silent=store.count_silent_meters(
            before_ms=Millis(now_ms - METER_SILENT_MS), limit=MAX_COUNTED
        ),
        alarms_today=[count for count in store.recent_alarms() if count.day == today],
        books=_books(today, world),
    )


def _books(today: str, world: World) -> Books:
    """The status must be seen also, and most of all, when Firestore is away."""
    try:
        totals, through = world.record.totals_of(today), world.record.closed_through()
    except Exception as error:
        world.log.work_failed("ledger", error)
        return Books(day=today, totals=None, closed_through=None)
    return Books(day=today, totals=totals, closed_through=through)
