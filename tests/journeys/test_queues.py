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
