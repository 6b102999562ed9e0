"""Runs schedules by the clock. One schedule never overlaps itself: a late run skips its turn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from emulators.functions.endpoint import Endpoint
from emulators.functions.schedule import BadSchedule, Schedule, parse_schedule

Invoke = Callable[[Endpoint, datetime], Awaitable[None]]
MAX_SLEEP_S = 60.0
"""A sleeping laptop wakes up at most this late."""


class Clock:
    """Holds one task per schedule of the functions that are loaded now."""

    def __init__(self, invoke: Invoke, say: Callable[[str], None]) -> None:
        self._invoke = invoke
        self._say = say
        self._running: dict[Endpoint, asyncio.Task[None]] = {}

    def follow(self, endpoints: list[Endpoint]) -> None:
        """Run exactly these schedules from now on."""
        wanted = {endpoint for endpoint in endpoints if endpoint.schedule is not None}
        for endpoint in self._running.keys() - wanted:
            self._running.pop(endpoint).cancel()
        for endpoint in wanted - self._running.keys():
            try:
                schedule = parse_schedule(endpoint.schedule or "", endpoint.time_zone)
            except BadSchedule as error:
                self._say(f"functions[{endpoint.name}]: will not run by the clock: {error}")
                continue
            self._running[endpoint] = asyncio.create_task(self._run(endpoint, schedule))

    async def stop(self) -> None:
        """End every schedule."""
        tasks = list(self._running.values())
        self._running.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, endpoint: Endpoint, schedule: Schedule) -> None:
        while (due := schedule.next_after(datetime.now(UTC))) is not None:
            while (left_s := (due - datetime.now(UTC)).total_seconds()) > 0:
                await asyncio.sleep(min(left_s, MAX_SLEEP_S))
            await self._invoke(endpoint, due)
        self._say(f"functions[{endpoint.name}]: {endpoint.schedule!r} has no next run")
