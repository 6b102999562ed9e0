"""Daraja's own paths over HTTP: hands requests to the gateway and writes its answers as planned."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from emulators.daraja.exchange import Exchange
from emulators.daraja.gateway import Request, handle
from emulators.daraja.wire import Answer

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def daraja_handler(exchange: Exchange) -> _Handler:
    """One handler for every path that is not the simulator's own."""

    async def serve(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        answer = handle(
            exchange.step(),
            Request(
                method=request.method,
                path=request.path,
                query=dict(request.query),
                authorization=request.headers.get("Authorization"),
                content_type=request.headers.get("Content-Type", ""),
                body=body,
            ),
        )
        exchange.step()
        return await _write(exchange, request, answer)

    return serve


async def _write(exchange: Exchange, request: web.Request, answer: Answer) -> web.StreamResponse:
    if answer.then_first:
        _then(exchange, answer)
    if answer.awaits is not None:
        await exchange.post_office.settled(answer.awaits)
    if answer.hold_ms:
        await exchange.clockwork.until(exchange.world.now_ms + answer.hold_ms)
    response = web.Response(
        status=answer.status, text=answer.text, content_type=answer.content_type
    )
    if answer.drop:
        if request.transport is not None:
            request.transport.close()
    else:
        try:
            await response.prepare(request)
            await response.write_eof()
        except ConnectionError:
            exchange.world.event("answer_lost", path=request.path)
    if not answer.then_first:
        _then(exchange, answer)
    return response


def _then(exchange: Exchange, answer: Answer) -> None:
    if answer.then is not None:
        answer.then()
    exchange.step()
