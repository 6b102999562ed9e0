"""Clients that cost next to nothing: bytes in, bytes counted."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

TIMEOUT_S = 60.0
_PAGE_KIB = 4
_HANDSHAKE = (
    "GET /.ws?v=5 HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
_STREAM = "GET /{path}.json HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n"
_PAYLOAD = '{"balance":1234,"status":"connected","at":1700000000000}'


class Connection:
    """One keep-alive HTTP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @staticmethod
    async def open(port: int) -> Connection:
        return Connection(*await asyncio.open_connection("127.0.0.1", port))

    async def request(
        self, method: str, path: str, body: str = "", headers: str = ""
    ) -> tuple[int, bytes, bytes]:
        """Status, head and body of the answer."""
        extra = f"{headers}\r\n" if headers else ""
        head = f"{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer owner\r\n"
        self._writer.write(f"{head}{extra}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        answer = await self._reader.readuntil(b"\r\n\r\n")
        size = int(answer.split(b"Content-Length: ", 1)[1].split(b"\r\n", 1)[0])
        return int(answer[9:12]), answer, await self._reader.readexactly(size)

    def close(self) -> None:
        self._writer.close()


class Counter(asyncio.Protocol):
    """Counts the bytes that arrive on many connections; `reached` when enough have."""

    def __init__(self, first: bytes) -> None:
        self._first = first
        self.received = 0
        self._wanted: int | None = None
        self._reached = asyncio.Event()
        self.transports: list[asyncio.Transport] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transports.append(transport)
        transport.write(self._first)

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        if self._wanted is not None and self.received >= self._wanted:
            self._reached.set()

    async def until(self, wanted: int) -> None:
        """Return once that many bytes have arrived in all."""
        self._wanted = wanted
        self._reached.clear()
        if self.received < wanted:
            async with asyncio.timeout(TIMEOUT_S):
                await self._reached.wait()

    async def settled(self) -> None:
        """Return once nothing more has arrived for a moment."""
        seen = -1
        while seen != self.received:
            seen = self.received
            await asyncio.sleep(0.3)

    def close(self) -> None:
        for transport in self.transports:
            transport.abort()


async def sequential(port: int, path: str, count: int) -> float:
    """PUTs per second, one after the other on one connection."""
    connection = await Connection.open(port)
    for _ in range(count // 10):
        await connection.request("PUT", path, _PAYLOAD)
    started = time.perf_counter()
    for _ in range(count):
        await connection.request("PUT", path, _PAYLOAD)
    elapsed = time.perf_counter() - started
    connection.close()
    return count / elapsed


async def push_to_sockets(port: int, listeners: int, writes: int) -> float:
    """Pushes per second to WebSocket listeners of one node."""
    listen = b'{"t":"d","d":{"r":1,"a":"q","b":{"p":"pushed","h":""}}}'
    masked = bytes((0x81, 0x80 | len(listen))) + b"\0\0\0\0" + listen
    counter = await _connected(port, listeners, _HANDSHAKE.encode() + masked)
    return await _pushes(port, counter, listeners, writes, "pushed")


async def push_to_streams(port: int, listeners: int, writes: int) -> float:
    """Pushes per second to SSE streams of one node."""
    counter = await _connected(port, listeners, _STREAM.format(path="streamed").encode())
    return await _pushes(port, counter, listeners, writes, "streamed")


async def hold_streams(port: int, pid: int, count: int) -> float:
    """KB of the server's memory that each of many idle streams takes."""
    warm = await _connected(port, 20, _STREAM.format(path="idle").encode())
    before = _resident_kib(pid)
    counter = await _connected(port, count, _STREAM.format(path="idle").encode())
    grown = _resident_kib(pid) - before
    counter.close()
    warm.close()
    return grown / count


async def _connected(port: int, count: int, first: bytes) -> Counter:
    counter = Counter(first)
    loop = asyncio.get_running_loop()
    for _ in range(count):
        await loop.create_connection(lambda: counter, "127.0.0.1", port)
    await counter.settled()
    return counter


async def _pushes(port: int, counter: Counter, listeners: int, writes: int, path: str) -> float:
    connection = await Connection.open(port)
    before = counter.received
    await _write(connection, path)
    await counter.settled()
    each = counter.received - before
    started = time.perf_counter()
    for _ in range(writes):
        await _write(connection, path)
    await counter.until(before + each * (writes + 1))
    elapsed = time.perf_counter() - started
    connection.close()
    counter.close()
    return listeners * writes / elapsed


async def _write(connection: Connection, path: str) -> None:
    await connection.request("PUT", f"/{path}.json", _PAYLOAD)


def _resident_kib(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_KIB
