"""Who waits for whom among transactions."""

from __future__ import annotations

import asyncio

from emulators.firestore.core.transactions import Transaction
from emulators.firestore.rpc.turns import Turns

LONG_S, SHORT_S = 5.0, 0.01


def transaction(name: str, *, retry: bool = False, read_only: bool = False) -> Transaction:
    return Transaction(id=name.encode(), read_only=read_only, begun_at=0, used_at=0, retry=retry)


def test_first_attempts_wait_for_nobody() -> None:
    async def body() -> None:
        turns = Turns(LONG_S)
        for name in "abc":
            await turns.take(transaction(name), ["k"])

    asyncio.run(asyncio.wait_for(body(), 1))


def test_repeated_ones_are_served_in_their_order() -> None:
    async def body() -> list[str]:
        turns = Turns(LONG_S)
        served: list[str] = []

        async def take(name: str) -> None:
            await turns.take(transaction(name, retry=name != "new"), ["k"])
            served.append(name)

        await take("first")
        waiting = [asyncio.create_task(take(name)) for name in ("second", "new", "third")]
        await turns.take(transaction("reader", read_only=True), ["k"])
        await asyncio.sleep(0)
        assert served == ["first"]
        for ended in ("first", "second", "new"):
            turns.release(ended.encode())
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        await asyncio.gather(*waiting)
        return served

    assert asyncio.run(asyncio.wait_for(body(), 2)) == ["first", "second", "new", "third"]


def test_patience_ends_and_the_overdue_loses_its_turn() -> None:
    async def body() -> None:
        turns = Turns(SHORT_S)
        await turns.take(transaction("dead", retry=True), ["k"])
        await turns.take(transaction("next", retry=True), ["k"])
        await asyncio.wait_for(turns.take(transaction("after"), ["k"]), SHORT_S / 2)

    asyncio.run(asyncio.wait_for(body(), 2))


def test_a_caller_that_goes_away_leaves_the_line() -> None:
    async def body() -> None:
        turns = Turns(LONG_S)
        await turns.take(transaction("first", retry=True), ["k"])
        gone = asyncio.create_task(turns.take(transaction("gone", retry=True), ["k"]))
        last = asyncio.create_task(turns.take(transaction("last", retry=True), ["k"]))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        turns.release(b"first")
        await last

    asyncio.run(asyncio.wait_for(body(), 2))


def test_two_that_would_wait_for_each_other_do_not() -> None:
    async def body() -> None:
        turns = Turns(LONG_S)
        one, other = transaction("one", retry=True), transaction("other", retry=True)
        await turns.take(one, ["a"])
        await turns.take(other, ["b"])
        waiting = asyncio.create_task(turns.take(one, ["b"]))
        await asyncio.sleep(0)
        await turns.take(other, ["a"])
        assert not waiting.done()
        turns.release(b"other")
        await waiting

    asyncio.run(asyncio.wait_for(body(), 2))
