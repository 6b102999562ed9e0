"""The Functions emulator's socket: the official URLs over one worker process."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from emulators.functions.endpoint import Endpoint
from emulators.functions.forwarding import MAX_BODY_BYTES
from emulators.functions.loaded import Functions
from emulators.functions.options import Options

__all__ = ["Options", "Running", "start"]

SHUTDOWN_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A listening Functions emulator."""

    host: str
    port: int
    functions: Functions
    runner: web.AppRunner

    @property
    def worker_pid(self) -> int | None:
        """The worker's process id; None while it is being restarted."""
        return self.functions.worker_pid

    @property
    def load_error(self) -> str | None:
        """The traceback when main.py cannot be imported."""
        return self.functions.load_error

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """Every function that is loaded."""
        return self.functions.endpoints

    async def stop(self) -> None:
        """End the worker and close the socket."""
        await self.functions.stop()
        await self.runner.cleanup()


async def start(options: Options) -> Running:
    """Bind, load main.py, register its triggers. Raises OSError when the port is taken.

    A main.py that cannot be imported is no error here: see `Running.load_error`.
    """
    functions = Functions(options)
    app = web.Application(client_max_size=MAX_BODY_BYTES)
    functions.add_routes(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, options.host, options.port).start()
        port = runner.addresses[0][1]
        await functions.start(f"{options.host}:{port}")
    except BaseException:
        await functions.stop()
        await runner.cleanup()
        raise
    return Running(host=options.host, port=port, functions=functions, runner=runner)
