"""One worker process: started, asked for its report, ended with everything it started."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from emulators.functions.endpoint import Endpoint
from emulators.functions.output import LineSplitter

START_S = 30.0
"""How long main.py may take to import (the official discovery gives it 10 s)."""
STOP_S = 2.0
READ_BYTES = 65_536
REPOSITORY = Path(__file__).resolve().parents[2]


class WorkerDied(Exception):  # noqa: N818 (it names what happened)
    """The process ended before it reported; the message says how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A worker that listens. `error` is the traceback when main.py could not be imported."""

    process: Process
    port: int
    endpoints: tuple[Endpoint, ...]
    error: str | None
    readers: tuple[asyncio.Task[None], ...]

    @property
    def pid(self) -> int:
        """Its process id; it leads a process group of the same number."""
        return self.process.pid

    async def ended(self) -> int:
        """Wait until the process is gone; its exit code, or minus the signal."""
        code = await self.process.wait()
        await asyncio.gather(*self.readers)
        return code

    async def stop(self) -> None:
        """End the whole group: politely, then for good."""
        _signal_group(self.pid, signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_S):
                await self.process.wait()
        except TimeoutError:
            pass
        _signal_group(self.pid, signal.SIGKILL)
        await self.process.wait()
        for reader in self.readers:
            reader.cancel()


async def start_worker(
    source: Path, environment: Mapping[str, str], on_line: Callable[[str], None]
) -> Worker:
    """Start a worker and wait for its report. Raises WorkerDied and TimeoutError."""
    report_read, report_write = os.pipe()
    with os.fdopen(report_read, "rb") as report_pipe:
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "emulators.functions.worker"),
                *("--source", str(source), "--report-to", str(report_write)),
                cwd=REPOSITORY,
                env={**environment, "PYTHONUNBUFFERED": "1"},
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                pass_fds=(report_write,),
                process_group=0,
            )
        finally:
            os.close(report_write)
        assert process.stdout is not None
        assert process.stderr is not None
        readers = tuple(
            asyncio.create_task(_read_lines(stream, on_line))
            for stream in (process.stdout, process.stderr)
        )
        try:
            async with asyncio.timeout(START_S):
                report = await asyncio.to_thread(report_pipe.read)
        except BaseException:
            _signal_group(process.pid, signal.SIGKILL)
            raise
    if not report:
        code = await process.wait()
        await asyncio.gather(*readers)
        raise WorkerDied(f"the worker ended with {code} before it served anything")
    told = json.loads(report)
    return Worker(
        process=process,
        port=int(told["port"]),
        endpoints=tuple(Endpoint.from_wire(wire) for wire in told["endpoints"]),
        error=told["error"],
        readers=readers,
    )


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


async def _read_lines(stream: asyncio.StreamReader, on_line: Callable[[str], None]) -> None:
    lines = LineSplitter(on_line)
    while data := await stream.read(READ_BYTES):
        lines.feed(data)
    lines.end()
