"""The simulator's time: a queue of jobs that run when their time has come, never by themselves.

House rules: nobody in the core reads a clock; `now_ms` moves only through `advance_to`, which
steps through due jobs in order (ties in the order they were scheduled), so a jump of an hour
behaves like the hour it stands for.
"""

import heapq
from collections.abc import Callable

MAX_JOBS = 100_000

Job = Callable[[], None]


class TooManyJobsError(RuntimeError):
    """More than MAX_JOBS are waiting: a test or a client runs away."""


class Timeline:
    """Simulated time in ms since the epoch, UTC, and what is due when."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms
        self.wall_ms = now_ms
        self._queue: list[tuple[int, int]] = []
        self._jobs: dict[int, Job] = {}
        self._last_ticket = 0

    def at(self, due_ms: int, job: Job) -> int:
        """Run `job` when time reaches `due_ms` (the past counts as now); return a ticket."""
        if len(self._jobs) >= MAX_JOBS:
            raise TooManyJobsError(f"{MAX_JOBS} jobs are waiting already")
        self._last_ticket += 1
        self._jobs[self._last_ticket] = job
        heapq.heappush(self._queue, (max(due_ms, self.now_ms), self._last_ticket))
        return self._last_ticket

    def after(self, delay_ms: int, job: Job) -> int:
        """Run `job` in `delay_ms`; return a ticket."""
        return self.at(self.now_ms + delay_ms, job)

    def cancel(self, ticket: int) -> None:
        """Forget a job; a ticket that has run or was cancelled is fine."""
        self._jobs.pop(ticket, None)

    def next_due_ms(self) -> int | None:
        """When the next job is due, or None."""
        while self._queue and self._queue[0][1] not in self._jobs:
            heapq.heappop(self._queue)
        return self._queue[0][0] if self._queue else None

    def advance_to(self, now_ms: int) -> None:
        """Move to `now_ms`, running what falls due on the way; going back moves no job."""
        steps = 0
        while (due_ms := self.next_due_ms()) is not None and due_ms <= now_ms:
            steps += 1
            if steps > MAX_JOBS:
                raise TooManyJobsError("jobs due now keep scheduling more jobs due now")
            ticket = heapq.heappop(self._queue)[1]
            self.now_ms = max(self.now_ms, due_ms)
            self._jobs.pop(ticket)()
        self.now_ms = now_ms
