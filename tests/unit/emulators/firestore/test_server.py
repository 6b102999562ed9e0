"""Starting and stopping, in this process, without leaving anything behind."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import aiohttp
import grpc
import pytest

from emulators.firestore.query.index_file import IndexFileError
from emulators.firestore.server import Limits, Options, start
from emulators.firestore.wire.messages import REQUESTS, CommitResponse

TIMEOUT = aiohttp.ClientTimeout(total=5)


def commit(name: str) -> bytes:
    request = REQUESTS["Commit"](database="projects/p/databases/d")
    request.writes.add().update.name = f"projects/p/databases/d/documents/{name}"
    data: bytes = request.SerializeToString()
    return data


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_one_port_speaks_both_and_stops_cleanly(folder: Path) -> None:
    async def body() -> None:
        running = await start(Options(port=0))
        address = f"{running.host}:{running.port}"
        async with grpc.aio.insecure_channel(address) as channel:
            call = channel.unary_unary("/google.firestore.v1.Firestore/Commit")
            answer = CommitResponse.FromString(await call(commit("a/b"), timeout=5))
            assert len(answer.write_results) == 1
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT) as session,
            session.get(f"http://{address}/") as response,
        ):
            assert await response.text() == "Ok\n"
        await running.stop()
        with pytest.raises(OSError, match="Connect call failed"):
            await asyncio.open_connection(running.host, running.port)

    asyncio.run(body())
    assert list(folder.iterdir()) == []


def test_a_port_in_use_is_an_error_that_leaves_nothing(folder: Path) -> None:
    async def body() -> None:
        first = await start(Options(port=0))
        with pytest.raises(OSError, match="in use"):
            await start(Options(port=first.port))
        await first.stop()

    asyncio.run(body())
    assert list(folder.iterdir()) == []


def test_a_malformed_index_file_is_told_at_start(tmp_path: Path) -> None:
    file = tmp_path / "firestore.indexes.json"
    file.write_text("{")
    with pytest.raises(IndexFileError):
        asyncio.run(start(Options(port=0, indexes_file=file)))


def test_limits_are_injected() -> None:
    async def body() -> None:
        running = await start(Options(port=0, limits=Limits(document_bytes=10)))
        async with grpc.aio.insecure_channel(f"{running.host}:{running.port}") as channel:
            call = channel.unary_unary("/google.firestore.v1.Firestore/Commit")
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await call(commit("a/b"), timeout=5)
            assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        await running.stop()

    asyncio.run(body())


FORKING = """
import asyncio
from emulators.firestore.server import Options, start

async def body():
    running = await start(Options(port=0))
    import grpc
    from emulators.firestore.wire.messages import REQUESTS
    data = REQUESTS["Commit"](database="projects/p/databases/d").SerializeToString()
    async with grpc.aio.insecure_channel(f"{running.host}:{running.port}") as channel:
        call = channel.unary_unary("/google.firestore.v1.Firestore/Commit")
        await call(data, timeout=5)
        for before_exec in (None, lambda: None):
            process = await asyncio.create_subprocess_exec("/bin/true", preexec_fn=before_exec)
            print(await process.wait())
        await call(data, timeout=5)
    await running.stop()

asyncio.run(body())
"""


def test_programs_can_be_started_beside_it() -> None:
    """The suite starts workers after the server: gRPC must not meddle with their fork."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FORKING],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd())},
    )
    assert (done.stdout, done.stderr) == ("0\n0\n", "")
