"""Passes one request to the worker and its answer back, byte for byte."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from emulators.functions.calls import Call
from emulators.functions.process import Worker
from emulators.functions.worker import EVENT_HEADER, FUNCTION_HEADER, REGION_HEADER

MAX_BODY_BYTES = 32 * 1024 * 1024
"""Request limit of second-generation functions."""
WHOLE_BELOW_BYTES = 1024 * 1024
CHUNK_BYTES = 64 * 1024
CONNECT_S = 5.0
GRACE_S = 1.0
HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer"}
    | {"transfer-encoding", "upgrade", "expect"}
)
NO_BODY = frozenset({204, 304})


class NotReached(Exception):  # noqa: N818 (it names what happened)
    """The worker took no connection: nothing of the request has been seen by a function."""


def client_session() -> aiohttp.ClientSession:
    """A session that adds, follows, decodes and retries nothing."""
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True, limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
    )
    # Else a GET or PUT whose connection breaks is sent again, and a function may run twice.
    session._retry_connection = False
    return session


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
            return await _answer(request, answer)
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
    headers = _end_to_end(request.headers)
    for name in (FUNCTION_HEADER, REGION_HEADER, EVENT_HEADER, "Content-Length"):
        headers.popall(name, None)
    chain = [*headers.popall("X-Forwarded-For", []), request.remote or ""]
    headers["X-Forwarded-For"] = ", ".join(filter(None, chain))
    headers.setdefault("X-Forwarded-Proto", request.scheme)
    headers[FUNCTION_HEADER] = call.endpoint.name
    headers[REGION_HEADER] = call.endpoint.region
    if call.as_event:
        headers[EVENT_HEADER] = "1"
    return headers


async def _answer(request: web.Request, answer: aiohttp.ClientResponse) -> web.StreamResponse:
    headers = _end_to_end(answer.headers)
    length = answer.content_length
    headers.popall("Content-Length", None)
    bodyless = request.method == "HEAD" or answer.status in NO_BODY
    if bodyless or (length is not None and length <= WHOLE_BELOW_BYTES):
        body = None if bodyless else await answer.read()
        return web.Response(status=answer.status, reason=answer.reason, headers=headers, body=body)
    streamed = web.StreamResponse(status=answer.status, reason=answer.reason, headers=headers)
    await streamed.prepare(request)
    async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
        await streamed.write(chunk)
    await streamed.write_eof()
    return streamed


def _end_to_end(headers: Mapping[str, str]) -> CIMultiDict[str]:
    return CIMultiDict(
        (name, value) for name, value in headers.items() if name.lower() not in HOP_BY_HOP
    )
