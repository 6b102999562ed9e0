from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from emulators.rtdb.core.principal import ADMIN
from emulators.rtdb.credentials import principal_of
from emulators.rtdb.errors import CredentialError


def token(claims: Any, header: Any = None, signature: str = "") -> str:
    parts = [header if header is not None else {"alg": "none"}, claims]
    encoded = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts]
    return ".".join([*encoded, signature])


def test_owner_is_the_admin() -> None:
    assert principal_of("owner") == ADMIN
    assert principal_of("ya29.a0AfH6SMBx") == ADMIN


def test_an_expired_unsigned_token_is_taken() -> None:
    claims = {
        "sub": "amina",
        "iat": 0,
        "exp": 3600,
        "role": "tenant",
        "firebase": {"sign_in_provider": "password"},
    }
    who = principal_of(token(claims))
    assert not who.admin
    assert who.auth == {"uid": "amina", "provider": "password", "token": claims}


def test_a_legacy_token_carries_auth_whole() -> None:
    assert principal_of(token({"d": {"uid": "x", "k": 1}})).auth == {"uid": "x", "k": 1}


@pytest.mark.parametrize(
    "credential",
    ["x", "a.b", "a.b.c", "..", token([1]), token({}), token({"sub": 5}), token({"sub": "a"}, 7),
     "é.é.é", token({"sub": "a"}) + ".x"],
)  # fmt: skip
def test_anything_else_is_unreadable(credential: str) -> None:
    with pytest.raises(CredentialError):
        principal_of(credential)
