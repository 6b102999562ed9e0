"""A network that misbehaves: a TCP proxy with seeded faults, for meters that must live with them.

Each connection has a fate drawn from the seed and its number: it may be reset or go half-open
(both sides stay connected and nothing passes any more) after some bytes. Each piece of data may be
delayed, split into small pieces, or held back until more has come. ``cut`` ends every connection
and refuses new ones for a while.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
import threading
from dataclasses import dataclass
from typing import Self

PIECE_BYTES = 4096
HELD_BYTES = 16 * 1024
CONNECT_LIMIT_S = 5.0
START_LIMIT_S = 10.0
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: on, no time


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How often, in one of so many connections or pieces; 0 is never."""

    resets: int = 0  # connections that are reset
    half_opens: int = 0  # connections that fall silent
    fate_bytes: int = 8_000  # ... after at most that many bytes
    delays: int = 0  # pieces
    delay_ms: int = 50  # at most
    stalls: int = 0  # pieces
    stall_ms: int = 1_500  # at most
    splits: int = 0  # pieces sent byte by byte, at first
    coalesces: int = 0  # pieces held until the next one, or for a moment


CALM = Weather()
STORM = Weather(resets=6, half_opens=9, delays=4, stalls=40, splits=5, coalesces=5)
SPLIT_PIECES = 40  # then the rest goes at once
HOLD_MS = 120


class FlakyProxy:
    """Listens on a free port and passes on to ``upstream`` ("127.0.0.1:9000"), in a thread."""

    def __init__(self, upstream: str, *, seed: int, weather: Weather = CALM) -> None:
        host, _, port = upstream.rpartition(":")
        self._upstream = (host, int(port))
        self._seed = seed
        self.weather = weather
        self.connections = 0
        self.faults = 0
        self.port = 0
        self._cut_until = 0.0
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"proxy to {upstream}", daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._listening.wait(START_LIMIT_S):
            raise TimeoutError("the proxy does not listen")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_LIMIT_S)

    def cut(self, for_s: float) -> None:
        """End every connection, and refuse new ones for so long."""
        self._loop.call_soon_threadsafe(self._cut, for_s)

    def _cut(self, for_s: float) -> None:
        self._cut_until = self._loop.time() + for_s
        for writer in list(self._writers):
            _reset(writer)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._accept, "127.0.0.1", 0, limit=HELD_BYTES)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._listening.set()
        self._loop.run_forever()
        server.close()
        for task in self._tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*self._tasks, return_exceptions=True))
        for writer in list(self._writers):
            writer.close()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = self._loop.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        chance = chance_of(self._seed, self.connections)
        if self._loop.time() < self._cut_until:
            _reset(writer)
            return
        self._writers.add(writer)
        try:
            async with asyncio.timeout(CONNECT_LIMIT_S):
                up_reader, up_writer = await asyncio.open_connection(*self._upstream)
        except OSError:
            _reset(writer)
            self._writers.discard(writer)
            return
        self._writers.add(up_writer)
        fate = Fate(chance, self.weather)
        pumps = [
            self._loop.create_task(self._pump(reader, up_writer, fate, chance)),
            self._loop.create_task(self._pump(up_reader, writer, fate, chance)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            if fate.kind == "half_open" and fate.left <= 0:
                await asyncio.wait(pumps)  # until a side gives up
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            for each in (writer, up_writer):
                self._writers.discard(each)
                (_reset if fate.kind == "reset" and fate.left <= 0 else _close)(each)

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        fate: Fate,
        chance: random.Random,
    ) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(PIECE_BYTES):
                fate.left -= len(piece)
                if fate.kind and fate.left <= 0:
                    self.faults += 1
                    if fate.kind == "reset":
                        return
                    while await reader.read(PIECE_BYTES):  # swallowed until the side gives up
                        pass
                    return
                await self._pass_on(piece, reader, writer, chance)

    async def _pass_on(
        self,
        piece: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        chance: random.Random,
    ) -> None:
        weather = self.weather
        if _happens(chance, weather.delays):
            await asyncio.sleep(chance.randrange(weather.delay_ms) / 1_000)
        if _happens(chance, weather.stalls):
            self.faults += 1
            await asyncio.sleep(chance.randrange(weather.stall_ms) / 1_000)
        if _happens(chance, weather.coalesces):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HOLD_MS / 1_000):
                    piece += await reader.read(PIECE_BYTES)
        if _happens(chance, weather.splits):
            for at in range(min(SPLIT_PIECES, len(piece))):
                writer.write(piece[at : at + 1])
                await writer.drain()
                await asyncio.sleep(0)
            piece = piece[SPLIT_PIECES:]
        writer.write(piece)
        await writer.drain()


class Fate:
    """What becomes of a connection, and after how many more bytes."""

    def __init__(self, chance: random.Random, weather: Weather) -> None:
        self.kind = ""
        if _happens(chance, weather.resets):
            self.kind = "reset"
        elif _happens(chance, weather.half_opens):
            self.kind = "half_open"
        self.left = chance.randrange(1, weather.fate_bytes)


def chance_of(seed: int, number: int) -> random.Random:
    """What decides about the connection of that number."""
    return random.Random(f"{seed}/{number}")  # noqa: S311 - no secret


def _happens(chance: random.Random, one_in: int) -> bool:
    return one_in > 0 and chance.randrange(one_in) == 0


def _reset(writer: asyncio.StreamWriter) -> None:
    raw: socket.socket | None = writer.get_extra_info("socket")
    if raw is not None:
        with contextlib.suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    writer.transport.abort()


def _close(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, RuntimeError):
        writer.close()
