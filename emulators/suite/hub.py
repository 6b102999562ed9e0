"""The hub on port 4400: what runs where, background triggers off and on, export on demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from aiohttp import web

from emulators.suite.project import HOST, OFFICIAL_NAMES
from emulators.suite.seed import CLI_VERSION, SeedError, Seeds

SHUTDOWN_S = 1.0
TIMEOUT = aiohttp.ClientTimeout(total=10, sock_connect=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A listening hub."""

    host: str
    port: int
    runner: web.AppRunner

    async def stop(self) -> None:
        """Close the socket."""
        await self.runner.cleanup()


async def start(ports: Mapping[str, int], seeds: Seeds) -> Running:
    """Bind and listen at `ports["hub"]`. Raises OSError when it is taken."""
    hub = Hub(ports, seeds)
    app = web.Application()
    app.router.add_get("/", hub.about)
    app.router.add_get("/emulators", hub.emulators)
    app.router.add_post("/_admin/export", hub.export)
    app.router.add_put("/functions/{action:(disable|enable)BackgroundTriggers}", hub.triggers)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, ports["hub"]).start()
    except OSError:
        await runner.cleanup()
        raise
    return Running(host=HOST, port=runner.addresses[0][1], runner=runner)


class Hub:
    """The endpoints of firebase-tools' `emulator/hub.ts` that clients use."""

    def __init__(self, ports: Mapping[str, int], seeds: Seeds) -> None:
        self._ports = ports
        self._seeds = seeds

    async def about(self, _: web.Request) -> web.Response:
        """Version and address."""
        port = self._ports["hub"]
        told = {"version": CLI_VERSION, "host": HOST, "port": port}
        return web.json_response({**told, "origins": [f"http://{HOST}:{port}"]})

    async def emulators(self, _: web.Request) -> web.Response:
        """Name, host and port of all that runs, under the official names."""
        told = {}
        for name, port in self._ports.items():
            official = OFFICIAL_NAMES.get(name, name)
            listen = [{"address": HOST, "family": "IPv4", "port": port}]
            told[official] = {"name": official, "host": HOST, "port": port, "listen": listen}
        return web.json_response(told)

    async def triggers(self, request: web.Request) -> web.Response:
        """Pass `disableBackgroundTriggers` and its opposite on to the functions."""
        if "functions" not in self._ports:
            error = {"error": "The Cloud Functions emulator is not running."}
            return web.json_response(error, status=400)
        action = request.match_info["action"]
        url = f"http://{HOST}:{self._ports['functions']}/functions/{action}"
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session, session.put(url) as answer:
            return web.json_response(await answer.json(), status=answer.status)

    async def export(self, request: web.Request) -> web.Response:
        """`{"path": DIR}`: export now. A browser page may not ask for it."""
        if "Origin" in request.headers:
            message = "Export cannot be triggered by external callers."
            return web.json_response({"message": message}, status=403)
        body = await request.json()
        path = body.get("path") if isinstance(body, dict) else None
        if not isinstance(path, str):
            return web.json_response({"message": "expected {'path': DIR}"}, status=400)
        try:
            await self._seeds.export_to(Path(path))
        except SeedError as error:
            return web.json_response({"message": str(error)}, status=500)
        return web.json_response({"message": "OK"})
