"""Moves the simulator's time: with the real clock (shifted at will), or only when told (frozen)."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from emulators.daraja.checked import BadInputError, Choice, Field, Whole, read
from emulators.daraja.timeline import Timeline

MAX_SLEEP_S = 3_600.0
MAX_TIME_MS = 4_102_444_800_000
"""The year 2100."""

_CLOCK = {
    "now_ms": Field(Whole(0, MAX_TIME_MS), default=None),
    "advance_ms": Field(Whole(0, MAX_TIME_MS), default=None),
    "frozen": Field(Choice(True, False), default=None),
}


def real_now_ms() -> int:
    """The machine's clock."""
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class _Setting:
    frozen_at_ms: int | None = None
    shift_ms: int = 0


class Clockwork:
    """Drives a timeline; `moved` is called after every step."""

    def __init__(self, timeline: Timeline, moved: Callable[[], None]) -> None:
        self._timeline = timeline
        self._moved = moved
        self._setting = _Setting()
        self._woken = asyncio.Event()
        self._waiting: set[asyncio.Event] = set()

    def now_ms(self) -> int:
        """Simulated time."""
        if self._setting.frozen_at_ms is not None:
            return self._setting.frozen_at_ms
        return real_now_ms() + self._setting.shift_ms

    def drive(self, timeline: Timeline) -> None:
        """Another timeline from now on, after a reset; the clock is real again."""
        self._timeline = timeline
        self._setting = _Setting()
        for reached in self._waiting:
            reached.set()
        self._woken.set()

    def step(self) -> None:
        """Run what is due."""
        self._timeline.wall_ms = real_now_ms()
        self._timeline.advance_to(self.now_ms())
        self._moved()
        self._woken.set()

    def set(self, given: Mapping[str, object]) -> dict[str, object]:
        """{"now_ms"} or {"advance_ms"}, and {"frozen": true|false}; the clock as it is then."""
        values = read(given, _CLOCK)
        if values["now_ms"] is not None and values["advance_ms"] is not None:
            raise BadInputError("advance_ms", "give now_ms or advance_ms, not both")
        now_ms = self.now_ms()
        if isinstance(values["now_ms"], int):
            now_ms = values["now_ms"]
        elif isinstance(values["advance_ms"], int):
            now_ms += values["advance_ms"]
        frozen = values["frozen"]
        if frozen is None:
            frozen = self._setting.frozen_at_ms is not None
        self._setting = _Setting(
            frozen_at_ms=now_ms if frozen else None, shift_ms=now_ms - real_now_ms()
        )
        self.step()
        return self.show()

    def show(self) -> dict[str, object]:
        """The shape of GET /simulator/clock."""
        return {
            "now_ms": self.now_ms(),
            "frozen": self._setting.frozen_at_ms is not None,
            "shift_ms": self.now_ms() - real_now_ms(),
            "next_due_ms": self._timeline.next_due_ms(),
        }

    async def until(self, due_ms: int) -> None:
        """Wait until simulated time has reached `due_ms`, or a reset."""
        reached = asyncio.Event()
        self._timeline.at(due_ms, reached.set)
        self._woken.set()
        self._waiting.add(reached)
        try:
            await reached.wait()
        finally:
            self._waiting.discard(reached)

    async def run(self) -> None:
        """Step whenever something falls due, until cancelled."""
        while True:
            self._woken.clear()
            due_ms = self._timeline.next_due_ms()
            sleep_s = MAX_SLEEP_S
            if due_ms is not None and self._setting.frozen_at_ms is None:
                sleep_s = min(MAX_SLEEP_S, max(0.0, (due_ms - self.now_ms()) / 1000))
            elif due_ms is not None and due_ms <= self.now_ms():
                sleep_s = 0.0
            try:
                async with asyncio.timeout(sleep_s):
                    await self._woken.wait()
            except TimeoutError:
                self.step()
