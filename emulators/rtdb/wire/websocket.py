"""The socket transport: `/.ws`, one session each, or the better half of a long-polling one."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from aiohttp import WSMsgType, web

from emulators.rtdb.core.database import Database
from emulators.rtdb.errors import RequestError
from emulators.rtdb.http.outlet import TransportOutlet
from emulators.rtdb.wire.frames import MAX_FRAME_CHARACTERS, Assembler, Outgoing
from emulators.rtdb.wire.messages import control
from emulators.rtdb.wire.poll_session import PollSession
from emulators.rtdb.wire.session import Session

_log = logging.getLogger("emulators.rtdb.wire")

_CLOSE_NORMAL = b"\x88\x02\x03\xe8"
_MESSAGE_OVERHEAD = 1024


class SocketChannel:
    """Sends whole messages in one write each."""

    __slots__ = ("_outlet",)

    def __init__(self, outlet: TransportOutlet) -> None:
        self._outlet = outlet

    def send(self, message: Outgoing) -> None:
        self._outlet.send(message.frames)

    def close(self) -> None:
        self._outlet.send(_CLOSE_NORMAL)
        self._outlet.close()


async def serve_socket(
    raw: web.BaseRequest, database: Database, poll: PollSession | None
) -> web.StreamResponse:
    """Speak with one client until it leaves; with `poll`, take over from its long polling."""
    most = database.limits.sdk_write_bytes + _MESSAGE_OVERHEAD
    socket = web.WebSocketResponse(compress=False, max_msg_size=max(most, MAX_FRAME_CHARACTERS * 4))
    await socket.prepare(raw)
    assert raw.transport is not None
    channel = SocketChannel(TransportOutlet(raw.transport, database.limits.outgoing_bytes))
    incoming = Assembler(most)
    if poll is not None:
        await _take_over(socket, channel, incoming, poll)
        return socket
    session = Session(secrets.token_urlsafe(12), database, channel)
    session.open(raw.headers.get("Host", ""))
    try:
        await _receive_all(socket, channel, incoming, session.receive)
    finally:
        session.closed()
    return socket


async def _take_over(
    socket: web.WebSocketResponse, channel: SocketChannel, incoming: Assembler, poll: PollSession
) -> None:
    poll.socket = channel
    channel.send(control("a", None))
    try:
        await _receive_all(socket, channel, incoming, poll.receive_on_socket)
    finally:
        if poll.switched and poll.session is not None:
            poll.session.closed()
        poll.socket = None


async def _receive_all(
    socket: web.WebSocketResponse,
    channel: SocketChannel,
    incoming: Assembler,
    receive: Callable[[str], None],
) -> None:
    """Hand over every message until the socket closes or breaks the protocol."""
    async for frame in socket:
        if frame.type is not WSMsgType.TEXT:
            return
        try:
            message = incoming.feed(frame.data)
            if message is not None:
                receive(message)
        except RequestError as error:
            _log.warning("connection closed: %s", error)
            channel.send(control("e", str(error)))
            channel.close()
            return
