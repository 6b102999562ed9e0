"""Messages to WebSocket text frames and back.

A message of more than 16,384 characters is sent as a frame with the number of parts, then the
parts; a lone `0` is the client's keep-alive (firebase-js-sdk realtime/WebSocketConnection.ts).
"""

from __future__ import annotations

from emulators.rtdb.errors import RequestError, TooLargeError

MAX_FRAME_CHARACTERS = 16_384
_MAX_COUNT_CHARACTERS = 6
_TEXT_FRAME = 0x81  # final, opcode text


class Outgoing:
    """A message ready to send: ASCII JSON, and its WebSocket bytes made once for all receivers."""

    __slots__ = ("_frames", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._frames: bytes | None = None

    @property
    def frames(self) -> bytes:
        """The whole message as WebSocket frames."""
        if self._frames is None:
            self._frames = b"".join(_frame(part.encode("ascii")) for part in parts(self.text))
        return self._frames


def parts(text: str) -> list[str]:
    """The texts of the frames that carry a message."""
    if len(text) <= MAX_FRAME_CHARACTERS:
        return [text]
    cut = [text[at : at + MAX_FRAME_CHARACTERS] for at in range(0, len(text), MAX_FRAME_CHARACTERS)]
    return [str(len(cut)), *cut]


class Assembler:
    """Puts received frames together; holds at most `most` characters."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._awaited = 0
        self._held: list[str] = []
        self._size = 0

    def feed(self, frame: str) -> str | None:
        """The message this frame completes, if it does; TooLargeError if it gets too long."""
        if self._awaited == 0:
            return self._begin(frame)
        self._size += len(frame)
        self._check()
        self._held.append(frame)
        self._awaited -= 1
        if self._awaited:
            return None
        message, self._held, self._size = "".join(self._held), [], 0
        return message

    def _begin(self, frame: str) -> str | None:
        if len(frame) <= _MAX_COUNT_CHARACTERS and frame.isascii() and frame.isdigit():
            self._awaited = int(frame)
            return None
        self._size = len(frame)
        self._check()
        self._size = 0
        if not frame:
            raise RequestError("An empty frame is not a message")
        return frame

    def _check(self) -> None:
        if self._size > self._most:
            raise TooLargeError(f"A message is longer than {self._most} characters")


def _frame(payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes((_TEXT_FRAME, size)) + payload
    if size < 65_536:
        return bytes((_TEXT_FRAME, 126)) + size.to_bytes(2, "big") + payload
    return bytes((_TEXT_FRAME, 127)) + size.to_bytes(8, "big") + payload
