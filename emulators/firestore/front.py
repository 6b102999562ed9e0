"""One port for gRPC and HTTP/1, as the official emulator has it: the first bytes tell.

HTTP/2 begins with a fixed preface and is passed on, byte for byte, to the gRPC server's socket;
everything else is HTTP/1 and handled here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
FIRST_BYTES_LIMIT_S = 10.0
CONNECT_LIMIT_S = 5.0
MAX_FIRST_BYTES = 65_536


class Connections:
    """All open ones, to be closed at the end."""

    def __init__(self) -> None:
        self._open: set[asyncio.BaseTransport] = set()

    def add(self, transport: asyncio.BaseTransport) -> None:
        self._open.add(transport)

    def discard(self, transport: asyncio.BaseTransport) -> None:
        self._open.discard(transport)

    def close(self) -> None:
        """Close them, whatever they are doing."""
        for transport in list(self._open):
            transport.close()


class Front(asyncio.Protocol):
    """One incoming connection, until it is known what it speaks."""

    def __init__(
        self,
        socket_path: str,
        http: Callable[[], asyncio.Protocol],
        connections: Connections,
    ) -> None:
        self._socket_path = socket_path
        self._http = http
        self._connections = connections
        self._first = bytearray()
        self._connecting: asyncio.Task[None] | None = None
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._connections.add(transport)
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(FIRST_BYTES_LIMIT_S, transport.close)

    def data_received(self, data: bytes) -> None:
        self._first += data
        if self._connecting is not None:
            if len(self._first) > MAX_FIRST_BYTES:
                self._transport.pause_reading()
            return
        if len(self._first) < len(PREFACE) and PREFACE.startswith(self._first):
            return
        self._decided()
        if self._first.startswith(PREFACE):
            self._connecting = asyncio.get_running_loop().create_task(self._pass_on())
        else:
            self._serve_http()

    def connection_lost(self, _: Exception | None) -> None:
        self._decided()
        self._connections.discard(self._transport)
        if self._connecting is not None:
            self._connecting.cancel()

    def _decided(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()

    def _serve_http(self) -> None:
        handler = self._http()
        self._connections.discard(self._transport)
        self._transport.set_protocol(handler)
        handler.connection_made(self._transport)
        handler.data_received(bytes(self._first))

    async def _pass_on(self) -> None:
        loop = asyncio.get_running_loop()
        inward = _Pipe(self._transport, self._connections)
        try:
            async with asyncio.timeout(CONNECT_LIMIT_S):
                server, _ = await loop.create_unix_connection(lambda: inward, self._socket_path)
        except (OSError, TimeoutError):
            self._transport.close()
            return
        outward = _Pipe(server, self._connections)
        outward.connection_made(self._transport)
        self._transport.set_protocol(outward)
        server.write(bytes(self._first))
        self._transport.resume_reading()


class _Pipe(asyncio.Protocol):
    """What one side sends, the other gets; a slow reader slows the sender down."""

    def __init__(self, other: asyncio.Transport, connections: Connections) -> None:
        self._other = other
        self._connections = connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._connections.add(transport)

    def data_received(self, data: bytes) -> None:
        self._other.write(data)

    def pause_writing(self) -> None:
        self._other.pause_reading()

    def resume_writing(self) -> None:
        self._other.resume_reading()

    def connection_lost(self, _: Exception | None) -> None:
        self._connections.discard(self._transport)
        self._other.close()
