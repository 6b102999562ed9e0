"""Database triggers made known to the Realtime Database emulator, as the official emulator does.

`POST /.settings/functionTriggers.json`, one per trigger; the same name again replaces it.
"""

from __future__ import annotations

import asyncio

import aiohttp

from emulators.functions.endpoint import Endpoint

TRIES = 100
TRY_EVERY_S = 0.1
TIMEOUT = aiohttp.ClientTimeout(total=10, sock_connect=2)


class NotRegistered(Exception):  # noqa: N818 (it names what happened)
    """The database did not take a trigger; the message says which and why."""


def registration(endpoint: Endpoint, project: str) -> dict[str, str]:
    """The body for one second-generation database trigger."""
    return {
        "name": f"projects/{project}/locations/{endpoint.region}/triggers/{endpoint.key}",
        "path": endpoint.reference or "",
        "event": endpoint.event_type or "",
        "topic": f"projects/{project}/topics/{endpoint.key}",
        "namespacePattern": endpoint.instance or "*",
    }


async def register(
    session: aiohttp.ClientSession, database: str, project: str, endpoints: list[Endpoint]
) -> None:
    """Register every endpoint at `database` (host:port), which may still be starting.

    Raises NotRegistered.
    """
    for endpoint in endpoints:
        await _register(session, database, registration(endpoint, project))


async def _register(session: aiohttp.ClientSession, database: str, body: dict[str, str]) -> None:
    url = f"http://{database}/.settings/functionTriggers.json"
    owner = {"Authorization": "Bearer owner"}
    refusal: object = None
    for _ in range(TRIES):
        try:
            async with session.post(url, json=body, headers=owner, timeout=TIMEOUT) as answer:
                if answer.ok:
                    return
                text = await answer.text()
                raise NotRegistered(f"{body['name']}: {answer.status} {text}")
        except (aiohttp.ClientError, TimeoutError) as error:
            refusal = error
        await asyncio.sleep(TRY_EVERY_S)
    raise NotRegistered(f"{body['name']}: no database at {database}: {refusal}")
