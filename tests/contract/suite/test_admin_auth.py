"""firebase_admin.auth, unmodified, against the Auth emulator."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any

import firebase_admin
import pytest
import requests
from firebase_admin import auth

from emulators.auth.server import Options, start

TIMEOUT = (5, 10)
PHONE = "+254700000001"


class Clock:
    """The emulator's clock, moved by tests."""

    ahead_s = 0

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000 + self.ahead_s * 1000


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def emulator(clock: Clock) -> Iterator[str]:
    """The address of an emulator in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    options = Options(port=0, project="demo-lipamita", now_ms=clock)
    running = asyncio.run_coroutine_threadsafe(start(options), loop).result(10)
    yield f"127.0.0.1:{running.port}"
    asyncio.run_coroutine_threadsafe(running.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@pytest.fixture
def app(emulator: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", emulator)
    app = firebase_admin.initialize_app(options={"projectId": "demo-lipamita"}, name="admin-auth")
    yield app
    firebase_admin.delete_app(app)
    url = f"http://{emulator}/emulator/v1/projects/demo-lipamita/accounts"
    requests.delete(url, timeout=TIMEOUT).close()


def sign_in(emulator: str, call: str, body: dict[str, object]) -> dict[str, Any]:
    url = f"http://{emulator}/identitytoolkit.googleapis.com/v1/accounts:{call}?key=any"
    answer = requests.post(url, json=body, timeout=TIMEOUT)
    told: dict[str, Any] = answer.json()
    assert answer.ok, told
    return told


def test_users_are_created_found_changed_and_deleted(app: Any) -> None:
    made = auth.create_user(
        uid="tenant-amina",
        email="Amina@tenants.example",
        phone_number=PHONE,
        password="amina-password",
        display_name="Amina",
        app=app,
    )
    for found in (
        made,
        auth.get_user("tenant-amina", app=app),
        auth.get_user_by_email("amina@tenants.example", app=app),
        auth.get_user_by_phone_number(PHONE, app=app),
    ):
        assert (found.uid, found.email) == ("tenant-amina", "amina@tenants.example")
        assert (found.phone_number, found.display_name) == (PHONE, "Amina")
    changed = auth.update_user(
        "tenant-amina", display_name=auth.DELETE_ATTRIBUTE, phone_number=None, app=app
    )
    assert changed.display_name is None
    auth.delete_user("tenant-amina", app=app)
    with pytest.raises(auth.UserNotFoundError):
        auth.get_user("tenant-amina", app=app)
    with pytest.raises(auth.UserNotFoundError):
        auth.delete_user("tenant-amina", app=app)


def test_duplicates_raise_the_sdks_own_errors(app: Any) -> None:
    auth.create_user(uid="a", email="a@x.example", phone_number=PHONE, app=app)
    with pytest.raises(auth.UidAlreadyExistsError):
        auth.create_user(uid="a", app=app)
    with pytest.raises(auth.EmailAlreadyExistsError):
        auth.create_user(email="a@x.example", app=app)
    with pytest.raises(auth.PhoneNumberAlreadyExistsError):
        auth.create_user(phone_number=PHONE, app=app)


def test_claims_reach_the_next_id_token_and_verify(app: Any, emulator: str) -> None:
    auth.create_user(uid="g", email="g@operators.example", password="grace-password", app=app)
    auth.set_custom_user_claims("g", {"role": "operator"}, app=app)
    assert auth.get_user("g", app=app).custom_claims == {"role": "operator"}
    body = {"email": "g@operators.example", "password": "grace-password"}
    token = sign_in(emulator, "signInWithPassword", dict(body))["idToken"]
    claims = auth.verify_id_token(token, check_revoked=True, app=app)
    assert (claims["uid"], claims["role"]) == ("g", "operator")


def test_custom_tokens_sign_in_with_their_claims(app: Any, emulator: str) -> None:
    token = auth.create_custom_token("device-mtr-001", {"meter_id": "MTR-001"}, app=app)
    signed_in = sign_in(emulator, "signInWithCustomToken", {"token": token.decode()})
    claims = auth.verify_id_token(signed_in["idToken"], app=app)
    assert (claims["uid"], claims["meter_id"]) == ("device-mtr-001", "MTR-001")
    assert claims["firebase"]["sign_in_provider"] == "custom"


def test_revoked_and_disabled_users_fail_the_check(app: Any, emulator: str, clock: Clock) -> None:
    auth.create_user(uid="b", email="b@x.example", password="brian-password", app=app)
    body: dict[str, object] = {"email": "b@x.example", "password": "brian-password"}
    clock.ahead_s = -5
    try:
        auth.update_user("b", valid_since=1, app=app)
        old = sign_in(emulator, "signInWithPassword", body)["idToken"]
    finally:
        clock.ahead_s = 0
    auth.verify_id_token(old, check_revoked=True, app=app)
    auth.revoke_refresh_tokens("b", app=app)
    with pytest.raises(auth.RevokedIdTokenError):
        auth.verify_id_token(old, check_revoked=True, app=app)
    fresh = sign_in(emulator, "signInWithPassword", body)["idToken"]
    auth.verify_id_token(fresh, check_revoked=True, app=app)
    auth.update_user("b", disabled=True, app=app)
    with pytest.raises(auth.UserDisabledError):
        auth.verify_id_token(fresh, check_revoked=True, app=app)


def test_imported_users_sign_in_and_every_page_is_listed(app: Any, emulator: str) -> None:
    users = [
        auth.ImportUserRecord(
            uid=f"u{n:02}",
            email=f"u{n}@x.example",
            password_hash=b"hash",
            password_salt=b"salt",
            custom_claims={"n": n},
        )
        for n in range(25)
    ]
    result = auth.import_users(users, hash_alg=auth.UserImportHash.hmac_sha256(b"key"), app=app)
    assert (result.success_count, result.failure_count) == (25, 0)
    first = auth.list_users(max_results=10, app=app)
    assert first.has_next_page
    assert [user.uid for user in first.iterate_all()] == [f"u{n:02}" for n in range(25)]
    found = auth.get_users([auth.UidIdentifier("u03"), auth.EmailIdentifier("u4@x.example")], app)
    assert {user.custom_claims["n"] for user in found.users} == {3, 4}
    deleted = auth.delete_users(["u00", "u01", "nobody"], app=app)
    assert (deleted.success_count, deleted.failure_count) == (3, 0)
    assert len(list(auth.list_users(app=app).iterate_all())) == 23
