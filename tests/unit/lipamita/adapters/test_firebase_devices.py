"""Boards' accounts through the admin SDK, against the Auth emulator."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import firebase_admin
import pytest
import requests
from firebase_admin import auth
from lipamita.adapters.firebase_devices import FirebaseDevices
from lipamita.domain.errors import BusyError, ConfigurationError
from lipamita.domain.ids import MeterId, Uid
from lipamita.use_cases.claim_ports import DeviceAccount, DeviceNetwork

from emulators.auth.server import Options, start

NETWORK = DeviceNetwork(database_url="u", database_namespace="", auth_url="", api_key="k")
BOARD = DeviceAccount(
    uid=Uid("device-mtr-001-ab"),
    email="device-mtr-001-ab@meters.invalid",
    password="0123456789abcdef",
    meter_id=MeterId("MTR-001"),
)
TIMEOUT = (5, 10)


@pytest.fixture(scope="module")
def emulator() -> Iterator[str]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    options = Options(port=0, project="demo-lipamita")
    running = asyncio.run_coroutine_threadsafe(start(options), loop).result(10)
    yield f"127.0.0.1:{running.port}"
    asyncio.run_coroutine_threadsafe(running.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@pytest.fixture
def app(emulator: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", emulator)
    app = firebase_admin.initialize_app(options={"projectId": "demo-lipamita"}, name="devices")
    yield app
    firebase_admin.delete_app(app)
    url = f"http://{emulator}/emulator/v1/projects/demo-lipamita/accounts"
    requests.delete(url, timeout=TIMEOUT).close()


def sign_in(emulator: str, account: DeviceAccount) -> requests.Response:
    url = f"http://{emulator}/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword?key=k"
    body = {"email": account.email, "password": account.password, "returnSecureToken": True}
    return requests.post(url, json=body, timeout=TIMEOUT)


def test_a_board_signs_in_as_its_meter(app: Any, emulator: str) -> None:
    devices = FirebaseDevices(app, NETWORK)
    for _ in range(2):  # a repeat changes nothing
        devices.put_account(BOARD)
    token = sign_in(emulator, BOARD).json()["idToken"]
    claims = auth.verify_id_token(token, app=app)
    assert (claims["uid"], claims["role"], claims["meter_id"]) == (BOARD.uid, "meter", "MTR-001")


def test_a_board_that_was_shut_out_cannot_sign_in_nor_use_its_token(
    app: Any, emulator: str
) -> None:
    devices = FirebaseDevices(app, NETWORK)
    devices.put_account(BOARD)
    token = sign_in(emulator, BOARD).json()["idToken"]
    for _ in range(2):
        devices.shut_out(BOARD.uid)
    assert sign_in(emulator, BOARD).status_code == 400
    with pytest.raises(auth.UserDisabledError):
        auth.verify_id_token(token, check_revoked=True, app=app)


def test_who_has_no_account_is_shut_out_already(app: Any) -> None:
    FirebaseDevices(app, NETWORK).shut_out(Uid("nobody"))


def test_accounts_that_cannot_be_reached_are_busy(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise firebase_admin.exceptions.UnavailableError("away")

    for call in ("create_user", "update_user"):
        monkeypatch.setattr(auth, call, away)
    with pytest.raises(BusyError):
        FirebaseDevices(app, NETWORK).put_account(BOARD)
    with pytest.raises(BusyError):
        FirebaseDevices(app, NETWORK).shut_out(BOARD.uid)


def test_without_a_key_to_sign_in_with_nothing_is_told(app: Any) -> None:
    without = DeviceNetwork(database_url="u", database_namespace="", auth_url="", api_key="")
    with pytest.raises(ConfigurationError, match="DEVICE_API_KEY"):
        FirebaseDevices(app, without).network()
