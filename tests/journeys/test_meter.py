"""Recharges on their way to a meter that is off, dies, forgets or is lied to."""

from __future__ import annotations

import shutil

import pytest

from tests.journeys import scene
from tools.lab.stack import Stack

pytestmark = pytest.mark.journey


def pay(stack: Stack, amount_kes: int) -> str:
    """A payment settled and queued."""
    paid = scene.prompted(stack, scene.amina(stack), amount_kes)
    stack.simulator.enter_pin(scene.MSISDN)
    scene.wait_for_delivery(stack, paid, "queued")
    return paid


def test_recharges_bought_while_the_meter_is_off_are_all_applied(stack: Stack) -> None:
    paid = [pay(stack, amount) for amount in (50, 100, 200)]
    meter = stack.meter(scene.METER)
    for transaction_id in paid:
        scene.wait_for_delivery(stack, transaction_id, "delivered")
    nodes = [scene.transaction(stack, transaction_id) for transaction_id in paid]
    steps = [
        (node["delivery"]["balance_before"], node["delivery"]["balance_after"]) for node in nodes
    ]
    assert [after for _, after in steps[:-1]] == [before for before, _ in steps[1:]]
    applied = {event["transaction_id"] for event in meter.events("applied")}
    assert applied >= {paid[-1]}
    sold_wh = sum(node["quote"]["energy_wh"] for node in nodes)
    stack.database.wait_until(
        f"meters/{scene.METER}", lambda node: node["credited_total"] == 12_000 + sold_wh
    )


@pytest.mark.parametrize("moment", ["apply:1", "commit:1", "ack:1"])
def test_a_meter_that_dies_while_recharging_credits_once(stack: Stack, moment: str) -> None:
    meter = stack.meter(scene.METER, die_after=moment)
    meter.wait_for("streaming")
    paid = pay_while_dying(stack)
    assert meter.process.wait_for_end(limit_s=20) in (137, -9)
    reborn = stack.meter(scene.METER)
    scene.wait_for_delivery(stack, paid, "delivered")
    energy_wh = scene.transaction(stack, paid)["quote"]["energy_wh"]
    stack.database.wait_until(
        f"meters/{scene.METER}", lambda node: node["credited_total"] == 12_000 + energy_wh
    )
    assert reborn.process.is_running


def pay_while_dying(stack: Stack) -> str:
    paid = scene.prompted(stack, scene.amina(stack))
    stack.simulator.enter_pin(scene.MSISDN)
    scene.wait_for_status(stack, paid, "paid")
    return paid


def test_a_meter_with_its_plug_pulled_at_any_time_keeps_its_credit(stack: Stack) -> None:
    meter = stack.meter(scene.METER)
    _, ready = meter.wait_for("streaming")
    first = pay(stack, 100)
    meter.wait_for("acknowledged", after=ready, transaction_id=first)
    meter.pull_the_plug()
    second = pay(stack, 100)
    again = stack.meter(scene.METER)
    scene.wait_for_delivery(stack, second, "delivered")
    assert [event["transaction_id"] for event in again.events("applied")] == [second]


def test_a_meter_whose_storage_was_erased_comes_back_with_its_credit(stack: Stack) -> None:
    meter = stack.meter(scene.METER)
    _, ready = meter.wait_for("streaming")
    first = pay(stack, 100)
    meter.wait_for("acknowledged", after=ready, transaction_id=first)
    credited_wh = 12_000 + scene.transaction(stack, first)["quote"]["energy_wh"]
    stack.database.wait_until(
        f"meters/{scene.METER}", lambda node: node["credited_total"] == credited_wh
    )
    meter.pull_the_plug()
    shutil.rmtree(meter.settings.store_dir)
    reborn = stack.meter(scene.METER)
    restored, _ = reborn.wait_for("restored")
    assert restored["credited_total_wh"] == credited_wh


def test_a_recharge_with_a_wrong_signature_is_refused(stack: Stack) -> None:
    meter = stack.meter(scene.METER)
    meter.wait_for("streaming")
    forged = {
        "amount": 100,
        "energy_wh": 999_999,
        "sequence": 2,
        "credited_total_wh": 1_011_999,
        "mac": "0" * 64,
        "created_at": 1,
        "processed": False,
    }
    path = f"meters/{scene.METER}/pending_recharge/-FORGEDFORGEDFORGED0"
    stack.database.put(path, forged)
    refused, _ = meter.wait_for("refused")
    assert refused["reason"] == "bad_mac"
    assert stack.database.get(path)["processed"] is False
    stack.database.put(path, None)
    paid = pay(stack, 100)  # and honest recharges go on
    meter.wait_for("applied", transaction_id=paid)
    scene.wait_for_delivery(stack, paid, "delivered")


def test_a_meter_out_of_credit_opens_its_switch_and_a_payment_closes_it(stack: Stack) -> None:
    meter = stack.meter(scene.METER, load_w=9_000, time_scale=1_000, report_interval_ms=200)
    _, gone = meter.wait_for("switch", state="disconnected", reason="out_of_credit")
    stack.database.wait_until(
        f"meters/{scene.METER}",
        lambda node: node["current_balance"] == 0 and node["status"]["switch"] == "disconnected",
    )
    paid = pay(stack, 100)
    meter.wait_for("switch", after=gone, state="connected")
    scene.wait_for_delivery(stack, paid, "delivered")
