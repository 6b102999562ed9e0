"""Delivery of events to the functions emulator: in order of commit for each trigger, never in the
way of a write.

One bounded queue and one worker per trigger. The worker waits for each event's answer before the
next one, but only as long as its patience lasts: then a slow event goes on beside the following
ones, except those of the same node. An event that finds its queue full, or that the functions
emulator does not take, is logged and gone, as it is for a real database trigger.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

import aiohttp

_log = logging.getLogger("emulators.rtdb.triggers")

CONNECT_TIMEOUT_S = 5.0
MOST_SLOW = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event ready to send; `ref` is the node's path."""

    trigger: str
    ref: str
    url_path: str
    content_type: str
    body: Callable[[], bytes]


class Delivery:
    """Sends to `http://<functions_host>`; must be made and closed inside the running loop."""

    def __init__(
        self, functions_host: str, *, timeout_s: float, queued: int, patience_s: float = 1.0
    ) -> None:
        self._base = f"http://{functions_host}"
        self._queued = queued
        self._patience_s = patience_s
        self._queues: dict[str, asyncio.Queue[Event]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        timeout = aiohttp.ClientTimeout(
            total=timeout_s, sock_connect=CONNECT_TIMEOUT_S, sock_read=timeout_s
        )
        self._http = aiohttp.ClientSession(timeout=timeout)

    def send(self, event: Event) -> None:
        """Queue the event; returns at once."""
        queue = self._queues.get(event.trigger)
        if queue is None:
            queue = self._queues[event.trigger] = asyncio.Queue(self._queued)
            self._start(self._work(queue))
        try:
            queue.put_nowait(event)
        except asyncio.QueueFull:
            _log.error("event dropped trigger=%s: queue of %d full", event.trigger, self._queued)

    async def close(self) -> None:
        """Stop at once; what is still queued is gone."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._http.close()

    def _start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _work(self, queue: asyncio.Queue[Event]) -> None:
        slow: dict[str, asyncio.Task[None]] = {}
        while True:
            event = await queue.get()
            if event.ref in slow:
                await asyncio.wait({slow[event.ref]})
            if len(slow) >= MOST_SLOW:
                await asyncio.wait(slow.values(), return_when=asyncio.FIRST_COMPLETED)
            slow = {ref: task for ref, task in slow.items() if not task.done()}
            task = self._start(self._deliver(event))
            await asyncio.wait({task}, timeout=self._patience_s)
            if not task.done():
                slow[event.ref] = task

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
