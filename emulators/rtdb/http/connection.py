"""aiohttp's low-level server, answering broken requests in JSON instead of text."""

from __future__ import annotations

import asyncio

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from emulators.rtdb.http import answers

MAX_LINE_BYTES = 65_536
MAX_HEADERS = 128


class _Connection(RequestHandler):
    """One connection; requests that are not HTTP are the client's fault."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if status >= 500:
            return super().handle_error(request, status, exc, message)
        refused = answers.failure(status, f"Malformed request: {message or status}")
        response = web.Response(status=status, headers=refused.headers, body=refused.body)
        response.force_close()
        return response


class Server(web.Server):
    """Makes `_Connection`s."""

    def __call__(self) -> RequestHandler:
        return _Connection(
            self,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type]
            max_line_size=MAX_LINE_BYTES,
            max_field_size=MAX_LINE_BYTES,
            max_headers=MAX_HEADERS,
        )
