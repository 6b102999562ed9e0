"""A user edits name, language and notifications; the functions write the rest of a profile."""

import pytest

from tests.rules.database import Request, RulesDatabase, delete, patch, post, put
from tests.rules.identities import (
    CLAIMLESS_DEVICE,
    DEMOTED_DEVICE,
    OWNER,
    STRANGER,
    only,
)
from tests.rules.values import NOT_BOOLEANS, NOT_STRINGS, with_priority
from tests.rules.world import PAID, world

AMINA = "users/tenant-amina"
KINDS = ["payment", "low_credit", "supply", "offline"]

FIT: list[Request] = [
    put(f"{AMINA}/name", "A"),
    put(f"{AMINA}/name", "Amina Wanjirũ"),
    put(f"{AMINA}/name", "x" * 80),
    put(f"{AMINA}/name", "Amina  W."),
    put(f"{AMINA}/language", "en"),
    put(f"{AMINA}/language", "sw"),
    put(f"{AMINA}/notifications", {"payment": False}),
    put(
        f"{AMINA}/notifications",
        {"payment": True, "low_credit": False, "supply": True, "offline": False},
    ),
    put(f"{AMINA}/notifications/supply", False),
    patch(f"{AMINA}/notifications", {"supply": False, "low_credit": False}),
    patch(AMINA, {"name": "Amina", "language": "sw", "notifications/offline": True}),
    delete(f"{AMINA}/notifications/payment"),
]

UNFIT: list[Request] = [
    *(
        put(f"{AMINA}/name", value)
        for value in [
            *NOT_STRINGS,
            "",
            " ",
            " A",
            "A ",
            "A\nB",
            "A\n",
            "A\rB",
            "A\tB",
            "\tA",
            "x" * 81,
        ]
    ),
    *(
        put(f"{AMINA}/language", value)
        for value in [*NOT_STRINGS, "", "EN", "en ", "en\n", "fr", "english"]
    ),
    *(
        put(f"{AMINA}/notifications/{kind}", value)
        for kind in KINDS
        for value in [*NOT_BOOLEANS, with_priority(True)]
    ),
    put(f"{AMINA}/notifications", "all"),
    put(f"{AMINA}/notifications", True),
    put(f"{AMINA}/notifications", {"payment": True, "gossip": True}),
    put(f"{AMINA}/notifications", {".priority": 1, "payment": True}),
    put(f"{AMINA}/notifications/gossip", True),
    put(f"{AMINA}/notifications/payment/sms", True),
    put(f"{AMINA}/name", with_priority("Amina")),
    put(f"{AMINA}/language", with_priority("en")),
    put(f"{AMINA}/email", "amina@tenants.example"),
    put(f"{AMINA}/phone_number", "254700000009"),
    put(f"{AMINA}/meter_no", "MTR-002"),
    put(f"{AMINA}/latest_transaction_id", PAID),
    put(f"{AMINA}/role", "operator"),
    patch(AMINA, {"name": "Amina", "meter_no": "MTR-002"}),
    patch("users", {"tenant-amina/name": "Amina", "tenant-brian/name": "Brian"}),
    put(AMINA, {"name": "Amina"}),
    post(AMINA, "Amina"),
    post("users", {"name": "Amina"}),
    delete(f"{AMINA}/name"),
    delete(f"{AMINA}/language"),
    delete(f"{AMINA}/notifications"),
    delete(f"{AMINA}/phone_number"),
    delete(AMINA),
    delete("users"),
]


@pytest.mark.parametrize("request_", FIT, ids=str)
def test_a_profile_is_edited_by_its_user_alone(database: RulesDatabase, request_: Request) -> None:
    assert database.expect_only(only(OWNER), [request_]) == []


@pytest.mark.parametrize("request_", UNFIT, ids=str)
def test_the_rest_of_a_profile_is_nobodys_to_write(
    database: RulesDatabase, request_: Request
) -> None:
    assert database.expect_none([request_]) == []
    assert database.tree() == world()


def test_a_new_user_names_itself_before_the_functions_know_it(database: RulesDatabase) -> None:
    assert database.expect_only(only(STRANGER), [put("users/just-signed-up/name", "New")]) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "Meter"), ("language", "en"), ("notifications", {"payment": True})],
)
def test_a_device_account_has_no_profile(
    database: RulesDatabase, field: str, value: object
) -> None:
    # The same account is a user like any other once its claims are gone.
    own = put(f"users/device-mtr-001/{field}", value)
    assert database.expect_only(only(CLAIMLESS_DEVICE, DEMOTED_DEVICE), [own]) == []
