"""`python -m emulators start|exec|official`: the whole life of one suite."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import aiohttp

from emulators.suite import official
from emulators.suite.arguments import Arguments, parse_arguments
from emulators.suite.command import Command
from emulators.suite.ports import PortsTaken, choose_ports
from emulators.suite.project import BadProject, Project, read_project
from emulators.suite.rules import RulesRefused
from emulators.suite.running import Suite
from emulators.suite.seed import SeedError, check_export_folder
from emulators.suite.table import table
from emulators.suite.variables import official_variables

PARENT = os.getppid()
PARENT_POLL_S = 0.5
PORT_TRIES = 3
FAILED = 1


def main(words: Sequence[str], started_s: float) -> int:
    """Run the command line; the process' exit status. `started_s` is of `time.monotonic()`."""
    if words[:1] == ["official"]:
        return official.main(words[1:])
    arguments = parse_arguments(words)
    try:
        return asyncio.run(_run(arguments, started_s))
    except (BadProject, PortsTaken, RulesRefused, SeedError) as error:
        print(error, file=sys.stderr, flush=True)
        return FAILED


def say(line: str) -> None:
    """To standard output, at once; nobody reading any more is no reason to stop."""
    with contextlib.suppress(OSError):
        print(line, flush=True)


async def _run(arguments: Arguments, started_s: float) -> int:
    ended: asyncio.Queue[int] = asyncio.Queue()
    _end_on_signals(ended)
    watching = asyncio.create_task(_end_with_parent(ended)) if arguments.watch_parent else None
    try:
        return await _whole_life(arguments, started_s, ended)
    finally:
        if watching is not None:
            watching.cancel()


async def _whole_life(arguments: Arguments, started_s: float, ended: asyncio.Queue[int]) -> int:
    project = read_project(arguments.config, arguments.project)
    if arguments.export_to is not None:
        check_export_folder(arguments.export_to)
    if arguments.ready_file is not None:
        arguments.ready_file.unlink(missing_ok=True)
    suite = await _started(project, arguments, ended)
    if suite is None:
        return await ended.get()
    try:
        say(table(suite.rows()))
        taken_s = time.monotonic() - started_s
        hint = "" if arguments.command else " Ctrl-C ends everything."
        say(f"Ready in {taken_s:.2f} s.{hint}")
        if arguments.ready_file is not None:
            ready = {**suite.ready(), "pid": os.getpid(), "ready_ms": round(taken_s * 1000)}
            _write_atomically(arguments.ready_file, json.dumps(ready))
        if arguments.command is None:
            await ended.get()
            status = 0
        else:
            status = await _run_command(suite, arguments, ended)
        if arguments.export_to is not None:
            await suite.seeds.export_to(arguments.export_to)
            say(f"exported to {arguments.export_to}")
        return status
    finally:
        await suite.stop()


async def _started(
    project: Project, arguments: Arguments, ended: asyncio.Queue[int]
) -> Suite | None:
    """A ready suite, or None when a signal came first."""
    names = _names(project, arguments)
    for attempt in range(PORT_TRIES):
        ports = choose_ports((*names, "hub"), {**project.ports, **arguments.ports})
        suite = Suite(project=project, arguments=arguments, names=names, ports=ports, say=say)
        starting = asyncio.create_task(suite.start())
        signalled = asyncio.create_task(ended.get())
        await asyncio.wait({starting, signalled}, return_when=asyncio.FIRST_COMPLETED)
        if signalled.done():
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            await suite.stop()
            ended.put_nowait(signalled.result())
            return None
        signalled.cancel()
        error = starting.exception()
        if error is None:
            return suite
        await suite.stop()
        cause = _innermost(error)
        lost_a_port = isinstance(cause, OSError) and 0 in arguments.ports.values()
        if not lost_a_port or attempt + 1 == PORT_TRIES:
            raise _explained(cause)
    raise AssertionError("unreachable")


async def _run_command(suite: Suite, arguments: Arguments, ended: asyncio.Queue[int]) -> int:
    assert arguments.command is not None
    variables = official_variables(suite.project, suite.ports)
    command = await Command.start(arguments.command, {**os.environ, **variables})
    finished = asyncio.create_task(command.ended())
    interrupted = asyncio.create_task(ended.get())
    await asyncio.wait({finished, interrupted}, return_when=asyncio.FIRST_COMPLETED)
    interrupted.cancel()
    await command.stop()
    return interrupted.result() if interrupted.done() else finished.result()


def _names(project: Project, arguments: Arguments) -> tuple[str, ...]:
    parts = {
        "firestore": project.firestore or None,
        "functions": project.functions_source,
        "hosting": project.hosting,
    }
    missing = {name for name, part in parts.items() if part is None}
    wanted = missing & set(arguments.only)
    if arguments.named and wanted:
        raise BadProject(f"{arguments.config}: no {' and no '.join(sorted(wanted))} configured")
    return tuple(name for name in arguments.only if name not in missing)


def _end_on_signals(ended: asyncio.Queue[int]) -> None:
    loop = asyncio.get_running_loop()
    seen: list[int] = []

    def on_signal(number: signal.Signals) -> None:
        if seen:
            os._exit(128 + number)
        seen.append(number)
        ended.put_nowait(128 + number)

    # SIGINT ends it even where a script that started it in the background had it ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal, number)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # ignored under nohup
        loop.add_signal_handler(signal.SIGHUP, on_signal, signal.SIGHUP)


async def _end_with_parent(ended: asyncio.Queue[int]) -> None:
    while os.getppid() == PARENT:
        await asyncio.sleep(PARENT_POLL_S)
    ended.put_nowait(FAILED)


def _write_atomically(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=f".{path.name}-", delete=False, encoding="utf-8"
    ) as file:
        file.write(text)
    Path(file.name).replace(path)


def _innermost(error: BaseException) -> BaseException:
    """What a task group's error is about."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _explained(error: BaseException) -> BaseException:
    if isinstance(error, (aiohttp.ClientError, OSError)):
        return BadProject(f"not started: {error}")
    return error
