"""The seed in emulator-data/: in the official export's format, typed as documented, consistent."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools.data_model import leaves, read_fields

SEED = Path(__file__).parents[3] / "emulator-data"
METERS = ["MTR-001", "MTR-002", "MTR-003"]


def load(path: str) -> Any:
    return json.loads((SEED / path).read_text(encoding="utf-8"))


METADATA = load("firebase-export-metadata.json")
DATABASE = load("database_export/demo-lipamita-default-rtdb.json")
ACCOUNTS = {user["localId"]: user for user in load("auth_export/accounts.json")["users"]}
LEAVES = list(leaves(DATABASE))


def test_the_metadata_leads_to_files_that_exist() -> None:
    assert set(METADATA) == {"version", "database", "auth"}
    for product in ("database", "auth"):
        assert (SEED / METADATA[product]["path"]).is_dir()
        assert METADATA[product]["version"]
    assert load("auth_export/config.json") == {"signIn": {"allowDuplicateEmails": False}}


def test_every_leaf_is_one_documented_field_of_its_type() -> None:
    fields = read_fields()
    misfits = [
        f"{path}: {value!r}"
        for path, value in LEAVES
        if [field.fits(value) for field in fields if field.is_at(path)] != [True]
    ]
    assert misfits == []
    assert len(LEAVES) > 200


def test_the_estate_is_whole() -> None:
    assert sorted(DATABASE["meters"]) == sorted(DATABASE["meter_registers"]) == METERS
    assert {meter["site"] for meter in DATABASE["meters"].values()} == {"Kilimani Court (demo)"}
    assert {meter["kind"] for meter in DATABASE["meters"].values()} == {"esp32"}
    assert DATABASE["meters"]["MTR-001"]["owner_uid"] == "tenant-amina"
    assert DATABASE["meters"]["MTR-002"]["owner_uid"] == "tenant-brian"
    assert "owner_uid" not in DATABASE["meters"]["MTR-003"]


def test_references_resolve() -> None:
    for meter_id, meter in DATABASE["meters"].items():
        assert meter["tariff_id"] in DATABASE["tariffs"]
        assert json.loads(ACCOUNTS[meter["device_uid"]]["customAttributes"]) == {
            "role": "meter",
            "meter_id": meter_id,
        }
        if "owner_uid" in meter:
            assert DATABASE["users"][meter["owner_uid"]]["meter_no"] == meter_id
    for uid, user in DATABASE["users"].items():
        assert ACCOUNTS[uid]["email"] == user["email"]
    assert set(DATABASE["consumption_history"]) <= set(DATABASE["meters"])


@pytest.mark.parametrize("meter_id", METERS)
def test_a_meter_reports_what_the_server_sold(meter_id: str) -> None:
    meter, sold = DATABASE["meters"][meter_id], DATABASE["meter_registers"][meter_id]
    assert sold["month_wh"] <= sold["credited_total_wh"]
    assert (sold["sequence"] == 0) == (sold["credited_total_wh"] == 0)
    if "sequence" not in meter:  # never switched on
        assert sold["credited_total_wh"] == 0
        return
    assert meter["credited_total"] == sold["credited_total_wh"]
    assert meter["withdrawn_total"] == sold["withdrawn_total_wh"]
    assert meter["sequence"] == sold["sequence"]
    balance = meter["credited_total"] - meter["withdrawn_total"] - meter["energy_consumed_total"]
    assert meter["current_balance"] == balance
    hours = leaves(DATABASE["consumption_history"][meter_id])
    assert sum(int(str(wh)) for _, wh in hours) == meter["energy_consumed_total"]
    assert (meter["status"]["switch"] == "connected") == (balance > 0)
    assert (meter["status"]["supply"] == "on") == (balance > 0)


def test_the_balances_are_those_of_the_story() -> None:
    balances = {name: m.get("current_balance") for name, m in DATABASE["meters"].items()}
    assert balances == {"MTR-001": 2500, "MTR-002": 0, "MTR-003": None}


def test_the_tariffs_are_block_and_flat() -> None:
    ends = {
        name: [block.get("up_to_wh") for block in tariff["blocks"]]
        for name, tariff in DATABASE["tariffs"].items()
    }
    assert ends == {"domestic": [30_000, 100_000, None], "business": [None]}
    for tariff in DATABASE["tariffs"].values():
        prices = [block["price_cents_per_kwh"] for block in tariff["blocks"]]
        assert prices == sorted(prices)
        assert tariff["fixed_charge_cents_per_month"] == 0
        assert all(("percent" in levy) != ("cents_per_kwh" in levy) for levy in tariff["levies"])


PEOPLE = {
    "tenant-amina": ("amina@tenants.example", "amina-password", None),
    "tenant-brian": ("brian@tenants.example", "brian-password", None),
    "operator-grace": ("grace@operators.example", "grace-password", {"role": "operator"}),
    "admin-hope": ("hope@operators.example", "hope-password", {"role": "admin"}),
    **{
        f"device-mtr-00{n}": (
            f"mtr-00{n}@meters.example",
            f"meter-00{n}-password",
            {"role": "meter", "meter_id": f"MTR-00{n}"},
        )
        for n in (1, 2, 3)
    },
}


def test_the_accounts_are_those_of_the_story() -> None:
    assert set(ACCOUNTS) == set(PEOPLE)


def test_the_staff_of_the_list_are_those_with_the_claim() -> None:
    roles = {uid: {"role": row["role"]} for uid, row in DATABASE["staff"].items()}
    assert roles == {
        uid: claims
        for uid, (_, _, claims) in PEOPLE.items()
        if claims in ({"role": "admin"}, {"role": "operator"})
    }


@pytest.mark.parametrize("uid", PEOPLE)
def test_an_account_signs_in_with_its_fake_password(uid: str) -> None:
    email, password, claims = PEOPLE[uid]
    account = ACCOUNTS[uid]
    assert account["email"] == email
    salt = account["salt"]
    assert account["passwordHash"] == f"fakeHash:salt={salt}:password={password}"
    assert account.get("customAttributes") == (
        None if claims is None else json.dumps(claims, separators=(",", ":"))
    )
    assert account["disabled"] is False


FAKE: dict[str, Callable[[str], object]] = {
    "email": re.compile(r"[a-z0-9.-]+@(tenants|meters|operators)\.example").fullmatch,
    "phone_number": re.compile(r"25470000000\d").fullmatch,
}


@pytest.mark.parametrize("name", FAKE)
def test_nothing_personal_looks_real(name: str) -> None:
    values = [str(value) for path, value in LEAVES if path.endswith(f"/{name}")]
    assert values
    assert all(FAKE[name](value) for value in values)
