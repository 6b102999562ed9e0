"""The events that metersim prints: one JSON object a line, its name in ``event``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tools.lab.process import Process

EVENT_LIMIT_S = 20.0


def wait_for_event(
    process: Process,
    event: str,
    fields: Mapping[str, object],
    *,
    limit_s: float = EVENT_LIMIT_S,
    after: int = 0,
) -> tuple[dict[str, Any], int]:
    """The first event of that name with these fields, and the position behind it.

    Raises LimitReachedError when none came in time.
    """

    def wanted(line: str) -> bool:
        told = _event(line)
        return told.get("event") == event and all(told.get(k) == v for k, v in fields.items())

    line, position = process.wait_for_line(wanted, limit_s=limit_s, after=after)
    return _event(line), position


def events_of(process: Process, event: str) -> list[dict[str, Any]]:
    """Every event of that name so far."""
    return [told for told in map(_event, process.lines()) if told.get("event") == event]


def _event(line: str) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
