"""Selling to a meter whose board, owner, tariff or memory changes on the way."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from typing import Any

import pytest
import requests

from tests.journeys import scene
from tools.lab.meter import Meter, MeterSettings
from tools.lab.people import TIMEOUT_S, Person
from tools.lab.stack import Stack

pytestmark = pytest.mark.journey

MANY = 6
OWNER_SECRET = {"Authorization": "Bearer owner"}  # the Auth emulator's administrator
NEW_BOARD = "device-new"
CHARGE_KES = 100
DAY_MS = 24 * scene.HOUR_MS


class NewBoardSettings(MeterSettings):
    """A second board for the same meter, with an account of its own."""

    @property
    def email(self) -> str:
        return "new-board@meters.example"

    @property
    def password(self) -> str:
        return "new-board-password"


def hope(stack: Stack) -> Person:
    """The admin."""
    return stack.sign_in("hope@operators.example", "hope-password")


def pay(stack: Stack, amount_kes: int, payer: Person | None = None) -> str:
    """A payment settled and queued."""
    paid = scene.prompted(stack, payer or scene.amina(stack), amount_kes)
    stack.simulator.enter_pin(scene.MSISDN)
    scene.wait_for_delivery(stack, paid, "queued")
    return paid


def done(person: Person, path: str, **body: object) -> Any:
    """The answer of a request that must be taken."""
    answer = person.post(path, {"why": "a journey", **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


def account_for_a_new_board(stack: Stack) -> None:
    """What provisioning does: an account whose claims name the meter."""
    accounts = (
        f"{stack.url('auth')}/identitytoolkit.googleapis.com/v1/projects/"
        f"{stack.ready['project']}/accounts"
    )
    made = {"localId": NEW_BOARD, "email": "new-board@meters.example"}
    claims = json.dumps({"role": "meter", "meter_id": scene.METER})
    for path, body in (
        ("", {**made, "password": "new-board-password"}),
        (":update", {"localId": NEW_BOARD, "customAttributes": claims}),
    ):
        requests.post(
            accounts + path, json=body, headers=OWNER_SECRET, timeout=TIMEOUT_S
        ).raise_for_status()


def new_board(stack: Stack) -> Meter:
    meter = Meter(
        NewBoardSettings(
            meter_id=scene.METER,
            database_url=stack.url("rtdb"),
            namespace=stack.ready["namespace"],
            auth_url=stack.url("auth"),
            master_secret=stack.secrets["DEVICE_MASTER_SECRET"],
            store_dir=stack.folder / NEW_BOARD,
        )
    )
    stack.meters.append(meter)
    return meter


def sold_wh(stack: Stack, paid: list[str]) -> int:
    return sum(scene.transaction(stack, one)["quote"]["energy_wh"] for one in paid)


def wait_for_total(stack: Stack, credited_wh: int) -> Any:
    return stack.database.wait_until(
        f"meters/{scene.METER}", lambda node: node["credited_total"] == credited_wh
    )


def test_many_recharges_are_applied_in_their_order(stack: Stack) -> None:
    paid = [pay(stack, 20 + number) for number in range(MANY)]
    stack.meter(scene.METER)
    for transaction_id in paid:
        scene.wait_for_delivery(stack, transaction_id, "delivered")
    deliveries = [scene.transaction(stack, one)["delivery"] for one in paid]
    assert [one["sequence"] for one in deliveries] == list(range(2, MANY + 2))
    for earlier, later in pairwise(deliveries):
        assert earlier["balance_after"] == later["balance_before"]
    wait_for_total(stack, 12_000 + sold_wh(stack, paid))


def test_a_board_exchanged_while_recharges_wait_goes_on_with_all_of_them(stack: Stack) -> None:
    old = stack.meter(scene.METER)
    old.wait_for("reported")
    old.pull_the_plug()
    paid = [pay(stack, amount) for amount in (50, 100)]
    account_for_a_new_board(stack)
    change = done(scene.grace(stack), f"/api/meters/{scene.METER}/replace", device_uid=NEW_BOARD)
    assert change["after"]["device_uid"] == NEW_BOARD
    board = new_board(stack)
    board.wait_for("command", kind="restore", result="ok")
    for transaction_id in paid:
        scene.wait_for_delivery(stack, transaction_id, "delivered")
    node = wait_for_total(stack, 12_000 + sold_wh(stack, paid))
    assert node["energy_consumed_total"] >= 9_500
    back = stack.meter(scene.METER)  # the old board, from the drawer
    back.wait_for("error", reason="permission_denied")
    assert stack.database.get(f"meters/{scene.METER}/credited_total") == node["credited_total"]


def test_a_meter_that_lost_its_storage_is_noticed_and_restored(stack: Stack) -> None:
    for _ in range(2):  # the second start is told
        meter = stack.meter(scene.METER)
        meter.wait_for("reported")
        meter.pull_the_plug()
    paid = pay(stack, 100)
    shutil.rmtree(meter.settings.store_dir)
    reborn = stack.meter(scene.METER)
    reborn.wait_for("command", kind="restore", result="ok")
    scene.wait_for_delivery(stack, paid, "delivered")
    node = wait_for_total(stack, 12_000 + sold_wh(stack, [paid]))
    assert node["energy_consumed_total"] == 9_500
    alerts = stack.database.wait_until(
        f"meters/{scene.METER}/alerts",
        lambda found: bool(found) and all("cleared_at" in one for one in found.values()),
    )
    assert [one["kind"] for one in alerts.values()] == ["registers_fell"]
    assert scene.alarms(stack)["meter_reset"] == 1


def test_a_payment_goes_to_its_meter_when_the_meter_changes_hands_meanwhile(stack: Stack) -> None:
    amina, brian = scene.amina(stack), scene.brian(stack)
    paid = scene.prompted(stack, amina, 100)
    done(scene.grace(stack), f"/api/meters/{scene.METER}/move", owner_uid="tenant-brian")
    stack.simulator.enter_pin(scene.MSISDN)
    stack.meter(scene.METER)
    scene.wait_for_delivery(stack, paid, "delivered")
    assert amina.payment(paid)["receipt"]["meter_id"] == scene.METER
    assert brian.get(f"/api/payments/{paid}").status_code == 404
    assert brian.get(f"/api/meters/{scene.METER}").status_code == 200
    assert amina.get(f"/api/meters/{scene.METER}").status_code == 403


def test_a_price_that_rises_between_quote_and_payment_does_not_matter(stack: Stack) -> None:
    amina = scene.amina(stack)
    paid = scene.prompted(stack, amina, 100)
    quoted_wh = scene.transaction(stack, paid)["quote"]["energy_wh"]
    dearer = {"blocks": [{"price_cents_per_kwh": 9_900}], "name": "Domestic", "valid_from": 1}
    stack.database.put("tariffs/domestic/versions/v1", dearer)  # as if its time had come
    stack.simulator.enter_pin(scene.MSISDN)
    stack.meter(scene.METER)
    delivered = scene.wait_for_delivery(stack, paid, "delivered")
    assert delivered["delivery"]["energy_wh"] == quoted_wh
    wait_for_total(stack, 12_000 + quoted_wh)


def test_a_fixed_charge_is_paid_by_two_payments_and_never_by_a_third(stack: Stack) -> None:
    stack.database.patch("tariffs/domestic", {"fixed_charge_cents_per_month": CHARGE_KES * 100})
    stack.meter(scene.METER)
    paid = [pay_and_wait(stack, amount) for amount in (58, 100, 100)]
    charged = [scene.transaction(stack, one)["quote"].get("charge_cents", 0) for one in paid]
    assert charged == [5_800, 5_800, 0]  # KES 100 and 16 % VAT in all
    assert scene.transaction(stack, paid[0])["delivery"]["energy_wh"] == 0
    receipt = scene.amina(stack).payment(paid[1])["receipt"]
    assert sum(line["amount_cents"] for line in receipt["lines"]) == receipt["amount_cents"]
    assert receipt["lines"][0]["kind"] == "fixed_charge"
    wait_for_total(stack, 12_000 + sold_wh(stack, paid))


def pay_and_wait(stack: Stack, amount_kes: int) -> str:
    paid = scene.prompted(stack, scene.amina(stack), amount_kes)
    stack.simulator.enter_pin(scene.MSISDN)
    scene.wait_for_delivery(stack, paid, "delivered")
    return paid


def test_money_for_a_meter_retired_meanwhile_waits_for_a_person(stack: Stack) -> None:
    paid = scene.prompted(stack, scene.amina(stack), 100)
    done(scene.grace(stack), f"/api/meters/{scene.METER}/retire")
    stack.simulator.enter_pin(scene.MSISDN)
    scene.wait_for_status(stack, paid, "paid")
    review = stack.database.wait_until(f"reviews/{paid}", bool)
    assert (review["status"], review["reason"]) == ("open", "meter_retired")
    refused = scene.amina(stack).ask_to_pay(scene.METER, 50, "0700000003")
    assert refused.json()["error"]["code"] == "meter_not_ready"
