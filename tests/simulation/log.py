"""The functions' log, listened to: an error that no fault explains is a violation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.simulation.timeline import Timeline


class WatchedLog:
    """Implements use_cases.ports.Log."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline

    def work_failed(self, work_id: str, error: Exception) -> None:
        self._timeline.say(f"work on {work_id} failed: {error!r}")
        self._timeline.defect(error)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return _nothing


def _nothing(*_args: object, **_named: object) -> None:
    return None
