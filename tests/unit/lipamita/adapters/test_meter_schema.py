"""Meters, tariffs, registers and recharges through the database and back."""

from __future__ import annotations

from typing import Any

import pytest
from lipamita.adapters.meter_schema import (
    meter_from_json,
    pending_from_json,
    recharge_to_json,
    register_from_json,
    register_to_json,
    tariff_from_json,
)
from lipamita.domain.errors import ConfigurationError, UnreadableError
from lipamita.domain.meter import MeterStatus
from lipamita.domain.recharge import (
    Acknowledgement,
    MeterRegister,
    close,
    empty_register,
    make_recharge,
    sell,
)
from lipamita.domain.tariff import Block, Levy
from lipamita.domain.units import Cents, Kes, Millis, Wh
from lipamita.use_cases.records import PendingRecharge

from tests.unit.lipamita.adapters.through_rtdb import through_rtdb
from tests.unit.lipamita.domain.samples import METER, NOW, OTHER_TRANSACTION, TRANSACTION, a_quote

METER_NODE: dict[str, Any] = {
    "name": "House A1",
    "kind": "esp32",
    "tariff_id": "domestic",
    "owner_uid": "tenant-amina",
    "device_uid": "device-mtr-001",
    "site": "Kilimani Court",
    "current_balance": -5,
    "consumption_rate": 340,
    "energy_consumed_total": 9_500,
    "credited_total": 12_000,
    "withdrawn_total": 0,
    "sequence": 3,
    "status": {
        "online": False,
        "switch": "connected",
        "supply": "on",
        "firmware": "1.2.0",
        "rssi": -61,
        "last_seen": NOW,
        "boot_count": 4,
        "reason": "power_on",
    },
    "pending_recharge": {TRANSACTION: {"amount": 1}},
    "alerts": {"a1": {"kind": "tamper"}},
}


def damaged(node: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    copy = through_rtdb(node)
    place = copy
    *parents, last = path.split("/")
    for name in parents:
        place = place[name]
    place[last] = value
    return copy  # type: ignore[no-any-return]


# --- meters


def test_a_meter_is_read_with_its_last_report() -> None:
    meter = meter_from_json(METER, through_rtdb(METER_NODE))
    assert (meter.name, meter.owner_uid, meter.current_balance_wh, meter.withdrawn_total_wh) == (
        "House A1",
        "tenant-amina",
        -5,
        0,
    )
    assert meter.status == MeterStatus(
        online=False,
        switch="connected",
        supply="on",
        firmware="1.2.0",
        rssi=-61,
        last_seen_ms=NOW,
        boot_count=4,
        reason="power_on",
    )


def test_a_meter_that_never_reported_and_belongs_to_nobody_is_read() -> None:
    node = {"name": "Shop", "kind": "esp32", "tariff_id": "domestic"}
    meter = meter_from_json(METER, node)
    assert (meter.owner_uid, meter.current_balance_wh, meter.status) == (None, None, MeterStatus())


@pytest.mark.parametrize("name", ["name", "kind", "tariff_id"])
def test_a_meter_without_its_registration_is_unreadable(name: str) -> None:
    node = {key: value for key, value in METER_NODE.items() if key != name}
    with pytest.raises(UnreadableError, match=f"meters/MTR-001/{name}"):
        meter_from_json(METER, node)


@pytest.mark.parametrize(
    ("path", "value"),
    [("owner_uid", 5), ("current_balance", 1.5), ("status", "on"), ("status/online", "yes")],
)
def test_a_damaged_meter_is_unreadable_and_the_field_is_named(path: str, value: object) -> None:
    with pytest.raises(UnreadableError, match=f"meters/MTR-001/{path}"):
        meter_from_json(METER, damaged(METER_NODE, path, value))


# --- tariffs

TARIFF_NODE: dict[str, Any] = {
    "name": "Domestic",
    "currency": "KES",
    "blocks": [{"up_to_wh": 30_000, "price_cents_per_kwh": 1_200}, {"price_cents_per_kwh": 1_600}],
    "levies": [{"name": "REP", "percent": 5}, {"name": "ERC", "cents_per_kwh": 3}],
    "vat_percent": 16,
    "fixed_charge_cents_per_month": 0,
    "friendly_hours": {"from": "18:00", "to": "06:00"},
}


@pytest.mark.parametrize("keys", [None, ("b1", "b2")], ids=["a list", "a map"])
def test_a_tariff_is_read_however_its_blocks_are_kept(keys: tuple[str, ...] | None) -> None:
    node = dict(TARIFF_NODE)
    if keys:
        node["blocks"] = dict(zip(keys, TARIFF_NODE["blocks"], strict=True))
    tariff = tariff_from_json("domestic", through_rtdb(node))
    assert tariff.blocks == (
        Block(up_to_wh=Wh(30_000), price_cents_per_kwh=Cents(1_200)),
        Block(up_to_wh=None, price_cents_per_kwh=Cents(1_600)),
    )


def test_levies_and_vat_of_a_tariff_are_read() -> None:
    tariff = tariff_from_json("domestic", through_rtdb(TARIFF_NODE))
    assert tariff.levies == (
        Levy(name="REP", percent=5),
        Levy(name="ERC", cents_per_kwh=Cents(3)),
    )
    assert tariff.vat_percent == 16


@pytest.mark.parametrize(
    "node",
    [
        None,
        "cheap",
        {},
        {"blocks": []},
        {"blocks": [{}]},
        {"blocks": [{"price_cents_per_kwh": 0}]},
        {"blocks": [{"price_cents_per_kwh": 12.5}]},
        {"blocks": [{"price_cents_per_kwh": "1200"}]},
        {"blocks": [{"price_cents_per_kwh": True}]},
        {"blocks": "all"},
        {"blocks": [None, None]},
        {"blocks": [{"up_to_wh": 5, "price_cents_per_kwh": 5}]},
        {"blocks": [{"price_cents_per_kwh": 5}, {"up_to_wh": 5, "price_cents_per_kwh": 5}]},
        {**TARIFF_NODE, "vat_percent": 16.0},
        {**TARIFF_NODE, "vat_percent": "16"},
        {**TARIFF_NODE, "levies": [{"percent": 5}]},
        {**TARIFF_NODE, "levies": 5},
        {**TARIFF_NODE, "fixed_charge_cents_per_month": -1},
    ],
    ids=lambda node: str(node)[:50],
)
def test_a_tariff_that_cannot_be_sold_by_is_the_operators_mistake(node: object) -> None:
    with pytest.raises(ConfigurationError) as refused:
        tariff_from_json("domestic", node)
    assert refused.value.code == "invalid_tariff"


# --- registers and recharges


def a_register() -> MeterRegister:
    register = empty_register("2026-11")
    for transaction_id in (TRANSACTION, OTHER_TRANSACTION):
        register = sell(
            register, transaction_id, a_quote(remainder_cents=3), now_ms=NOW, month="2026-11"
        )
    return close(register, TRANSACTION, now_ms=Millis(NOW + 1))


@pytest.mark.parametrize("register", [empty_register("2026-11"), a_register()])
def test_a_register_comes_back_as_it_was(register: MeterRegister) -> None:
    assert register_from_json(METER, through_rtdb(register_to_json(register))) == register


def test_a_meter_that_was_never_sold_anything_has_no_register() -> None:
    assert register_from_json(METER, None) is None


@pytest.mark.parametrize(
    "name",
    ["credited_total_wh", "withdrawn_total_wh", "sequence", "remainder_cents", "month", "month_wh"],
)
def test_a_register_without_one_of_its_totals_is_unreadable_and_not_zero(name: str) -> None:
    node = register_to_json(a_register())
    del node[name]
    with pytest.raises(UnreadableError, match=f"meter_registers/MTR-001/{name}"):
        register_from_json(METER, node)


@pytest.mark.parametrize("name", ["sequence", "energy_wh", "credited_total_wh", "added_at"])
def test_a_damaged_entry_makes_the_register_unreadable(name: str) -> None:
    node = damaged(register_to_json(a_register()), f"entries/{TRANSACTION}/{name}", "many")
    with pytest.raises(UnreadableError, match=f"entries/{TRANSACTION}/{name}"):
        register_from_json(METER, node)


@pytest.mark.parametrize("entries", [5, "", "none", True, [1]])
def test_entries_that_are_no_map_are_unreadable_and_not_empty(entries: object) -> None:
    node = damaged(register_to_json(a_register()), "entries", entries)
    with pytest.raises(UnreadableError, match="meter_registers/MTR-001/entries"):
        register_from_json(METER, node)


def test_a_recharge_is_written_for_the_meter_field_by_field() -> None:
    entry = a_register().entries[TRANSACTION]
    recharge = make_recharge(METER, TRANSACTION, entry, amount_kes=Kes(500), master_secret="m" * 32)
    assert recharge_to_json(recharge) == {
        "amount": 500,
        "energy_wh": 20_000,
        "sequence": 1,
        "credited_total_wh": 20_000,
        "mac": recharge.mac,
        "created_at": NOW,
        "processed": False,
    }


def pending(**more: object) -> PendingRecharge | None:
    return pending_from_json("p", {"amount": 500, "processed": False, **more})


def test_a_recharge_that_is_not_there_is_none() -> None:
    assert pending_from_json("p", None) is None


def test_a_recharge_waits_until_it_is_processed() -> None:
    assert pending() == PendingRecharge(acknowledgement=None)


def test_a_processed_recharge_has_the_meters_acknowledgement() -> None:
    done = pending(processed=True, processed_at=NOW, balance_after=-7)
    acknowledgement = Acknowledgement(processed_at_ms=NOW, balance_after_wh=-7)
    assert done == PendingRecharge(acknowledgement=acknowledgement)


@pytest.mark.parametrize(
    "more",
    [
        {"processed": True},
        {"processed": True, "processed_at": NOW},
        {"processed": True, "balance_after": 5},
        {"processed": True, "processed_at": NOW, "balance_after": 5.5},
        {"processed": 1},
        {"processed": "true"},
    ],
    ids=str,
)
def test_an_acknowledgement_with_a_hole_is_unreadable(more: dict[str, object]) -> None:
    with pytest.raises(UnreadableError):
        pending(**more)
