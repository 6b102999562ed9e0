from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from emulators.auth.server import Options, Running, start

IDTK = "/identitytoolkit.googleapis.com/v1"
OWNER = {"Authorization": "Bearer owner"}
ACCOUNT = {"email": "amina@tenants.example", "password": "amina-password"}


@asynccontextmanager
async def emulator() -> AsyncIterator[tuple[Running, aiohttp.ClientSession]]:
    running = await start(Options(port=0, project="demo-lipamita"))
    base = f"http://{running.host}:{running.port}"
    async with aiohttp.ClientSession(base, timeout=aiohttp.ClientTimeout(total=5)) as session:
        yield running, session
    await running.stop()


@pytest.fixture
def run() -> Callable[[Any], Any]:
    import asyncio  # noqa: PLC0415

    return asyncio.run


def test_a_page_gets_what_its_captcha_needs(run: Callable[[Any], Any]) -> None:
    async def scenario() -> None:
        async with emulator() as (_, http):
            answer = await http.get(f"{IDTK}/recaptchaParams?key=k")
            assert (answer.status, bool((await answer.json())["recaptchaSiteKey"])) == (200, True)
            assert (await http.get(f"{IDTK}/recaptchaParams")).status == 403

    run(scenario())


def test_a_client_signs_up_in_refreshes_and_looks_itself_up(run: Callable[[Any], Any]) -> None:
    async def scenario() -> None:
        async with emulator() as (_, http):
            up = await (await http.post(f"{IDTK}/accounts:signUp?key=k", json=ACCOUNT)).json()
            url = f"{IDTK}/accounts:signInWithPassword?key=k"
            signed_in = await (await http.post(url, json=ACCOUNT)).json()
            assert signed_in["localId"] == up["localId"]
            form = {"grant_type": "refresh_token", "refresh_token": signed_in["refreshToken"]}
            token = await http.post("/securetoken.googleapis.com/v1/token?key=k", data=form)
            fresh = await token.json()
            assert fresh["user_id"] == up["localId"]
            found = await http.post(
                f"{IDTK}/accounts:lookup?key=k", json={"idToken": fresh["id_token"]}
            )
            assert (await found.json())["users"][0]["email"] == ACCOUNT["email"]

    run(scenario())


def test_refusals_have_googles_shape(run: Callable[[Any], Any]) -> None:
    async def scenario() -> None:
        async with emulator() as (_, http):
            url = f"{IDTK}/accounts:signInWithPassword"
            answer = await http.post(f"{url}?key=k", json=ACCOUNT)
            assert answer.status == 400
            assert await answer.json() == {
                "error": {
                    "code": 400,
                    "message": "EMAIL_NOT_FOUND",
                    "errors": [
                        {"message": "EMAIL_NOT_FOUND", "reason": "invalid", "domain": "global"}
                    ],
                }
            }
            for request, status, name in [
                (http.post(url, json=ACCOUNT), 403, "PERMISSION_DENIED"),
                (http.post(f"{url}?key=k", data=b"{"), 400, "INVALID_ARGUMENT"),
                (http.post(f"{url}?key=k", json=[]), 400, "INVALID_ARGUMENT"),
                (http.post(f"{IDTK}/accounts:nonsense?key=k", json={}), 404, "NOT_FOUND"),
                (http.get(f"{IDTK}/accounts:signUp?key=k"), 404, "NOT_FOUND"),
                (
                    http.post(f"{IDTK}/projects/demo-lipamita/accounts:lookup", json={}),
                    401,
                    "UNAUTHENTICATED",
                ),
            ]:
                answer = await request
                error = (await answer.json())["error"]
                assert (answer.status, error["code"], error["status"]) == (status, status, name)

    run(scenario())


def test_a_browser_of_any_origin_may_call_and_read_errors(run: Callable[[Any], Any]) -> None:
    async def scenario() -> None:
        async with emulator() as (_, http):
            url = f"{IDTK}/accounts:signInWithPassword?key=k"
            origin = {"Origin": "http://127.0.0.1:5173"}
            asked = {**origin, "Access-Control-Request-Headers": "x-client-version,content-type"}
            preflight = await http.options(url, headers=asked)
            assert preflight.status == 204
            allowed = preflight.headers["Access-Control-Allow-Headers"]
            assert allowed == "x-client-version,content-type"
            refused = await http.post(url, json=ACCOUNT, headers=origin)
            assert refused.status == 400
            assert refused.headers["Access-Control-Allow-Origin"] == "http://127.0.0.1:5173"

    run(scenario())


def test_the_emulators_own_endpoints_list_clear_and_configure(run: Callable[[Any], Any]) -> None:
    async def scenario() -> None:
        async with emulator() as (_, http):
            own = "/emulator/v1/projects/demo-lipamita"
            await http.post(f"{IDTK}/projects/demo-lipamita/accounts", json=ACCOUNT, headers=OWNER)
            listed = await (await http.get(f"{own}/accounts")).json()
            assert [user["email"] for user in listed["users"]] == [ACCOUNT["email"]]
            change = {"emailPrivacyConfig": {"enableImprovedEmailPrivacy": True}}
            assert (await http.patch(f"{own}/config", json=change)).status == 200
            unsupported = {"signIn": {"allowDuplicateEmails": True}}
            assert (await http.patch(f"{own}/config", json=unsupported)).status == 501
            config = await (await http.get(f"{own}/config")).json()
            assert config == {**change, "signIn": {"allowDuplicateEmails": False}}
            assert (await http.delete(f"{own}/accounts")).status == 200
            assert (await (await http.get(f"{own}/accounts")).json())["users"] == []

    run(scenario())


def test_projects_do_not_share_accounts(run: Callable[[Any], Any]) -> None:
    async def scenario() -> None:
        async with emulator() as (_, http):
            await http.post(f"{IDTK}/projects/demo-other/accounts", json=ACCOUNT, headers=OWNER)
            url = f"{IDTK}/accounts:signInWithPassword?key=k"
            assert (await http.post(url, json=ACCOUNT)).status == 400

    run(scenario())


def test_a_taken_port_is_an_os_error(run: Callable[[Any], Any]) -> None:
    async def scenario() -> None:
        async with emulator() as (running, _):
            with pytest.raises(OSError, match="address already in use"):
                await start(Options(port=running.port))

    run(scenario())
