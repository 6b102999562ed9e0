"""A local HTTP server that answers as it was told, or does not, and remembers every request."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MAX_HOLD_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request that arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    peer: tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """An answer. ``promised_bytes`` beyond the body: the connection closes in the middle of it,
    or, ``held``, stays open until the test is over and says no more.
    """

    status: int = 200
    node: object = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    promised_bytes: int | None = None
    held: bool = False

    @property
    def body(self) -> bytes:
        return self.node if isinstance(self.node, bytes) else json.dumps(self.node).encode()


class Drop:
    """Take the request and close the connection without a word."""


class Hold:
    """Take the request and say nothing until the test is over."""


Answer = Say | Drop | Hold


class ScriptedServer:
    """Answers each request by ``script``, a function of the request's number from 0."""

    def __init__(self, script: Callable[[int], Answer]) -> None:
        self.seen: list[Seen] = []
        self._script = script
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = False
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}
        )
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def arrived(self, request: Seen) -> Answer:
        with self._lock:
            self.seen.append(request)
            return self._script(len(self.seen) - 1)

    def hold(self) -> None:
        self._over.wait(MAX_HOLD_S)

    def stop(self) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(MAX_HOLD_S)


@contextmanager
def serving(*answers: Answer) -> Iterator[ScriptedServer]:
    """A server that gives these answers in turn, and the last one from then on."""
    server = ScriptedServer(lambda number: answers[min(number, len(answers) - 1)])
    try:
        yield server
    finally:
        server.stop()


def _handler(server: ScriptedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 0.5  # an idle connection is given up, so that the server can stop

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            answer = server.arrived(
                Seen(
                    method=self.command,
                    path=self.path,
                    headers=dict(self.headers),
                    body=self.rfile.read(length),
                    peer=(self.client_address[0], self.client_address[1]),
                )
            )
            if isinstance(answer, Say):
                self._say(answer)
                return
            if isinstance(answer, Hold):
                server.hold()
            self.close_connection = True

        do_POST = do_GET  # noqa: N815 - the name the base class looks for

        def _say(self, answer: Say) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            promised = len(answer.body) if answer.promised_bytes is None else answer.promised_bytes
            self.send_header("Content-Length", str(promised))
            self.end_headers()
            try:
                self.wfile.write(answer.body)
            except OSError:
                self.close_connection = True  # the client had read enough
            if answer.held:
                server.hold()
            if promised != len(answer.body):
                self.close_connection = True

        def log_message(self, format: str, *_arguments: object) -> None:  # noqa: A002
            """Say nothing."""

    return Handler
