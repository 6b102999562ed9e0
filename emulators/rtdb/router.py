"""Which protocol a request belongs to: WebSocket, long polling, or HTTP."""

from __future__ import annotations

from aiohttp import web

from emulators.rtdb.core.instances import Instances
from emulators.rtdb.http import answers
from emulators.rtdb.http.connection import to_aiohttp
from emulators.rtdb.http.namespace import namespace_of
from emulators.rtdb.http.request import parse_target
from emulators.rtdb.http.shell import HttpShell
from emulators.rtdb.wire.websocket import serve_socket


class Router:
    """The handler of every request of a server."""

    def __init__(self, instances: Instances, http: HttpShell) -> None:
        self._instances = instances
        self._http = http

    async def handle(self, raw: web.BaseRequest) -> web.StreamResponse:
        target = raw.raw_path
        if target.startswith("/.ws"):
            return await self._socket(raw)
        return await self._http.handle(raw)

    async def _socket(self, raw: web.BaseRequest) -> web.StreamResponse:
        if raw.headers.get("Upgrade", "").lower() != "websocket":
            return to_aiohttp(answers.failure(400, "Expected a WebSocket"))
        try:
            _, parameters = parse_target(raw.raw_path)
            host = raw.headers.get("Host", "")
            name = namespace_of(parameters, host, self._instances.default)
            database = self._instances.get(name)
        except answers.REQUEST_ERRORS as error:
            return to_aiohttp(answers.refusal(error))
        try:
            return await serve_socket(raw, database)
        except web.HTTPException as error:
            return to_aiohttp(answers.failure(error.status, error.text or "Expected a WebSocket"))
