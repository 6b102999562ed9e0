"""A long-polling client: its messages come in as numbered segments of base64, and go out in
numbered responses; it may move to a socket once that has proved healthy.

firebase-js-sdk packages/database/src/realtime/BrowserPollConnection.ts and Connection.ts.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Mapping

from emulators.rtdb.errors import RequestError, TooLargeError
from emulators.rtdb.wire.frames import Outgoing
from emulators.rtdb.wire.messages import control, parse_message
from emulators.rtdb.wire.session import Channel, Session

MAX_SEGMENTS_AHEAD = 20_000
MAX_HELD = 1000
_TO_STANDARD = str.maketrans("-_.", "+/=")


class PollSession:
    """The polling channel of a session, and the receiving side of its client's polls.

    A client for whom more than `most_waiting` characters wait has `overflowed` and is to be ended.
    """

    def __init__(self, poll_id: str, password: str, most_waiting: int) -> None:
        self.poll_id = poll_id
        self.password = password
        self.session: Session | None = None
        self.socket: Channel | None = None
        self.switched = False
        self.closed = False
        self.overflowed = False
        self._most_waiting = most_waiting
        self._waiting_characters = 0
        self._outgoing: list[Outgoing] = []
        self._responses = 0
        self._waiting: asyncio.Future[None] | None = None
        self._segments: dict[int, tuple[int, str]] = {}
        self._next_segment = 0
        self._held: list[str] = []

    def send(self, message: Outgoing) -> None:
        """Queue for the next response."""
        if self.overflowed:
            return
        if self._waiting_characters > self._most_waiting:
            self.overflowed = True
            self._outgoing.clear()
            return
        self._outgoing.append(message)
        self._waiting_characters += len(message.text)
        self._release()

    def close(self) -> None:
        """No more polls are answered with messages."""
        self.closed = True
        self._release()

    @property
    def drained(self) -> bool:
        """Whether the client has everything it will get by polling."""
        return (self.closed or self.switched) and not self._outgoing

    async def response(self, timeout_s: float) -> str:
        """The script for a poll: waits for messages, a newer poll, or the time to be over."""
        self._release()
        if not self._outgoing and not self.closed:
            waiting = self._waiting = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(timeout_s):
                    await waiting
            except TimeoutError:
                pass
            if self._waiting is waiting:
                self._waiting = None
        return self.script()

    def script(self) -> str:
        """What is queued, as a call of the client's receiving function."""
        messages, self._outgoing, self._waiting_characters = self._outgoing, [], 0
        number, self._responses = self._responses, self._responses + 1
        joined = ",".join(message.text for message in messages)
        return f"pRTLPCB({number},[{joined}]);"

    def feed(self, parameters: Mapping[str, str], most: int) -> None:
        """Take the segments of a poll's URL; handle the messages they complete."""
        for place in range(len(parameters)):
            if f"d{place}" not in parameters:
                break
            number = _integer(parameters, f"seg{place}")
            total = _integer(parameters, f"ts{place}")
            if number >= self._next_segment:
                self._segments[number] = (total, parameters[f"d{place}"])
        if len(self._segments) > MAX_SEGMENTS_AHEAD:
            raise TooLargeError("Too many segments out of order")
        while (message := self._complete(most)) is not None:
            self.receive(message)

    def receive(self, message: str) -> None:
        """Handle a message that came by polling."""
        assert self.session is not None
        kind, content = parse_message(message)
        if kind == "c" and content.get("t") == "n" and self.socket is not None:
            self._switch()
        else:
            self.session.receive(message)

    def receive_on_socket(self, message: str) -> None:
        """Handle a message that came by the socket: pings at once, the rest after the switch."""
        assert self.session is not None
        assert self.socket is not None
        if self.switched:
            self.session.receive(message)
            return
        kind, content = parse_message(message)
        if kind == "d":
            if len(self._held) >= MAX_HELD:
                raise TooLargeError("Too many messages before the switch")
            self._held.append(message)
        elif content.get("t") == "p":
            self.socket.send(control("o", None))

    def _switch(self) -> None:
        assert self.session is not None
        assert self.socket is not None
        self.send(control("n", None))
        self.switched = True
        self.session.channel = self.socket
        held, self._held = self._held, []
        for message in held:
            self.session.receive(message)

    def _complete(self, most: int) -> str | None:
        first = self._segments.get(self._next_segment)
        if first is None:
            return None
        numbers = range(self._next_segment, self._next_segment + first[0])
        if len(numbers) == 0 or not all(number in self._segments for number in numbers):
            self._check_size(most)
            return None
        text = "".join(self._segments.pop(number)[1] for number in numbers)
        self._next_segment = numbers.stop
        return _decoded(text)

    def _check_size(self, most: int) -> None:
        if sum(len(text) for _, text in self._segments.values()) > most * 2:
            raise TooLargeError(f"A message is longer than {most} characters")

    def _release(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
        self._waiting = None


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text.translate(_TO_STANDARD)).decode("utf-8", "surrogatepass")
    except (binascii.Error, ValueError):
        raise RequestError("A segment is not base64") from None


def _integer(parameters: Mapping[str, str], name: str) -> int:
    value = parameters.get(name, "")
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise RequestError(f"{name} must be a number")
    return int(value)
