"""Starts every emulator in one asyncio loop, in the order that makes the suite ready soonest.

The functions' worker is the slowest to come up, so its process starts first and imports main.py
while the others are imported and bound here.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import aiohttp

from emulators.suite import hub
from emulators.suite.arguments import Arguments
from emulators.suite.initiator import SimulatedInitiator
from emulators.suite.project import HOST, BadProject, Project
from emulators.suite.rules import RulesFile
from emulators.suite.seed import Seeds
from emulators.suite.table import Row
from emulators.suite.variables import function_defaults, official_variables, web_config

TIMEOUT = aiohttp.ClientTimeout(total=10, sock_connect=2)
SECRETS = ("consumer_key", "consumer_secret", "short_code", "passkey")


class Emulator(Protocol):
    """What every emulator's `server.start` returns."""

    @property
    def host(self) -> str:
        """Where it listens."""
        ...

    @property
    def port(self) -> int:
        """Where it listens."""
        ...

    async def stop(self) -> None:
        """End it."""
        ...


class FunctionsEmulator(Emulator, Protocol):
    """What the Functions emulator tells besides."""

    @property
    def worker_pid(self) -> int | None:
        """The worker's process id."""
        ...

    @property
    def load_error(self) -> str | None:
        """Why main.py is not loaded."""
        ...


@dataclass(slots=True, kw_only=True)
class Suite:
    """The emulators that run. `names` are in the order of the table."""

    project: Project
    arguments: Arguments
    names: tuple[str, ...]
    ports: Mapping[str, int]
    say: Callable[[str], None]
    running: dict[str, Emulator] = field(default_factory=dict)
    functions: FunctionsEmulator | None = None
    initiator: SimulatedInitiator = field(default_factory=SimulatedInitiator)
    seeds: Seeds = field(init=False)
    _watch: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.seeds = Seeds(project=self.project.project, ports=self.ports)

    async def start(self) -> None:
        """Start all, load rules and seed.

        Raises OSError, RulesRefused, SeedError or BadProject; `stop` ends what already runs.
        """
        if "daraja" in self.names:
            await self._start("daraja", self._daraja())
        async with asyncio.TaskGroup() as group:
            if "functions" in self.names:
                group.create_task(self._start("functions", self._functions()))
                await asyncio.sleep(0)
            seeded = (("rtdb", self._rtdb), ("auth", self._auth), ("firestore", self._firestore))
            first = [
                group.create_task(self._start(name, starting()))
                for name, starting in seeded
                if name in self.names
            ]
            if "hosting" in self.names:
                group.create_task(self._start("hosting", self._hosting()))
            group.create_task(self._start("hub", hub.start(self.ports, self.seeds)))
            await asyncio.gather(*first)
            await self._rules_and_seed()

    async def stop(self) -> None:
        """End all, the functions first so that nothing calls into a closed emulator."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        order = ("functions", "hosting", "daraja", "firestore", "auth", "rtdb", "hub")
        for name in order:
            if name in self.running:
                await self.running.pop(name).stop()
        self.initiator.remove()

    def rows(self) -> list[Row]:
        """What the table shows."""
        return [Row(name=name, url=self._url(name), what=self._what(name)) for name in self.names]

    def ready(self) -> dict[str, object]:
        """What the ready file holds, but for the process id and the time."""
        told: dict[str, object] = {
            name: {"host": HOST, "port": port, "url": self._url(name)}
            for name, port in self.ports.items()
        }
        if self.functions is not None:
            entry = {"host": HOST, "port": self.ports["functions"], "url": self._url("functions")}
            told["functions"] = {**entry, "worker_pid": self.functions.worker_pid}
        return {**told, "project": self.project.project, "namespace": self.project.namespace}

    async def _start(self, name: str, starting: Coroutine[None, None, Emulator]) -> None:
        self.running[name] = await starting

    async def _rules_and_seed(self) -> None:
        if "rtdb" in self.names and self.project.rules is None:
            self.say("rtdb: firebase.json names no database.rules: everybody may do everything")
        elif "rtdb" in self.names and self.project.rules is not None:
            rules = RulesFile(
                path=self.project.rules,
                port=self.ports["rtdb"],
                namespaces=(self.project.namespace, self.project.project),
            )
            await rules.load()
            self._watch = asyncio.create_task(rules.watch(self.say))
        if self.arguments.import_from is not None:
            await self.seeds.import_from(self.arguments.import_from)

    async def _rtdb(self) -> Emulator:
        from emulators.rtdb.server import Options, start  # noqa: PLC0415 (see the module's head)

        functions = self.ports.get("functions")
        return await start(
            Options(
                host=HOST,
                port=self.ports["rtdb"],
                default_namespace=self.project.namespace,
                functions_host=None if functions is None else f"{HOST}:{functions}",
                keep_alive_s=self.arguments.keep_alive_s,
            )
        )

    async def _auth(self) -> Emulator:
        from emulators.auth.server import Options, start  # noqa: PLC0415

        port, project = self.ports["auth"], self.project.project
        return await start(Options(host=HOST, port=port, project=project))

    async def _firestore(self) -> Emulator:
        from emulators.firestore.server import Options, start  # noqa: PLC0415

        return await start(
            Options(
                host=HOST,
                port=self.ports["firestore"],
                project=self.project.project,
                indexes_file=self.project.firestore_indexes,
            )
        )

    async def _daraja(self) -> Emulator:
        from emulators.daraja.server import Options, start  # noqa: PLC0415

        return await start(
            Options(
                host=HOST,
                port=self.ports["daraja"],
                project=self.project.project,
                allow_local_callbacks=True,
                environment={**self._secrets(), **os.environ},
            )
        )

    async def _functions(self) -> FunctionsEmulator:
        from emulators.functions.server import Options, start  # noqa: PLC0415

        source = self.project.functions_source
        assert source is not None
        self.functions = await start(
            Options(
                source=source,
                host=HOST,
                port=self.ports["functions"],
                project=self.project.project,
                database=f"{HOST}:{self.ports['rtdb']}" if "rtdb" in self.ports else None,
                emulators={**official_variables(self.project, self.ports), "TZ": "UTC"},
                defaults={
                    **function_defaults(self.ports),
                    **await self._simulated_secrets(),
                    **await self._initiator(),
                },
                by_clock=self.arguments.by_clock,
                say=self.say,
            )
        )
        return self.functions

    async def _initiator(self) -> dict[str, str]:
        """Who sends refunds, unless the functions name somebody themselves."""
        own = {**self._secrets(), **os.environ}
        if "daraja" not in self.ports or own.get("DARAJA_INITIATOR_NAME"):
            return {}
        return await self.initiator.parameters(f"http://{HOST}:{self.ports['daraja']}")

    async def _hosting(self) -> Emulator:
        from emulators.hosting.config import BadConfig, read_config  # noqa: PLC0415
        from emulators.hosting.server import Options, start  # noqa: PLC0415

        try:
            config = read_config(self.project.hosting, self.project.root)
        except BadConfig as error:
            raise BadProject(f"firebase.json: {error}") from error
        functions = self.ports.get("functions")
        return await start(
            Options(
                config=config,
                host=HOST,
                port=self.ports["hosting"],
                project=self.project.project,
                functions=None if functions is None else f"{HOST}:{functions}",
                web_config=web_config(self.project, self.ports),
            )
        )

    def _secrets(self) -> dict[str, str]:
        """The functions' own DARAJA_ settings, so that the simulator takes the same ones."""
        from emulators.functions.environment import (  # noqa: PLC0415
            BadEnvFile,
            worker_environment,
        )

        source = self.project.functions_source
        if source is None:
            return {}
        try:
            known = worker_environment(
                source, self.project.project, defaults={}, process={}, emulators={}
            )
        except BadEnvFile as error:
            raise BadProject(f"{source.name}/{error}") from error
        return {name: value for name, value in known.items() if name.startswith("DARAJA_")}

    async def _simulated_secrets(self) -> dict[str, str]:
        """The simulator's keys, for functions whose files and environment hold none."""
        own = {**self._secrets(), **os.environ}
        if "daraja" not in self.ports or all(own.get(f"DARAJA_{n.upper()}") for n in SECRETS):
            return {}
        url = f"http://{HOST}:{self.ports['daraja']}/simulator/credentials"
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session, session.get(url) as answer:
            told = await answer.json()
        return {f"DARAJA_{name.upper()}": str(told[name]) for name in SECRETS}

    def _url(self, name: str) -> str:
        return f"http://{HOST}:{self.ports[name]}"

    def _what(self, name: str) -> str:
        if name == "functions" and self.functions is not None:
            if self.functions.load_error is not None:
                return "NOT LOADED: " + self.functions.load_error.strip().splitlines()[-1]
            if self.functions.worker_pid is None:
                return "NOT STARTED: main.py ends its process"
            return f"worker {self.functions.worker_pid}, {self._base()}/<name>"
        return {
            "rtdb": f"namespace {self.project.namespace}",
            "auth": "any API key",
            "firestore": "gRPC and the emulator's HTTP calls",
            "hosting": "pages and /api",
            "daraja": "phone page in the browser",
            "hub": "",
        }[name]

    def _base(self) -> str:
        return f"/{self.project.project}/<region>"
