from __future__ import annotations

from typing import Protocol

import pytest

from emulators.auth import admin_operations as admin
from emulators.auth import client_operations as client
from emulators.auth.desk import Desk
from emulators.auth.errors import AuthError
from emulators.auth.fields import Fields
from emulators.auth.tokens import decode_jwt

EMAIL, PLAIN = "mtr-001@meters.example", "meter-001-password"


class Clock(Protocol):
    def pass_seconds(self, seconds: int) -> None: ...


def sign_up(desk: Desk) -> dict[str, object]:
    return client.sign_up(desk, Fields({"email": EMAIL, "password": PLAIN}))


def sign_in(desk: Desk, email: str = EMAIL, password: str = PLAIN) -> dict[str, object]:
    return client.sign_in_with_password(desk, Fields({"email": email, "password": password}))


def test_signing_up_and_in_gives_tokens_of_the_same_account(desk: Desk) -> None:
    new, again = sign_up(desk), sign_in(desk, email=EMAIL.upper())
    assert new["localId"] == again["localId"]
    assert again["registered"] is True
    assert again["expiresIn"] == "3600"
    claims = decode_jwt(str(again["idToken"]))
    assert claims is not None
    assert claims["sub"] == new["localId"]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, "MISSING_EMAIL"),
        ({"email": EMAIL}, "MISSING_PASSWORD"),
        ({"email": EMAIL, "password": ""}, "MISSING_PASSWORD"),
        ({"email": "nobody", "password": PLAIN}, "INVALID_EMAIL"),
        ({"email": "other@meters.example", "password": PLAIN}, "EMAIL_NOT_FOUND"),
        ({"email": EMAIL, "password": "wrong-password"}, "INVALID_PASSWORD"),
        ({"email": 4, "password": PLAIN}, '"email" must be a string'),
    ],
)
def test_a_wrong_sign_in_says_why(desk: Desk, body: dict[str, object], refusal: str) -> None:
    sign_up(desk)
    with pytest.raises(AuthError, match=refusal):
        client.sign_in_with_password(desk, Fields(body))


def test_with_email_privacy_unknown_and_wrong_look_the_same(desk: Desk) -> None:
    sign_up(desk)
    desk.hide_unknown_emails = True
    for email, password in [("other@meters.example", PLAIN), (EMAIL, "wrong-password")]:
        with pytest.raises(AuthError, match="INVALID_LOGIN_CREDENTIALS"):
            sign_in(desk, email, password)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"email": EMAIL, "password": PLAIN}, "EMAIL_EXISTS"),
        ({"email": "b@meters.example", "password": "short"}, "WEAK_PASSWORD"),
        ({"password": PLAIN}, "MISSING_EMAIL"),
        ({"localId": "mine", "email": EMAIL, "password": PLAIN}, "UNEXPECTED_PARAMETER"),
    ],
)
def test_a_wrong_sign_up_says_why(desk: Desk, body: dict[str, object], refusal: str) -> None:
    sign_up(desk)
    with pytest.raises(AuthError, match=refusal):
        client.sign_up(desk, Fields(body))


def test_a_disabled_account_can_neither_sign_in_nor_refresh_nor_look_itself_up(desk: Desk) -> None:
    new = sign_up(desk)
    admin.update(desk, Fields({"localId": new["localId"], "disableUser": True}))
    with pytest.raises(AuthError, match="USER_DISABLED"):
        sign_in(desk)
    with pytest.raises(AuthError, match="USER_DISABLED"):
        client.lookup(desk, Fields({"idToken": new["idToken"]}))
    with pytest.raises(AuthError, match="USER_DISABLED"):
        refresh(desk, new["refreshToken"])


def refresh(desk: Desk, token: object) -> dict[str, object]:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return client.refresh(desk, form)


def test_each_refresh_gives_new_tokens_and_keeps_the_time_of_sign_in(
    desk: Desk, clock: Clock
) -> None:
    new = sign_up(desk)
    clock.pass_seconds(3000)
    first = refresh(desk, new["refreshToken"])
    second = refresh(desk, first["refresh_token"])
    assert len({str(t) for t in (new["refreshToken"], first["refresh_token"])}) == 2
    assert second["user_id"] == new["localId"]
    claims = decode_jwt(str(second["id_token"]))
    assert claims is not None
    assert claims["iat"] == claims["auth_time"] + 3000  # type: ignore[operator]


def test_revoked_refresh_and_id_tokens_are_expired(desk: Desk, clock: Clock) -> None:
    new = sign_up(desk)
    clock.pass_seconds(2)
    admin.update(desk, Fields({"localId": new["localId"], "validSince": str(desk.now_s())}))
    with pytest.raises(AuthError, match="TOKEN_EXPIRED"):
        refresh(desk, new["refreshToken"])
    with pytest.raises(AuthError, match="TOKEN_EXPIRED"):
        client.lookup(desk, Fields({"idToken": new["idToken"]}))
    assert sign_in(desk)["localId"] == new["localId"]


def test_an_id_token_lives_an_hour(desk: Desk, clock: Clock) -> None:
    new = sign_up(desk)
    clock.pass_seconds(3599)
    client.lookup(desk, Fields({"idToken": new["idToken"]}))
    clock.pass_seconds(1)
    with pytest.raises(AuthError, match="TOKEN_EXPIRED"):
        client.lookup(desk, Fields({"idToken": new["idToken"]}))


def test_refresh_checks_its_form(desk: Desk) -> None:
    for form, refusal in [
        ({}, "MISSING_GRANT_TYPE"),
        ({"grant_type": "password"}, "INVALID_GRANT_TYPE"),
        ({"grant_type": "refresh_token"}, "MISSING_REFRESH_TOKEN"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "INVALID_REFRESH_TOKEN"),
    ]:
        with pytest.raises(AuthError, match=refusal):
            client.refresh(desk, form)


def test_a_changed_password_replaces_the_old_one_and_old_tokens(desk: Desk, clock: Clock) -> None:
    new = sign_up(desk)
    clock.pass_seconds(5)
    renewed = client.update(
        desk, Fields({"idToken": new["idToken"], "password": "another-password"})
    )
    with pytest.raises(AuthError, match="INVALID_PASSWORD"):
        sign_in(desk)
    with pytest.raises(AuthError, match="TOKEN_EXPIRED"):
        client.lookup(desk, Fields({"idToken": new["idToken"]}))
    client.lookup(desk, Fields({"idToken": renewed["idToken"]}))


def test_a_user_cannot_give_themselves_claims(desk: Desk) -> None:
    new = sign_up(desk)
    with pytest.raises(AuthError, match="INSUFFICIENT_PERMISSION"):
        client.update(
            desk, Fields({"idToken": new["idToken"], "customAttributes": '{"role":"admin"}'})
        )


def test_a_lookup_hides_the_password_and_a_foreign_token_is_invalid(desk: Desk) -> None:
    new = sign_up(desk)
    users = client.lookup(desk, Fields({"idToken": new["idToken"]}))["users"]
    assert isinstance(users, list)
    assert "passwordHash" not in users[0]
    with pytest.raises(AuthError, match="INVALID_ID_TOKEN"):
        client.lookup(desk, Fields({"idToken": "a.b.c"}))
    with pytest.raises(AuthError, match="MISSING_ID_TOKEN"):
        client.lookup(desk, Fields({}))


def test_a_deleted_account_is_gone(desk: Desk) -> None:
    new = sign_up(desk)
    client.delete(desk, Fields({"idToken": new["idToken"]}))
    with pytest.raises(AuthError, match="EMAIL_NOT_FOUND"):
        sign_in(desk)
    with pytest.raises(AuthError, match="USER_NOT_FOUND"):
        client.lookup(desk, Fields({"idToken": new["idToken"]}))


def test_nobody_in_particular_may_sign_up_and_later_gain_a_password(desk: Desk) -> None:
    anonymous = client.sign_up(desk, Fields({}))
    linked = client.sign_up(
        desk, Fields({"idToken": anonymous["idToken"], "email": EMAIL, "password": PLAIN})
    )
    assert linked["localId"] == anonymous["localId"] == sign_in(desk)["localId"]


def test_a_custom_token_brings_its_claims(desk: Desk) -> None:
    token = '{"uid":"device-mtr-001","claims":{"role":"meter"}}'
    first = client.sign_in_with_custom_token(desk, Fields({"token": token}))
    again = client.sign_in_with_custom_token(desk, Fields({"token": token}))
    assert (first["isNewUser"], again["isNewUser"]) == (True, False)
    claims = decode_jwt(str(first["idToken"]))
    assert claims is not None
    assert (claims["role"], claims["sub"]) == ("meter", "device-mtr-001")


@pytest.mark.parametrize(
    ("token", "refusal"),
    [
        (None, "MISSING_CUSTOM_TOKEN"),
        ("{", "INVALID_CUSTOM_TOKEN"),
        ("no token", "INVALID_CUSTOM_TOKEN"),
        ("{}", "MISSING_IDENTIFIER"),
        ('{"uid":"a","claims":{"iss":"me"}}', "FORBIDDEN_CLAIM : iss"),
    ],
)
def test_a_wrong_custom_token_says_why(desk: Desk, token: str | None, refusal: str) -> None:
    with pytest.raises(AuthError, match=refusal):
        client.sign_in_with_custom_token(desk, Fields({"token": token}))


def test_an_id_token_is_no_custom_token(desk: Desk) -> None:
    new = sign_up(desk)
    with pytest.raises(AuthError, match=r"INVALID_CUSTOM_TOKEN .*aud"):
        client.sign_in_with_custom_token(desk, Fields({"token": new["idToken"]}))
