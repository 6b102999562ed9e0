"""What waits for people: seen in its queue, decided once, and the money is where they said."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys import scene
from tools.lab.stack import Stack

pytestmark = pytest.mark.journey


def rows(stack: Stack, queue: str) -> list[dict[str, Any]]:
    """What the operator sees in that queue."""
    answer = scene.grace(stack).get(f"/api/{queue}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()[queue]
    return found


def decide(stack: Stack, transaction_id: str, **decision: object) -> Any:
    path = f"/api/reviews/{transaction_id}/decision"
    answer = scene.grace(stack).post(path, {"why": "as the statement says", **decision})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_money_in_review_moves_to_suspense_and_to_the_meter_it_was_for(stack: Stack) -> None:
    meter = stack.meter(scene.OTHER_METER)
    meter.wait_for("streaming")
    stack.simulator.next_push({"kind": "callback_amount", "value": 60})
    paid = scene.prompted(stack, scene.amina(stack))
    receipt = stack.simulator.enter_pin(scene.MSISDN)["receipt"]
    scene.wait_for_status(stack, paid, "review")
    [row] = rows(stack, "reviews")
    assert (row["transaction_id"], row["told"][0]["receipt"]) == (paid, receipt)
    assert {"decision": "suspense", "receipt": receipt} in row["allowed_decisions"]
    assert {"decision": "dismiss", "receipt": None} not in row["allowed_decisions"]
    decide(stack, paid, decision="suspense", receipt=receipt, amount=100)
    assert rows(stack, "reviews") == []
    [item] = rows(stack, "suspense")
    assert (item["receipt"], item["amount_kes"]) == (receipt, 100)
    path = f"/api/suspense/{receipt}/assign"
    to = {"meter_id": scene.OTHER_METER, "why": "he showed the message"}
    assert scene.grace(stack).post(path, to).json()["outcome"] == "credited"
    meter.wait_for(
        "acknowledged", transaction_id=stack.database.get(f"receipts/{receipt}")["transaction_id"]
    )
    assert rows(stack, "suspense") == []
    prompt = scene.checkout_request_id(stack, paid)
    stack.simulator.send_callback(prompt)  # once more, after it was given away
    stack.run_schedule()
    assert scene.transaction(stack, paid)["status"] == "expired"


def test_a_dismissed_payment_is_paid_by_a_late_success(stack: Stack) -> None:
    stack.simulator.next_push({"kind": "drop"})
    answer = scene.amina(stack).ask_to_pay(scene.METER, 100, scene.PHONE)
    paid = answer.json()["transaction_id"]
    assert answer.json()["status"] == "created"
    scene.let_time_pass(stack, paid, 3 * 24 * scene.HOUR_MS)
    stack.run_schedule()
    [row] = rows(stack, "reviews")
    assert (row["reason"], row["allowed_decisions"]) == (
        "push_unknown",
        [{"decision": "dismiss", "receipt": None}],
    )
    assert decide(stack, paid, decision="dismiss")["status"] == "expired"
    assert rows(stack, "reviews") == []
    stack.simulator.enter_pin(scene.MSISDN)
    assert scene.wait_for_delivery(stack, paid, "queued")["status"] == "paid"


def adjust(stack: Stack, key: str, **fields: object) -> Any:
    body = {"meter_id": scene.METER, "why": "the supply failed for a day", **fields}
    answer = scene.grace(stack).post("/api/adjustments", body, key=key)
    assert answer.status_code == 202, answer.text
    return answer.json()


def test_a_top_up_by_staff_beside_the_automatic_retry_is_no_second_credit(stack: Stack) -> None:
    meter = stack.meter(scene.METER)
    meter.wait_for("streaming")
    stack.simulator.next_push({"kind": "callback_none"})
    paid = scene.prompted(stack, scene.amina(stack), 200)
    receipt = stack.simulator.enter_pin(scene.MSISDN)["receipt"]
    top_up = adjust(stack, "top-up", direction="give", energy_wh=8_000)
    stack.simulator.send_callback(scene.checkout_request_id(stack, paid))
    meter.wait_for("acknowledged", transaction_id=top_up["transaction_id"])
    meter.wait_for("acknowledged", transaction_id=paid)
    assert adjust(stack, "top-up", direction="give", energy_wh=8_000) == {
        **top_up,
        "delivery_status": "delivered",
    }
    scene.wait_for_delivery(stack, paid, "delivered")
    seen = scene.grace(stack).get(f"/api/transactions/meter/{scene.METER}").json()["payments"]
    mine = {row["transaction_id"]: row for row in seen}
    assert (mine[paid]["channel"], mine[paid]["mpesa_receipt"]) == ("stk", receipt)
    given = mine[top_up["transaction_id"]]
    assert (given["channel"], given["mpesa_receipt"], given["energy_wh"]) == ("manual", None, 8_000)


def test_what_staff_gave_by_mistake_they_take_back(stack: Stack) -> None:
    meter = stack.meter(scene.METER)
    meter.wait_for("streaming")
    given = adjust(stack, "mistake", direction="give", energy_wh=8_000)["transaction_id"]
    meter.wait_for("acknowledged", transaction_id=given)
    scene.wait_for_delivery(stack, given, "delivered")
    taken = adjust(stack, "back", direction="take", energy_wh=8_000)["transaction_id"]
    scene.wait_for_delivery(stack, taken, "withdrawn")
    assert stack.database.get(f"meter_registers/{scene.METER}/withdrawn_total_wh") == 8_000
