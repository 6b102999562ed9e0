"""The socket and long-polling transports of a running server, spoken to byte by byte."""

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

HANDSHAKE = (
    "GET /.ws?v=5&ns={ns} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
CLOSE, TEXT = 8, 1


class Socket:
    """A WebSocket client of few words."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.buffer = b""

    def send(self, text: str) -> None:
        payload = text.encode()
        head = bytes([0x81]) + _length(len(payload), 0x80)
        self.connection.sendall(head + b"\0\0\0\0" + payload)

    def ask(self, number: int, action: str, **body: Any) -> None:
        request = {"r": number, "a": action, "b": body}
        self.send(json.dumps({"t": "d", "d": request}))

    def frame(self) -> tuple[int, bytes]:
        code, size = self.take(2)
        if size == 126:
            size = int.from_bytes(self.take(2), "big")
        elif size == 127:
            size = int.from_bytes(self.take(8), "big")
        return code & 15, self.take(size)

    def message(self) -> Any:
        code, payload = self.frame()
        assert code == TEXT, (code, payload)
        if payload.isdigit():
            payload = b"".join(self.frame()[1] for _ in range(int(payload)))
        return json.loads(payload)

    def drained(self) -> bool:
        """Read until the server has cut the connection."""
        try:
            while self.connection.recv(65536):
                pass
        except ConnectionError:
            pass
        return True

    def take(self, size: int) -> bytes:
        while len(self.buffer) < size:
            piece = self.connection.recv(65536)
            if not piece:
                raise ConnectionError("closed")
            self.buffer += piece
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken


def _length(size: int, flag: int) -> bytes:
    if size < 126:
        return bytes([flag | size])
    if size < 65536:
        return bytes([flag | 126]) + size.to_bytes(2, "big")
    return bytes([flag | 127]) + size.to_bytes(8, "big")


@contextmanager
def opened(server: Any, ns: str = "") -> Iterator[Socket]:
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(HANDSHAKE.format(ns=ns, host="localhost:1234").encode())
        client = Socket(connection)
        while b"\r\n\r\n" not in client.buffer:
            client.buffer += connection.recv(65536)
        head, _, client.buffer = client.buffer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101")
        assert b"permessage-deflate" not in head
        hello = client.message()
        assert hello["d"]["d"]["h"] == "localhost:1234"
        yield client


def test_a_write_reaches_another_socket(server: Any) -> None:
    with opened(server, "n") as one, opened(server, "n") as other:
        other.ask(1, "q", p="/a", h="")
        assert other.message()["d"]["b"] == {"p": "a", "d": None}
        assert other.message()["d"]["b"]["s"] == "ok"
        one.ask(1, "p", p="/a", d="é")
        assert one.message()["d"]["b"]["s"] == "ok"
        assert other.message()["d"]["b"] == {"p": "a", "d": "é"}


def test_large_pushes_come_in_parts(server: Any) -> None:
    server.put("/a.json?ns=n", "x" * 40_000)
    with opened(server, "n") as client:
        client.ask(1, "q", p="/a", h="")
        assert client.frame() == (TEXT, b"3")
        text = b"".join(client.frame()[1] for _ in range(3))
        assert len(json.loads(text)["d"]["b"]["d"]) == 40_000


@pytest.mark.parametrize("text", ["x", "{}", "[]", '{"t":"d","d":{}}'])
def test_what_is_not_the_protocol_is_answered_and_closed(server: Any, text: str) -> None:
    with opened(server) as client:
        client.send(text)
        assert client.message()["d"]["t"] == "e"
        assert client.frame()[0] == CLOSE


def test_a_binary_frame_ends_the_connection(server: Any) -> None:
    with opened(server) as client:
        client.connection.sendall(b"\x82\x80\0\0\0\0")
        assert client.frame()[0] == CLOSE


def test_a_message_beyond_the_limit_is_refused(start_server: Callable[..., Any]) -> None:
    server = start_server(limits=Limits(sdk_write_bytes=20_000))
    with opened(server) as client:
        client.ask(1, "p", p="/a", d="x" * 20_500)
        assert client.message()["d"]["b"]["s"] == "too_big"
        client.send("100")
        for _ in range(3):
            client.send("x" * 10_000)
        assert client.message()["d"]["t"] == "e"


def test_writes_on_disconnect_are_made_when_the_socket_breaks(server: Any) -> None:
    with opened(server, "n") as watcher:
        watcher.ask(1, "q", p="/gone", h="")
        watcher.message(), watcher.message()
        with opened(server, "n") as client:
            client.ask(1, "o", p="/gone", d=True)
            client.message()
        assert watcher.message()["d"]["b"] == {"p": "gone", "d": True}


def test_a_slow_socket_is_cut_and_others_hear_everything(start_server: Callable[..., Any]) -> None:
    server = start_server(limits=Limits(outgoing_bytes=1000))
    with opened(server, "n") as slow, opened(server, "n") as quick:
        for client in (slow, quick):
            client.ask(1, "q", p="/a", h="")
        quick.message(), quick.message()
        text = "x" * 200_000
        for number in range(60):
            server.put("/a.json?ns=n", f"{number}{text}")
            assert quick.message()["d"]["b"]["d"].startswith(str(number))
        assert slow.drained()


class Poller:
    """A long-polling client: asks, and reads what the scripts would say."""

    def __init__(self, server: Any) -> None:
        self.server = server
        script = server.request("GET", "/.lp?start=t&ser=1&cb=7&v=5&ns=n").body.decode()
        assert 'parent.window["pLPCommand7"]' in script
        match = re.search(r'pLPCommand\("start", "([^"]+)", "([^"]+)"\);', script)
        assert match is not None
        self.secret = f"id={match.group(1)}&pw={match.group(2)}"
        assert self.messages(script)[0]["d"]["t"] == "h"
        self.next_segment = 0

    def poll(self, message: Any = None) -> str:
        target = f"/.lp?{self.secret}&ser=2&ns=n"
        if message is not None:
            text = base64.urlsafe_b64encode(json.dumps(message).encode()).decode().replace("=", ".")
            target += f"&seg0={self.next_segment}&ts0=1&d0={text}"
            self.next_segment += 1
        return str(self.server.request("GET", target).body.decode())

    @staticmethod
    def messages(script: str) -> list[Any]:
        match = re.search(r"pRTLPCB\(\d+,(\[.*\])\);", script)
        assert match is not None, script
        found: list[Any] = json.loads(match.group(1))
        return found


def test_long_polling_asks_and_hears(server: Any) -> None:
    poller = Poller(server)
    write = {"r": 1, "a": "p", "b": {"p": "/a", "d": 1}}
    answer = poller.messages(poller.poll({"t": "d", "d": write}))
    assert answer == [{"t": "d", "d": {"r": 1, "b": {"s": "ok", "d": ""}}}]
    assert server.get("/a.json?ns=n") == 1


def test_a_page_that_leaves_ends_its_session(server: Any) -> None:
    poller = Poller(server)
    left = {"r": 1, "a": "o", "b": {"p": "/left", "d": True}}
    poller.poll({"t": "d", "d": left})
    page = server.request("GET", f"/.lp?dframe=t&{poller.secret}")
    assert b"disconn=t" in page.body
    server.request("POST", f"/.lp?disconn=t&{poller.secret}")
    assert server.get("/left.json?ns=n") is True
    assert poller.poll() == 'pLPCommand("close");'


@pytest.mark.parametrize("target", ["/.lp", "/.lp?id=x&pw=y", "/.lp?dframe=t"])
def test_an_unknown_session_is_told_to_close(server: Any, target: str) -> None:
    assert server.request("GET", target).body == b'pLPCommand("close");'


def test_a_malformed_segment_ends_the_session(server: Any) -> None:
    poller = Poller(server)
    reply = server.request("GET", f"/.lp?{poller.secret}&seg0=0&ts0=1&d0=!!")
    assert reply.body == b'pLPCommand("close");'


def test_long_polling_clients_are_bounded(start_server: Callable[..., Any]) -> None:
    server = start_server(limits=Limits(poll_sessions=1))
    Poller(server)
    assert server.request("GET", "/.lp?start=t").status == 400


def test_a_client_that_polls_too_slowly_is_ended(start_server: Callable[..., Any]) -> None:
    server = start_server(limits=Limits(outgoing_bytes=1000))
    poller = Poller(server)
    listen = {"r": 1, "a": "q", "b": {"p": "/a", "h": ""}}
    poller.poll({"t": "d", "d": listen})
    for number in range(40):
        server.put("/a.json?ns=n", f"{number}" * 50)
    assert poller.poll() == 'pLPCommand("close");'
