"""Server-sent events, read from a plain socket."""

from __future__ import annotations

import base64
import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from emulators.rtdb.options import Limits

OWNER = {"Authorization": "Bearer owner"}


class Reader:
    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.buffer = b""

    def more(self) -> bool:
        piece = self._connection.recv(65536)
        self.buffer += piece
        return bool(piece)

    def until(self, end: bytes) -> bytes:
        while end not in self.buffer:
            assert self.more(), self.buffer
        before, _, self.buffer = self.buffer.partition(end)
        return before

    def event(self) -> tuple[str, str]:
        """The next event that is not a keep-alive: its name and its data, as text."""
        while True:
            match = re.fullmatch(rb"event: ([a-z_-]+)\ndata: ([^\n]*)", self.until(b"\n\n"))
            assert match is not None
            if match.group(1) != b"keep-alive":
                return match.group(1).decode(), match.group(2).decode()

    def ended(self) -> bool:
        while self.more():
            pass
        return True


@contextmanager
def opened(server: Any, target: str, headers: str = "") -> Iterator[Reader]:
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        request = f"GET {target} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n{headers}\r\n"
        connection.sendall(request.encode())
        yield Reader(connection)


@contextmanager
def stream(server: Any, target: str) -> Iterator[Reader]:
    with opened(server, target) as reader:
        head = reader.until(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK\r\n"), head
        assert b"Content-Type: text/event-stream" in head
        yield reader


def id_token(uid: str) -> str:
    parts = [{"alg": "none"}, {"sub": uid}]
    coded = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts]
    return ".".join(coded) + "."


def test_a_stream_begins_with_the_value_then_tells_puts_and_patches(server: Any) -> None:
    server.put("/m/x.json", {"a": 1})
    with stream(server, "/m.json") as reader:
        assert reader.event() == ("put", '{"path":"/","data":{"x":{"a":1}}}')
        server.put("/m/x/a.json", 2)
        assert reader.event() == ("put", '{"path":"/x/a","data":2}')
        server.request("PATCH", "/m.json", {"x/a": 3, "y": None})
        assert reader.event() == ("patch", '{"path":"/","data":{"x/a":3,"y":null}}')
        server.request("PATCH", "/m/x.json", {"a": {".sv": {"increment": 1}}})
        assert reader.event() == ("patch", '{"path":"/x","data":{"a":4}}')
        server.request("DELETE", "/.json")
        assert reader.event() == ("put", '{"path":"/","data":null}')


def test_keep_alives_come_when_nothing_else_does(server: Any) -> None:
    with stream(server, "/quiet.json") as reader:
        reader.until(b"\n\n")
        assert reader.until(b"\n\n") == b"event: keep-alive\ndata: null"


def test_a_stream_may_be_of_a_query(server: Any) -> None:
    server.set_rules({".read": True, "l": {".indexOn": "n"}})
    server.put("/l.json", {"a": {"n": 1}, "b": {"n": 2}})
    with stream(server, "/l.json?orderBy=%22n%22&limitToLast=1") as reader:
        assert reader.event() == ("put", '{"path":"/","data":{"b":{"n":2}}}')
        server.put("/l/c.json", {"n": 3})
        name, data = reader.event()
        assert name == "patch"
        assert json.loads(data) == {"path": "/", "data": {"c": {"n": 3}, "b": None}}


@pytest.mark.parametrize(
    ("target", "status"),
    [("/a.json", 401), ("/a.json?auth=x", 401), ("/a.json?limitToFirst=1", 400), ("/a", 400)],
)
def test_a_refused_stream_is_an_ordinary_error(server: Any, target: str, status: int) -> None:
    server.set_rules({"b": {".read": True}})
    with opened(server, target) as reader:
        assert reader.until(b"\r\n").split()[1] == str(status).encode()


def test_new_rules_cancel_a_stream_and_end_it(server: Any) -> None:
    with stream(server, "/a.json") as reader:
        reader.event()
        server.set_rules({})
        assert reader.event() == ("cancel", "null")
        assert reader.ended()


def test_a_write_that_takes_the_permission_cancels_the_stream(server: Any) -> None:
    server.set_rules({"a": {".read": "data.parent().child('open').val() == true"}})
    server.put("/open.json", True)
    with stream(server, "/a.json") as reader:
        reader.event()
        server.put("/open.json", False)
        assert reader.event() == ("cancel", "null")


def test_an_expired_credential_is_told_in_the_words_admin_sdks_know(server: Any) -> None:
    server.set_rules({".read": "auth != null"})
    with stream(server, f"/a.json?auth={id_token('amina')}") as reader:
        reader.event()
        told = server.request("POST", "/.inspect/expire.json?uid=amina", headers=OWNER)
        assert told.json == {"told": 1}
        assert reader.event() == ("auth_revoked", "credential is no longer valid")
        assert reader.ended()


def test_a_slow_reader_is_cut_and_others_hear_everything(start_server: Callable[..., Any]) -> None:
    server = start_server(limits=Limits(outgoing_bytes=1000))
    text = "x" * 200_000
    with stream(server, "/a.json") as slow, stream(server, "/a.json") as quick:
        quick.event()
        for number in range(100):
            server.put("/a.json", f"{number}{text}")
            assert quick.event()[1].endswith('x"}')
        with pytest.raises((ConnectionError, AssertionError)):
            slow.until(b'"99x')
        assert server.get("/a.json").startswith("99x")


def test_a_stream_that_is_left_ends_its_watch(server: Any) -> None:
    with stream(server, "/a.json") as reader:
        reader.event()
    server.set_rules({".read": "auth != null"})
    assert server.request("POST", "/.inspect/expire.json", headers=OWNER).json == {"told": 0}
