"""GET /api/status: how the whole is doing, for staff. Nothing secret, nobody's number."""

from __future__ import annotations

from flask import Request, Response

from lipamita.domain.health import MAX_COUNTED, QueueSize, Sign
from lipamita.domain.units import Millis
from lipamita.entrypoints import http, wiring
from lipamita.use_cases.report_status import Books, SystemStatus, report_status

Json = dict[str, object]


def show(request: Request) -> Response:
    """200 with everything at a glance; times in ms since the epoch, null: never."""
    caller = http.caller(request)
    deployment = wiring.deployment()
    status = report_status(caller, deployment.world)
    world = deployment.world
    return http.json_response(
        200,
        {
            "now_ms": status.now_ms,
            "version": deployment.about.version,
            "environment": deployment.about.environment,
            "configured": {
                "pull": deployment.pull,
                "app_check": deployment.verify_app is not None,
                "channels": sorted(world.notifiers),
                "alarm_channels": list(world.alarm_channels),
                "unverified_policy": world.unverified_policy.value,
            },
            "daraja": _daraja_json(status),
            "queues": {
                queue.value: _queue_json(size, status.now_ms)
                for queue, size in status.queues.items()
            },
            "meters_offline": _count_json(status.meters_silent),
            "alarms_today": [
                {
                    "kind": count.kind,
                    "count": count.count,
                    "last_at_ms": count.last_at_ms,
                    "last_detail": count.last_detail,
                    "last_transaction_id": count.last_transaction_id,
                }
                for count in status.alarms_today
            ],
            "ledger": _ledger_json(status.books),
        },
    )


def _daraja_json(status: SystemStatus) -> Json:
    seen, token, pace = status.health.seen_ms, status.token, status.pace
    paused = pace.paused_until_ms > status.now_ms
    return {
        "token_fetched_at_ms": token.fetched_at_ms,
        "token_expires_at_ms": token.expires_at_ms,
        "token_failed_at_ms": seen.get(Sign.TOKEN_FAILURE),
        "token_failure": status.health.token_failure,
        "last_callback_at_ms": seen.get(Sign.CALLBACK),
        "last_confirmation_at_ms": seen.get(Sign.CONFIRMATION),
        "last_paid_by_query_at_ms": seen.get(Sign.PAID_BY_QUERY),
        "queries_paused_until_ms": pace.paused_until_ms if paused else None,
    }


def _queue_json(size: QueueSize, now_ms: Millis) -> Json:
    oldest_ms = size.oldest_ms
    age_ms = None if oldest_ms is None else max(0, now_ms - oldest_ms)
    return {**_count_json(size.count), "oldest_age_ms": age_ms}


def _count_json(count: int) -> Json:
    """``count`` is exact unless ``or_more``."""
    return {"count": count, "or_more": count >= MAX_COUNTED}


def _ledger_json(books: Books) -> Json | None:
    if books.totals is None:
        return None
    return {
        "day": books.day,
        "balanced": books.totals.balanced,
        "entries": books.totals.entries,
        "closed_through": books.closed_through,
    }
