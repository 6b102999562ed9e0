"""Accounts by the admin SDK, over the Auth emulator."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import firebase_admin
import pytest
from firebase_admin import App, auth
from lipamita.adapters.firebase_accounts import FirebaseAccounts
from lipamita.domain.errors import BusyError
from lipamita.domain.ids import Uid
from lipamita.domain.meter import Role

from emulators.auth.server import Options, start

AMINA = Uid("tenant-amina")
LIMIT_S = 10


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    options = Options(port=0, project="demo-lipamita")
    running = asyncio.run_coroutine_threadsafe(start(options), loop).result(LIMIT_S)
    yield f"127.0.0.1:{running.port}"
    asyncio.run_coroutine_threadsafe(running.stop(), loop).result(LIMIT_S)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(LIMIT_S)
    loop.close()


@pytest.fixture
def app(address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", address)
    app = firebase_admin.initialize_app(options={"projectId": "demo-lipamita"}, name="accounts")
    auth.create_user(
        uid=AMINA,
        email="amina@tenants.example",
        phone_number="+254700000001",
        password="amina-password",
        app=app,
    )
    yield app
    auth.delete_user(AMINA, app=app)
    firebase_admin.delete_app(app)


@pytest.mark.parametrize(
    "who", [AMINA, "amina@tenants.example", "254700000001", "0700000001", "+254700000001"]
)
def test_an_account_is_found_by_what_people_know(app: App, who: str) -> None:
    found = FirebaseAccounts(app).find_account(who)
    assert found is not None
    assert (found.uid, found.role, found.msisdn) == (AMINA, Role.TENANT, "254700000001")


def test_an_account_whose_id_would_name_another_place_is_nobody(app: App) -> None:
    auth.create_user(uid="a?b", email="odd@tenants.example", app=app)
    assert FirebaseAccounts(app).find_account("odd@tenants.example") is None
    auth.delete_user("a?b", app=app)


@pytest.mark.parametrize("verified", [False, True])
def test_whether_an_address_is_verified_is_told(app: App, *, verified: bool) -> None:
    auth.update_user(AMINA, email_verified=verified, app=app)
    found = FirebaseAccounts(app).find_account("amina@tenants.example")
    assert found is not None
    assert found.email_verified is verified


@pytest.mark.parametrize(
    "who", ["", "nobody", "nobody@tenants.example", "@", "0711111111", "x" * 129, "a b@c"]
)
def test_what_nobody_has_is_nobody(app: App, who: str) -> None:
    assert FirebaseAccounts(app).find_account(who) is None


def test_a_role_is_set_and_removed(app: App) -> None:
    accounts = FirebaseAccounts(app)
    for role in (Role.OPERATOR, Role.ADMIN, None):
        accounts.set_role(AMINA, role)
        account = accounts.read_account(AMINA)
        assert account is not None
        assert account.role is (role or Role.TENANT)


def test_revoking_moves_the_time_from_which_tokens_count(app: App) -> None:
    auth.update_user(AMINA, valid_since=1_000, app=app)
    accounts = FirebaseAccounts(app)
    accounts.revoke_sessions(AMINA)
    account = accounts.read_account(AMINA)
    assert account is not None
    assert account.valid_since_ms > 1_000_000


def test_a_disabled_account_is_shown_as_such(app: App) -> None:
    auth.update_user(AMINA, disabled=True, app=app)
    account = FirebaseAccounts(app).read_account(AMINA)
    assert account is not None
    assert account.disabled


def test_while_auth_cannot_be_reached_it_says_so(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:1")
    away = firebase_admin.initialize_app(
        options={"projectId": "demo-lipamita", "httpTimeout": (1, 1)}, name="away"
    )
    try:
        with pytest.raises(BusyError):
            FirebaseAccounts(away).read_account(AMINA)
    finally:
        firebase_admin.delete_app(away)
