"""Starts the simulator: `await start(Options(port=0))`; later `await running.stop()`."""

import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from emulators.daraja.control_routes import control_errors, control_routes
from emulators.daraja.daraja_routes import daraja_handler
from emulators.daraja.exchange import Exchange
from emulators.daraja.switches import Switches
from emulators.daraja.world import Setup

MAX_REQUEST = 16 * 1024 * 1024
_Page = Callable[[web.Request], Awaitable[web.FileResponse]]
PAGE = Path(__file__).parent / "page"
ENVIRONMENT = {
    "short_code": "DARAJA_SHORT_CODE",
    "party_b": "DARAJA_PARTY_B",
    "transaction_type": "DARAJA_TRANSACTION_TYPE",
    "passkey": "DARAJA_PASSKEY",
    "consumer_key": "DARAJA_CONSUMER_KEY",
    "consumer_secret": "DARAJA_CONSUMER_SECRET",
    "initiator_name": "DARAJA_INITIATOR_NAME",
    "initiator_password": "DARAJA_INITIATOR_PASSWORD",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to start. Port 0 is a free one; what `given` leaves out comes from the environment
    (ENVIRONMENT), and then from the seed.
    """

    host: str = "127.0.0.1"
    port: int = 9190
    project: str = "demo-lipamita"
    seed: int = 1
    organisation: str = "LIPAMITA"
    allow_local_callbacks: bool = False
    callback_timeout_s: float = 8.0
    """How long a client may take to answer a notification."""
    public_base: str | None = None
    """The URL clients reach it by, when it is not http://host:port."""
    given: Mapping[str, str] = field(default_factory=dict)
    """short_code, party_b, transaction_type, passkey, consumer_key, consumer_secret,
    initiator_name, initiator_password."""
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)


class Running:
    """A simulator that listens."""

    def __init__(self, *, host: str, port: int, runner: web.AppRunner, exchange: Exchange) -> None:
        self.host = host
        self.port = port
        self._runner = runner
        self._exchange = exchange

    async def stop(self) -> None:
        """Close the socket, stop the clock, give up deliveries under way."""
        await self._runner.cleanup()
        await self._exchange.close()


async def start(options: Options) -> Running:
    """Bind and listen; OSError when the port is taken."""
    exchange = Exchange(
        Setup(
            seed=options.seed,
            organisation=options.organisation,
            given=_given(options),
            switches=Switches(allow_local_callbacks=options.allow_local_callbacks),
        ),
        options.callback_timeout_s,
    )
    bound: list[str] = []
    app = web.Application(client_max_size=MAX_REQUEST, middlewares=[control_errors])
    app.add_routes(control_routes(exchange, lambda: bound[0]))
    app.add_routes(
        [
            web.get("/", _page_file("index.html")),
            web.get("/simulator-page/phone.css", _page_file("phone.css")),
            web.get("/simulator-page/phone.js", _page_file("phone.js")),
            web.route("*", "/simulator/{unknown:.*}", _no_such_route),
            web.route("*", "/{path:.*}", daraja_handler(exchange)),
        ]
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, options.host, options.port).start()
    except OSError:
        await runner.cleanup()
        await exchange.close()
        raise
    port = int(runner.addresses[0][1])
    bound.append(options.public_base or f"http://{options.host}:{port}")
    return Running(host=options.host, port=port, runner=runner, exchange=exchange)


def _given(options: Options) -> dict[str, str]:
    from_environment = {
        name: options.environment[variable]
        for name, variable in ENVIRONMENT.items()
        if options.environment.get(variable)
    }
    return from_environment | dict(options.given)


def _page_file(name: str) -> _Page:
    async def serve(request: web.Request) -> web.FileResponse:
        del request
        return web.FileResponse(PAGE / name, headers={"Cache-Control": "no-store"})

    return serve


async def _no_such_route(request: web.Request) -> web.StreamResponse:
    raise web.HTTPNotFound(text=f"no control route {request.method} {request.path}")
