from __future__ import annotations

import pytest

from emulators.auth import admin_operations as admin
from emulators.auth import client_operations as client
from emulators.auth.desk import Desk
from emulators.auth.errors import AuthError
from emulators.auth.fields import Fields

SEEDED = {
    "localId": "device-mtr-001",
    "email": "mtr-001@meters.example",
    "salt": "s",
    "passwordHash": "fakeHash:salt=s:password=meter-001-password",
    "customAttributes": '{"role":"meter","meter_id":"MTR-001"}',
}


def only(desk: Desk, **query: object) -> dict[str, object]:
    users = admin.lookup(desk, Fields(query))["users"]
    assert isinstance(users, list)
    [user] = users
    assert isinstance(user, dict)
    return user


def test_a_seeded_password_signs_in(desk: Desk) -> None:
    answer = admin.batch_create(desk, Fields({"users": [SEEDED]}))
    assert answer["error"] == []
    signed_in = client.sign_in_with_password(
        desk, Fields({"email": "mtr-001@meters.example", "password": "meter-001-password"})
    )
    assert signed_in["localId"] == "device-mtr-001"


def test_an_export_imports_as_the_same_accounts(desk: Desk) -> None:
    other = {"localId": "b", "phoneNumber": "+254700000001", "disabled": True, "createdAt": "7"}
    admin.batch_create(desk, Fields({"users": [SEEDED, other]}))
    credentials = {"email": "mtr-001@meters.example", "password": "meter-001-password"}
    client.sign_in_with_password(desk, Fields(credentials))
    exported = admin.batch_get(desk, -1, "")
    assert "lastRefreshAt" in str(exported)
    desk.book.clear()
    admin.batch_create(desk, Fields(exported))
    assert admin.batch_get(desk, -1, "") == exported


def test_a_bad_user_is_reported_and_the_others_stay(desk: Desk) -> None:
    answer = admin.batch_create(
        desk,
        Fields(
            {
                "users": [
                    {"email": "x@y.example"},
                    {"localId": "a", "email": "nonsense"},
                    {"localId": "b", "phoneNumber": "0700"},
                    {"localId": "c", "customAttributes": "[]"},
                    SEEDED,
                    SEEDED,
                ]
            }
        ),
    )
    assert answer["error"] == [
        {"index": 0, "message": "localId is missing"},
        {"index": 1, "message": "email is invalid"},
        {"index": 2, "message": "phone number format is invalid"},
        {"index": 3, "message": "INVALID_CLAIMS"},
        {"index": 5, "message": "localId belongs to an existing account - can not overwrite."},
    ]
    assert [account.uid for account in desk.book] == ["device-mtr-001"]


def test_every_identity_belongs_to_one_account(desk: Desk) -> None:
    phone = "+254700000001"
    admin.create(desk, Fields({"localId": "a", "email": "a@x.example", "phoneNumber": phone}))
    for body, refusal in [
        ({"localId": "a"}, "DUPLICATE_LOCAL_ID"),
        ({"email": "A@x.example"}, "EMAIL_EXISTS"),
        ({"phoneNumber": phone}, "PHONE_NUMBER_EXISTS"),
        ({"phoneNumber": "0700"}, "INVALID_PHONE_NUMBER"),
    ]:
        with pytest.raises(AuthError, match=refusal):
            admin.create(desk, Fields(body))
    assert len(desk.book) == 1


def test_an_account_is_found_by_every_identity(desk: Desk) -> None:
    linked = [{"providerId": "google.com", "rawId": "g1"}]
    admin.batch_create(
        desk,
        Fields({"users": [{**SEEDED, "phoneNumber": "+254700000001", "providerUserInfo": linked}]}),
    )
    queries: list[dict[str, object]] = [
        {"localId": ["device-mtr-001"]},
        {"email": ["MTR-001@meters.example"]},
        {"phoneNumber": ["+254700000001"]},
        {"federatedUserId": linked},
    ]
    for query in queries:
        assert only(desk, **query)["localId"] == "device-mtr-001"
    assert "users" not in admin.lookup(desk, Fields({"localId": ["nobody"]}))


def test_an_update_changes_what_it_names_and_frees_old_identities(desk: Desk) -> None:
    admin.batch_create(desk, Fields({"users": [SEEDED]}))
    admin.update(
        desk,
        Fields(
            {
                "localId": "device-mtr-001",
                "email": "new@meters.example",
                "phoneNumber": "+254700000009",
                "customAttributes": '{"role":"operator"}',
                "displayName": "Meter",
            }
        ),
    )
    user = only(desk, email=["new@meters.example"])
    assert (user["customAttributes"], user["displayName"]) == ('{"role":"operator"}', "Meter")
    assert "users" not in admin.lookup(desk, Fields({"email": ["mtr-001@meters.example"]}))
    admin.update(
        desk,
        Fields(
            {
                "localId": "device-mtr-001",
                "deleteAttribute": ["DISPLAY_NAME"],
                "deleteProvider": ["phone"],
            }
        ),
    )
    user = only(desk, localId=["device-mtr-001"])
    assert not {"displayName", "phoneNumber"} & user.keys()


def test_an_update_of_nobody_is_refused(desk: Desk) -> None:
    with pytest.raises(AuthError, match="USER_NOT_FOUND"):
        admin.update(desk, Fields({"localId": "nobody"}))
    with pytest.raises(AuthError, match="MISSING_LOCAL_ID"):
        admin.delete(desk, Fields({}))


def test_pages_follow_each_other_without_gap(desk: Desk) -> None:
    for n in range(5):
        admin.create(desk, Fields({"localId": f"u{n}"}))
    seen: list[object] = []
    token = ""
    for _ in range(4):
        page = admin.batch_get(desk, 2, token)
        users = page["users"]
        assert isinstance(users, list)
        seen += [user["localId"] for user in users]
        if "nextPageToken" not in page:
            break
        token = str(page["nextPageToken"])
    assert seen == ["u0", "u1", "u2", "u3", "u4"]


def test_only_disabled_accounts_are_deleted_in_bulk_unless_forced(desk: Desk) -> None:
    admin.create(desk, Fields({"localId": "on"}))
    admin.create(desk, Fields({"localId": "off", "disabled": True}))
    answer = admin.batch_delete(desk, Fields({"localIds": ["on", "off", "nobody"]}))
    assert [account.uid for account in desk.book] == ["on"]
    assert str(answer["errors"]).startswith("[{'index': 0, 'localId': 'on'")
    assert admin.batch_delete(desk, Fields({"localIds": ["on"], "force": True})) == {}
    assert len(desk.book) == 0
