"""A court and a yard: paid in time, fought for, paid too late, and given back."""

from __future__ import annotations

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.journeys import scene
from tests.journeys.test_crashes import triggers
from tools.lab.people import Person
from tools.lab.stack import Stack

pytestmark = pytest.mark.journey
COURT = "court-1"
PRICE_KES = 300
DAY_MS = 24 * scene.HOUR_MS
TIMES = ("hold_until", "prompted_at", "next_check_at")


def tomorrow_ms() -> int:
    """09:00 in East Africa, where a slot begins."""
    return (time.time_ns() // 1_000_000 // DAY_MS + 1) * DAY_MS + 6 * scene.HOUR_MS


def ask_for(tenant: Person, place_id: str = COURT) -> Any:
    """The answer to an order for tomorrow."""
    wanted = {"place_id": place_id, "starts_at_ms": tomorrow_ms(), "slots": 1}
    return tenant.post("/api/orders", wanted, key=secrets.token_hex(16))


def ordered(tenant: Person, place_id: str = COURT) -> str:
    """The id of an order that is held."""
    answer = ask_for(tenant, place_id)
    assert answer.status_code == 201, answer.text
    assert answer.json()["status"] == "held", answer.text
    return str(answer.json()["order_id"])


def prompted(tenant: Person, order_id: str, phone: str = scene.PHONE) -> str:
    """The transaction of a prompt for that order."""
    body = {"order_id": order_id, "amount": PRICE_KES, "phone_number": phone}
    answer = tenant.post("/daraja/stk-push", body, key=secrets.token_hex(16))
    assert (answer.status_code, answer.json().get("status")) == (202, "prompted"), answer.text
    return str(answer.json()["transaction_id"])


def order(stack: Stack, order_id: str) -> Any:
    """The stored order."""
    return stack.database.get(f"orders/{order_id}")


def wait_for_order(stack: Stack, order_id: str, status: str) -> Any:
    """The order once it has that status."""
    return stack.database.wait_until(f"orders/{order_id}", lambda node: node["status"] == status)


def paid_without_a_word(stack: Stack, tenant: Person) -> tuple[str, str, str]:
    """An order whose payer entered the PIN, and M-PESA has not said so: it, the payment, the
    receipt.
    """
    order_id = ordered(tenant)
    stack.simulator.next_push({"kind": "callback_none"})
    paid = prompted(tenant, order_id)
    receipt: str = stack.simulator.enter_pin(scene.MSISDN)["receipt"]
    return order_id, paid, receipt


def expired(stack: Stack, order_id: str) -> None:
    """As if it had been ordered half an hour earlier, and reconciliation had seen that."""
    node = order(stack, order_id)
    earlier = {name: node[name] - 30 * scene.MINUTE_MS for name in TIMES if name in node}
    stack.database.patch(f"orders/{order_id}", earlier)
    stack.run_schedule()
    assert order(stack, order_id)["status"] == "expired"


def told_late(stack: Stack, paid: str) -> None:
    """The callback comes after all, and again."""
    checkout = scene.checkout_request_id(stack, paid)
    answers = stack.simulator.send_callback(checkout, copies=3)
    assert [answer["status"] for answer in answers] == [200] * 3


def reversals(stack: Stack) -> list[int]:
    """What M-PESA sent back, by its own books."""
    return [row["amount"] for row in stack.simulator.receipts() if row["channel"] == "reversal"]


def test_a_place_that_is_paid_in_time_is_the_payers(stack: Stack) -> None:
    amina = scene.amina(stack)
    order_id = ordered(amina)
    paid = prompted(amina, order_id)
    stack.simulator.enter_pin(scene.MSISDN)
    confirmed = wait_for_order(stack, order_id, "confirmed")
    assert confirmed["transaction_id"] == paid
    scene.wait_for_delivery(stack, paid, "queued")
    shown = amina.payment(paid)
    assert (shown["meter_id"], shown["order"]["order_id"]) == (None, order_id)
    assert shown["receipt"]["order"]["place_name"] == "Tennis court (demo)"
    assert sum(line["amount_cents"] for line in shown["receipt"]["lines"]) == PRICE_KES * 100
    told_late(stack, paid)  # again
    stack.run_schedule()
    assert order(stack, order_id)["history"] == confirmed["history"]
    slots = f"starts_at_ms={tomorrow_ms()}&ends_at_ms={tomorrow_ms() + scene.HOUR_MS}"
    free = {
        one["place_id"]: one["free"] for one in amina.get(f"/api/places?{slots}").json()["places"]
    }
    assert free[COURT] == 0


def test_of_two_who_want_the_last_place_one_gets_it(stack: Stack) -> None:
    tenants = (scene.amina(stack), scene.brian(stack))
    with ThreadPoolExecutor(len(tenants)) as pool:
        answers = list(pool.map(ask_for, tenants))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    [refused] = [answer for answer in answers if answer.status_code == 409]
    assert refused.json()["error"]["code"] == "no_room"


def test_money_after_the_hold_takes_the_place_that_is_still_free(stack: Stack) -> None:
    order_id, paid, _ = paid_without_a_word(stack, scene.amina(stack))
    expired(stack, order_id)
    told_late(stack, paid)
    assert wait_for_order(stack, order_id, "confirmed")["transaction_id"] == paid
    assert reversals(stack) == []


def sold_to_another(stack: Stack) -> tuple[str, str, str]:
    """Amina's order that expired, her payment that nobody told of, and Brian's order, paid."""
    order_id, paid, _ = paid_without_a_word(stack, scene.amina(stack))
    expired(stack, order_id)
    brian = scene.brian(stack)
    theirs = ordered(brian)
    bought = prompted(brian, theirs, scene.OTHER_PHONE)
    stack.simulator.enter_pin(scene.OTHER_MSISDN)
    scene.wait_for_delivery(stack, bought, "queued")
    return order_id, paid, theirs


def test_money_for_a_place_that_was_sold_to_another_goes_back_once(stack: Stack) -> None:
    order_id, paid, theirs = sold_to_another(stack)
    told_late(stack, paid)
    scene.wait_for_status(stack, paid, "refunded")
    wait_for_order(stack, order_id, "refunded")
    told_late(stack, paid)
    stack.run_schedule()
    assert reversals(stack) == [PRICE_KES]
    assert order(stack, theirs)["status"] == "confirmed"


def test_with_every_trigger_lost_late_money_still_goes_back_once(stack: Stack) -> None:
    order_id, paid, _ = sold_to_another(stack)
    triggers(stack, "disable")
    told_late(stack, paid)
    assert scene.transaction(stack, paid)["status"] == "prompted"
    triggers(stack, "enable")
    stack.run_schedule()
    scene.wait_for_status(stack, paid, "refunded")
    wait_for_order(stack, order_id, "refunded")
    assert reversals(stack) == [PRICE_KES]


def test_staff_give_a_place_back_before_its_time(stack: Stack) -> None:
    amina, grace = scene.amina(stack), scene.grace(stack)
    order_id = ordered(amina)
    paid = prompted(amina, order_id)
    receipt = stack.simulator.enter_pin(scene.MSISDN)["receipt"]
    scene.wait_for_delivery(stack, paid, "queued")
    asked = grace.post("/api/refunds", {"receipt": receipt, "why": "rain"}, key="refund-1")
    assert asked.status_code == 202, asked.text
    scene.wait_for_status(stack, paid, "refunded")
    wait_for_order(stack, order_id, "refunded")
    assert reversals(stack) == [PRICE_KES]
    assert ask_for(scene.brian(stack)).status_code == 201


def test_parking_is_paid_by_hand_and_what_comes_twice_goes_back(stack: Stack) -> None:
    stack.register_paybill()
    order_id = ordered(scene.amina(stack), "yard")
    typed = f"{order_id[:6].lower()} {order_id[6:]}"
    first, second = (
        stack.simulator.pay_by_hand(
            scene.MSISDN, short_code="600000", amount=50, account_reference=typed
        )["receipt"]
        for _ in range(2)
    )
    confirmed = wait_for_order(stack, order_id, "confirmed")
    owners = {
        receipt: stack.database.wait_until(
            f"confirmations/{receipt}", lambda node: node.get("outcome") == "credited"
        )["transaction_id"]
        for receipt in (first, second)
    }
    assert confirmed["transaction_id"] in owners.values()
    [other] = set(owners.values()) - {confirmed["transaction_id"]}
    scene.wait_for_status(stack, other, "refunded")
    assert reversals(stack) == [50]


def test_a_place_told_as_callback_and_confirmation_is_paid_once(stack: Stack) -> None:
    stack.register_paybill()
    amina = scene.amina(stack)
    order_id = ordered(amina)
    paid = prompted(amina, order_id)
    receipt = stack.simulator.enter_pin(scene.MSISDN)["receipt"]
    assert wait_for_order(stack, order_id, "confirmed")["transaction_id"] == paid
    stack.database.wait_until(f"confirmations/{receipt}", bool)
    stack.run_schedule()
    told = stack.database.wait_until(f"confirmations/{receipt}", lambda node: "outcome" in node)
    assert (told["outcome"], told["transaction_id"]) == ("twin", paid)
    assert reversals(stack) == []
