"""Who may read what: for each path the callers it is open to; everybody else is turned away."""

import pytest

from tests.rules.database import Request, RulesDatabase, get
from tests.rules.identities import (
    ADMIN,
    CLAIMLESS_DEVICE,
    DEMOTED_DEVICE,
    DEVICE,
    EVERYONE,
    FORGED_DEVICE,
    MISPLACED_DEVICE,
    NEIGHBOUR,
    NO_ONE,
    NOBODY,
    OPERATOR,
    OTHER_DEVICE,
    OWNER,
    STAFF,
    STRANGER,
    Identity,
    only,
)
from tests.rules.world import BEFORE, COMMAND, LATER, PAID, RECEIPT, SINCE, THEIRS, WAITING

SIGNED_IN = frozenset(identity.name for identity in EVERYONE if identity is not NOBODY)
OF_MTR_001 = only(OWNER, DEVICE) | STAFF
# The forged device is tenant-brian's account with a meter's claims, so it may read what is Brian's.
BRIAN = only(NEIGHBOUR, FORGED_DEVICE)

READS: dict[str, frozenset[str]] = {
    "": NO_ONE,
    "users": STAFF,
    "users/tenant-amina": only(OWNER) | STAFF,
    "users/tenant-amina/phone_number": only(OWNER) | STAFF,
    "users/tenant-brian": BRIAN | STAFF,
    "users/nobody-yet": STAFF,
    "meters": STAFF,
    "meters/MTR-001": OF_MTR_001,
    "meters/MTR-001/owner_uid": OF_MTR_001,
    "meters/MTR-001/current_balance": OF_MTR_001,
    "meters/MTR-001/status": OF_MTR_001,
    "meters/MTR-001/status/switch": OF_MTR_001,
    "meters/MTR-001/alerts": OF_MTR_001,
    "meters/MTR-001/pending_recharge": OF_MTR_001,
    f"meters/MTR-001/pending_recharge/{WAITING}": OF_MTR_001,
    f"meters/MTR-001/pending_recharge/{LATER}/mac": OF_MTR_001,
    "meters/MTR-001/commands": OF_MTR_001,
    f"meters/MTR-001/commands/{COMMAND}": OF_MTR_001,
    "meters/MTR-002": BRIAN | only(OTHER_DEVICE) | STAFF,
    "meters/MTR-002/pending_recharge": BRIAN | only(OTHER_DEVICE) | STAFF,
    "meters/MTR-003": STAFF,
    "meters/MTR-404": STAFF,
    "transactions": STAFF,
    f"transactions/{PAID}": only(OWNER) | STAFF,
    f"transactions/{PAID}/status": only(OWNER) | STAFF,
    # Paid by Brian for Amina's meter: the payer and the owner see it.
    f"transactions/{WAITING}": only(OWNER) | BRIAN | STAFF,
    f"transactions/{THEIRS}": BRIAN | STAFF,
    f"transactions/{THEIRS}/delivery": BRIAN | STAFF,
    # Brian is the owner of MTR-004 since then.
    f"transactions/{BEFORE}": STAFF,
    f"transactions/{SINCE}": BRIAN | STAFF,
    "transactions/-Onot-there": STAFF,
    "consumption_history": STAFF,
    "consumption_history/MTR-001": only(OWNER) | STAFF,
    "consumption_history/MTR-001/2025-06-15": only(OWNER) | STAFF,
    "consumption_history/MTR-001/2025-06-15/08": only(OWNER) | STAFF,
    "consumption_history/MTR-002": BRIAN | STAFF,
    "consumption_history/MTR-003": STAFF,
    # Brian has it since some time of the 15th; the 16th is his first whole day.
    "consumption_history/MTR-004": STAFF,
    "consumption_history/MTR-004/2025-06-15": STAFF,
    "consumption_history/MTR-004/2025-06-15/08": STAFF,
    "consumption_history/MTR-004/2025-06-16": BRIAN | STAFF,
    "consumption_history/MTR-004/2025-06-16/08": BRIAN | STAFF,
    "consumption_history/MTR-004/2025-06-17": BRIAN | STAFF,
    "tariffs": SIGNED_IN,
    "tariffs/domestic": SIGNED_IN,
    "tariffs/domestic/blocks/0/price_cents_per_kwh": SIGNED_IN,
    "places": SIGNED_IN,
    "places/court-1/price": SIGNED_IN,
    "place_days": NO_ONE,
    "place_days/court-1/2025-06-15/aa11": NO_ONE,
    "orders": STAFF,
    "orders/aa11": only(OWNER) | STAFF,
    "orders/aa11/status": only(OWNER) | STAFF,
    "orders/bb22": BRIAN | STAFF,
    "orders/not-there": STAFF,
    "reviews": STAFF,
    "sites": STAFF,
    "sites/kilimani": STAFF,
    f"reviews/{PAID}": STAFF,
    "suspense": STAFF,
    "suspense/UKL0DEMO02": STAFF,
    "meter_registers": NO_ONE,
    "meter_registers/MTR-001": NO_ONE,
    "meter_registers/MTR-001/credited_total_wh": NO_ONE,
    "callbacks": NO_ONE,
    f"callbacks/{PAID}": NO_ONE,
    f"callbacks/{PAID}/0123456789abcdef/body": NO_ONE,
    "receipts": NO_ONE,
    f"receipts/{RECEIPT}": NO_ONE,
    "idempotency": NO_ONE,
    "idempotency/tenant-amina": NO_ONE,
    "idempotency/tenant-amina/aa11": NO_ONE,
    "alarms": STAFF,
    "alarms/2025-06-15": STAFF,
    "notices": STAFF,
    "notices/alarm-1": STAFF,
    "confirmations": NO_ONE,
    "confirmations/UKL0DEMO02": NO_ONE,
    "meter_accounts": NO_ONE,
    "open_prompts/MTR-001": NO_ONE,
    "prompts": NO_ONE,
    "inquiries": NO_ONE,
    f"inquiries/{RECEIPT}": NO_ONE,
    f"prompts/{PAID}/checkout_request_id": NO_ONE,
    "checkout_requests": NO_ONE,
    "vends": NO_ONE,
    "rate_limits": NO_ONE,
    "staff": NO_ONE,
    "push_tokens/tenant-amina": NO_ONE,
    "staff/operator-grace": NO_ONE,
    "rate_limits/stk_push/tenant-amina": NO_ONE,
    "daraja_access_token": NO_ONE,
    "daraja_access_token/main/access_token": NO_ONE,
    "not_in_the_model": NO_ONE,
    "not_in_the_model/at/all": NO_ONE,
}

BY_USER = {"orderBy": "user_id"}
BY_METER = {"orderBy": "meter_id"}

QUERIES: list[tuple[Request, frozenset[str]]] = [
    (get("transactions", **BY_USER, equalTo="tenant-amina"), only(OWNER) | STAFF),
    (get("transactions", **BY_USER, equalTo="tenant-brian"), BRIAN | STAFF),
    (
        get("transactions", **BY_USER, equalTo="just-signed-up", limitToLast=20),
        only(STRANGER) | STAFF,
    ),
    (get("transactions", **BY_USER, equalTo="tenant-amina", limitToLast=20), only(OWNER) | STAFF),
    (get("transactions", **BY_USER), STAFF),
    (get("transactions", **BY_USER, startAt="tenant-amina"), STAFF),
    (get("transactions", **BY_USER, startAt="tenant-amina", endAt="tenant-brian"), STAFF),
    (get("transactions", **BY_USER, equalTo=None), STAFF),
    (get("transactions", **BY_METER, equalTo="MTR-001"), only(OWNER) | STAFF),
    (get("transactions", **BY_METER, equalTo="MTR-001", limitToLast=20), only(OWNER) | STAFF),
    (get("transactions", **BY_METER, equalTo="MTR-002"), BRIAN | STAFF),
    (get("transactions", **BY_METER, equalTo="MTR-004"), STAFF),
    (get("transactions", **BY_METER, equalTo="MTR-003"), STAFF),
    (get("transactions", **BY_METER, equalTo="MTR-404"), STAFF),
    (get("transactions", **BY_METER, equalTo=""), STAFF),
    (get("transactions", **BY_METER, equalTo=7), STAFF),
    (get("transactions", **BY_METER, equalTo=None), STAFF),
    (get("transactions", **BY_METER, startAt="MTR-001", endAt="MTR-002"), STAFF),
    (get("transactions", **BY_METER, equalTo="tenant-amina"), STAFF),
    (get("transactions", orderBy="$key", equalTo=PAID), STAFF),
    (get("transactions", orderBy="$key", limitToLast=1), STAFF),
    (get("transactions", orderBy="next_check_at", endAt=1), STAFF),
    (get("meters", orderBy="owner_uid", equalTo="tenant-amina"), only(OWNER) | STAFF),
    (get("meters", orderBy="owner_uid", equalTo="tenant-brian"), BRIAN | STAFF),
    (get("meters", orderBy="owner_uid"), STAFF),
    (get("meters", orderBy="owner_uid", equalTo=None), STAFF),
    (get("meters", orderBy="owner_uid", startAt="tenant-amina", endAt="tenant-brian"), STAFF),
    (get("orders", **BY_USER, equalTo="tenant-amina"), only(OWNER) | STAFF),
    (get("orders", **BY_USER, equalTo="tenant-brian", limitToLast=20), BRIAN | STAFF),
    (get("orders", **BY_USER), STAFF),
    (get("orders", **BY_USER, equalTo=None), STAFF),
    (get("orders", **BY_USER, startAt="tenant-amina", endAt="tenant-brian"), STAFF),
    (get("orders", orderBy="next_check_at", endAt=1), STAFF),
    (get("reviews", orderBy="status", equalTo="open"), STAFF),
    (get("suspense", orderBy="status", equalTo="open"), STAFF),
]


@pytest.mark.parametrize("path", READS)
def test_a_path_opens_to_its_readers_and_to_nobody_else(database: RulesDatabase, path: str) -> None:
    assert database.expect_only(READS[path], [get(path)]) == []


@pytest.mark.parametrize(("request_", "permitted"), QUERIES, ids=[str(q) for q, _ in QUERIES])
def test_a_query_opens_only_to_those_whose_rows_it_selects(
    database: RulesDatabase, request_: Request, permitted: frozenset[str]
) -> None:
    assert database.expect_only(permitted, [request_]) == []


@pytest.mark.parametrize(
    ("identity", "query", "keys"),
    [
        (OWNER, {**BY_USER, "equalTo": "tenant-amina"}, {PAID}),
        (NEIGHBOUR, {**BY_USER, "equalTo": "tenant-brian"}, {WAITING, THEIRS}),
        (OWNER, {**BY_METER, "equalTo": "MTR-001"}, {PAID, WAITING}),
        (NEIGHBOUR, {**BY_METER, "equalTo": "MTR-002"}, {THEIRS}),
    ],
)
def test_a_query_answers_with_exactly_the_rows_it_selects(
    database: RulesDatabase, identity: Identity, query: dict[str, object], keys: set[str]
) -> None:
    allowed, rows = database.answer(identity, get("transactions", **query))
    assert allowed
    assert set(rows) == keys


@pytest.mark.parametrize(
    "path",
    [
        f"transactions/{PAID}",
        f"transactions/{PAID}/amount",
        f"transactions/{PAID}/history",
        f"transactions/{PAID}/quote/lines",
    ],
)
def test_a_permitted_query_aimed_below_the_list_brings_nothing_of_others(
    database: RulesDatabase, path: str
) -> None:
    aimed = get(path, orderBy="user_id", equalTo="tenant-brian")
    status, rows = database.ask(NEIGHBOUR, aimed)
    assert status != 200 or rows is None, rows


@pytest.mark.parametrize("identity", [CLAIMLESS_DEVICE, MISPLACED_DEVICE, DEMOTED_DEVICE, STRANGER])
def test_a_new_device_uid_shuts_the_old_device_out(
    database: RulesDatabase, identity: Identity
) -> None:
    database.given({"meters/MTR-001/device_uid": "device-mtr-001-new"})
    assert not database.attempt(DEVICE, get("meters/MTR-001"))
    assert not database.attempt(identity, get("meters/MTR-001"))
    assert database.attempt(OWNER, get("meters/MTR-001"))
    assert database.attempt(OPERATOR, get("meters/MTR-001"))
    assert database.attempt(ADMIN, get("meters/MTR-001"))
