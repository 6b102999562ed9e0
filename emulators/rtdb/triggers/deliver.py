"""Delivery of events to the functions emulator: in order of commit for each trigger, never in the
way of a write.

One bounded queue and one worker per trigger. An event that finds its queue full, or that the
functions emulator does not take, is logged and gone, as it is for a real database trigger.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp

_log = logging.getLogger("emulators.rtdb.triggers")

CONNECT_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event ready to send."""

    trigger: str
    url_path: str
    content_type: str
    body: Callable[[], bytes]


class Delivery:
    """Sends to `http://<functions_host>`; must be made and closed inside the running loop."""

    def __init__(self, functions_host: str, *, timeout_s: float, queued: int) -> None:
        self._base = f"http://{functions_host}"
        self._queued = queued
        self._queues: dict[str, asyncio.Queue[Event]] = {}
        self._workers: list[asyncio.Task[None]] = []
        timeout = aiohttp.ClientTimeout(
            total=timeout_s, sock_connect=CONNECT_TIMEOUT_S, sock_read=timeout_s
        )
        self._http = aiohttp.ClientSession(timeout=timeout)

    def send(self, event: Event) -> None:
        """Queue the event; returns at once."""
        queue = self._queues.get(event.trigger)
        if queue is None:
            queue = self._queues[event.trigger] = asyncio.Queue(self._queued)
            self._workers.append(asyncio.create_task(self._work(queue)))
        try:
            queue.put_nowait(event)
        except asyncio.QueueFull:
            _log.error("event dropped trigger=%s: queue of %d full", event.trigger, self._queued)

    async def close(self) -> None:
        """Stop at once; what is still queued is gone."""
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await self._http.close()

    async def _work(self, queue: asyncio.Queue[Event]) -> None:
        while True:
            await self._deliver(await queue.get())

    async def _deliver(self, event: Event) -> None:
        url = self._base + event.url_path
        headers = {"Content-Type": event.content_type}
        try:
            async with self._http.post(url, data=event.body(), headers=headers) as response:
                await response.read()
                if response.status >= 400:
                    _log.error("event refused trigger=%s status=%d", event.trigger, response.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            _log.error("event undelivered trigger=%s: %r", event.trigger, error)
