"""Makes the POSTs the core has put into its outbox: once each, never repeated, never redirected."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp

from emulators.daraja.journal import Delivery, Outcome

CONNECT_TIMEOUT_S = 5.0
MAX_REPLY = 64 * 1024
MAX_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class _Errand:
    about: str
    task: asyncio.Task[None]


class PostOffice:
    """Deliveries under way. `done` is told how each ended."""

    def __init__(self, read_timeout_s: float) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=MAX_AT_ONCE),
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=CONNECT_TIMEOUT_S, sock_read=read_timeout_s
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        self._errands: dict[int, _Errand] = {}

    def post(self, delivery: Delivery, done: Callable[[Delivery, Outcome], None]) -> None:
        """Start a POST."""

        async def errand() -> None:
            outcome = await self._post(delivery)
            self._errands.pop(id(delivery), None)
            done(delivery, outcome)

        self._errands[id(delivery)] = _Errand(
            delivery.notice.about, asyncio.create_task(errand(), name=f"delivery {delivery.number}")
        )

    async def settled(self, about: str) -> None:
        """Wait until every POST under way about this id has ended."""
        tasks = [errand.task for errand in self._errands.values() if errand.about == about]
        if tasks:
            await asyncio.wait(tasks)

    async def abandon(self) -> None:
        """Give up what is under way."""
        tasks = [errand.task for errand in self._errands.values()]
        self._errands.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """Give up what is under way and close the connections."""
        await self.abandon()
        await self._session.close()

    async def _post(self, delivery: Delivery) -> Outcome:
        start = time.monotonic_ns()
        status, body, error = None, "", None
        try:
            async with self._session.post(
                delivery.notice.url,
                data=delivery.notice.text.encode(),
                headers=dict(delivery.headers),
                allow_redirects=False,
            ) as response:
                body = (await response.content.read(MAX_REPLY)).decode(errors="replace")
                status = response.status
        except (aiohttp.ClientError, TimeoutError, ValueError) as failure:
            error = f"{type(failure).__name__}: {failure}"[:300]
        duration_ms = (time.monotonic_ns() - start) // 1_000_000
        return Outcome(status=status, body=body, error=error, duration_ms=duration_ms)
