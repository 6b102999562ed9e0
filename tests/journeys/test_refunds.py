"""Money on its way back: once, after the energy, and never twice because an answer was lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.journeys import scene
from tools.lab.meter import Meter
from tools.lab.people import Person
from tools.lab.stack import Stack

pytestmark = pytest.mark.journey


def delivered(stack: Stack, amount_kes: int = 500) -> tuple[Meter, str, str]:
    """A meter that has applied a payment: the meter, the transaction and its receipt."""
    meter = stack.meter(scene.METER)
    paid = scene.prompted(stack, scene.amina(stack), amount_kes)
    receipt: str = stack.simulator.enter_pin(scene.MSISDN)["receipt"]
    scene.wait_for_delivery(stack, paid, "delivered")
    return meter, paid, receipt


def ask(stack: Stack, receipt: str, key: str = "refund-1", **what: object) -> Any:
    """The operator asks for a refund."""
    grace: Person = scene.grace(stack)
    answer = grace.post("/api/refunds", {"receipt": receipt, "why": "moved out", **what}, key=key)
    assert answer.status_code == 202, answer.text
    return answer.json()


def wait_for(stack: Stack, refund_id: str, status: str) -> Any:
    """The refund once it has that status."""
    return stack.database.wait_until(
        f"refunds/{refund_id}", lambda node: bool(node) and node["status"] == status
    )


def money_out(stack: Stack) -> list[tuple[str, int]]:
    """What left the short code, by M-Pesa's own books."""
    return [
        (row["channel"], row["amount"])
        for row in stack.simulator.receipts()
        if row["channel"] in ("b2c", "reversal")
    ]


def let_reconcile(stack: Stack, refund_id: str) -> None:
    """As if the refund had been sent an hour ago: what waits for an answer asks for it."""
    stack.database.wait_until(  # the process that sent it has ended
        f"command_registers/{scene.METER}/entries/withdraw-{refund_id}",
        lambda entry: "closed_at" in entry,
    )
    path = f"refunds/{refund_id}"
    node = stack.database.get(path)
    times = {name: node[name] - scene.HOUR_MS for name in ("sent_at", "next_check_at")}
    stack.database.patch(path, times)
    stack.run_schedule()


def test_an_unused_payment_is_reversed_after_the_meter_gave_its_energy_back(stack: Stack) -> None:
    meter, paid, receipt = delivered(stack)
    refund = ask(stack, receipt)
    done = wait_for(stack, refund["refund_id"], "refunded")
    assert money_out(stack) == [("reversal", 500)]
    back = scene.wait_for_status(stack, paid, "refunded")
    assert (back["delivery"]["status"], back["refunded"]) == ("withdrawn", 500)
    assert meter.events("command")[0]["result"] == "ok"
    withdrawn_wh = back["quote"]["energy_wh"]
    stack.database.wait_until(
        f"meters/{scene.METER}", lambda node: node["withdrawn_total"] == withdrawn_wh
    )
    assert done["paid_receipt"] in {row["receipt"] for row in stack.simulator.receipts()}
    prompt = stack.database.get(f"prompts/{paid}/checkout_request_id")
    stack.simulator.send_callback(prompt)  # once more, after the refund
    stack.run_schedule()
    assert scene.transaction(stack, paid)["status"] == "refunded"


def test_a_part_is_paid_out_and_the_rest_stays(stack: Stack) -> None:
    _, paid, receipt = delivered(stack)
    refund = ask(stack, receipt, amount=200, phone_number=scene.PHONE)
    wait_for(stack, refund["refund_id"], "refunded")
    assert money_out(stack) == [("b2c", 200)]
    back = stack.database.wait_until(
        f"transactions/{paid}", lambda node: node.get("refunded") == 200
    )
    assert (back["status"], back["delivery"]["status"]) == ("paid", "delivered")
    # The number goes last, after the payment says what was refunded.
    stack.database.wait_until(f"payees/{refund['refund_id']}", lambda node: node is None)


def test_a_payout_whose_answer_was_lost_is_found_and_not_sent_again(stack: Stack) -> None:
    _, _, receipt = delivered(stack)
    stack.simulator.next_request("b2c", {"kind": "drop"}, {"kind": "callback_none"})
    refund = ask(stack, receipt, amount=200, phone_number=scene.PHONE)
    wait_for(stack, refund["refund_id"], "unknown")
    let_reconcile(stack, refund["refund_id"])  # asks Transaction Status
    wait_for(stack, refund["refund_id"], "refunded")
    assert money_out(stack) == [("b2c", 200)]
    assert len(stack.simulator.requests("b2c")) == 1


def test_a_queue_timeout_is_not_a_failure(stack: Stack) -> None:
    _, paid, receipt = delivered(stack)
    stack.simulator.next_request("b2c", {"kind": "queue_timeout", "gap_ms": 1_500})
    refund = ask(stack, receipt, amount=200, phone_number=scene.PHONE)
    done = wait_for(stack, refund["refund_id"], "refunded")
    passed = [step["to"] for _, step in sorted(done["history"].items())]
    assert passed[-3:] == ["sent", "unknown", "refunded"]
    assert money_out(stack) == [("b2c", 200)]
    assert scene.transaction(stack, paid)["status"] in ("paid", "refunding")
    stack.database.wait_until(f"transactions/{paid}", lambda node: node["status"] == "paid")


def test_money_that_was_reversed_already_waits_for_people(stack: Stack) -> None:
    _, _, receipt = delivered(stack)
    stack.simulator.next_request("reversal", {"kind": "callback_code", "value": "R000001"})
    refund = ask(stack, receipt)
    wait_for(stack, refund["refund_id"], "unknown")
    grace = scene.grace(stack)
    path = f"/api/refunds/{refund['refund_id']}/decision"
    early = grace.post(path, {"decision": "send", "why": "it was not paid"})
    assert (early.status_code, early.json()["error"]["code"]) == (409, "not_decidable")
    let_reconcile(stack, refund["refund_id"])
    wait_for(stack, refund["refund_id"], "refunded")  # Transaction Status knows better
    assert money_out(stack) == [("reversal", 500)]


def test_what_the_meter_burnt_is_not_refunded(stack: Stack) -> None:
    meter, paid, receipt = delivered(stack)
    bought_wh = scene.transaction(stack, paid)["quote"]["energy_wh"]
    meter.stop()
    hungry = stack.meter(scene.METER, load_w=9_000, time_scale=2_000, report_interval_ms=100)
    stack.database.wait_until(
        f"meters/{scene.METER}", lambda node: node["current_balance"] < bought_wh // 2
    )
    hungry.stop()
    left_wh = stack.database.get(f"meters/{scene.METER}")["current_balance"]
    stack.meter(scene.METER)
    refund = ask(stack, receipt, phone_number=scene.PHONE)
    assert refund["method"] == "payout"
    assert refund["energy_wh"] <= left_wh
    assert 0 < refund["amount_kes"] * bought_wh <= left_wh * 500
    wait_for(stack, refund["refund_id"], "refunded")
    assert money_out(stack) == [("b2c", refund["amount_kes"])]


def test_an_operator_who_asks_twice_at_once_refunds_once(stack: Stack) -> None:
    _, _, receipt = delivered(stack)
    grace = scene.grace(stack)
    body = {"receipt": receipt, "why": "moved out"}
    with ThreadPoolExecutor(4) as pool:
        keys = ["same", "same", "other", "another"]
        answers = list(pool.map(lambda key: grace.post("/api/refunds", body, key=key), keys))
    assert {answer.status_code for answer in answers} <= {202, 409}
    stack.database.wait_until(
        "refunds", lambda node: any(one["status"] == "refunded" for one in node.values())
    )
    stack.run_schedule()
    statuses = sorted(node["status"] for node in stack.database.get("refunds").values())
    assert statuses.count("refunded") == 1
    assert set(statuses) <= {"refunded", "failed"}
    assert money_out(stack) == [("reversal", 500)]


def test_money_by_hand_for_nobody_goes_back_to_who_paid_it(stack: Stack) -> None:
    stack.register_paybill()
    paid = stack.simulator.pay_by_hand(
        scene.MSISDN, short_code="600000", amount=300, account_reference="NOBODY"
    )
    stack.database.wait_until(
        f"suspense/{paid['receipt']}", lambda node: bool(node) and node["status"] == "open"
    )
    refund = ask(stack, paid["receipt"])
    wait_for(stack, refund["refund_id"], "refunded")
    assert money_out(stack) == [("reversal", 300)]
    item = stack.database.wait_until(
        f"suspense/{paid['receipt']}", lambda node: node["status"] == "refunded"
    )
    assert item["refund_id"] == refund["refund_id"]
