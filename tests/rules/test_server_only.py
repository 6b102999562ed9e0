"""Money, evidence and configuration: no client writes them, whoever it is and however it tries."""

import pytest

from tests.rules.database import Request, RulesDatabase, delete, patch, post, put
from tests.rules.world import PAID, RECEIPT, THEIRS, world

PATHS = [
    "",
    f"transactions/{PAID}",
    f"transactions/{PAID}/status",
    f"transactions/{PAID}/delivery/status",
    f"transactions/{THEIRS}/status",
    "transactions/-Omade-up",
    "transactions",
    "meters/MTR-001/owner_uid",
    "meters/MTR-001/device_uid",
    "meters/MTR-001/tariff_id",
    "meters/MTR-001/owner_since",
    "meters/MTR-001/owned_from",
    "meters/MTR-001/retired_at",
    "sites",
    "sites/kilimani/name",
    "meters/MTR-003/owner_uid",
    "meters/MTR-404",
    "meters/MTR-001/anything",
    "meter_registers",
    "meter_registers/MTR-001",
    "meter_registers/MTR-001/credited_total_wh",
    f"meter_registers/MTR-001/entries/{PAID}/energy_wh",
    "meter_registers/MTR-404",
    "tariffs",
    "tariffs/domestic",
    "tariffs/domestic/blocks/0/price_cents_per_kwh",
    "tariffs/free",
    "places",
    "places/court-1/price",
    "places/court-1/capacity",
    "places/mine",
    "place_days/court-1/2025-06-15",
    "place_days/court-1/2025-06-15/aa11",
    "orders",
    "orders/aa11/status",
    "orders/aa11/amount",
    "orders/aa11/user_id",
    "orders/cc33",
    "command_registers",
    "command_registers/MTR-001/sequence",
    "command_registers/MTR-001/entries/aa11/arguments",
    "callbacks",
    f"callbacks/{PAID}",
    f"callbacks/{PAID}/0123456789abcdef/body",
    f"callbacks/{PAID}/fedcba9876543210",
    "receipts",
    f"receipts/{RECEIPT}",
    f"receipts/{RECEIPT}/transaction_id",
    "receipts/UKL0DEMO99",
    "idempotency",
    "idempotency/tenant-amina",
    "idempotency/tenant-amina/aa11/transaction_id",
    "idempotency/tenant-brian/aa11",
    "suspense",
    "suspense/UKL0DEMO02/status",
    "suspense/UKL0DEMO99",
    "reviews",
    f"reviews/{PAID}/status",
    f"reviews/{THEIRS}",
    "refunds",
    "refunds/-Orefund000000000001/status",
    "payees/-Orefund000000000001",
    "results/-Orefund000000000001/aa11/body",
    f"reviews/{PAID}/decisions/{RECEIPT}/kind",
    "proposals",
    "proposals/review-aa11/by",
    "alarms",
    "alarms/2025-06-15/callback_forged/count",
    "notices",
    "notices/alarm-1/status",
    "notices/made-up",
    "push_tokens/tenant-amina/aa11/token",
    "staff",
    "staff/tenant-amina/role",
    "staff/operator-grace/role",
    "health",
    "health/callback_at",
    "pruning",
    "pruning/receipts/after",
    "query_pace",
    "query_pace/main/paused_until",
    "rate_limits",
    "rate_limits/stk_push/tenant-amina/count",
    "daraja_access_token",
    "daraja_access_token/main/access_token",
    "daraja_access_token/main/lease_holder",
    "not_in_the_model",
    "not_in_the_model/at/all",
]

VALUES: list[object] = [1, "paid", True, {"status": "paid"}]


def _requests(path: str) -> list[Request]:
    parent, _, key = path.rpartition("/")
    requests = [put(path, value) for value in VALUES]
    requests += [put(path, None), delete(path), post(path, VALUES[-1])]
    requests += [patch(path, {"status": "paid"}), put(path, {".sv": "timestamp"})]
    if key:
        requests += [patch(parent, {key: VALUES[-1]}), patch("", {path: 1})]
    return requests


@pytest.mark.parametrize("path", PATHS)
def test_no_client_writes_it(database: RulesDatabase, path: str) -> None:
    assert database.expect_none(_requests(path)) == []
    assert database.tree() == world()


@pytest.mark.parametrize("stowaway", [path for path in PATHS if path])
def test_no_client_slips_it_into_a_permitted_write(database: RulesDatabase, stowaway: str) -> None:
    permitted: dict[str, object] = {
        "users/tenant-amina/language": "sw",
        "meters/MTR-001/consumption_rate": 5,
    }
    requests = [patch("", {path: value, stowaway: 1}) for path, value in permitted.items()]
    assert database.expect_none(requests) == []
    assert database.tree() == world()
