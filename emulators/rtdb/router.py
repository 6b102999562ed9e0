"""Which protocol a request belongs to: WebSocket, long polling, or HTTP."""

from __future__ import annotations

from aiohttp import web

from emulators.rtdb.core.database import Database
from emulators.rtdb.core.instances import Instances
from emulators.rtdb.http import answers
from emulators.rtdb.http.namespace import namespace_of
from emulators.rtdb.http.request import Response, parse_target
from emulators.rtdb.http.sending import send
from emulators.rtdb.http.shell import HttpShell
from emulators.rtdb.wire.long_polling import LongPolling
from emulators.rtdb.wire.websocket import serve_socket

_NOT_A_SOCKET = answers.failure(400, "Expected a WebSocket")


class Router:
    """The handler of every request of a server."""

    def __init__(self, instances: Instances, http: HttpShell) -> None:
        self._instances = instances
        self._http = http
        self._long_polling = LongPolling(instances.limits.poll_sessions)

    async def handle(self, raw: web.BaseRequest) -> web.StreamResponse:
        target = raw.raw_path
        if not target.startswith(("/.ws", "/.lp")):
            return await self._http.handle(raw)
        try:
            _, parameters = parse_target(target)
            if target.startswith("/.ws"):
                return await self._socket(raw, parameters)
            host = raw.headers.get("Host", "")
            database = self._database(parameters, host)
            return self._send(raw, await self._long_polling.answer(parameters, host, database))
        except answers.REQUEST_ERRORS as error:
            return self._send(raw, answers.refusal(error))

    def close(self) -> None:
        """End all streams and long polls."""
        self._http.close()
        self._long_polling.close()

    def _send(self, raw: web.BaseRequest, response: Response) -> web.StreamResponse:
        return send(raw, response, self._instances.limits.outgoing_bytes)

    def _database(self, parameters: dict[str, str], host: str) -> Database:
        instances = self._instances
        return instances.get(namespace_of(parameters, host, instances.default, instances))

    async def _socket(self, raw: web.BaseRequest, parameters: dict[str, str]) -> web.StreamResponse:
        if raw.headers.get("Upgrade", "").lower() != "websocket":
            return self._send(raw, _NOT_A_SOCKET)
        database = self._database(parameters, raw.headers.get("Host", ""))
        poll = self._long_polling.find(parameters.get("s", ""))
        try:
            return await serve_socket(raw, database, poll)
        except web.HTTPException:
            return self._send(raw, _NOT_A_SOCKET)
