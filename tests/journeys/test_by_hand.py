"""The PayBill by hand: registered, validated, confirmed, told twice, in suspense, pulled."""

from __future__ import annotations

import pytest
import requests

from tests.journeys import scene
from tools.lab.stack import Stack

pytestmark = pytest.mark.journey
SHORT_CODE = "600000"
HOLD_MS = 2 * scene.MINUTE_MS


@pytest.fixture
def registered(stack: Stack) -> Stack:
    """A stack whose PayBill reports payments by hand, registered by the real command."""
    stack.register_paybill()
    return stack


def pay_by_hand(stack: Stack, account: str, amount_kes: int = 100) -> str:
    paid = stack.simulator.pay_by_hand(
        scene.MSISDN, short_code=SHORT_CODE, amount=amount_kes, account_reference=account
    )
    receipt: str = paid["receipt"]
    return receipt


def wait_for_outcome(stack: Stack, receipt: str, outcome: str) -> str:
    node = stack.database.wait_until(
        f"confirmations/{receipt}", lambda node: bool(node) and node.get("outcome") == outcome
    )
    return str(node.get("transaction_id", ""))


def let_hold_pass(stack: Stack, receipt: str) -> None:
    path = f"confirmations/{receipt}"
    node = stack.database.wait_until(  # its trigger has looked, and will not put it off again
        path, lambda node: bool(node) and node.get("next_check_at") != node["received_at"]
    )
    stack.database.patch(path, {"received_at": node["received_at"] - HOLD_MS, "next_check_at": 1})
    stack.run_schedule()


@pytest.mark.parametrize("account", ["MTR001", "mtr-0O1", "mtr 001"])
def test_a_payment_by_hand_becomes_energy(registered: Stack, account: str) -> None:
    meter = registered.meter(scene.METER)
    meter.wait_for("streaming")
    receipt = pay_by_hand(registered, account)
    paid = wait_for_outcome(registered, receipt, "credited")
    meter.wait_for("acknowledged", transaction_id=paid)
    seen = scene.amina(registered).payment(paid)
    assert (seen["mpesa_receipt"], seen["amount_kes"]) == (receipt, 100)


def test_a_payment_told_as_callback_and_confirmation_is_credited_once(registered: Stack) -> None:
    paid = scene.prompted(registered, scene.amina(registered))
    receipt = registered.simulator.enter_pin(scene.MSISDN)["receipt"]
    scene.wait_for_delivery(registered, paid, "queued")
    registered.database.wait_until(f"confirmations/{receipt}", bool)
    let_hold_pass(registered, receipt)
    assert wait_for_outcome(registered, receipt, "twin") == paid


def test_a_lost_callback_is_made_good_by_the_confirmation(registered: Stack) -> None:
    registered.simulator.next_push({"kind": "callback_none"})
    paid = scene.prompted(registered, scene.amina(registered))
    receipt = registered.simulator.enter_pin(scene.MSISDN)["receipt"]
    registered.database.wait_until(f"confirmations/{receipt}", bool)
    let_hold_pass(registered, receipt)
    assert wait_for_outcome(registered, receipt, "credited") == paid
    assert scene.transaction(registered, paid)["mpesa_receipt"] == receipt


def test_a_wrong_account_number_is_refused_before_money_moves(registered: Stack) -> None:
    registered.simulator.switch(c2b_validation=True)
    receipt = pay_by_hand(registered, "MTR-404")
    registered.simulator.wait_for("callback_delivered", about=receipt)
    assert receipt not in [row["receipt"] for row in registered.simulator.receipts()]
    good = pay_by_hand(registered, "MTR-001")
    wait_for_outcome(registered, good, "credited")


def test_money_for_nobody_waits_in_suspense_until_an_operator_assigns_it_once(
    registered: Stack,
) -> None:
    receipt = pay_by_hand(registered, "MTR-404")
    wait_for_outcome(registered, receipt, "suspense")
    item = registered.database.get(f"suspense/{receipt}")
    assert (item["status"], item["reason"], item["amount"]) == ("open", "unknown_account", 100)
    tenant, grace = scene.amina(registered), scene.grace(registered)
    decision = {"meter_id": scene.METER, "why": "the tenant showed the message"}
    path = f"/api/suspense/{receipt}/assign"
    assert tenant.post(path, decision).status_code == 403
    answer = grace.post(path, decision)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "credited")
    assert grace.post(path, decision).status_code == 200
    assert grace.post(path, {**decision, "meter_id": scene.OTHER_METER}).status_code == 409
    item = registered.database.get(f"suspense/{receipt}")
    assert (item["status"], item["assigned_by"]) == ("assigned", "operator-grace")


def test_a_forged_confirmation_is_not_stored(registered: Stack) -> None:
    url = f"{registered.url('hosting')}/daraja/c2b/confirmation/{'a' * 32}"
    answer = requests.post(url, json={"TransID": "UKL1FORGED"}, timeout=(3, 10))
    assert answer.status_code == 404
    assert registered.database.get("confirmations") is None
    assert scene.alarms(registered)["forged_callback"] == 1
