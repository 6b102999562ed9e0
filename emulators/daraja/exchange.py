"""The running simulator: one world, its clock, its post office, and those who wait for events."""

import asyncio
from dataclasses import replace

from emulators.daraja.certificate import Certificate
from emulators.daraja.clockwork import Clockwork, real_now_ms
from emulators.daraja.journal import Delivery, Outcome
from emulators.daraja.notices import delivered
from emulators.daraja.post_office import PostOffice
from emulators.daraja.world import Setup, World, make_world


class Exchange:
    """Ties the pure core to sockets and to the clock; make it inside a running event loop."""

    def __init__(self, setup: Setup, callback_timeout_s: float) -> None:
        self._setup = setup
        self._certificate = Certificate()
        self._bell = asyncio.Event()
        self.world = make_world(setup, now_ms=real_now_ms(), certificate=self._certificate)
        self.post_office = PostOffice(callback_timeout_s)
        self.clockwork = Clockwork(self.world.timeline, self._moved)
        self._pump = asyncio.create_task(self.clockwork.run(), name="daraja clockwork")
        self._pump.add_done_callback(_report)

    def step(self) -> World:
        """Run what is due, send what is to be sent; the world as it is then."""
        self.clockwork.step()
        return self.world

    async def wait_for_event(self, wait_ms: int, after: int) -> None:
        """Return when an event above `after` exists, or `wait_ms` real time has passed."""
        if self.world.journal.last_event > after:
            return
        try:
            async with asyncio.timeout(wait_ms / 1000):
                while self.world.journal.last_event <= after:
                    await self._bell.wait()
        except TimeoutError:
            return

    async def reset(self, seed: int | None) -> None:
        """Everything as at the start, with another seed when given; the clock is real again."""
        if seed is not None:
            self._setup = replace(self._setup, seed=seed)
        await self.post_office.abandon()
        self.world = make_world(self._setup, now_ms=real_now_ms(), certificate=self._certificate)
        self.clockwork.drive(self.world.timeline)
        self.step()

    async def close(self) -> None:
        """Stop the clock and the post office."""
        self._pump.cancel()
        await asyncio.gather(self._pump, return_exceptions=True)
        await self.post_office.close()

    def _moved(self) -> None:
        world = self.world
        outgoing, world.outbox = world.outbox, []
        for delivery in outgoing:
            self.post_office.post(delivery, lambda item, how: self._delivered(world, item, how))
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()

    def _delivered(self, world: World, delivery: Delivery, outcome: Outcome) -> None:
        delivered(world, delivery, outcome)
        self.step()


def _report(pump: asyncio.Task[None]) -> None:
    """A clock that stopped by itself must not go unseen."""
    if not pump.cancelled() and pump.exception() is not None:
        pump.get_loop().call_exception_handler(
            {"message": "the simulator's clock has stopped", "exception": pump.exception()}
        )
