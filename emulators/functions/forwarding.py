"""Passes one request to the worker and its answer back, byte for byte."""

from __future__ import annotations

from io import BytesIO

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from emulators.functions.calls import Call
from emulators.functions.process import Worker
from emulators.functions.worker import EVENT_HEADER, FUNCTION_HEADER, REGION_HEADER
from emulators.proxying import add_hop, headers_to_pass, pass_back

MAX_BODY_BYTES = 32 * 1024 * 1024
"""Request limit of second-generation functions."""
CONNECT_S = 5.0
GRACE_S = 1.0


class NotReached(Exception):  # noqa: N818 (it names what happened)
    """The worker took no connection: nothing of the request has been seen by a function."""


async def forward(
    session: aiohttp.ClientSession, worker: Worker, call: Call, request: web.Request
) -> web.StreamResponse:
    """Let `worker` answer. One that dies meanwhile is 502, one that takes too long 504.

    Raises NotReached when it is dead already.
    """
    headers = _request_headers(request, call)
    body = await request.read()
    _, mark, query = request.raw_path.partition("?")
    url = URL(f"http://127.0.0.1:{worker.port}{call.path}{mark}{query}", encoded=True)
    timeout_s = call.endpoint.timeout_s
    timeout = aiohttp.ClientTimeout(total=timeout_s + GRACE_S, sock_connect=CONNECT_S)
    try:
        async with session.request(
            request.method,
            url,
            headers=headers,
            data=BytesIO(body) if body else None,
            allow_redirects=False,
            timeout=timeout,
        ) as answer:
            return await pass_back(request, answer, headers_to_pass(answer.headers))
    except aiohttp.ClientConnectorError as error:
        raise NotReached from error
    except TimeoutError:
        return refused(504, "timeout", f"{call.endpoint.name} took longer than {timeout_s} s")
    except aiohttp.ClientError as error:
        return refused(502, "worker_died", f"the worker died while answering: {error}")


def refused(status: int, code: str, message: str) -> web.Response:
    """An answer of the emulator itself, told apart by `X-Emulator-Error`."""
    body = {"error": {"code": code, "message": message}}
    return web.json_response(body, status=status, headers={"X-Emulator-Error": code})


def _request_headers(request: web.Request, call: Call) -> CIMultiDict[str]:
    headers = headers_to_pass(request.headers)
    for name in (FUNCTION_HEADER, REGION_HEADER, EVENT_HEADER):
        headers.popall(name, None)
    add_hop(headers, request)
    headers[FUNCTION_HEADER] = call.endpoint.name
    headers[REGION_HEADER] = call.endpoint.region
    if call.as_event:
        headers[EVENT_HEADER] = "1"
    return headers
