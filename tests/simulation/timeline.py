"""Virtual time, and processes that give way to each other only where they touch the world.

A process is a greenlet. Whenever it calls a port it sleeps for a latency of its own choosing, and
whatever is due first goes on: which of two writers is first is a matter of seeded chance alone.
No thread, no real clock.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

from greenlet import getcurrent, greenlet

from tests.simulation.chance import Faults, Stream

MAX_EVENTS = 40_000  # of one run; a run that does not come to rest is a violation

MAX_LIFE_MS = 540_000  # of a process: the longest function timeout
ELSEWHERE = -1  # the instance of everything that is not ours: people, meters, Safaricom


class DiedError(BaseException):
    """The process is gone. No code of the functions may catch it."""


class Process:
    """One running function, person or message, with its own chance and its own clock."""

    __slots__ = ("chance", "doomed", "ends_ms", "instance", "name", "skew_ms", "subject")

    def __init__(self, name: str, subject: str, chance: Stream, instance: int, now_ms: int) -> None:
        self.ends_ms = now_ms + MAX_LIFE_MS
        self.name = name
        self.subject = subject
        self.chance = chance
        self.instance = instance
        self.skew_ms = chance.between(-200, 200)
        self.doomed = False


class Timeline:
    """What happens next, and when."""

    def __init__(self, faults: Faults, start_ms: int, *, traced: bool = False) -> None:
        self.faults = faults
        self.now_ms = start_ms
        self.start_ms = start_ms
        self.current: Process | None = None
        self.events = 0
        self.errors: list[str] = []
        self.noticed: list[str] = []  # troubles that came about by themselves, to be counted
        self.clocks_ms: dict[int, int] = {}  # how far each instance's clock is off
        self.trace: list[str] | None = [] if traced else None
        self.tick: Callable[[int], bool] = lambda _: False
        self.tolerated: tuple[type[Exception], ...] = ()  # what a process may end with
        self.quiet_until_ms = start_ms  # before then no tick can be due
        self._queue: list[tuple[int, int, Callable[[], None]]] = []
        self._order = 0
        self._alive: set[Process] = set()
        self._hub = getcurrent()
        self._names: dict[str, int] = {}

    def at(self, at_ms: int, event: Callable[[], None]) -> None:
        """Do something at that time, in no time."""
        self._order += 1
        heapq.heappush(self._queue, (max(at_ms, self.now_ms), self._order, event))

    def start(
        self,
        at_ms: int,
        name: str,
        work: Callable[[], object],
        *,
        subject: str = "",
        hosted: bool = False,
    ) -> None:
        """Start a process at that time; ``hosted``: on one of our two instances."""
        self.at(at_ms, lambda: self._begin(name, subject, work, hosted))

    def pause(self, duration_ms: int) -> None:
        """The current process goes on after that time, unless its instance died meanwhile."""
        process = self.current
        assert process is not None
        wake_ms = self.now_ms + duration_ms
        if wake_ms < self.quiet_until_ms and not (self._queue and self._queue[0][0] <= wake_ms):
            self.now_ms = wake_ms
        else:
            here = getcurrent()
            self.at(wake_ms, lambda: self._resume(process, here))
            self._hub.switch()
        if process.doomed or self.now_ms > process.ends_ms:
            raise DiedError

    def run(self, until_ms: int) -> None:
        """Everything until then, or until nothing is left to do."""
        while True:
            next_ms = self._queue[0][0] if self._queue else until_ms
            if next_ms >= self.quiet_until_ms and self.tick(min(next_ms, until_ms)):
                continue
            if not self._queue or next_ms > until_ms:
                self.now_ms = max(self.now_ms, until_ms)
                return
            self.events += 1
            if self.events > MAX_EVENTS:
                self.errors.append("the run does not come to rest")
                return
            at_ms, _, event = heapq.heappop(self._queue)
            self.now_ms = max(self.now_ms, at_ms)
            event()

    def power_cut(self, instance: int) -> None:
        """Every process on that instance dies at its next step."""
        for process in self._alive:
            if process.instance == instance:
                process.doomed = True

    def say(self, text: str) -> None:
        """A line of the trace, by the current process."""
        if self.trace is not None:
            who = self.current.name if self.current else "-"
            self.trace.append(f"{self._elapsed():>14}  {who:<34} {text}")

    def defect(self, error: Exception) -> None:
        """An error that no fault explains is a violation."""
        if not isinstance(error, self.tolerated):
            who = self.current.name if self.current else "-"
            self.errors.append(f"{who} failed by itself: {error!r}")

    def _elapsed(self) -> str:
        seconds, ms = divmod(self.now_ms - self.start_ms, 1_000)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours:02}:{minutes:02}:{seconds:02}.{ms:03}"

    def _begin(self, name: str, subject: str, work: Callable[[], object], hosted: bool) -> None:
        self._names[name] = self._names.get(name, 0) + 1
        unique = f"{name} ({self._names[name]})" if self._names[name] > 1 else name
        chance = self.faults.stream(unique)
        instance = chance.between(0, 1) if hosted else ELSEWHERE
        process = Process(unique, subject, chance, instance, self.now_ms)
        process.skew_ms += self.clocks_ms.get(instance, 0)
        self._alive.add(process)
        self._resume(process, greenlet(lambda: self._live(process, work)))

    def _resume(self, process: Process, here: greenlet) -> None:
        self.current = process
        here.switch()
        self.current = None

    def _live(self, process: Process, work: Callable[[], object]) -> None:
        try:
            work()
        except DiedError:
            self.say("DIES")
        except Exception as error:
            self.say(f"ends with {error!r}")
            self.defect(error)
        finally:
            self._alive.discard(process)
