"""A payment as the payer lives it: paid, cancelled, a wrong PIN, two taps."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.journeys import scene
from tools.lab.stack import Stack

pytestmark = pytest.mark.journey


def test_a_payment_becomes_energy_and_closes_the_switch(stack: Stack) -> None:
    meter = stack.meter(scene.OTHER_METER)
    meter.wait_for("switch", state="disconnected")
    _, ready = meter.wait_for("streaming")
    tenant = scene.brian(stack)
    paid = scene.prompted(stack, tenant, 500, meter_id=scene.OTHER_METER, phone=scene.OTHER_PHONE)
    receipt = stack.simulator.enter_pin(scene.OTHER_MSISDN)["receipt"]
    meter.wait_for("switch", after=ready, state="connected")
    scene.wait_for_delivery(stack, paid, "delivered")
    seen = tenant.payment(paid)
    assert seen["status"] == "paid"
    assert seen["mpesa_receipt"] == receipt
    assert seen["meter_name"] == "House A2"
    assert seen["delivery"]["energy_wh"] == seen["quote"]["energy_wh"]
    assert seen["delivery"]["balance_before_wh"] == 0
    assert seen["delivery"]["balance_after_wh"] == seen["quote"]["energy_wh"]
    queue = stack.database.get(f"meters/{scene.OTHER_METER}/pending_recharge/{paid}")
    assert queue["processed"] is True
    stack.database.wait_until(
        f"meters/{scene.OTHER_METER}/status",
        lambda status: status["switch"] == "connected" and status["online"],
    )


def test_a_cancelled_payment_fails_with_honest_advice(stack: Stack) -> None:
    tenant = scene.amina(stack)
    cancelled = scene.prompted(stack, tenant)
    stack.simulator.cancel(scene.MSISDN)
    scene.wait_for_status(stack, cancelled, "failed")
    seen = tenant.payment(cancelled)
    assert seen["result_code"] == "1032"
    assert "Nothing was paid" in seen["message"]
    assert seen["delivery"]["status"] == "none"


def test_a_wrong_pin_fails_and_the_next_payment_succeeds(stack: Stack) -> None:
    meter = stack.meter(scene.METER)
    _, ready = meter.wait_for("streaming")
    tenant = scene.amina(stack)
    first = scene.prompted(stack, tenant)
    assert stack.simulator.enter_pin(scene.MSISDN, "0000")["result_code"] == "2001"
    scene.wait_for_status(stack, first, "failed")
    second = scene.prompted(stack, tenant)
    stack.simulator.enter_pin(scene.MSISDN)
    scene.wait_for_delivery(stack, second, "delivered")
    assert [event["transaction_id"] for event in meter.events("applied")] == [second]
    assert ready


def test_two_taps_with_one_key_prompt_once(stack: Stack) -> None:
    tenant = scene.amina(stack)
    with ThreadPoolExecutor(4) as taps:
        answers = list(
            taps.map(
                lambda _: tenant.ask_to_pay(
                    scene.METER, 100, scene.PHONE, idempotency_key="one-purchase"
                ),
                range(4),
            )
        )
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["transaction_id"] for answer in answers}) == 1
    assert len(stack.simulator.requests("stk_push")) == 1


def test_two_taps_with_different_keys_prompt_once(stack: Stack) -> None:
    tenant = scene.amina(stack)
    first = scene.prompted(stack, tenant)
    assert scene.prompted(stack, tenant) == first
    assert len(stack.simulator.requests("stk_push")) == 1


def test_the_same_purchase_after_success_is_a_new_one(stack: Stack) -> None:
    tenant = scene.amina(stack)
    first = scene.prompted(stack, tenant)
    stack.simulator.enter_pin(scene.MSISDN)
    scene.wait_for_delivery(stack, first, "queued")
    second = scene.prompted(stack, tenant)
    assert second != first
    stack.simulator.enter_pin(scene.MSISDN)
    scene.wait_for_delivery(stack, second, "queued")


def test_another_purchase_waits_while_a_prompt_is_open_on_the_phone(stack: Stack) -> None:
    tenant = scene.amina(stack)
    scene.prompted(stack, tenant)
    answer = tenant.ask_to_pay(scene.METER, 200, scene.PHONE)
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "prompt_open"
    assert 0 < int(answer.headers["Retry-After"]) <= 75
    assert len(stack.simulator.requests("stk_push")) == 1


def test_a_push_to_a_phone_that_is_busy_elsewhere_is_refused_for_certain(stack: Stack) -> None:
    stack.simulator.next_push(
        {
            "kind": "error",
            "status": 500,
            "error_code": "500.001.1001",
            "message": "Unable to lock subscriber, a transaction is already in process",
        }
    )
    answer = scene.amina(stack).ask_to_pay(scene.METER, 100, scene.PHONE)
    assert answer.status_code == 502
    assert answer.json()["error"]["code"] == "subscriber_busy"
    refused = scene.transaction(stack, answer.json()["error"]["transaction_id"])
    assert refused["status"] == "failed"


def test_who_asks_too_often_is_told_when_to_come_back(stack: Stack) -> None:
    tenant = scene.amina(stack)
    stack.simulator.set_phone(scene.MSISDN, auto="cancel", delay_ms=0)
    for number in range(30):
        answer = tenant.ask_to_pay(scene.METER, 10 + number, scene.PHONE)
        if answer.status_code == 429:
            break
        scene.wait_for_status(stack, answer.json()["transaction_id"], "failed")
    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "rate_limited"
    assert int(answer.headers["Retry-After"]) > 0


def test_the_same_key_for_another_purchase_is_a_conflict(stack: Stack) -> None:
    tenant = scene.amina(stack)
    scene.prompted(stack, tenant, 100, key="one-purchase")
    answer = tenant.ask_to_pay(scene.METER, 200, scene.PHONE, idempotency_key="one-purchase")
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "idempotency_key_reused"


def test_a_tenant_cannot_pay_for_or_look_at_what_is_not_theirs(stack: Stack) -> None:
    amina, brian = scene.amina(stack), scene.brian(stack)
    own = scene.prompted(stack, amina)
    assert brian.ask_to_pay(scene.METER, 100, scene.PHONE).status_code == 403
    assert brian.get(f"/api/meters/{scene.METER}").status_code == 403
    assert brian.get(f"/api/payments/{own}").status_code == 404
    assert amina.get(f"/api/payments/{own}").status_code == 200
