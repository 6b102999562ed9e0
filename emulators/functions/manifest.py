"""From a function's `__firebase_endpoint__` to endpoints. Runs in the worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulators.functions.endpoint import DEFAULT_REGION, DEFAULT_TIMEOUT_S, Endpoint, Kind

TRIGGERS: tuple[tuple[str, Kind], ...] = (
    ("scheduleTrigger", "schedule"),
    ("eventTrigger", "event"),
    ("taskQueueTrigger", "task"),
    ("callableTrigger", "callable"),
    ("blockingTrigger", "blocking"),
    ("httpsTrigger", "http"),
)
TINY_CPU = "gcf_gen1"


def endpoints_of(functions: Mapping[str, Any]) -> list[Endpoint]:
    """One endpoint per function and region, in the order of their names."""
    found: list[Endpoint] = []
    for name in sorted(functions):
        declared = functions[name].__firebase_endpoint__
        regions = _regions(declared.region)
        found += [_endpoint(name, region, declared) for region in regions]
    return found


def _endpoint(name: str, region: str, declared: Any) -> Endpoint:
    kind = next(kind for field, kind in TRIGGERS if getattr(declared, field) is not None)
    event = declared.eventTrigger or {}
    schedule = declared.scheduleTrigger or {}
    filters = {**event.get("eventFilters", {}), **event.get("eventFilterPathPatterns", {})}
    timeout_s = _plain(declared.timeoutSeconds)
    return Endpoint(
        name=name,
        region=region,
        kind=kind,
        timeout_s=timeout_s if isinstance(timeout_s, int) else DEFAULT_TIMEOUT_S,
        event_type=_text(event.get("eventType")),
        reference=_text(filters.get("ref")),
        instance=_text(filters.get("instance")),
        schedule=_text(schedule.get("schedule")),
        time_zone=_text(schedule.get("timeZone")),
        tiny_cpu=_plain(declared.cpu) == TINY_CPU,
    )


def _regions(declared: object) -> list[str]:
    values = declared if isinstance(declared, list) else [declared]
    named = [region for region in map(_plain, values) if isinstance(region, str) and region]
    return named or [DEFAULT_REGION]


def _text(value: object) -> str | None:
    plain = _plain(value)
    return None if plain is None else str(plain)


def _plain(value: object) -> object:
    """The value of a parameter expression; anything unset or unknown is None."""
    if isinstance(value, (str, int, float)):
        return value
    resolved = getattr(value, "value", None)
    if isinstance(resolved, (str, int, float)):
        return resolved
    key = getattr(value, "key", None)
    return key if isinstance(key, str) else None
