"""``python -m emulators.tuya --ready-file FILE``: the cloud on a free port of this machine.

The project's id and secret come from TUYA_CLIENT_ID and TUYA_CLIENT_SECRET. Below ``/simulator``
a test adds meters, asks for faults, lets meters consume and report, and reads the ledger.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from pathlib import Path

from aiohttp import web

from emulators.tuya.cloud import SCENARIOS, Cloud

HOST = "127.0.0.1"


def application(cloud: Cloud) -> web.Application:
    """The cloud's addresses, and the simulator's own."""

    async def api(request: web.Request) -> web.StreamResponse:
        body = (await request.read()).decode()
        answer = cloud.answer(request.method, request.path_qs, request.headers, body)
        if answer.dropped:
            assert request.transport is not None
            request.transport.abort()
        return web.json_response(dict(answer.node))

    async def meter(request: web.Request) -> web.Response:
        device_id = request.match_info["device_id"]
        told = await request.json()
        found = cloud.meters.get(device_id) or cloud.add_meter(device_id)
        used = int(told.get("consume", 0))
        found.balance, found.consumed = found.balance - used, found.consumed + used
        if told.get("report", True):
            found.report(cloud.clock_ms())
        return web.json_response({"balance": found.balance, "consumed": found.consumed})

    async def next_charge(request: web.Request) -> web.Response:
        scenario = (await request.json())["scenario"]
        if scenario not in SCENARIOS:
            raise web.HTTPBadRequest(text=f"scenario must be one of {', '.join(SCENARIOS)}")
        cloud.scenarios.append(scenario)
        return web.json_response({})

    async def ledger(_: web.Request) -> web.Response:
        return web.json_response({"charges": cloud.ledger, "requests": cloud.requests})

    made = web.Application()
    made.router.add_post("/simulator/meters/{device_id}", meter)
    made.router.add_post("/simulator/next", next_charge)
    made.router.add_get("/simulator/ledger", ledger)
    made.router.add_route("*", "/{path:.*}", api)
    return made


async def serve(cloud: Cloud, ready_file: Path) -> None:
    """Listen until the process is ended."""
    runner = web.AppRunner(application(cloud), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, HOST, 0)
    await site.start()
    port = runner.addresses[0][1]
    written = ready_file.with_suffix(".new")
    written.write_text(json.dumps({"url": f"http://{HOST}:{port}"}))
    written.rename(ready_file)
    await asyncio.Event().wait()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m emulators.tuya", description=__doc__)
    parser.add_argument("--ready-file", type=Path, required=True)
    options = parser.parse_args()
    cloud = Cloud(
        client_id=os.environ["TUYA_CLIENT_ID"],
        client_secret=os.environ["TUYA_CLIENT_SECRET"],
        clock_ms=lambda: time.time_ns() // 1_000_000,
    )
    asyncio.run(serve(cloud, options.ready_file))


main()
