"""Whatever JSON arrives: an answer or a refusal, never a crash."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from emulators.auth import admin_operations as admin
from emulators.auth import client_operations as client
from emulators.auth.desk import Desk
from emulators.auth.errors import AuthError
from emulators.auth.fields import Fields
from emulators.auth.server import ADMIN_CALLS, CLIENT_CALLS
from emulators.auth.tokens import CUSTOM_AUDIENCE, encode_jwt

TEXTS = st.sampled_from(
    [
        *("", "u", "a@x.example", "secret-password", "+254700000001", "{}", '{"a":1}', "1e400"),
        *("refresh_token", "DISPLAY_NAME", "password", "phone", "-1", "9" * 30),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.text(max_size=5)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
)
NAMES = st.sampled_from(
    [
        *("localId", "email", "phoneNumber", "password", "customAttributes", "validSince"),
        *("token", "idToken", "users", "localIds", "deleteAttribute", "deleteProvider"),
        *("disableUser", "providerUserInfo", "createdAt", "lastRefreshAt", "passwordHash"),
        *("salt", "rawPassword", "grant_type", "refresh_token", "federatedUserId"),
        *("displayName", "emailVerified"),
    ]
)
USERS = st.lists(st.dictionaries(NAMES, JSON, max_size=6), max_size=3)
BODIES = st.dictionaries(NAMES, JSON | USERS, max_size=8)
CALLS = [*CLIENT_CALLS.values(), *ADMIN_CALLS.values()]


@given(st.lists(st.tuples(st.sampled_from(CALLS), BODIES), max_size=6))
def test_any_body_is_answered_or_refused(
    calls: list[tuple[object, dict[str, object]]],
) -> None:
    count = iter(range(1000))
    desk = Desk(
        project="p", now_ms=lambda: 1_700_000_000_000, new_id=lambda n: f"{next(count):0{n}d}"
    )
    for call, body in calls:
        with contextlib.suppress(AuthError):
            assert isinstance(call(desk, Fields(body)), dict)  # type: ignore[operator]
        with contextlib.suppress(AuthError):
            client.refresh(desk, body)
        assert admin.batch_get(desk, -1, "")["kind"]


@given(st.dictionaries(st.sampled_from(["uid", "claims", "user_id", "exp", "iat"]), JSON))
def test_any_custom_token_is_taken_or_refused(payload: dict[str, object]) -> None:
    desk = Desk(project="p", now_ms=lambda: 1, new_id=lambda n: "x" * n)
    token = encode_jwt({**payload, "aud": CUSTOM_AUDIENCE})
    with contextlib.suppress(AuthError):
        client.sign_in_with_custom_token(desk, Fields({"token": token}))
    with contextlib.suppress(AuthError):
        client.lookup(desk, Fields({"idToken": encode_jwt({**payload, "user_id": "u"})}))
