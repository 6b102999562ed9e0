"""Ten thousand malformed requests: each is answered 4xx in JSON, and the next request works."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from random import Random
from typing import Any

REQUESTS = 10_000
CHECK_EVERY = 250
JUNK = "\x01\x7f\"'<>{}[]|\\^`#%&;$éÿ\u2028"


class RawClient:
    """Sends bytes, reads one response; connects anew whenever the server has closed."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None
        self._buffer = b""

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body."""
        if self._socket is None:
            self._socket = socket.create_connection(self._address, timeout=10)
            self._buffer = b""
        self._socket.sendall(request)
        head = self._until(b"\r\n\r\n")
        size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        while len(self._buffer) < size:
            self._more()
        body, self._buffer = self._buffer[:size], self._buffer[size:]
        if b"connection: close" in head.lower() or head.startswith(b"HTTP/1.0"):
            self.close()
        return int(head[9:12]), body

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _until(self, end: bytes) -> bytes:
        while end not in self._buffer:
            self._more()
        head, _, self._buffer = self._buffer.partition(end)
        return head + b"\r\n"

    def _more(self) -> None:
        assert self._socket is not None
        piece = self._socket.recv(65536)
        assert piece, f"closed without an answer after {self._buffer!r}"
        self._buffer += piece


def request(method: str, target: str, body: bytes = b"", headers: str = "") -> bytes:
    head = f"{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode("utf-8") + body


def bad_path(random: Random) -> bytes:
    bad = random.choice(
        (".", "$", "#".replace("#", "%23"), "%5B", "%5D", "%00", "%7F", "%FF", "%C3")
    )
    where = random.randint(0, 2)
    keys = [random.choice("abc") for _ in range(3)]
    keys[where] += bad
    return request(random.choice(("PUT", "PATCH", "POST")), f"/{'/'.join(keys)}.json", b'{"a":1}')


def no_json_suffix(random: Random) -> bytes:
    return request("GET", random.choice(("/", "/a", "/a/b.jso", "/.jsonx", "/x.json/y", "/.set")))


def too_deep(random: Random) -> bytes:
    return request("PUT", "/a" * random.randint(33, 200) + ".json", b"1")


def bad_json(random: Random) -> bytes:
    good = b'{"a":[1,2,{"b":"c"}],"d":null}'
    cut = good[: random.randint(0, len(good) - 1)]
    junk = random.choice(
        (b"", b"}", b",", b"\x00", b"\xff", b"nul", b"NaN", b"-Infinity", b"'x'", b"//")
    )
    body = random.choice(
        (cut, (junk or b",") + good, good + (junk or b"}"), b"[" * random.randint(1, 5000))
    )
    return request(random.choice(("PUT", "POST")), "/a.json", body)


def bad_data(random: Random) -> bytes:
    key = random.choice(("", "a.b", "$x", "a/b", "a#", "[", "\x01", "k" * 800, ".valu"))
    value: Any = random.choice(
        (
            {key: 1},
            {"a": {key: 1}},
            {".sv": "now"},
            {".sv": {"increment": "x"}},
            {".value": {"a": 1}},
            {".value": 1, ".priority": True},
            {"a": {".value": [1], ".priority": 1}},
        )
    )
    return request(random.choice(("PUT", "POST")), "/a.json", json.dumps(value).encode())


def bad_patch(random: Random) -> bytes:
    body: Any = random.choice(
        (1, "x", None, [1], True, {"a": 1, "a/b": 2}, {"a.b": 1}, {"": 1}, {"/": 1}, {"a/$b": 1})
    )
    return request("PATCH", "/a.json", json.dumps(body).encode())


def bad_query(random: Random) -> bytes:
    bad = random.choice(
        (
            "limitToFirst=1", "orderBy=h", "orderBy=%22%22", "orderBy=%22h%22", "orderBy=5",
            "orderBy=%22$key%22&limitToFirst=x", "orderBy=%22$key%22&limitToFirst=-1",
            "orderBy=%22$key%22&limitToLast=1.5", "orderBy=%22$key%22&startAt=1",
            "orderBy=%22$key%22&startAt=%22a%22&equalTo=%22a%22",
            "orderBy=%22$priority%22&startAt={}",
            "orderBy=%22$priority%22&startAt=[", "orderBy=%22$priority%22&endAt=NaN", "timeout=x",
            "timeout=0ms", "timeout=99min", "print=no", "callback=a%20b", "ns=%20", "ns=a/b",
            "shallow=true&format=export", "%FF=1", "auth_variable_override={&auth=owner",
            "auth_variable_override=5&auth=owner",
        )
    )  # fmt: skip
    return request("GET", f"/a.json?{bad}")


def bad_credential(random: Random) -> bytes:
    junk = "".join(random.choice("abc.=-_%25") for _ in range(random.randint(1, 30)))
    if random.random() < 0.5:
        return request("GET", f"/a.json?auth=x{junk}")
    kind = random.choice(("Bearer", "Basic", "Digest", "bearer", "Owner"))
    return request("GET", "/a.json", headers=f"Authorization: {kind} x{junk}\r\n")


def bad_condition(random: Random) -> bytes:
    if random.random() < 0.5:
        return request("PUT", "/a.json", b"1", f"if-match: {random.random()}\r\n")
    return request(random.choice(("GET", "PATCH")), "/a.json", b'{"a":1}', "if-match: x\r\n")


def bad_method(random: Random) -> bytes:
    if random.random() < 0.5:
        return request(
            "POST", "/a.json", b"1", f"X-HTTP-Method-Override: {random.choice('QZ')}\r\n"
        )
    return request(random.choice(("TRACE", "MKCOL", "LOCK", "PURGE", "COPY")), "/a.json")


def bad_rules(random: Random) -> bytes:
    body = random.choice((b"", b"{", b"[]", b'{"rules":1}', b'{"rules":{".read":"x"}}', b"\xff"))
    owner = "Authorization: Bearer owner\r\n" if random.random() < 0.7 else ""
    return request("PUT", "/.settings/rules.json", body, owner)


def bad_trigger(random: Random) -> bytes:
    body: Any = random.choice((None, [], {}, {"name": 1}, {"name": "a", "path": "b", "event": "c"}))
    owner = "Authorization: Bearer owner\r\n"
    return request("POST", "/.settings/functionTriggers.json", json.dumps(body).encode(), owner)


def bad_settings(random: Random) -> bytes:
    name = random.choice(("/.settings", "/.settings/x.json", "/.inspect", "/.inspect/y.json"))
    return request(random.choice(("GET", "PUT", "DELETE")), name, b"1")


def bad_socket(random: Random) -> bytes:
    headers = random.choice(
        ("", "Upgrade: websocket\r\n", "Upgrade: websocket\r\nConnection: Upgrade\r\n",
         "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 9\r\n")
    )  # fmt: skip
    return request("GET", "/.ws?v=5&ns=x", headers=headers)


def bad_poll(random: Random) -> bytes:
    bad = random.choice(("start=t&cb=x", "start=t&cb=1);alert(1", "start=t&ns=%20", "start=t&%FF"))
    return request("GET", f"/.lp?{bad}")


def bad_http(random: Random) -> bytes:
    junk = "".join(random.choice(JUNK) for _ in range(random.randint(1, 20))).encode("utf-8")
    return random.choice(
        (
            b"GET /a.json HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
            b"GET /a.json HTTP/9.9\r\nHost: x\r\n\r\n",
            b"GET /a.json HTTP/1.1\r\nbad header\r\n\r\n",
            b"PUT /a.json HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
            b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
            b"GET /a.json HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
            b"PUT /a.json HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
            junk + b" / HTTP/1.1\r\n\r\n",
        )
    )


MAKERS: tuple[Callable[[Random], bytes], ...] = (
    bad_path, no_json_suffix, too_deep, bad_json, bad_data, bad_patch, bad_query, bad_credential,
    bad_condition, bad_method, bad_rules, bad_trigger, bad_settings, bad_socket, bad_poll, bad_http,
)  # fmt: skip


def test_every_malformed_request_is_the_clients_fault(server: Any) -> None:
    random = Random(5)
    client = RawClient(server.host, server.port)
    server.put("/intact.json", "value")
    for number in range(REQUESTS):
        maker = MAKERS[number % len(MAKERS)]
        sent = maker(random)
        status, body = client.ask(sent)
        assert 400 <= status < 500, (maker.__name__, sent[:300], status, body)
        if status != 412:
            assert isinstance(json.loads(body)["error"], str)
        if number % CHECK_EVERY == 0:
            assert client.ask(request("GET", "/intact.json")) == (200, b'"value"')
    client.close()
    assert server.get("/.json") == {"intact": "value"}
