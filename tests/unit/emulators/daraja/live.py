"""The simulator and a merchant's callback receiver on real sockets, driven from plain tests."""

import asyncio
import base64
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

import requests
from aiohttp import web

from emulators.daraja.nairobi import stamp
from emulators.daraja.server import Options, Running, start

T = TypeVar("T")
TIMEOUT_S = 10


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: str


class Receiver:
    """Records what is POSTed to it. `replies`: path -> (status, body); /silent never answers."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.replies: dict[str, tuple[int, str]] = {}
        self.url = ""
        self.released = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._receive)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        self.released.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _receive(self, request: web.Request) -> web.Response:
        body = await request.text()
        self.received.append(Received(request.path, dict(request.headers), body))
        if request.path == "/silent":
            await self.released.wait()
        status, reply = self.replies.get(request.path, (200, '{"ResultCode":0}'))
        return web.Response(status=status, text=reply, headers={"Location": "/elsewhere"})


@dataclass
class Live:
    """A client of the running simulator."""

    url: str
    receiver: Receiver
    http: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, **query: object) -> Any:
        reply = self.http.get(self.url + path, params=query, timeout=TIMEOUT_S)  # type: ignore[arg-type]
        assert reply.status_code == 200, reply.text
        return reply.json()

    def post(self, path: str, body: object | None = None) -> Any:
        reply = self.http.post(self.url + path, json=body or {}, timeout=TIMEOUT_S)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def daraja(self, path: str, body: object, timeout_s: float = TIMEOUT_S) -> requests.Response:
        return self.http.post(
            self.url + path,
            json=body,
            headers={"Authorization": f"Bearer {self.token()}"},
            timeout=timeout_s,
        )

    def token(self) -> str:
        known = self.get("/simulator/credentials")
        reply = self.http.get(
            self.url + "/oauth/v1/generate?grant_type=client_credentials",
            auth=(known["consumer_key"], known["consumer_secret"]),
            timeout=TIMEOUT_S,
        )
        return str(reply.json()["access_token"])

    def timestamp(self) -> str:
        return stamp(self.get("/simulator/clock")["now_ms"])

    def push_body(self, **changes: object) -> dict[str, object]:
        known = self.get("/simulator/credentials")
        timestamp = self.timestamp()
        secret = f"{known['short_code']}{known['passkey']}{timestamp}"
        return {
            "BusinessShortCode": known["short_code"],
            "Password": base64.b64encode(secret.encode()).decode(),
            "Timestamp": timestamp,
            "TransactionType": "CustomerPayBillOnline",
            "Amount": 500,
            "PartyA": "254700000001",
            "PartyB": known["short_code"],
            "PhoneNumber": "254700000001",
            "CallBackURL": f"{self.receiver.url}/callback",
            "AccountReference": "MTR001",
            "TransactionDesc": "Energy",
        } | changes

    def push(self, **changes: object) -> str:
        reply = self.daraja("/mpesa/stkpush/v1/processrequest", self.push_body(**changes))
        assert reply.status_code == 200, reply.text
        return str(reply.json()["CheckoutRequestID"])

    def event(self, kind: str, *, after: int = 0, about: str | None = None) -> dict[str, Any]:
        """Wait for the first such event; a limit of ten seconds."""
        query = {"kind": kind, "after": after, "wait_ms": 10_000}
        found = self.get("/simulator/events", **query, **({"about": about} if about else {}))
        assert found, f"no {kind} within ten seconds"
        first = found[0]
        assert isinstance(first, dict)
        return first


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(TIMEOUT_S)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(TIMEOUT_S)
        self._loop.close()


async def start_simulator(**options: Any) -> Running:
    given: dict[str, Any] = {"port": 0, "environment": {}, "allow_local_callbacks": True} | options
    return await start(Options(**given))
