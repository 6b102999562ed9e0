"""Responses straight to the socket: head and body in one write, without the cost of
building a response object for each.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from emulators.rtdb.http.outlet import TransportOutlet
from emulators.rtdb.http.request import Response

_NO_BODY = frozenset({204, 304})
_STATUS_LINES = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus
}


class _Sent(web.StreamResponse):
    """Tells aiohttp that a request has been answered, and whether the connection goes on."""

    def __init__(self, *, goes_on: bool) -> None:
        super().__init__()
        self._goes_on = goes_on

    @property
    def keep_alive(self) -> bool | None:
        return self._goes_on

    async def prepare(self, _request: web.BaseRequest) -> AbstractStreamWriter | None:
        return None

    async def write_eof(self, _data: bytes = b"") -> None:
        """Everything has been written."""


_GOES_ON, _ENDS = _Sent(goes_on=True), _Sent(goes_on=False)


def send(
    raw: web.BaseRequest, response: Response, most_waiting: int, *, last: bool = False
) -> web.StreamResponse:
    """Write the response; a client with more than `most_waiting` unread bytes is cut instead.

    `last` closes the connection after it.
    """
    goes_on = bool(raw.keep_alive) and not last
    transport = raw.transport
    if isinstance(transport, asyncio.Transport):
        data = head(response, goes_on=goes_on)
        if raw.method != "HEAD" and response.status not in _NO_BODY:
            data += response.body
        TransportOutlet(transport, most_waiting).send(data)
    return _GOES_ON if goes_on else _ENDS


def head(response: Response, *, goes_on: bool) -> bytes:
    """Status line and headers; HTTP/1.0 clients too are told whether the connection goes on."""
    lines = [_STATUS_LINES[response.status]]
    lines += [f"{name}: {value}\r\n" for name, value in response.headers.items()]
    if response.status not in _NO_BODY:
        lines.append(f"Content-Length: {len(response.body)}\r\n")
    lines.append("Connection: keep-alive\r\n\r\n" if goes_on else "Connection: close\r\n\r\n")
    return "".join(lines).encode("latin-1")
