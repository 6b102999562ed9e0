"""Delivery to a functions emulator that is slow, refuses, or is not there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from emulators.rtdb.triggers import deliver
from emulators.rtdb.triggers.deliver import Delivery, Event


def event(number: int, trigger: str = "t", ref: str = "") -> Event:
    return Event(
        trigger=trigger,
        ref=ref or f"a/{number}",
        url_path=f"/functions/projects/p/triggers/{trigger}",
        content_type="application/cloudevents+json",
        body=lambda: str(number).encode(),
    )


async def received(
    events: list[Event],
    wanted: int,
    answer: Callable[[str], Awaitable[int]],
    *,
    queued: int = 100,
    timeout_s: float = 5,
    patience_s: float = 5,
) -> list[str]:
    bodies: list[str] = []
    done = asyncio.Event()

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        body = await request.text()
        bodies.append(body)
        status = await answer(body)
        if len(bodies) == wanted:
            done.set()
        return web.Response(status=status)

    app = web.Application()
    app.router.add_post("/{tail:.*}", handle)
    async with TestServer(app) as functions:
        delivery = Delivery(
            f"127.0.0.1:{functions.port}", timeout_s=timeout_s, queued=queued, patience_s=patience_s
        )
        for one in events:
            delivery.send(one)
        async with asyncio.timeout(10):
            await done.wait()
        await delivery.close()
    return bodies


async def _taken(_body: str) -> int:
    return 204


def test_events_arrive_in_the_order_they_were_sent() -> None:
    events = [event(number) for number in range(50)]
    assert asyncio.run(received(events, 50, _taken)) == [str(number) for number in range(50)]


def test_a_refused_event_is_gone_and_the_next_one_follows() -> None:
    async def answer(body: str) -> int:
        return 500 if body == "0" else 200

    assert asyncio.run(received([event(0), event(1)], 2, answer)) == ["0", "1"]


def test_an_event_that_gets_no_answer_in_time_does_not_stop_the_next() -> None:
    async def answer(body: str) -> int:
        if body == "0":
            await asyncio.Event().wait()
        return 200

    assert asyncio.run(received([event(0), event(1)], 2, answer, timeout_s=0.2)) == ["0", "1"]


def test_a_slow_trigger_does_not_hold_up_another() -> None:
    async def scenario() -> list[str]:
        other = asyncio.Event()

        async def answer(body: str) -> int:
            if body == "0":
                await other.wait()
            else:
                other.set()
            return 200

        return await received([event(0, "slow"), event(1, "quick")], 2, answer)

    assert sorted(asyncio.run(scenario())) == ["0", "1"]


def test_a_slow_event_is_overtaken_by_those_of_other_nodes_alone() -> None:
    async def scenario() -> list[str]:
        last = asyncio.Event()

        async def answer(body: str) -> int:
            if body == "0":
                await last.wait()
            if body == "1":
                last.set()
            return 200

        events = [event(0, ref="same"), event(1, ref="other"), event(2, ref="same")]
        return await received(events, 3, answer, patience_s=0.05)

    assert asyncio.run(scenario()) == ["0", "1", "2"]


def test_slow_events_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "MOST_SLOW", 2)
    running: list[str] = []
    most: list[int] = []

    async def scenario() -> list[str]:
        both = asyncio.Event()

        async def answer(body: str) -> int:
            running.append(body)
            most.append(len(running))
            if len(running) == 2:
                both.set()
            await both.wait()
            running.remove(body)
            return 200

        events = [event(number) for number in range(8)]
        return await received(events, 8, answer, patience_s=0.01)

    assert sorted(asyncio.run(scenario())) == [str(number) for number in range(8)]
    assert max(most) == 2


def test_a_full_queue_drops_what_does_not_fit() -> None:
    events = [event(number) for number in range(20)]
    assert asyncio.run(received(events, 5, _taken, queued=5)) == ["0", "1", "2", "3", "4"]


def test_no_functions_emulator_is_no_harm() -> None:
    async def scenario() -> None:
        delivery = Delivery("127.0.0.1:1", timeout_s=1, queued=5)
        delivery.send(event(0))
        await asyncio.sleep(0)
        await delivery.close()

    asyncio.run(scenario())
