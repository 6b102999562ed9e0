"""The least an aiohttp server can do with a JSON PUT: the peer of the emulator's writes."""

from __future__ import annotations

import asyncio
import json
import signal

from aiohttp import web


async def _answer(request: web.BaseRequest) -> web.StreamResponse:
    value = json.loads(await request.read())
    return web.Response(body=json.dumps(value).encode(), content_type="application/json")


async def _serve() -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    server = await loop.create_server(web.Server(_answer, access_log=None), "127.0.0.1", 0)
    print(f"Listening at 127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await stopped.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve())
