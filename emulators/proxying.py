"""What the proxies of the suite have in common: a request's headers, and an answer passed back.

Hosting in front of the functions, and the functions emulator in front of its workers.
"""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp
from aiohttp import web
from multidict import CIMultiDict

WHOLE_BELOW_BYTES = 1024 * 1024
CHUNK_BYTES = 64 * 1024
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


def headers_to_pass(headers: Mapping[str, str]) -> CIMultiDict[str]:
    """The end-to-end headers, without the length, which is counted anew."""
    return CIMultiDict(
        (name, value)
        for name, value in headers.items()
        if name.lower() not in HOP_BY_HOP and name.lower() != "content-length"
    )


def add_hop(headers: CIMultiDict[str], request: web.Request) -> None:
    """Say in the headers who asked, as each proxy on the way does."""
    chain = [*headers.popall("X-Forwarded-For", []), request.remote or ""]
    headers["X-Forwarded-For"] = ", ".join(filter(None, chain))
    headers.setdefault("X-Forwarded-Proto", request.scheme)


async def pass_back(
    request: web.Request, answer: aiohttp.ClientResponse, headers: CIMultiDict[str]
) -> web.StreamResponse:
    """The answer with these headers: a small one whole, with its length; else as it comes."""
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
