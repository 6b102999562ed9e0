from __future__ import annotations

import asyncio
import base64
import json
import re
from typing import Any

import pytest

from emulators.rtdb.core.database import Database
from emulators.rtdb.errors import RequestError, TooLargeError
from emulators.rtdb.options import Limits
from emulators.rtdb.tree.to_json import plain
from emulators.rtdb.wire import poll_session
from emulators.rtdb.wire.frames import Outgoing
from emulators.rtdb.wire.poll_session import PollSession
from emulators.rtdb.wire.session import Session


@pytest.fixture
def poll() -> PollSession:
    made = PollSession("id", "pw", 100_000)
    made.session = Session("id", Database("t", limits=Limits(), clock=lambda: 1), made)
    return made


def tree(poll: PollSession) -> Any:
    assert poll.session is not None
    return plain(poll.session._database.tree)


def put(path: str, value: Any, number: int = 1) -> str:
    body = {"p": path, "d": value}
    return json.dumps({"t": "d", "d": {"r": number, "a": "p", "b": body}})


def coded(message: str) -> str:
    text = base64.urlsafe_b64encode(message.encode()).decode()
    return text.replace("=", ".")


def segments(first: int, message: str, size: int) -> list[dict[str, str]]:
    text = coded(message)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    total = str(len(pieces))
    return [{"seg0": str(first + at), "ts0": total, "d0": piece} for at, piece in enumerate(pieces)]


def received(script: str) -> tuple[int, list[Any]]:
    match = re.fullmatch(r"pRTLPCB\((\d+),(\[.*\])\);", script)
    assert match is not None
    return int(match.group(1)), json.loads(match.group(2))


def test_segments_are_put_together_in_any_order(poll: PollSession) -> None:
    pieces = segments(0, put("/a", "é\u2028" * 50), 10)
    for piece in reversed(pieces):
        assert tree(poll) is None
        poll.feed(piece, 10_000)
    assert tree(poll) == {"a": "é\u2028" * 50}


def test_several_segments_may_come_in_one_request(poll: PollSession) -> None:
    one, other = coded(put("/a", 1)), coded(put("/b", 2))
    poll.feed({"seg0": "0", "ts0": "1", "d0": one, "seg1": "1", "ts1": "1", "d1": other}, 10_000)
    assert tree(poll) == {"a": 1, "b": 2}


def test_a_repeated_segment_is_not_taken_twice(poll: PollSession) -> None:
    (piece,) = segments(0, put("/n", {".sv": {"increment": 1}}), 9999)
    poll.feed(piece, 10_000)
    poll.feed(piece, 10_000)
    assert tree(poll) == {"n": 1}


def test_responses_are_numbered_and_ascii(poll: PollSession) -> None:
    poll.send(Outgoing('{"x":"\\u2028"}'))
    poll.send(Outgoing("2"))
    assert received(poll.script()) == (0, [{"x": "\u2028"}, 2])
    assert received(poll.script()) == (1, [])


def test_a_poll_waits_for_a_message_and_a_newer_poll_releases_it(poll: PollSession) -> None:
    async def scenario() -> None:
        first = asyncio.create_task(poll.response(10))
        await asyncio.sleep(0)
        second = asyncio.create_task(poll.response(10))
        assert received(await first) == (0, [])
        poll.send(Outgoing("5"))
        assert received(await second) == (1, [5])
        assert received(await poll.response(0.01)) == (2, [])

    asyncio.run(scenario())


def test_the_switch_to_a_socket_keeps_the_order(poll: PollSession) -> None:
    class Socket:
        def __init__(self) -> None:
            self.sent: list[Any] = []

        def send(self, message: Outgoing) -> None:
            self.sent.append(json.loads(message.text))

        def close(self) -> None:
            self.sent.append("closed")

    socket = Socket()
    poll.socket = socket
    poll.receive_on_socket('{"t":"c","d":{"t":"p","d":{}}}')
    assert socket.sent == [{"t": "c", "d": {"t": "o", "d": None}}]
    poll.receive_on_socket(put("/n", "by socket", 2))
    poll.receive(put("/n", "by poll", 1))
    assert tree(poll) == {"n": "by poll"}
    poll.receive('{"t":"c","d":{"t":"n","d":{}}}')
    assert tree(poll) == {"n": "by socket"}
    _, last = received(poll.script())
    assert last[-1] == {"t": "c", "d": {"t": "n", "d": None}}
    assert socket.sent[-1]["d"]["r"] == 2
    assert poll.drained


@pytest.mark.parametrize(
    "parameters",
    [
        {"d0": "aGk="},
        {"seg0": "x", "ts0": "1", "d0": "aGk="},
        {"seg0": "0", "ts0": "1", "d0": "!"},
        {"seg0": "0", "ts0": "1", "d0": "aGk="},
    ],
)
def test_malformed_segments_are_refused(poll: PollSession, parameters: dict[str, str]) -> None:
    with pytest.raises(RequestError):
        poll.feed(parameters, 1000)


def test_what_waits_for_a_missing_segment_is_bounded(
    poll: PollSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll_session, "MAX_SEGMENTS_AHEAD", 5)
    for number in range(1, 6):
        poll.feed({"seg0": str(number), "ts0": "1", "d0": "x"}, 1000)
    with pytest.raises(TooLargeError):
        poll.feed({"seg0": "6", "ts0": "1", "d0": "x"}, 1000)
    other = PollSession("id", "pw", 100_000)
    with pytest.raises(TooLargeError):
        other.feed({"seg0": "0", "ts0": "2", "d0": "x" * 3000}, 1000)


def test_what_waits_for_a_poll_is_bounded() -> None:
    slow = PollSession("id", "pw", 100)
    for _ in range(20):
        slow.send(Outgoing("x" * 10))
    assert slow.overflowed
    assert received(slow.script()) == (0, [])
