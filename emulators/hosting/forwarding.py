"""A rewrite to a function: the whole request goes there, as Hosting passes it on.

Hosting forwards only the cookie `__session`, waits 60 seconds, marks answers private unless they
say otherwise, and drops Set-Cookie from answers that caches may keep.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from emulators.proxying import add_hop, headers_to_pass, pass_back

TIMEOUT_S = 60.0
CONNECT_S = 5.0
SESSION_COOKIE = "__session="
VARY = ("Accept-Encoding", "Authorization", "Cookie")


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
    headers = headers_to_pass(request.headers)
    cookies = [c.strip() for line in headers.popall("Cookie", []) for c in line.split(";")]
    session = [cookie for cookie in cookies if cookie.startswith(SESSION_COOKIE)]
    if session:
        headers["Cookie"] = session[0]
    add_hop(headers, request)
    headers["X-Forwarded-Host"] = request.host
    headers["X-Original-Url"] = request.raw_path
    return headers


async def _answer(
    request: web.Request,
    answer: aiohttp.ClientResponse,
    own_headers: Sequence[tuple[str, str]],
) -> web.StreamResponse:
    headers = headers_to_pass(answer.headers)
    headers.setdefault("Cache-Control", "private")
    if "private" not in headers["Cache-Control"]:
        headers.popall("Set-Cookie", None)
    varies = [name.strip() for name in headers.get("Vary", "").split(",") if name.strip()]
    varies += [name for name in VARY if name.lower() not in {v.lower() for v in varies}]
    headers["Vary"] = ", ".join(varies)
    headers.update(own_headers)
    return await pass_back(request, answer, headers)
