"""A rewrite to a function: the whole request goes there, as Hosting passes it on.

Hosting forwards only the cookie `__session`, waits 60 seconds, marks answers private unless they
say otherwise, and drops Set-Cookie from answers that caches may keep.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

TIMEOUT_S = 60.0
CONNECT_S = 5.0
CHUNK_BYTES = 64 * 1024
WHOLE_BELOW_BYTES = 1024 * 1024
SESSION_COOKIE = "__session="
VARY = ("Accept-Encoding", "Authorization", "Cookie")
HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer"}
    | {"transfer-encoding", "upgrade", "expect"}
)
NO_BODY = frozenset({204, 304})


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
    session: aiohttp.ClientSession,
    function_url: str,
    request: web.Request,
    own_headers: Sequence[tuple[str, str]],
) -> web.StreamResponse:
    """Send the request to the function, full path and query; 504 late, 502 unreachable.

    `own_headers` of firebase.json are set on the function's answer.
    """
    url = URL(function_url + request.raw_path, encoded=True)
    body = await request.read()
    try:
        async with session.request(
            request.method,
            url,
            headers=_request_headers(request),
            data=BytesIO(body) if body else None,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_S, sock_connect=CONNECT_S),
        ) as answer:
            return await _answer(request, answer, own_headers)
    except TimeoutError:
        return web.Response(status=504, text="Timed out waiting for function to respond.\n")
    except aiohttp.ClientError as error:
        return web.Response(status=502, text=f"The function could not be reached: {error}\n")


def _request_headers(request: web.Request) -> CIMultiDict[str]:
    headers = _end_to_end(request.headers)
    headers.popall("Content-Length", None)
    cookies = [c.strip() for line in headers.popall("Cookie", []) for c in line.split(";")]
    session = [cookie for cookie in cookies if cookie.startswith(SESSION_COOKIE)]
    if session:
        headers["Cookie"] = session[0]
    chain = [*headers.popall("X-Forwarded-For", []), request.remote or ""]
    headers["X-Forwarded-For"] = ", ".join(filter(None, chain))
    headers["X-Forwarded-Host"] = request.host
    headers.setdefault("X-Forwarded-Proto", request.scheme)
    headers["X-Original-Url"] = request.raw_path
    return headers


async def _answer(
    request: web.Request,
    answer: aiohttp.ClientResponse,
    own_headers: Sequence[tuple[str, str]],
) -> web.StreamResponse:
    headers = _end_to_end(answer.headers)
    headers.popall("Content-Length", None)
    headers.setdefault("Cache-Control", "private")
    if "private" not in headers["Cache-Control"]:
        headers.popall("Set-Cookie", None)
    varies = [name.strip() for name in headers.get("Vary", "").split(",") if name.strip()]
    varies += [name for name in VARY if name.lower() not in {v.lower() for v in varies}]
    headers["Vary"] = ", ".join(varies)
    headers.update(own_headers)
    length = answer.content_length
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
