"""Watch the whole: what waits too long, what is overdue, what has fallen silent."""

from __future__ import annotations

from lipamita.domain.health import MAX_COUNTED, Queue, Sign, decide_alarms
from lipamita.domain.units import day_eat
from lipamita.domain.verdict import Alarm
from lipamita.use_cases.world import World


def watch(world: World) -> list[Alarm]:
    """Raise what must be seen, each kind once a day; what was raised."""
    now_ms, store = world.clock(), world.store
    queues = {
        queue: store.measure_queue(queue, now_ms=now_ms, limit=MAX_COUNTED) for queue in Queue
    }
    alarms = decide_alarms(
        queues, store.read_health(), store.recent_alarms(), day=day_eat(now_ms), now_ms=now_ms
    )
    for alarm in alarms:
        store.raise_alarm(alarm, transaction_id=None, now_ms=now_ms)
    return alarms


def token_failed(why: str, world: World) -> None:
    """No access token could be had: nothing can be pushed or asked meanwhile."""
    now_ms = world.clock()
    world.store.note_sign(Sign.TOKEN_FAILURE, now_ms=now_ms, detail=why)
    world.store.raise_alarm(
        Alarm(kind="token_failed", detail=why), transaction_id=None, now_ms=now_ms
    )
