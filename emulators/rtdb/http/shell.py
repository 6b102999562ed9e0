"""The one place that touches HTTP connections: reads requests, calls the pure parts, sends."""

from __future__ import annotations

import asyncio
import gc
import logging

import aiohttp
from aiohttp import web

from emulators.rtdb.core.database import Database
from emulators.rtdb.core.instances import Instances
from emulators.rtdb.core.watch import Watch
from emulators.rtdb.errors import RequestError, TooLargeError
from emulators.rtdb.http import answers
from emulators.rtdb.http.namespace import namespace_of
from emulators.rtdb.http.outlet import TransportOutlet
from emulators.rtdb.http.request import Request, Response, effective_method, parse_target
from emulators.rtdb.http.rest import answer, node_path, principal, selection
from emulators.rtdb.http.sending import send
from emulators.rtdb.http.settings import settings_answer
from emulators.rtdb.http.sse import KEEP_ALIVE, Stream, first_frame

_log = logging.getLogger("emulators.rtdb")

BODY_IDLE_TIMEOUT_S = 60.0
LARGE_BODY_BYTES = 1024 * 1024
_STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\n"
    b"Content-Type: text/event-stream; charset=utf-8\r\n"
    b"Cache-Control: no-cache\r\n"
    b"Access-Control-Allow-Origin: *\r\n"
    b"Connection: close\r\n\r\n"
)


class HttpShell:
    """Handles every HTTP request that is not of the WebSocket protocol."""

    def __init__(self, instances: Instances, *, keep_alive_s: float) -> None:
        self._instances = instances
        self._keep_alive_s = keep_alive_s
        self._streams: set[TransportOutlet] = set()

    async def handle(self, raw: web.BaseRequest) -> web.StreamResponse:
        """The answer to a request; for a stream, returns when the stream has ended."""
        try:
            request = await self._request(raw)
            if request.method == "OPTIONS":
                wanted = request.headers.get("Access-Control-Request-Headers", "")
                return self._send(raw, answers.preflight(wanted))
            database = self._database(request)
            if request.streams and settings_answer(request) is None:
                return await self._stream(raw, request, database)
            return self._send(raw, self._answer(request, database))
        except answers.REQUEST_ERRORS as error:
            unread = isinstance(error, TooLargeError)
            return self._send(raw, answers.refusal(error), last=unread)
        except Exception:
            _log.exception("request failed: %s %s", raw.method, raw.raw_path[:200])
            return self._send(raw, answers.failure(500, "Internal server error."), last=True)

    def _send(
        self, raw: web.BaseRequest, response: Response, *, last: bool = False
    ) -> web.StreamResponse:
        return send(raw, response, self._instances.limits.outgoing_bytes, last=last)

    def close(self) -> None:
        """End all streams."""
        for outlet in list(self._streams):
            outlet.abort()

    def _database(self, request: Request) -> Database:
        host = request.headers.get("host", "")
        return self._instances.get(
            namespace_of(request.parameters, host, self._instances.default, self._instances)
        )

    def _answer(self, request: Request, database: Database) -> Response:
        """Answer; a large body becomes nodes, none of them garbage, so none is looked for."""
        collecting = gc.isenabled() and len(request.body) > LARGE_BODY_BYTES
        if not collecting:
            return self._answer_now(request, database)
        gc.disable()
        try:
            return self._answer_now(request, database)
        finally:
            gc.enable()

    def _answer_now(self, request: Request, database: Database) -> Response:
        special = settings_answer(request)
        if special is not None:
            return special(request, self._instances, database)
        return answer(request, self._instances, database)

    async def _request(self, raw: web.BaseRequest) -> Request:
        path, parameters = parse_target(raw.raw_path)
        method = effective_method(raw.method, parameters, raw.headers)
        return Request(
            method=method,
            path=path,
            parameters=parameters,
            headers=raw.headers,
            body=await read_body(raw, self._instances.limits.rest_write_bytes),
        )

    async def _stream(
        self, raw: web.BaseRequest, request: Request, database: Database
    ) -> web.StreamResponse:
        path = node_path(request.path)
        transport = raw.transport
        assert transport is not None
        outlet = TransportOutlet(transport, self._instances.limits.outgoing_bytes)
        query = selection(request, database, path)
        watch = Watch(path, query, principal(request), Stream(outlet))
        first = first_frame(database.watch(watch))
        self._streams.add(outlet)
        try:
            outlet.send(_STREAM_HEAD + first)
            while not transport.is_closing():
                await asyncio.sleep(self._keep_alive_s)
                outlet.send(KEEP_ALIVE)
        finally:
            database.unwatch(watch)
            self._streams.discard(outlet)
        return web.Response()


async def read_body(raw: web.BaseRequest, most: int) -> bytes:
    """The whole body; TooLargeError beyond `most` bytes, RequestError if it breaks off."""
    content = raw.content
    if content.is_eof() and not content.exception():
        body = content.read_nowait()
        if len(body) <= most:
            return body
        raise TooLargeError(f"The body is larger than {most} bytes")
    if (raw.content_length or 0) > most:
        raise TooLargeError(f"The body is larger than {most} bytes")
    if raw.headers.get("Expect", "").lower() == "100-continue" and raw.transport is not None:
        raw.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    pieces = bytearray()
    try:
        while not content.at_eof():
            async with asyncio.timeout(BODY_IDLE_TIMEOUT_S):
                pieces += await content.readany()
            if len(pieces) > most:
                raise TooLargeError(f"The body is larger than {most} bytes")
    except (aiohttp.ClientError, aiohttp.http.HttpProcessingError, TimeoutError):
        raise RequestError("The body broke off") from None
    return bytes(pieces)
