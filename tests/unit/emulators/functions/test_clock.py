from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from emulators.functions.clock import Clock
from emulators.functions.endpoint import Endpoint
from emulators.functions.schedule import Schedule, parse_schedule

TICK = Endpoint(name="tick", region="r", kind="schedule", schedule="soon")


@dataclass(frozen=True)
class Soon:
    """Due a moment after it is asked."""

    def next_after(self, now: datetime) -> datetime | None:
        return now + timedelta(milliseconds=1)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(text: str, _: str | None) -> Schedule:
        return parse_schedule(text) if text != "soon" else Soon()

    monkeypatch.setattr("emulators.functions.clock.parse_schedule", parse)


@pytest.mark.usefixtures("soon")
def test_a_schedule_runs_again_and_again_but_never_beside_itself() -> None:
    async def scenario() -> None:
        running, runs, enough = 0, 0, asyncio.Event()

        async def invoke(endpoint: Endpoint, due: datetime) -> None:
            nonlocal running, runs
            assert endpoint == TICK
            assert due <= datetime.now(UTC)
            running += 1
            assert running == 1
            await asyncio.sleep(0)
            running, runs = running - 1, runs + 1
            if runs == 5:
                enough.set()

        clock = Clock(invoke, print)
        clock.follow([TICK])
        clock.follow([TICK])
        async with asyncio.timeout(5):
            await enough.wait()
        await clock.stop()

    asyncio.run(scenario())


@pytest.mark.usefixtures("soon")
def test_a_schedule_that_is_gone_runs_no_more() -> None:
    async def scenario() -> None:
        ran = asyncio.Event()

        async def invoke(_: Endpoint, __: datetime) -> None:
            ran.set()

        clock = Clock(invoke, print)
        clock.follow([TICK])
        async with asyncio.timeout(5):
            await ran.wait()
        clock.follow([])
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(scenario())


def test_an_unreadable_schedule_is_said_and_the_others_run() -> None:
    async def scenario() -> None:
        said: list[str] = []

        async def invoke(_: Endpoint, __: datetime) -> None:
            raise AssertionError("not due for a minute")

        clock = Clock(invoke, said.append)
        bad = Endpoint(name="bad", region="r", kind="schedule", schedule="sometimes")
        good = Endpoint(name="good", region="r", kind="schedule", schedule="0 0 1 1 *")
        clock.follow([bad, good])
        assert len(said) == 1
        assert said[0].startswith("functions[bad]: will not run by the clock: 'sometimes'")
        assert len(asyncio.all_tasks()) == 2
        await clock.stop()

    asyncio.run(scenario())
