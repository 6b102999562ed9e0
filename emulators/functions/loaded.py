"""The functions of one folder: loaded, called by clients, events and the clock, loaded again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

import aiohttp
from aiohttp import web

from emulators.functions.calls import Call, NoSuchFunction, find_call
from emulators.functions.clock import Clock
from emulators.functions.endpoint import Endpoint
from emulators.functions.environment import worker_environment
from emulators.functions.forwarding import (
    NotReached,
    forward,
    refused,
)
from emulators.functions.options import Options
from emulators.functions.output import readable
from emulators.functions.process import Worker
from emulators.functions.registration import NotRegistered, register
from emulators.functions.sources import Snapshot, snapshot
from emulators.functions.supervisor import Duties, Supervisor
from emulators.proxying import client_session

WAIT_FOR_WORKER_S = 10.0
POLL_S = 0.5
CONNECT_TRIES = 3
MAX_IN_FLIGHT = 1000
SCHEDULER_CONNECT_S = 5.0


class Functions:
    """The loaded functions, the worker that runs them and the clock that calls them."""

    def __init__(self, options: Options) -> None:
        self._options = options
        duties = Duties(
            environment=self._environment,
            say=options.say,
            on_line=lambda line: options.say(readable(line)),
            on_ready=self._loaded,
        )
        self._supervisor = Supervisor(options.source, duties, options.max_restarts_per_minute)
        self._clock = Clock(self._run_schedule, options.say)
        self._session = client_session()
        self._triggers_enabled = True
        self._in_flight = 0
        self._watching: asyncio.Task[None] | None = None
        self._address = ""
        self.endpoints: tuple[Endpoint, ...] = ()
        self.load_error: str | None = None

    @property
    def worker_pid(self) -> int | None:
        """The worker's process id; None while it is being restarted."""
        worker = self._supervisor.worker
        return None if worker is None else worker.pid

    def add_routes(self, app: web.Application) -> None:
        """The emulator's own endpoints, then everything else as a call."""
        app.router.add_get("/backends", self._backends)
        app.router.add_put("/functions/disableBackgroundTriggers", self._disable)
        app.router.add_put("/functions/enableBackgroundTriggers", self._enable)
        app.router.add_route("*", "/{path:.*}", self._call)

    async def start(self, address: str) -> None:
        """Load main.py and begin to watch it; `address` is this emulator's host:port."""
        self._address = address
        seen = snapshot(self._options.source, self._options.project)
        await self._supervisor.start()
        if self._options.watch:
            self._watching = asyncio.create_task(self._watch(seen))

    async def stop(self) -> None:
        """End clock, watch and worker."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await self._clock.stop()
        await self._supervisor.stop()
        await self._session.close()

    def _environment(self) -> Mapping[str, str]:
        return worker_environment(
            self._options.source,
            self._options.project,
            defaults=self._options.defaults,
            process=self._options.process,
            emulators=self._options.emulators,
        )

    async def _loaded(self, worker: Worker) -> None:
        options = self._options
        self.load_error = worker.error
        if worker.error is not None:
            options.say(f"functions: main.py could not be loaded:\n{worker.error.rstrip()}")
            self.endpoints = ()
            self._clock.follow([])
            return
        self.endpoints = worker.endpoints
        for endpoint in self.endpoints:
            if endpoint.tiny_cpu:
                options.say(f"functions[{endpoint.name}]: cpu is gcf_gen1 (1/6 vCPU): pass cpu=1")
        watching = [endpoint for endpoint in self.endpoints if endpoint.watches_database]
        if options.database is not None:
            try:
                await register(self._session, options.database, options.project, watching)
            except NotRegistered as error:
                options.say(f"functions: {error}")
        elif watching:
            names = ", ".join(endpoint.name for endpoint in watching)
            options.say(f"functions: no Realtime Database runs; nothing will call {names}")
        if options.by_clock:
            self._clock.follow([e for e in self.endpoints if e.kind == "schedule"])

    async def _watch(self, seen: Snapshot) -> None:
        loaded = seen
        while True:
            await asyncio.sleep(POLL_S)
            now = snapshot(self._options.source, self._options.project)
            if now == seen and now != loaded:
                loaded = now
                self._options.say("functions: source changed, loading it again")
                await self._supervisor.reload()
            seen = now

    async def _backends(self, _: web.Request) -> web.Response:
        backend = {
            "directory": self._options.source.name,
            "functionTriggers": [
                {"id": e.identity, "entryPoint": e.name, "key": e.key, **e.to_wire()}
                for e in self.endpoints
            ],
        }
        told = {"backends": [backend], "worker_pid": self.worker_pid, "error": self.load_error}
        return web.json_response(told, headers={"Access-Control-Allow-Origin": "*"})

    async def _disable(self, _: web.Request) -> web.Response:
        self._triggers_enabled = False
        return web.json_response({"enabled": False})

    async def _enable(self, _: web.Request) -> web.Response:
        self._triggers_enabled = True
        return web.json_response({"enabled": True})

    async def _call(self, request: web.Request) -> web.StreamResponse:
        raw_path = request.raw_path.partition("?")[0]
        if self.load_error is not None:
            last = self.load_error.strip().splitlines()[-1]
            return refused(500, "not_loaded", f"main.py could not be loaded: {last}")
        call = find_call(raw_path, request.method, self._options.project, self.endpoints)
        if isinstance(call, NoSuchFunction):
            return web.Response(status=404, text=call.message)
        if call.endpoint.is_background and not self._triggers_enabled:
            return web.Response(status=204)
        if self._in_flight >= MAX_IN_FLIGHT:
            return refused(429, "too_many_calls", f"{MAX_IN_FLIGHT} calls are being answered")
        self._in_flight += 1
        try:
            return await self._answer(call, request)
        finally:
            self._in_flight -= 1

    async def _answer(self, call: Call, request: web.Request) -> web.StreamResponse:
        patience_s = 0.0 if call.as_event else WAIT_FOR_WORKER_S
        worker = await self._supervisor.wait_for_worker(patience_s)
        for _ in range(CONNECT_TRIES):
            if worker is None:
                break
            try:
                with self._supervisor.in_use(worker):
                    return await forward(self._session, worker, call, request)
            except NotReached:
                worker = await self._supervisor.replacement_for(worker, patience_s)
        return refused(503, "no_worker", "the worker is being restarted")

    async def _run_schedule(self, endpoint: Endpoint, due: datetime) -> None:
        if not self._triggers_enabled:
            return
        path = f"/functions/projects/{self._options.project}/triggers/{endpoint.key}"
        headers = {
            "X-CloudScheduler": "true",
            "X-CloudScheduler-JobName": f"firebase-schedule-{endpoint.name}-{endpoint.region}",
            "X-CloudScheduler-ScheduleTime": due.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        timeout = aiohttp.ClientTimeout(
            total=endpoint.timeout_s + WAIT_FOR_WORKER_S, sock_connect=SCHEDULER_CONNECT_S
        )
        try:
            async with self._session.post(
                f"http://{self._address}{path}", headers=headers, timeout=timeout
            ) as answer:
                if not answer.ok:
                    text = (await answer.text())[:500]
                    self._options.say(f"functions[{endpoint.name}]: {answer.status} {text}")
        except (aiohttp.ClientError, TimeoutError) as error:
            self._options.say(f"functions[{endpoint.name}]: scheduled run failed: {error!r}")
