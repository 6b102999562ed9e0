"""The control API over HTTP, under /simulator/; what each route does is in README.md.

Errors are {"error": {"code", "message", "field"}}: 400 for input, 404 for what does not exist.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict

from aiohttp import web

from emulators.daraja import control, control_phones
from emulators.daraja.checked import BadInputError, Field, NotFoundError, Whole, read
from emulators.daraja.exchange import Exchange
from emulators.daraja.faults import FAULTS
from emulators.daraja.world import World

MAX_WAIT_MS = 60_000

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Operation = Callable[[World, web.Request, Mapping[str, object]], object]


def control_routes(exchange: Exchange, base_url: Callable[[], str]) -> list[web.RouteDef]:
    """Every route under /simulator/."""

    def plain(operation: Operation) -> Handler:
        """A handler that reads JSON, runs `operation` on the world and writes JSON."""

        async def serve(request: web.Request) -> web.StreamResponse:
            given = await _body(request)
            result = operation(exchange.step(), request, given)
            exchange.step()
            return web.json_response(result)

        return serve

    async def send(request: web.Request) -> web.StreamResponse:
        given = await _body(request)
        name = request.match_info["checkout_request_id"]
        deliveries = control.send_callback(exchange.step(), name, given)
        exchange.step()
        await exchange.post_office.settled(name)
        return web.json_response({"deliveries": [item.to_json() for item in deliveries]})

    async def events(request: web.Request) -> web.StreamResponse:
        return web.json_response(await _events(exchange, request))

    async def clock(request: web.Request) -> web.StreamResponse:
        return web.json_response(exchange.clockwork.set(await _body(request)))

    async def show_clock(request: web.Request) -> web.StreamResponse:
        del request
        return web.json_response(exchange.clockwork.show())

    async def reset(request: web.Request) -> web.StreamResponse:
        seed = read(await _body(request), {"seed": Field(Whole(0, 2**63), default=None)})["seed"]
        await exchange.reset(seed if isinstance(seed, int) else None)
        return web.json_response(control.credentials(exchange.world, base_url()))

    phone = "/simulator/phones/{msisdn}"
    return [
        web.get(
            "/simulator/credentials",
            plain(lambda world, _r, _g: control.credentials(world, base_url())),
        ),
        web.get(
            "/simulator/phones", plain(lambda world, _r, _g: control_phones.show_phones(world))
        ),
        web.get(phone, plain(lambda world, r, _g: control_phones.show_phone(world, _msisdn(r)))),
        web.post(phone, plain(lambda world, r, g: control_phones.set_phone(world, _msisdn(r), g))),
        web.post(
            phone + "/{action:pin|cancel|ignore}",
            plain(
                lambda world, r, g: control_phones.act(world, _msisdn(r), r.match_info["action"], g)
            ),
        ),
        web.post(
            phone + "/pay",
            plain(lambda world, r, g: control_phones.pay_by_hand(world, _msisdn(r), g)),
        ),
        web.get("/simulator/ledger", plain(lambda world, _r, _g: control.show_ledger(world))),
        web.get("/simulator/pushes", plain(lambda world, _r, _g: control.show_pushes(world))),
        web.get("/simulator/requests", plain(_requests)),
        web.get("/simulator/deliveries", plain(_deliveries)),
        web.get("/simulator/events", events),
        web.get("/simulator/scenarios", plain(_scenarios)),
        web.post("/simulator/scenarios", plain(lambda w, _r, g: control.add_scenario(w, g))),
        web.delete("/simulator/scenarios", plain(_forget_scenarios)),
        web.get("/simulator/switches", plain(lambda world, _r, _g: asdict(world.switches))),
        web.post("/simulator/switches", plain(lambda w, _r, g: control.change_switches(w, g))),
        web.post("/simulator/merchants", plain(lambda w, _r, g: control.add_merchant(w, g))),
        web.post("/simulator/callbacks/{checkout_request_id}/send", send),
        web.get("/simulator/clock", show_clock),
        web.post("/simulator/clock", clock),
        web.post("/simulator/reset", reset),
    ]


@web.middleware
async def control_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The documented error shape for everything under /simulator/."""
    try:
        return await handler(request)
    except BadInputError as bad:
        return _error(400, bad.code, str(bad), bad.field)
    except NotFoundError as missing:
        return _error(404, "not_found", str(missing), None)
    except web.HTTPException as failure:
        if not request.path.startswith("/simulator/"):
            raise
        return _error(failure.status, failure.reason.lower().replace(" ", "_"), failure.text, None)


async def _events(exchange: Exchange, request: web.Request) -> object:
    after = _number(request, "after", 0, 2**53)
    wait_ms = _number(request, "wait_ms", 0, MAX_WAIT_MS)
    kind, about = request.query.get("kind"), request.query.get("about")
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait_ms / 1000
    seen = after
    while True:
        world = exchange.step()
        if after > world.journal.last_event:
            after = seen = 0
        found = world.journal.events(after, kind, about)
        left_ms = round((deadline - loop.time()) * 1000)
        if found or left_ms <= 0:
            return found
        seen = max(seen, world.journal.last_event)
        await exchange.wait_for_event(left_ms, seen)


def _requests(world: World, request: web.Request, _given: object) -> object:
    after = _number(request, "after", 0, 2**53)
    return {"requests": world.journal.requests(after, request.query.get("api"))}


def _deliveries(world: World, request: web.Request, _given: object) -> object:
    found = world.journal.deliveries(request.query.get("about"))
    return {"deliveries": [delivery.to_json() for delivery in found]}


def _scenarios(world: World, _request: web.Request, _given: object) -> object:
    kinds = {
        kind: {"about": fault.about, "fields": list(fault.fields)} for kind, fault in FAULTS.items()
    }
    return {"waiting": [item.to_json() for item in world.scenarios.waiting()], "faults": kinds}


def _forget_scenarios(world: World, request: web.Request, given: object) -> object:
    world.scenarios.clear()
    return _scenarios(world, request, given)


def _msisdn(request: web.Request) -> str:
    return request.match_info["msisdn"]


def _number(request: web.Request, name: str, lowest: int, highest: int) -> int:
    text = request.query.get(name, str(lowest))
    if not text.isdecimal() or not lowest <= int(text) <= highest:
        raise BadInputError(name, f"{name} must be a whole number from {lowest} to {highest}")
    return int(text)


async def _body(request: web.Request) -> Mapping[str, object]:
    raw = await request.read()
    if not raw:
        return {}
    try:
        given = json.loads(raw)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise BadInputError(None, "the body must be a JSON object", "invalid_json")
    return given


def _error(status: int, code: str, message: str | None, field: str | None) -> web.Response:
    error = {"code": code, "message": message or code, "field": field}
    return web.json_response({"error": error}, status=status)
