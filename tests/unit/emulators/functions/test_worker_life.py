from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

Emulators = Callable[..., Any]
Run = Callable[[Any], None]
BASE = "/demo-lipamita/europe-west1"
LIMIT_S = 40
TRIGGER = "/functions/projects/demo-lipamita/triggers/europe-west1-on_payment-0"


@asynccontextmanager
async def listener() -> AsyncIterator[tuple[str, asyncio.Event]]:
    """An address to be told at, and the event that it was."""
    told = asyncio.Event()

    async def tell(_: web.Request) -> web.Response:
        told.set()
        return web.Response()

    app = web.Application()
    app.router.add_get("/", tell)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/", told
    await runner.cleanup()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_killed_worker_is_replaced_and_its_calls_answer_502(
    emulator: Emulators, run: Run
) -> None:
    async def scenario() -> None:
        async with emulator() as e, listener() as (address, told):
            hanging = asyncio.create_task(e.http.get(f"{BASE}/hang", params={"tell": address}))
            async with asyncio.timeout(LIMIT_S):
                await told.wait()
            killed = e.running.worker_pid
            os.kill(killed, signal.SIGKILL)
            answer = await hanging
            assert answer.status == 502
            assert (await answer.json())["error"]["code"] == "worker_died"
            line = await e.printed.line("died")
            assert line == f"functions: worker {killed} died (signal 9); starting another"
            after = await (await e.http.get(f"{BASE}/echo")).json()
            assert after["pid"] == e.running.worker_pid != killed

    run(scenario())


def test_an_event_that_finds_no_worker_is_refused_not_kept(emulator: Emulators, run: Run) -> None:
    async def scenario() -> None:
        async with emulator(max_restarts_per_minute=1) as e:
            first = e.running.worker_pid
            os.kill(first, signal.SIGKILL)
            await e.printed.line("starting another")
            assert (await e.http.get(f"{BASE}/echo")).status == 203
            os.kill(e.running.worker_pid, signal.SIGKILL)
            assert "it died too often" in await e.printed.line("died too often")
            assert (await e.http.post(TRIGGER, json={})).status == 503

    run(scenario())


def test_a_changed_source_is_loaded_while_calls_go_on(
    emulator: Emulators, run: Run, copy_of_fixture: Path
) -> None:
    async def scenario() -> None:
        async with emulator(copy_of_fixture, watch=True) as e, listener() as (address, told):
            hanging = asyncio.create_task(e.http.get(f"{BASE}/hang", params={"tell": address}))
            async with asyncio.timeout(LIMIT_S):
                await told.wait()
            main = copy_of_fixture / "main.py"
            text = main.read_text().replace("def environment(", "def surroundings(")
            main.write_text(text)
            async with asyncio.timeout(LIMIT_S):
                while (await e.http.get(f"{BASE}/surroundings")).status != 200:
                    await asyncio.sleep(0.02)
            assert not hanging.done()
            assert (await e.http.get(f"{BASE}/environment")).status == 404
            hanging.cancel()

    run(scenario())


def test_a_source_that_cannot_be_loaded_says_so_everywhere_until_it_can(
    emulator: Emulators, run: Run, copy_of_fixture: Path
) -> None:
    async def scenario() -> None:
        main = copy_of_fixture / "main.py"
        good = main.read_text()
        main.write_text("import no_such_module\n")
        async with emulator(copy_of_fixture, watch=True) as e:
            assert "ModuleNotFoundError" in e.running.load_error
            assert "Traceback" in await e.printed.line("could not be loaded")
            answer = await e.http.get(f"{BASE}/echo")
            assert answer.status == 500
            message = (await answer.json())["error"]["message"]
            assert "No module named 'no_such_module'" in message
            main.write_text(good)
            async with asyncio.timeout(LIMIT_S):
                while (await e.http.get(f"{BASE}/echo")).status != 203:
                    await asyncio.sleep(0.02)
            assert e.running.load_error is None

    run(scenario())


@pytest.mark.parametrize("source", ["raise SystemExit(3)\n", "import os\nos._exit(3)\n", "x = (\n"])
def test_no_main_py_brings_the_emulator_down(
    emulator: Emulators, run: Run, tmp_path: Path, source: str
) -> None:
    async def scenario() -> None:
        (tmp_path / "main.py").write_text(source)
        async with emulator(tmp_path) as e:
            events = await e.http.post(TRIGGER, json={})
            assert events.status in {404, 500, 503}
            assert e.printed.lines

    run(scenario())


def test_the_environment_is_the_official_one_and_the_real_one_wins_over_files(
    emulator: Emulators, run: Run
) -> None:
    async def scenario() -> None:
        process = {**os.environ, "WINNER": "process", "FIREBASE_AUTH_EMULATOR_HOST": "stale:1"}
        settings = {
            "process": process,
            "emulators": {"FIREBASE_AUTH_EMULATOR_HOST": "127.0.0.1:9099"},
            "defaults": {"PUBLIC_BASE_URL": "http://127.0.0.1:5000", "WINNER": "default"},
        }
        async with emulator(**settings) as e:
            names = ["GREETING", "WINNER", "PUBLIC_BASE_URL", "FIREBASE_AUTH_EMULATOR_HOST"]
            url = f"{BASE}/environment?" + "&".join(f"name={name}" for name in names)
            assert await (await e.http.get(url)).json(content_type=None) == {
                "GREETING": "from .env",
                "WINNER": "process",
                "PUBLIC_BASE_URL": "http://127.0.0.1:5000",
                "FIREBASE_AUTH_EMULATOR_HOST": "127.0.0.1:9099",
            }

    run(scenario())


def test_stopping_ends_the_worker(emulator: Emulators, run: Run) -> None:
    async def scenario() -> None:
        async with emulator() as e:
            pid = e.running.worker_pid
        assert not is_alive(pid)

    run(scenario())


def test_database_triggers_are_registered_before_the_first_call(
    emulator: Emulators, run: Run
) -> None:
    async def scenario() -> None:
        registered: list[tuple[str | None, Any]] = []

        async def take(request: web.Request) -> web.Response:
            registered.append((request.headers.get("Authorization"), await request.json()))
            return web.json_response({})

        app = web.Application()
        app.router.add_post("/.settings/functionTriggers.json", take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        database = f"127.0.0.1:{runner.addresses[0][1]}"
        async with emulator(database=database):
            [(credential, body)] = registered
        await runner.cleanup()
        assert credential == "Bearer owner"
        assert body == {
            "name": "projects/demo-lipamita/locations/europe-west1/triggers/"
            "europe-west1-on_payment-0",
            "path": "payments/{payment_id}",
            "event": "google.firebase.database.ref.v1.created",
            "topic": "projects/demo-lipamita/topics/europe-west1-on_payment-0",
            "namespacePattern": "*",
        }

    run(scenario())
