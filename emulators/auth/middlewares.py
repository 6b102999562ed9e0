"""Around every request: refusals as Google's JSON, and any origin allowed, as a browser needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

from emulators.auth.errors import AuthError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def errors_as_json(max_body_bytes: int) -> Middleware:
    """Refusals, also of bodies above the limit, in the documented shape."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except AuthError as error:
            return web.json_response(error.to_wire(), status=error.http_status)
        except web.HTTPRequestEntityTooLarge:
            refused = AuthError(f"Request larger than {max_body_bytes} bytes.", http_status=413)
            return web.json_response(refused.to_wire(), status=413)

    return middleware


@web.middleware
async def allow_any_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer preflights, and let pages of any origin read answers and errors."""
    response: web.StreamResponse
    if request.method == "OPTIONS":
        response = web.Response(status=204)
    else:
        response = await handler(request)
    origin = request.headers.get("Origin")
    if origin is None:
        return response
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Vary"] = "Origin"
    response.headers["Access-Control-Allow-Methods"] = "GET,POST,PATCH,DELETE,OPTIONS"
    asked = request.headers.get("Access-Control-Request-Headers")
    if asked is not None:
        response.headers["Access-Control-Allow-Headers"] = asked
    if "Access-Control-Request-Private-Network" in request.headers:
        response.headers["Access-Control-Allow-Private-Network"] = "true"
    return response
