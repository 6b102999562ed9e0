from __future__ import annotations

import pytest

from emulators.rtdb.errors import RequestError, TooLargeError
from emulators.rtdb.wire.frames import MAX_FRAME_CHARACTERS, Assembler, Outgoing, parts


def test_a_long_message_is_announced_by_its_number_of_parts() -> None:
    text = "x" * (MAX_FRAME_CHARACTERS * 2 + 1)
    assert [len(part) for part in parts(text)] == [1, 16384, 16384, 1]
    assert parts(text)[0] == "3"
    assert parts("x" * MAX_FRAME_CHARACTERS) == ["x" * MAX_FRAME_CHARACTERS]


@pytest.mark.parametrize(
    ("size", "head"),
    [
        (0, b"\x81\x00"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (16384, b"\x81\x7e\x40\x00"),
    ],
)
def test_frames_have_the_length_of_rfc_6455(size: int, head: bytes) -> None:
    assert Outgoing("x" * size).frames == head + b"x" * size


def test_a_lone_zero_is_a_keep_alive_and_begins_nothing() -> None:
    incoming = Assembler(100)
    assert incoming.feed("0") is None
    assert incoming.feed('{"t":"d"}') == '{"t":"d"}'
    assert incoming.feed("2") is None
    assert incoming.feed("ab") is None
    assert incoming.feed("0") == "ab0"


def test_what_is_held_is_bounded() -> None:
    incoming = Assembler(10)
    incoming.feed("9999")
    incoming.feed("12345")
    with pytest.raises(TooLargeError):
        incoming.feed("123456")
    with pytest.raises(TooLargeError):
        Assembler(10).feed("x" * 11)


def test_an_empty_frame_is_no_message() -> None:
    with pytest.raises(RequestError):
        Assembler(10).feed("")
