from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from io import BytesIO
from typing import Any

import pytest
from yarl import URL

Emulators = Callable[..., Any]
Run = Callable[[Any], None]
BASE = "/demo-lipamita/europe-west1"


@pytest.fixture
def emulator(shared: Any) -> Emulators:
    """The module's emulator, with nothing printed yet."""
    shared.printed.lines.clear()
    return lambda: nullcontext(shared)


@pytest.fixture
def run(runner: asyncio.Runner) -> Run:
    return runner.run


def test_a_function_sees_method_rest_of_path_query_body_and_headers(
    emulator: Emulators, run: Run
) -> None:
    async def scenario() -> None:
        async with emulator() as e:
            url = URL(f"{e.base}{BASE}/echo/api/a%20b?x=1&y=%2F", encoded=True)
            headers = {"X-Own": "v", "X-Forwarded-For": "203.0.113.9", "Content-Type": "text/odd"}
            answer = await e.http.patch(url, data=b"body", headers=headers)
            seen = await answer.json()
            assert answer.status == 203
            assert answer.headers.getall("Set-Cookie") == ["a=1", "b=2"]
            assert (seen["method"], seen["path"]) == ("PATCH", "/api/a b")
            assert (seen["query"], seen["body"]) == ("x=1&y=%2F", "body")
            assert seen["headers"]["X-Own"] == "v"
            assert seen["headers"]["Content-Type"] == "text/odd"
            assert seen["headers"]["X-Forwarded-For"] == "203.0.113.9, 127.0.0.1"
            assert not [name for name in seen["headers"] if name.startswith("X-Emulated")]
            assert (await (await e.http.get(f"{BASE}/echo")).json())["path"] == "/"

    run(scenario())


def test_a_call_can_not_choose_another_function_by_header(emulator: Emulators, run: Run) -> None:
    async def scenario() -> None:
        async with emulator() as e:
            headers = {"X-Emulated-Function": "crash", "X-Emulated-Event": "1"}
            assert (await e.http.get(f"{BASE}/echo", headers=headers)).status == 203

    run(scenario())


def test_a_client_that_waits_for_continue_is_served(emulator: Emulators, run: Run) -> None:
    async def scenario() -> None:
        async with emulator() as e:
            answer = await e.http.post(f"{BASE}/echo", data=b"body", expect100=True)
            seen = await answer.json()
            assert seen["body"] == "body"
            assert "Expect" not in seen["headers"]

    run(scenario())


def test_all_functions_share_one_worker_and_run_at_the_same_time(
    emulator: Emulators, run: Run
) -> None:
    async def scenario() -> None:
        async with emulator() as e:

            async def pid() -> int:
                answer = await e.http.get(f"{BASE}/echo")
                return int((await answer.json())["pid"])

            assert set(await asyncio.gather(*(pid() for _ in range(20)))) == {e.running.worker_pid}

    run(scenario())


def test_a_callable_speaks_its_protocol(emulator: Emulators, run: Run) -> None:
    async def scenario() -> None:
        async with emulator() as e:
            right = await e.http.post(f"{BASE}/add", json={"data": {"a": 1, "b": 2}})
            assert await right.json() == {"result": {"sum": 3}}
            wrong = await e.http.post(f"{BASE}/add", json={"data": 7})
            assert wrong.status == 400
            error = {"status": "INVALID_ARGUMENT", "message": "two numbers"}
            assert (await wrong.json())["error"] == error

    run(scenario())


def test_unknown_functions_are_404_and_name_the_known_ones(emulator: Emulators, run: Run) -> None:
    async def scenario() -> None:
        async with emulator() as e:
            for path in [f"{BASE}/nobody", "/demo-lipamita/us-central1/echo", f"{BASE}/tick"]:
                answer = await e.http.get(path)
                assert answer.status == 404
                assert "europe-west1-echo" in await answer.text()
            assert (await e.http.get("/other-project/europe-west1/echo")).status == 404

    run(scenario())


def test_a_crash_is_500_with_its_traceback_in_the_log(emulator: Emulators, run: Run) -> None:
    async def scenario() -> None:
        async with emulator() as e:
            assert (await e.http.get(f"{BASE}/crash")).status == 500
            line = await e.printed.line("RuntimeError: crashed")
            assert line == "functions[crash]: RuntimeError: crashed on purpose"

    run(scenario())


def test_what_functions_print_is_prefixed_and_readable(emulator: Emulators, run: Run) -> None:
    async def scenario() -> None:
        async with emulator() as e:
            assert (await e.http.get(f"{BASE}/talk")).status == 204
            for line in [
                "functions[talk]: plain words",
                "functions[talk]: two pieces",
                "functions[talk]: INFO paid amount=500 receipt=SJK1",
                "functions[talk]: ERROR failed",
                "functions[talk]: to stderr",
            ]:
                assert await e.printed.line(line) == line

    run(scenario())


def test_a_function_over_its_own_time_limit_is_504(emulator: Emulators, run: Run) -> None:
    async def scenario() -> None:
        async with emulator() as e:
            answer = await e.http.get(f"{BASE}/slow")
            assert answer.status == 504
            assert (await answer.json())["error"]["code"] == "timeout"

    run(scenario())


def test_large_answers_pass_and_too_large_requests_do_not(emulator: Emulators, run: Run) -> None:
    async def scenario() -> None:
        async with emulator() as e:
            size = 5_000_000
            answer = await e.http.get(f"{BASE}/large?size={size}")
            assert len(await answer.read()) == size
            answer = await e.http.post(f"{BASE}/echo", data=BytesIO(b"x" * (32 * 1024 * 1024 + 1)))
            assert answer.status == 413

    run(scenario())


def event(data: object) -> dict[str, object]:
    return {
        "specversion": "1.0",
        "id": "e1",
        "type": "google.firebase.database.ref.v1.created",
        "source": "//firebasedatabase.googleapis.com/projects/_/locations/europe-west1/instances/n",
        "subject": "refs/payments/p9",
        "time": "2026-01-01T00:00:00Z",
        "datacontenttype": "application/json",
        "instance": "n",
        "ref": "payments/p9",
        "location": "europe-west1",
        "firebasedatabasehost": "127.0.0.1:9000",
        "authtype": "admin",
        "data": {"data": None, "delta": data},
    }


TRIGGER = "/functions/projects/demo-lipamita/triggers/europe-west1-on_payment-0"


def test_a_database_event_reaches_its_function(emulator: Emulators, run: Run) -> None:
    async def scenario() -> None:
        async with emulator() as e:
            headers = {"Content-Type": "application/cloudevents+json"}
            answer = await e.http.post(TRIGGER, json=event({"amount": 1}), headers=headers)
            assert answer.status == 200
            line = await e.printed.line("created")
            assert line.startswith("functions[on_payment]: INFO created ref=payments/p9 id=p9")
            assert (await e.http.post(TRIGGER, json=event("crash"))).status == 500
            assert (await e.http.post(TRIGGER, json={"no": "event"})).status == 400

    run(scenario())


def test_a_first_generation_event_reaches_its_function_too(emulator: Emulators, run: Run) -> None:
    async def scenario() -> None:
        async with emulator() as e:
            body = {
                "data": {"data": None, "delta": {"amount": 2}},
                "context": {
                    "eventId": "e2",
                    "timestamp": "2026-01-01T00:00:00Z",
                    "eventType": "providers/google.firebase.database/eventTypes/ref.create",
                    "resource": "projects/_/instances/n/refs/payments/p10",
                    "auth": {"admin": True},
                },
            }
            assert (await e.http.post(TRIGGER, json=body)).status == 200
            assert "id=p10" in await e.printed.line("created")

    run(scenario())


def test_a_schedule_runs_by_hand(emulator: Emulators, run: Run) -> None:
    async def scenario() -> None:
        async with emulator() as e:
            url = "/functions/projects/demo-lipamita/triggers/europe-west1-tick-0"
            assert (await e.http.post(url)).status == 200
            assert await e.printed.line("tick") == 'functions[tick]: INFO tick job="by hand"'
            assert (await e.http.get(url)).status == 404

    run(scenario())


def test_disabled_background_functions_answer_204_and_clients_still_get_through(
    emulator: Emulators, run: Run
) -> None:
    async def scenario() -> None:
        async with emulator() as e:
            await e.http.put("/functions/disableBackgroundTriggers")
            assert (await e.http.post(TRIGGER, json=event("crash"))).status == 204
            assert (await e.http.get(f"{BASE}/echo")).status == 203
            await e.http.put("/functions/enableBackgroundTriggers")
            assert (await e.http.post(TRIGGER, json=event("crash"))).status == 500

    run(scenario())


def test_backends_lists_every_function_and_the_worker(emulator: Emulators, run: Run) -> None:
    async def scenario() -> None:
        async with emulator() as e:
            told = await (await e.http.get("/backends")).json()
            assert told["worker_pid"] == e.running.worker_pid
            triggers = {t["entryPoint"]: t for t in told["backends"][0]["functionTriggers"]}
            assert triggers["on_payment"]["reference"] == "payments/{payment_id}"
            assert triggers["tick"]["key"] == "europe-west1-tick-0"
            assert triggers["slow"]["timeout_s"] == 1

    run(scenario())
