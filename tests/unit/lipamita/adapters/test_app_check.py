"""App Check tokens: signed by the keys that are published, for this project, and not too old."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import firebase_admin
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from firebase_admin import App, app_check
from jwt.algorithms import RSAAlgorithm
from lipamita.adapters.app_check import MAX_TOKEN_LENGTH, app_verifier
from lipamita.domain.errors import BusyError, UnauthenticatedError

from tests.unit.lipamita.adapters.emulator_credential import EmulatorCredential

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KEY_ID = "key-1"


class PublishedKeys(BaseHTTPRequestHandler):
    """What Google publishes, with our own key in it."""

    def do_GET(self) -> None:
        key = {**RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True), "kid": KEY_ID, "use": "sig"}
        body = json.dumps({"keys": [key]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(scope="module")
def keys_url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), PublishedKeys)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/jwks"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def app(keys_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setattr(app_check._AppCheckService, "_JWKS_URL", keys_url)
    app = firebase_admin.initialize_app(
        EmulatorCredential(), options={"projectId": "demo-lipamita"}, name="app-check"
    )
    yield app
    firebase_admin.delete_app(app)


def token(key: Any = KEY, **changes: object) -> str:
    claims = {
        "iss": "https://firebaseappcheck.googleapis.com/123",
        "aud": ["projects/123", "projects/demo-lipamita"],
        "sub": "1:123:web:abc",
        "exp": int(time.time()) + 600,
        **changes,
    }
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": KEY_ID})


def test_a_good_token_passes(app: App) -> None:
    app_verifier(app)(token())


@pytest.mark.parametrize(
    "bad",
    [
        token(OTHER_KEY),
        token(aud=["projects/another"]),
        token(iss="https://elsewhere.example/"),
        token(exp=1),
        "abc",
        "a.b.c",
        "x" * (MAX_TOKEN_LENGTH + 1),
    ],
    ids=["signature", "project", "issuer", "expired", "no token", "no parts", "too long"],
)
def test_any_other_token_is_refused(app: App, bad: str) -> None:
    with pytest.raises(UnauthenticatedError) as refused:
        app_verifier(app)(bad)
    assert refused.value.code == "invalid_app_check"


@pytest.mark.parametrize("absent", [None, ""])
def test_a_request_without_one_is_told_which_header(app: App, absent: str | None) -> None:
    with pytest.raises(UnauthenticatedError) as refused:
        app_verifier(app)(absent)
    assert refused.value.code == "missing_app_check"
    assert "X-Firebase-AppCheck" in refused.value.message


def test_without_the_published_keys_the_token_is_not_blamed(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_check._AppCheckService, "_JWKS_URL", "http://127.0.0.1:1/")
    with pytest.raises(BusyError):
        app_verifier(app)(token())
