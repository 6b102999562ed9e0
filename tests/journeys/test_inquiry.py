"""A receipt that nobody told us of: staff ask M-PESA, and its word is worth as much as money."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys import scene
from tests.journeys.test_by_hand import pay_by_hand, wait_for_outcome
from tools.lab.stack import Stack

pytestmark = pytest.mark.journey
WHY = {"why": "the tenant shows the message"}


def ask(stack: Stack, receipt: str) -> Any:
    answer = scene.grace(stack).post(f"/api/receipts/{receipt}/ask", WHY)
    return answer.status_code, answer.json()


def told(stack: Stack, receipt: str) -> str:
    node = stack.database.wait_until(
        f"inquiries/{receipt}", lambda node: bool(node) and node["status"] != "asked"
    )
    return str(node["status"])


def place(stack: Stack, receipt: str) -> Any:
    return scene.grace(stack).get(f"/api/receipts/{receipt}").json()


def test_money_that_no_confirmation_told_of_is_found_by_its_receipt(stack: Stack) -> None:
    receipt = pay_by_hand(stack, "MTR-001")  # whose URLs are not registered
    assert place(stack, receipt)["place"] == "unknown"
    status, seen = ask(stack, receipt)
    assert (status, seen["inquiry"]["asked_by"]) == (202, "operator-grace")
    assert told(stack, receipt) == "paid_to_us"
    wait_for_outcome(stack, receipt, "suspense")
    assert (place(stack, receipt)["place"], place(stack, receipt)["amount_kes"]) == (
        "suspense",
        100,
    )
    meter = stack.meter(scene.METER)
    grace = scene.grace(stack)
    assigned = grace.post(f"/api/suspense/{receipt}/assign", {"meter_id": scene.METER, **WHY})
    assert assigned.json()["outcome"] == "credited"
    found = place(stack, receipt)
    assert (found["place"], found["meter_id"]) == ("credited", scene.METER)
    meter.wait_for("acknowledged", transaction_id=found["transaction_id"])
    assert ask(stack, receipt) == (200, {**found})


def test_a_lost_payment_keeps_its_promise_when_its_callback_was_lost(stack: Stack) -> None:
    stack.simulator.next_push({"kind": "callback_none"})
    paid = scene.prompted(stack, scene.amina(stack))
    receipt = stack.simulator.enter_pin(scene.MSISDN)["receipt"]
    ask(stack, receipt)
    assert told(stack, receipt) == "paid_to_us"
    wait_for_outcome(stack, receipt, "suspense")
    stack.simulator.send_callback(stack.database.get(f"prompts/{paid}/checkout_request_id"))
    scene.wait_for_delivery(stack, paid, "queued")
    stack.database.patch(f"confirmations/{receipt}", {"next_check_at": 1})
    stack.run_schedule()
    assert wait_for_outcome(stack, receipt, "twin") == paid
    assert place(stack, receipt)["place"] == "credited"


def test_a_receipt_that_m_pesa_does_not_know_is_no_money(stack: Stack) -> None:
    status, _ = ask(stack, "UKL0INVENT")
    assert status == 202
    assert told(stack, "UKL0INVENT") == "not_known"
    assert stack.database.get("confirmations/UKL0INVENT") is None
    assert place(stack, "UKL0INVENT")["place"] == "unknown"


def test_a_tenant_cannot_look_a_receipt_up(stack: Stack) -> None:
    answer = scene.amina(stack).get("/api/receipts/UKL0INVENT")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "staff_only")
