"""The functions store what the document states: its examples and the seed go through the code."""

import json
from pathlib import Path
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
from lipamita.adapters.payment_schema import payment_from_json, payment_to_json
from lipamita.adapters.place_schema import (
    day_from_json,
    day_to_json,
    order_from_json,
    order_to_json,
    place_from_json,
    place_to_json,
)
from lipamita.adapters.refund_schema import refund_from_json, refund_to_json
from lipamita.adapters.rtdb_notices import notice_from_json, notice_to_json
from lipamita.domain.ids import MeterId, TransactionId
from lipamita.domain.recharge import Acknowledgement, SoldEntry, make_recharge
from lipamita.domain.refund import RefundId
from lipamita.domain.units import Kes, Millis, Wh

from tools.data_model import leaves, read_fields

SEED = Path(__file__).parents[3] / "emulator-data"
DATABASE = json.loads(
    (SEED / "database_export" / "demo-lipamita-default-rtdb.json").read_text(encoding="utf-8")
)
FIELDS = read_fields()
PAYMENT = TransactionId("-Of2aAbcdEFGHijkl012")
METER = MeterId("MTR-001")
ORDER = "B0123456789A"
REFUND = RefundId("-Of2aAbcdEFGHijkl099")
KEYS = {"{line}": "l01", "{step}": "h01", "{transaction_id}": PAYMENT, "{refund_id}": REFUND}


def documented(path: str) -> Any:
    """The node at this path, made of the examples of all fields documented below it."""
    node: dict[str, Any] = {}
    for field in FIELDS:
        if field.path.startswith(f"{path}/"):
            *parents, name = field.path.removeprefix(f"{path}/").split("/")
            inner = node
            for key in parents:
                inner = inner.setdefault(KEYS.get(key, key.strip("{}")), {})
            inner[KEYS.get(name, name)] = field.example
    return node


@pytest.mark.parametrize("other", ["meter_id", "order"])
def test_a_payment_is_kept_field_by_field(other: str) -> None:
    node = documented("transactions/{transaction_id}")
    del node[other]  # it is for a meter or for an order
    assert payment_to_json(payment_from_json(PAYMENT, node)) == node


def test_an_order_is_kept_field_by_field() -> None:
    node = documented("orders/{order_id}")
    assert order_to_json(order_from_json(ORDER, node)) == node


def test_a_place_and_its_day_are_kept_field_by_field() -> None:
    node = documented("places/{place_id}")
    assert place_to_json(place_from_json("court-1", node)) == node
    day = documented("place_days/{place_id}/{day}")
    assert day_to_json(day_from_json("place_days/court-1/2026-11-21", day)) == day


def test_a_notice_is_kept_field_by_field() -> None:
    node = documented("notices/{notice_id}")
    assert notice_to_json(notice_from_json("alarm-1", node)) == node


def test_a_refund_is_kept_field_by_field() -> None:
    node = documented("refunds/{refund_id}")
    assert refund_to_json(refund_from_json(REFUND, node)) == node


def test_a_register_is_kept_field_by_field() -> None:
    node = documented("meter_registers/{meter_id}")
    register = register_from_json(METER, node)
    assert register is not None
    assert register_to_json(register) == node


def test_a_recharge_is_written_as_documented() -> None:
    entry = SoldEntry(
        sequence=2, energy_wh=Wh(29411), credited_total_wh=Wh(41411), added_at_ms=Millis(7)
    )
    recharge = make_recharge(METER, PAYMENT, entry, amount_kes=Kes(500), master_secret="demo")
    path = f"meters/{METER}/pending_recharge/{PAYMENT}"
    for leaf, value in leaves(recharge_to_json(recharge), path):
        assert [field.fits(value) for field in FIELDS if field.is_at(leaf)] == [True], leaf


def test_an_acknowledgement_is_read_as_documented() -> None:
    node = documented("meters/{meter_id}/pending_recharge/{transaction_id}")
    pending = pending_from_json("pending_recharge", node)
    assert pending is not None
    assert pending.acknowledgement == Acknowledgement(
        processed_at_ms=node["processed_at"], balance_after_wh=node["balance_after"]
    )


def test_a_meter_is_read_as_documented() -> None:
    node = documented("meters/{meter_id}")
    meter = meter_from_json(METER, node)
    assert meter.current_balance_wh == node["current_balance"]
    assert meter.energy_consumed_total_wh == node["energy_consumed_total"]
    assert meter.owner_uid == node["owner_uid"]
    assert meter.status.switch == node["status"]["switch"]
    assert meter.status.last_seen_ms == node["status"]["last_seen"]


@pytest.mark.parametrize("tariff_id", DATABASE["tariffs"])
def test_energy_can_be_sold_by_a_tariff_of_the_seed(tariff_id: str) -> None:
    tariff = tariff_from_json(tariff_id, DATABASE["tariffs"][tariff_id])
    assert len(tariff.blocks) == len(DATABASE["tariffs"][tariff_id]["blocks"])
    assert [levy.name for levy in tariff.levies] == [
        levy["name"] for levy in DATABASE["tariffs"][tariff_id]["levies"]
    ]


@pytest.mark.parametrize("meter_id", DATABASE["meters"])
def test_a_meter_of_the_seed_is_readable(meter_id: str) -> None:
    node = DATABASE["meters"][meter_id]
    meter = meter_from_json(MeterId(meter_id), node)
    assert (meter.owner_uid, meter.tariff_id) == (node.get("owner_uid"), node["tariff_id"])
    register = register_from_json(MeterId(meter_id), DATABASE["meter_registers"][meter_id])
    assert register is not None
    assert register.entries == {}
