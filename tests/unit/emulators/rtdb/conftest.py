"""A real server in a thread of its own, on a port of the system's choice."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from emulators.rtdb.server import Options, Running, start

OWNER = {"Authorization": "Bearer owner"}


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class LiveServer:
    """Speaks plain HTTP to a running emulator."""

    def __init__(self, options: Options) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._running: Running = self._wait(start(options))
        self.host, self.port = self._running.host, self._running.port

    def _wait(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    def request(
        self, method: str, target: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Reply:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=10)
        try:
            sent = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
            connection.request(method, target, body=sent, headers=headers or {})
            response = connection.getresponse()
            return Reply(response.status, dict(response.headers), response.read())
        finally:
            connection.close()

    def get(self, target: str, **headers: str) -> Any:
        reply = self.request("GET", target, headers=headers)
        assert reply.status == 200, reply
        return reply.json

    def put(self, target: str, value: Any) -> None:
        reply = self.request("PUT", target, value, OWNER)
        assert reply.status == 200, reply

    def set_rules(self, rules: dict[str, Any], namespace: str = "") -> None:
        suffix = f"?ns={namespace}" if namespace else ""
        self.put(f"/.settings/rules.json{suffix}", {"rules": rules})

    def stop(self) -> None:
        self._wait(self._running.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@pytest.fixture
def start_server() -> Iterator[Callable[..., LiveServer]]:
    with ExitStack() as started:

        def starter(**options: Any) -> LiveServer:
            live = LiveServer(Options(port=0, **options))
            started.callback(live.stop)
            return live

        yield starter


@pytest.fixture
def server(start_server: Callable[..., LiveServer]) -> LiveServer:
    return start_server(keep_alive_s=0.2)
