"""Callbacks as they come: lost, doubled, early, forged, contradicting, wrong."""

from __future__ import annotations

import pytest
import requests

from tests.journeys import scene
from tools.lab.stack import Stack

pytestmark = pytest.mark.journey
COPIES = 20


def test_a_lost_callback_is_found_by_the_query(stack: Stack) -> None:
    meter = stack.meter(scene.METER)
    meter.wait_for("streaming")
    stack.simulator.next_push({"kind": "callback_none"})
    paid = scene.prompted(stack, scene.amina(stack))
    stack.simulator.enter_pin(scene.MSISDN)
    scene.let_time_pass(stack, paid, scene.MINUTE_MS)
    stack.run_schedule()
    assert scene.transaction(stack, paid)["reason"] == "paid_unverified"
    scene.let_time_pass(stack, paid, 3 * scene.MINUTE_MS)
    stack.run_schedule()
    meter.wait_for("applied", transaction_id=paid)
    scene.wait_for_delivery(stack, paid, "delivered")


def test_a_lost_callback_is_found_by_the_tenant_who_looks(stack: Stack) -> None:
    stack.simulator.next_push({"kind": "callback_none"})
    tenant = scene.amina(stack)
    paid = scene.prompted(stack, tenant)
    stack.simulator.enter_pin(scene.MSISDN)
    scene.let_time_pass(stack, paid, scene.MINUTE_MS)
    assert "Do not pay again" in tenant.payment(paid)["message"]
    scene.let_time_pass(stack, paid, 3 * scene.MINUTE_MS)
    assert tenant.payment(paid)["status"] == "paid"


@pytest.mark.parametrize("shape", ["4999", "empty_200", "being_processed", "error_500", "waf"])
def test_a_query_that_does_not_know_fails_nobody(stack: Stack, shape: str) -> None:
    stack.simulator.next_push(
        {"kind": "callback_none"}, {"kind": "query_shape", "shape": shape, "polls": 2}
    )
    paid = scene.prompted(stack, scene.amina(stack))
    stack.simulator.enter_pin(scene.MSISDN)
    for _ in range(2):
        scene.let_time_pass(stack, paid, 10 * scene.MINUTE_MS)
        stack.run_schedule()
        assert scene.transaction(stack, paid)["status"] == "prompted"
    for _ in range(2):
        scene.let_time_pass(stack, paid, 10 * scene.MINUTE_MS)
        stack.run_schedule()
    assert scene.transaction(stack, paid)["status"] == "paid"


def test_twenty_equal_callbacks_in_parallel_credit_once(stack: Stack) -> None:
    meter = stack.meter(scene.METER)
    meter.wait_for("streaming")
    stack.simulator.next_push({"kind": "callback_copies", "copies": COPIES})
    paid = scene.prompted(stack, scene.amina(stack))
    stack.simulator.enter_pin(scene.MSISDN)
    scene.wait_for_delivery(stack, paid, "delivered")
    checkout = scene.checkout_request_id(stack, paid)
    again = stack.simulator.send_callback(checkout, copies=COPIES)
    assert [delivery["status"] for delivery in again] == [200] * COPIES
    stack.run_schedule()
    assert len(meter.events("applied")) == 1
    [evidence] = stack.database.get(f"callbacks/{paid}").values()
    assert evidence["copies"] >= COPIES


def test_a_forged_callback_credits_nobody_and_raises_an_alarm(stack: Stack) -> None:
    tenant = scene.amina(stack)
    victim = scene.prompted(stack, tenant)
    checkout = scene.checkout_request_id(stack, victim)
    told = {
        "MerchantRequestID": "29115-1",
        "CheckoutRequestID": checkout,
        "ResultCode": 0,
        "ResultDesc": "The service request is processed successfully.",
        "CallbackMetadata": {
            "Item": [
                {"Name": "Amount", "Value": 100},
                {"Name": "MpesaReceiptNumber", "Value": "UKL1FORGED"},
            ]
        },
    }
    body = {"Body": {"stkCallback": told}}
    hosting = stack.url("hosting")
    paths = [
        "/daraja/callback",
        f"/daraja/callback/{victim}",
        f"/daraja/callback/{victim}/",
        f"/daraja/callback/{victim}/{'a' * 26}",
        f"/daraja/callback/{'-' * 20}/{'a' * 26}",
    ]
    for path in paths:
        answer = requests.post(hosting + path, json=body, timeout=(3, 10))
        assert answer.status_code == 404, path
        assert answer.json()["error"]["code"] == "unknown_path"
    assert scene.alarms(stack)["forged_callback"] == 2
    assert stack.database.get(f"callbacks/{victim}") is None
    stack.simulator.enter_pin(scene.MSISDN)  # and the payment goes on
    scene.wait_for_status(stack, victim, "paid")


def test_one_payments_callback_on_anothers_path_credits_nobody(stack: Stack) -> None:
    amina, brian = scene.amina(stack), scene.brian(stack)
    first = scene.prompted(stack, amina)
    second = scene.prompted(stack, brian, meter_id=scene.OTHER_METER, phone=scene.OTHER_PHONE)
    stack.simulator.enter_pin(scene.MSISDN)
    scene.wait_for_status(stack, first, "paid")
    [delivery] = stack.simulator.send_callback(scene.checkout_request_id(stack, first))
    other = scene.checkout_request_id(stack, second)
    [replayed] = stack.simulator.send_callback(other, text=delivery["text"])
    assert replayed["status"] == 200
    stack.database.wait_until("alarms", lambda days: "callback_mismatch" in str(days))
    assert scene.transaction(stack, second)["status"] == "prompted"


def test_a_callback_before_the_push_response_is_credited_once(stack: Stack) -> None:
    stack.simulator.set_phone(scene.MSISDN, auto="pay", delay_ms=0)
    stack.simulator.next_push({"kind": "callback_before_response"})
    answer = scene.amina(stack).ask_to_pay(scene.METER, 100, scene.PHONE)
    assert answer.status_code == 202
    paid = answer.json()["transaction_id"]
    node = scene.wait_for_delivery(stack, paid, "queued")
    known = scene.checkout_request_id(stack, paid)
    assert known not in str(node)  # it contains the payer's number, and clients read the node


def test_a_lost_push_response_is_never_pushed_again_and_the_payment_is_found(
    stack: Stack,
) -> None:
    stack.simulator.next_push({"kind": "drop"})
    tenant = scene.amina(stack)
    answer = tenant.ask_to_pay(scene.METER, 100, scene.PHONE, idempotency_key="one-purchase")
    assert (answer.status_code, answer.json()["status"]) == (202, "created")
    again = tenant.ask_to_pay(scene.METER, 100, scene.PHONE, idempotency_key="one-purchase")
    assert again.json()["transaction_id"] == answer.json()["transaction_id"]
    stack.simulator.enter_pin(scene.MSISDN)
    scene.wait_for_status(stack, answer.json()["transaction_id"], "paid")
    assert len(stack.simulator.requests("stk_push")) == 1


def test_a_success_after_a_failure_is_credited(stack: Stack) -> None:
    stack.simulator.next_push({"kind": "callback_after_failure", "code": "1037", "gap_ms": 200})
    paid = scene.prompted(stack, scene.amina(stack))
    stack.simulator.enter_pin(scene.MSISDN)
    scene.wait_for_delivery(stack, paid, "queued")
    moves = [step["to"] for step in scene.transaction(stack, paid)["history"].values()]
    assert moves[-1] == "paid"


def test_a_failure_after_a_success_lowers_nothing(stack: Stack) -> None:
    stack.simulator.next_push({"kind": "callback_then_failure", "code": "1032", "gap_ms": 0})
    paid = scene.prompted(stack, scene.amina(stack))
    stack.simulator.enter_pin(scene.MSISDN)
    stack.database.wait_until(
        f"transactions/{paid}", lambda node: len(node.get("evidence_seen", {})) == 2
    )
    assert scene.transaction(stack, paid)["status"] == "paid"


@pytest.mark.parametrize("amount", [1.00, 100.5, 0, "one hundred"])
def test_another_amount_waits_for_a_person_with_the_money_in_sight(
    stack: Stack, amount: object
) -> None:
    stack.simulator.next_push({"kind": "callback_amount", "value": amount})
    paid = scene.prompted(stack, scene.amina(stack))
    receipt = stack.simulator.enter_pin(scene.MSISDN)["receipt"]
    scene.wait_for_status(stack, paid, "review")
    review = stack.database.get(f"reviews/{paid}")
    assert (review["status"], review["reason"]) == ("open", "amount_differs")
    assert receipt in str(review["told"])


def test_an_operator_credits_what_was_really_paid(stack: Stack) -> None:
    meter = stack.meter(scene.METER)
    meter.wait_for("streaming")
    stack.simulator.next_push({"kind": "callback_amount", "value": 60})
    paid = scene.prompted(stack, scene.amina(stack))
    receipt = stack.simulator.enter_pin(scene.MSISDN)["receipt"]
    scene.wait_for_status(stack, paid, "review")
    path = f"/api/reviews/{paid}/decision"
    decision = {"decision": "credit", "receipt": receipt, "amount": 100, "why": "statement"}
    assert scene.amina(stack).post(path, decision).status_code == 403
    assert scene.grace(stack).post(path, {**decision, "receipt": "UKL9ZZZZ99"}).status_code == 409
    answer = scene.grace(stack).post(path, decision)
    assert (answer.status_code, answer.json()["quote"]["amount_kes"]) == (200, 100)
    meter.wait_for("acknowledged", transaction_id=paid)
    assert scene.grace(stack).post(path, decision).status_code == 200  # and nothing more
    review = stack.database.get(f"reviews/{paid}")
    assert (review["status"], review["decision"]["by"]) == ("decided", "operator-grace")


def test_a_body_that_is_no_callback_is_kept_and_the_payment_goes_on(stack: Stack) -> None:
    paid = scene.prompted(stack, scene.amina(stack))
    checkout = scene.checkout_request_id(stack, paid)
    [delivery] = stack.simulator.send_callback(checkout, text="<html>busy</html>")
    assert delivery["status"] == 200
    [evidence] = stack.database.get(f"callbacks/{paid}").values()
    assert evidence["body"] == "<html>busy</html>"
    stack.simulator.enter_pin(scene.MSISDN)
    scene.wait_for_status(stack, paid, "paid")


def test_a_body_of_five_megabytes_is_refused_and_the_payment_goes_on(stack: Stack) -> None:
    paid = scene.prompted(stack, scene.amina(stack))
    checkout = scene.checkout_request_id(stack, paid)
    [delivery] = stack.simulator.send_callback(checkout, text="x" * 5_000_000)
    assert delivery["status"] == 413
    assert stack.database.get(f"callbacks/{paid}") is None
    assert scene.alarms(stack)["callback_too_large"] == 1
    stack.simulator.enter_pin(scene.MSISDN)
    scene.wait_for_status(stack, paid, "paid")
