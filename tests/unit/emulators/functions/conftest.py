from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from emulators.functions.server import Options, Running, start

FIXTURE = Path(__file__).parent / "fixture"


class Printed:
    """What the emulator said, and a way to wait for a line."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._news = asyncio.Event()

    def __call__(self, line: str) -> None:
        self.lines.append(line)
        self._news.set()

    async def line(self, part: str, timeout_s: float = 40) -> str:
        async with asyncio.timeout(timeout_s):
            while True:
                for line in self.lines:
                    if part in line:
                        return line
                self._news.clear()
                await self._news.wait()


class Emulator:
    def __init__(self, running: Running, http: aiohttp.ClientSession, printed: Printed) -> None:
        self.running = running
        self.http = http
        self.printed = printed
        self.base = f"http://{running.host}:{running.port}"


OpenEmulator = Callable[..., Any]


@asynccontextmanager
async def _emulator(source: Path, **changes: Any) -> AsyncIterator[Emulator]:
    printed = Printed()
    values: dict[str, Any] = {
        "source": source,
        "port": 0,
        "project": "demo-lipamita",
        "by_clock": False,
        "watch": False,
        "say": printed,
        **changes,
    }
    running = await start(Options(**values))
    base = f"http://{running.host}:{running.port}"
    try:
        async with aiohttp.ClientSession(base, timeout=aiohttp.ClientTimeout(total=40)) as http:
            yield Emulator(running, http, printed)
    finally:
        await running.stop()


@pytest.fixture
def emulator() -> OpenEmulator:
    """An emulator over the fixture's functions, or over `source=`."""

    def opened(source: Path = FIXTURE, **changes: Any) -> Any:
        return _emulator(source, **changes)

    return opened


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as opened:
        yield opened


@pytest.fixture(scope="module")
def shared(runner: asyncio.Runner) -> Iterator[Emulator]:
    """One emulator over the fixture for all tests of a module that leave it as it is."""
    context = _emulator(FIXTURE)
    yield runner.run(context.__aenter__())
    runner.run(context.__aexit__(None, None, None))


@pytest.fixture
def copy_of_fixture(tmp_path: Path) -> Path:
    source = tmp_path / "functions"
    shutil.copytree(FIXTURE, source, ignore=shutil.ignore_patterns("__pycache__"))
    return source


@pytest.fixture
def run() -> Callable[[Coroutine[Any, Any, None]], None]:
    return asyncio.run
