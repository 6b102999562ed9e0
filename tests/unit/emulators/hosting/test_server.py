from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from emulators.hosting.config import read_config
from emulators.hosting.server import Options, start

REWRITES = [{"source": "/api/**", "function": {"functionId": "api", "region": "europe-west1"}}]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    public = tmp_path / "public"
    (public / "assets").mkdir(parents=True)
    (public / "index.html").write_text("<p>home")
    (public / "404.html").write_text("<p>lost")
    (public / "assets" / "app.js").write_text("let x;")
    (public / ".env").write_text("SECRET=1")
    (tmp_path / "outside.txt").write_text("outside")
    (public / "link.txt").symlink_to(tmp_path / "outside.txt")
    return tmp_path


@asynccontextmanager
async def hosting(
    site: Path, functions: str | None = None, **block: Any
) -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
    config = read_config({"public": "public", "ignore": ["**/.*"], **block}, site)
    running = await start(
        Options(
            config=config,
            port=0,
            project="demo-lipamita",
            functions=functions,
            web_config={"projectId": "demo-lipamita"},
        )
    )
    base = f"http://{running.host}:{running.port}"
    timeout = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(base, timeout=timeout) as http:
        yield http, base
    await running.stop()


@asynccontextmanager
async def functions_echo(answer: dict[str, str]) -> AsyncIterator[str]:
    async def echo(request: web.Request) -> web.Response:
        seen = {
            "method": request.method,
            "path": request.raw_path,
            "headers": dict(request.headers),
            "body": (await request.read()).decode(),
        }
        return web.Response(text=json.dumps(seen), status=201, headers=answer)

    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", echo)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def test_files_have_their_type_and_others_are_404(site: Path) -> None:
    async def scenario() -> None:
        async with hosting(site) as (http, base):
            home = await http.get("/")
            assert (home.status, await home.text()) == (200, "<p>home")
            assert home.headers["Content-Type"] == "text/html; charset=utf-8"
            script = await http.get("/assets/app.js")
            assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
            for path in ["/nothing", "/.env", "/link.txt", "/%2e%2e/outside.txt", "/" + "x" * 5000]:
                lost = await http.get(URL(base + path, encoded=True))
                assert (lost.status, await lost.text()) == (404, "<p>lost")
            assert (await http.post("/")).status == 405
            head = await http.head("/assets/app.js")
            assert (head.status, head.headers["Content-Length"]) == (200, "6")

    asyncio.run(scenario())


def test_a_second_visit_costs_a_304(site: Path) -> None:
    async def scenario() -> None:
        async with hosting(site) as (http, _):
            first = await http.get("/assets/app.js")
            again = await http.get(
                "/assets/app.js", headers={"If-None-Match": first.headers["ETag"]}
            )
            assert again.status == 304

    asyncio.run(scenario())


def test_headers_and_init_json_are_served(site: Path) -> None:
    async def scenario() -> None:
        rule = {"source": "/assets/**", "headers": [{"key": "X-Own", "value": "1"}]}
        async with hosting(site, headers=[rule]) as (http, _):
            assert (await http.get("/assets/app.js")).headers["X-Own"] == "1"
            assert "X-Own" not in (await http.get("/")).headers
            init = await http.get("/__/firebase/init.json")
            assert (await init.json())["projectId"] == "demo-lipamita"

    asyncio.run(scenario())


def test_a_function_gets_the_whole_request(site: Path) -> None:
    async def scenario() -> None:
        async with (
            functions_echo({"Set-Cookie": "a=1"}) as functions,
            hosting(site, functions, rewrites=REWRITES) as (http, base),
        ):
            headers = {"Cookie": "x=1; __session=s; y=2", "Authorization": "Bearer t"}
            url = URL(f"{base}/api/a%20b?x=%2F", encoded=True)
            answer = await http.put(url, data=b"body", headers=headers)
            seen = json.loads(await answer.text())
            assert answer.status == 201
            assert seen["method"] == "PUT"
            assert seen["path"] == "/demo-lipamita/europe-west1/api/api/a%20b?x=%2F"
            assert seen["body"] == "body"
            assert seen["headers"]["Authorization"] == "Bearer t"
            assert seen["headers"]["Cookie"] == "__session=s"
            assert seen["headers"]["X-Forwarded-For"] == "127.0.0.1"
            assert seen["headers"]["X-Forwarded-Host"] == base.removeprefix("http://")
            assert answer.headers["Cache-Control"] == "private"
            assert answer.headers["Set-Cookie"] == "a=1"
            assert answer.headers["Vary"] == "Accept-Encoding, Authorization, Cookie"

    asyncio.run(scenario())


def test_a_cacheable_answer_sets_no_cookie(site: Path) -> None:
    async def scenario() -> None:
        cached = {"Cache-Control": "public, max-age=60", "Set-Cookie": "a=1"}
        async with (
            functions_echo(cached) as functions,
            hosting(site, functions, rewrites=REWRITES) as (http, _),
        ):
            answer = await http.get("/api/x")
            assert "Set-Cookie" not in answer.headers
            assert answer.headers["Cache-Control"] == "public, max-age=60"

    asyncio.run(scenario())


def test_an_unreachable_function_is_502(site: Path) -> None:
    async def scenario() -> None:
        async with hosting(site, "127.0.0.1:1", rewrites=REWRITES) as (http, _):
            assert (await http.get("/api/x")).status == 502
        async with hosting(site, None, rewrites=REWRITES) as (http, _):
            assert (await http.get("/api/x")).status == 502

    asyncio.run(scenario())
