"""Keeps one worker running: restarts it when it dies, replaces it when its source changes."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from emulators.functions.environment import BadEnvFile
from emulators.functions.process import Worker, WorkerDied, start_worker
from emulators.functions.restarts import RestartBudget

DRAIN_S = 60.0
"""How long a replaced worker may finish what it is doing."""
FAILED_START_WAIT_S = 1.0
NOTICE_S = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """What the supervisor asks of its owner."""

    environment: Callable[[], Mapping[str, str]]
    """The worker's variables; asked before each start, so that changed env files count."""
    say: Callable[[str], None]
    """A message to the person watching."""
    on_line: Callable[[str], None]
    """A line that the worker printed."""
    on_ready: Callable[[Worker], Awaitable[None]]
    """Awaited before a new worker gets its first call."""


class Supervisor:
    """Owns the worker of one functions folder."""

    def __init__(self, source: Path, duties: Duties, max_restarts_per_minute: int) -> None:
        self._source = source
        self._duties = duties
        self._budget = RestartBudget(max_restarts_per_minute)
        self._worker: Worker | None = None
        self._up = asyncio.Event()
        self._busy: dict[int, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._starting = asyncio.Lock()
        self._stopping = False

    @property
    def worker(self) -> Worker | None:
        """The worker that serves now; None while there is none."""
        return self._worker

    async def start(self) -> None:
        """Start the first worker. A failure is said, and tried again like a death."""
        await self._replace()

    async def reload(self) -> None:
        """Start a worker on the present source; the old one finishes what it is doing."""
        await self._replace()

    async def wait_for_worker(self, timeout_s: float) -> Worker | None:
        """The serving worker, waiting for a restart up to `timeout_s`; None when none came."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._up.wait()
        return self._worker

    async def replacement_for(self, dead: Worker, timeout_s: float) -> Worker | None:
        """The worker after one that took no connection; None when none came in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while self._worker is dead:
                    await asyncio.sleep(NOTICE_S)
                await self._up.wait()
        return None if self._worker is dead else self._worker

    @contextlib.contextmanager
    def in_use(self, worker: Worker) -> Iterator[None]:
        """Count a call that `worker` is answering."""
        self._busy[worker.pid] = self._busy.get(worker.pid, 0) + 1
        try:
            yield
        finally:
            self._busy[worker.pid] -= 1

    async def stop(self) -> None:
        """End the worker and every task of this supervisor."""
        self._stopping = True
        worker, self._worker = self._worker, None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if worker is not None:
            await worker.stop()

    async def _replace(self) -> None:
        async with self._starting:
            try:
                worker = await start_worker(
                    self._source, self._duties.environment(), self._duties.on_line
                )
            except (WorkerDied, BadEnvFile, TimeoutError, OSError) as error:
                self._duties.say(
                    f"functions: not started: {error or 'main.py took too long to import'}"
                )
                if self._worker is None:
                    wait_s = self._budget.wait_s(time.monotonic())
                    self._spawn(self._restart(max(wait_s, FAILED_START_WAIT_S)))
                return
            old, self._worker = self._worker, worker
            await self._duties.on_ready(worker)
            self._up.set()
            self._spawn(self._watch(worker))
            if old is not None:
                self._spawn(self._retire(old))

    async def _watch(self, worker: Worker) -> None:
        code = await worker.ended()
        if self._stopping or self._worker is not worker:
            return
        self._worker = None
        self._up.clear()
        wait_s = self._budget.wait_s(time.monotonic())
        again = f"again in {wait_s:.0f} s: it died too often" if wait_s else "starting another"
        self._duties.say(f"functions: worker {worker.pid} died ({_how(code)}); {again}")
        await self._restart(wait_s)

    async def _restart(self, wait_s: float) -> None:
        await asyncio.sleep(wait_s)
        if self._worker is None and not self._stopping:
            await self._replace()

    async def _retire(self, worker: Worker) -> None:
        deadline = time.monotonic() + DRAIN_S
        try:
            while self._busy.get(worker.pid) and time.monotonic() < deadline:
                await asyncio.sleep(0.05)
        finally:
            await worker.stop()
            self._busy.pop(worker.pid, None)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
