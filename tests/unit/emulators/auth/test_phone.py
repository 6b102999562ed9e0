"""Signing in by phone: once for each code, and only with the right one."""

from __future__ import annotations

from typing import Any

import pytest

from emulators.auth import admin_operations as admin
from emulators.auth import client_operations as client
from emulators.auth import phone
from emulators.auth.desk import Desk
from emulators.auth.errors import AuthError
from emulators.auth.fields import Fields
from emulators.auth.tokens import decode_jwt

PHONE = "+254700000001"


def sent(desk: Desk, number: str = PHONE) -> dict[str, Any]:
    phone.send_code(desk, Fields({"phoneNumber": number}))
    listed: Any = phone.list_codes(desk)["verificationCodes"]
    row = listed[-1]
    return {"sessionInfo": row["sessionInfo"], "code": row["code"]}


def test_a_code_signs_in_by_phone(desk: Desk) -> None:
    new = phone.sign_in(desk, Fields(sent(desk)))
    again = phone.sign_in(desk, Fields(sent(desk)))
    assert (new["isNewUser"], again["isNewUser"]) == (True, False)
    assert new["localId"] == again["localId"]
    claims = decode_jwt(str(again["idToken"]))
    assert claims is not None
    assert claims["phone_number"] == PHONE
    assert claims["firebase"] == {
        "identities": {"phone": [PHONE]},
        "sign_in_provider": "phone",
    }


def test_a_code_is_good_for_one_sign_in(desk: Desk) -> None:
    code = sent(desk)
    phone.sign_in(desk, Fields(code))
    with pytest.raises(AuthError, match="INVALID_SESSION_INFO"):
        phone.sign_in(desk, Fields(code))


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"code": "000001"}, "INVALID_CODE"),
        ({"code": ""}, "MISSING_CODE"),
        ({"sessionInfo": "another"}, "INVALID_SESSION_INFO"),
        ({"sessionInfo": None}, "MISSING_SESSION_INFO"),
    ],
)
def test_a_wrong_code_says_why_and_can_be_corrected(
    desk: Desk, change: dict[str, object], refusal: str
) -> None:
    code = sent(desk)
    with pytest.raises(AuthError, match=refusal):
        phone.sign_in(desk, Fields({**code, **change}))
    assert phone.sign_in(desk, Fields(code))["phoneNumber"] == PHONE


@pytest.mark.parametrize("number", [None, "", "0700000001", "+", "+254 700 000 001", "+0123456"])
def test_a_number_that_is_none_gets_no_code(desk: Desk, number: object) -> None:
    with pytest.raises(AuthError, match="PHONE_NUMBER"):
        phone.send_code(desk, Fields({"phoneNumber": number}))
    assert desk.codes == {}


def test_a_phone_is_linked_to_the_account_that_asks(desk: Desk) -> None:
    account = client.sign_up(desk, Fields({"email": "a@tenants.example", "password": "amina-1"}))
    linked = phone.sign_in(desk, Fields({**sent(desk), "idToken": account["idToken"]}))
    assert (linked["localId"], linked["isNewUser"]) == (account["localId"], False)
    other = client.sign_up(desk, Fields({"email": "b@tenants.example", "password": "brian-1"}))
    with pytest.raises(AuthError, match="PHONE_NUMBER_EXISTS"):
        phone.sign_in(desk, Fields({**sent(desk), "idToken": other["idToken"]}))


def test_a_disabled_account_cannot_sign_in_by_phone(desk: Desk) -> None:
    new = phone.sign_in(desk, Fields(sent(desk)))
    admin.update(desk, Fields({"localId": new["localId"], "disableUser": True}))
    with pytest.raises(AuthError, match="USER_DISABLED"):
        phone.sign_in(desk, Fields(sent(desk)))


def test_codes_do_not_pile_up(desk: Desk) -> None:
    for number in range(phone.MAX_CODES + 5):
        phone.send_code(desk, Fields({"phoneNumber": f"+2547{number:08}"}))
    assert len(desk.codes) == phone.MAX_CODES
