"""One Realtime Database emulator under the real rules, asked over HTTP, with a count of it all."""

import asyncio
import http.client
import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from emulators.rtdb import server
from tests.rules.identities import EVERYONE, TRUSTED_MOST, Identity
from tests.rules.world import world

RULES_FILE = Path(__file__).parents[2] / "database.rules.json"
NAMESPACE = "demo-lipamita-default-rtdb"
START_LIMIT_S = 10
REQUEST_LIMIT_S = 10
PERMISSION_DENIED = {"error": "Permission denied"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a caller asks for. `path` has no slash at its ends; `query` is raw REST parameters."""

    method: str
    path: str
    body: object = None
    query: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        body = json.dumps(self.body)
        shown = body if len(body) <= 120 else f"{body[:117]}..."
        return f"{self.method} {self.path} {urlencode(self.query)} {shown}".rstrip()


def get(path: str, **query: object) -> Request:
    """A read; each query argument is given as its value and sent as JSON."""
    encoded = {name: json.dumps(value) for name, value in query.items()}
    return Request(method="GET", path=path, query=encoded)


def put(path: str, body: object) -> Request:
    return Request(method="PUT", path=path, body=body)


def patch(path: str, body: Mapping[str, object]) -> Request:
    return Request(method="PATCH", path=path, body=dict(body))


def delete(path: str) -> Request:
    return Request(method="DELETE", path=path)


def post(path: str, body: object) -> Request:
    return Request(method="POST", path=path, body=body)


@dataclass(slots=True, kw_only=True)
class Tally:
    """What the whole run tried, for its last line."""

    allowed: int = 0
    denied: int = 0
    breaches: list[str] = field(default_factory=list)

    @property
    def attempts(self) -> int:
        return self.allowed + self.denied


class RulesDatabase:
    """The database as the tests see it: `expect` starts from `world()`, the rest goes on."""

    def __init__(self, host: str, port: int, tally: Tally) -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=REQUEST_LIMIT_S)
        self._tally = tally
        self._dirty = True

    def close(self) -> None:
        self._connection.close()

    def reset(self) -> None:
        """Put the world back if anything was written."""
        if self._dirty:
            self._as_admin("PUT", "", world())
            self._dirty = False

    def given(self, changes: Mapping[str, object]) -> None:
        """Start from the world with these absolute paths changed, as the functions would."""
        self.reset()
        self.go_on(changes)

    def go_on(self, changes: Mapping[str, object]) -> None:
        """Change these absolute paths, as the functions would, and leave the rest as it is."""
        self._dirty = True
        self._as_admin("PATCH", "", dict(changes))

    def tree(self) -> Any:
        """Everything, read as the functions would."""
        return self._as_admin("GET", "", None)

    def attempt(self, identity: Identity, request: Request) -> bool:
        """Whether the database allowed it, going on from what earlier attempts wrote.

        Raises AssertionError on any answer that is neither success nor a refusal by the rules.
        """
        allowed, _ = self.answer(identity, request)
        return allowed

    def answer(self, identity: Identity, request: Request) -> tuple[bool, Any]:
        """Like `attempt`, with the body of the answer."""
        status, answer = self.ask(identity, request)
        if status == 401:
            assert answer == PERMISSION_DENIED, answer
            self._tally.denied += 1
            return False, answer
        assert status == 200, f"{identity.name}: {request}: {status} {answer}"
        self._tally.allowed += 1
        if request.method != "GET":
            self._dirty = True
        return True, answer

    def ask(self, identity: Identity, request: Request) -> tuple[int, Any]:
        """The bare answer, status and body, whatever it is; not counted."""
        parameters = dict(request.query) | {"ns": NAMESPACE}
        if identity.id_token is not None:
            parameters["auth"] = identity.id_token
        return self._send(request.method, request.path, parameters, request.body, {})

    def expect(self, identity: Identity, request: Request, *, allowed: bool) -> list[str]:
        """Try it on a fresh world; a line for each breach of what was expected (so one or none)."""
        self.reset()
        return self.judge(identity, request, allowed=allowed)

    def judge(self, identity: Identity, request: Request, *, allowed: bool) -> list[str]:
        """Like `expect`, going on from what earlier attempts wrote."""
        if self.attempt(identity, request) is allowed:
            return []
        verdict = "denied, expected to be allowed" if allowed else "allowed, expected to be denied"
        breach = f"{identity.name}: {request}: {verdict}"
        self._tally.breaches.append(breach)
        return [breach]

    def expect_only(self, permitted: frozenset[str], requests: Iterable[Request]) -> list[str]:
        """Every caller tries every request: those named in `permitted` succeed, all others fail."""
        breaches: list[str] = []
        for request in requests:
            for identity in EVERYONE:
                breaches += self.expect(identity, request, allowed=identity.name in permitted)
        return breaches

    def expect_none(self, requests: Iterable[Request]) -> list[str]:
        """Those trusted most try every request, and fail."""
        breaches: list[str] = []
        for request in requests:
            for identity in TRUSTED_MOST:
                breaches += self.expect(identity, request, allowed=False)
        return breaches

    def _as_admin(self, method: str, path: str, body: object) -> Any:
        status, answer = self._send(
            method, path, {"ns": NAMESPACE}, body, {"Authorization": "Bearer owner"}
        )
        assert status == 200, f"{method} {path}: {status} {answer}"
        return answer

    def _send(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, str],
        body: object,
        headers: Mapping[str, str],
    ) -> tuple[int, Any]:
        url = f"/{quote(path)}.json?{urlencode(parameters)}"
        payload = None if method in {"GET", "DELETE"} else json.dumps(body).encode()
        self._connection.request(method, url, body=payload, headers=dict(headers))
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())


@contextmanager
def running_emulator() -> Iterator[tuple[str, int]]:
    """An emulator of our own on a free port, its loop in a thread, under database.rules.json."""
    options = server.Options(
        host="127.0.0.1",
        port=0,
        default_namespace=NAMESPACE,
        rules_by_namespace={NAMESPACE: RULES_FILE.read_text(encoding="utf-8")},
    )
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="rtdb", daemon=True)
    thread.start()
    running = asyncio.run_coroutine_threadsafe(server.start(options), loop).result(START_LIMIT_S)
    try:
        yield running.host, running.port
    finally:
        asyncio.run_coroutine_threadsafe(running.stop(), loop).result(START_LIMIT_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(START_LIMIT_S)
        loop.close()
