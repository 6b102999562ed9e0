"""The dashboard as people use it: in a browser, against the whole system."""

from __future__ import annotations

import pytest

from tests.browser.phone import Phone
from tests.journeys import scene
from tools.lab.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.npm]

AMINA = ("amina@tenants.example", "amina-password")
BRIAN = ("brian@tenants.example", "brian-password")
GRACE = ("grace@operators.example", "grace-password")


def kwh(energy_wh: int) -> str:
    """As the page must show it."""
    return f"{energy_wh // 1000:,}.{energy_wh % 1000:03d} kWh"


def order(phone: Phone, amount_kes: int) -> None:
    """From any of the tenant's screens to the prompt on the phone."""
    phone.press("link", "Buy")
    phone.fill("Amount in shillings", str(amount_kes))
    phone.press("button", f"Pay KES {amount_kes}")


def test_a_tenant_buys_and_sees_the_new_balance_without_a_reload(
    stack: Stack, phone: Phone
) -> None:
    stack.meter(scene.METER).wait_for("streaming")
    phone.sign_in(*AMINA)
    assert phone.read("balance", "kWh") == kwh(2_500)
    order(phone, 100)
    phone.wait_for_stage("prompted")
    assert "VAT 16%" in phone.read("quote")
    receipt = stack.simulator.enter_pin(scene.MSISDN)["receipt"]
    phone.wait_for_stage("applied")
    [paid] = stack.database.get("transactions").values()
    after_wh = 2_500 + paid["quote"]["energy_wh"]
    assert phone.read("receipt") == receipt
    assert phone.read("units") == kwh(paid["quote"]["energy_wh"])
    assert phone.read("before") == kwh(2_500)
    assert phone.read("after") == kwh(after_wh)
    phone.press("link", "Home")
    assert phone.read("balance", kwh(after_wh)[:-4]) == kwh(after_wh)
    assert phone.report()["loads"] == 1


def test_the_balance_at_home_follows_the_meter(stack: Stack, phone: Phone) -> None:
    stack.meter(scene.OTHER_METER).wait_for("streaming")
    phone.sign_in(*BRIAN)
    phone.press("button", "English")
    phone.see("Power is off: credit is used up")
    tenant = scene.brian(stack)
    scene.prompted(stack, tenant, 100, meter_id=scene.OTHER_METER, phone=scene.OTHER_PHONE)
    stack.simulator.enter_pin(scene.OTHER_MSISDN)
    phone.see("Power is on")
    [paid] = stack.database.get("transactions").values()
    phone.read("balance", kwh(paid["quote"]["energy_wh"])[:-4])


def test_a_cancelled_payment_is_told_honestly(stack: Stack, phone: Phone) -> None:
    phone.sign_in(*AMINA)
    order(phone, 100)
    phone.wait_for_stage("prompted")
    assert "Do not start another payment" in phone.read("stage")
    stack.simulator.cancel(scene.MSISDN)
    phone.wait_for_stage("failed")
    said = phone.read("stage")
    assert "The payment was cancelled on the phone. Nothing was paid." in said
    phone.press("link", "Payments")
    phone.see("Not paid")


def test_two_taps_prompt_once(stack: Stack, phone: Phone) -> None:
    phone.sign_in(*AMINA)
    phone.press("link", "Buy")
    phone.fill("Amount in shillings", "100")
    phone.press_twice("button", "Pay KES 100")
    phone.wait_for_stage("prompted")
    assert len(stack.simulator.requests("stk_push")) == 1


def test_lost_answers_are_asked_for_again_under_the_same_key(stack: Stack, phone: Phone) -> None:
    phone.sign_in(*AMINA)
    phone.lose_answers("/daraja/stk-push", 3)
    order(phone, 100)
    phone.see("No answer yet")
    phone.reload()
    phone.press("button", "Ask again")
    phone.wait_for_stage("prompted")
    keys = phone.report()["keys"]
    assert len(keys) == 4
    assert len(set(keys)) == 1
    assert len(stack.simulator.requests("stk_push")) == 1


def test_an_open_payment_stands_in_the_way_of_another(stack: Stack, phone: Phone) -> None:
    phone.sign_in(*AMINA)
    order(phone, 100)
    phone.wait_for_stage("prompted")
    phone.press("link", "Buy")
    phone.see("We do not know yet how your payment of KES 100 ends. Do not pay for it again.")
    stack.simulator.cancel(scene.MSISDN)
    phone.fill("Amount in shillings", "50")


def test_a_payment_is_followed_without_the_live_connection(stack: Stack, phone: Phone) -> None:
    stack.meter(scene.METER).wait_for("streaming")
    phone.sign_in(*AMINA)
    order(phone, 100)
    phone.wait_for_stage("prompted")
    phone.cut_sockets()
    phone.see("No connection. What you see may be old.")
    stack.simulator.enter_pin(scene.MSISDN)
    phone.wait_for_stage("applied")
    phone.read("after", "kWh")


def test_a_recharge_for_a_sleeping_meter_is_shown_as_waiting(stack: Stack, phone: Phone) -> None:
    phone.sign_in(*AMINA)
    phone.see("The meter is offline.")
    order(phone, 100)
    phone.wait_for_stage("prompted")
    stack.simulator.enter_pin(scene.MSISDN)
    phone.wait_for_stage("queued")
    assert "Do not pay again" in phone.read("stage")
    phone.press("link", "Home")
    phone.see("waiting for the meter")
    stack.meter(scene.METER)
    phone.see("on the meter")


def test_wrong_passwords_are_told_apart_from_nothing_else(phone: Phone) -> None:
    for email, password in ((AMINA[0], "wrong"), ("nobody@tenants.example", "wrong")):
        phone.sign_in(email, password)
        phone.see("E-mail or password is not right.")


def test_the_language_is_kept_in_the_profile(stack: Stack, phone: Phone) -> None:
    phone.sign_in(*BRIAN)
    phone.see("Mita yangu")
    phone.press("button", "English")
    phone.see("My meter")
    assert stack.database.wait_until("users/tenant-brian/language", lambda it: it == "en")
    phone.press("button", "Sign out")
    phone.see("Sign in")


def test_an_operator_sees_every_meter_and_what_waits(stack: Stack, phone: Phone) -> None:
    stack.meter("MTR-003", load_w=0).wait_for("streaming")
    phone.sign_in(*GRACE)
    phone.see("MTR-003")
    rows = phone.rows("table.meters tbody tr")
    assert [row.split("\n")[0] for row in rows] == ["MTR-001", "MTR-002", "MTR-003"]
    assert kwh(2_500) in rows[0]
    assert "offline" in rows[0]
    phone.see("No payment waits for a decision.")
    review = {"status": "open", "reason": "amount_differs", "raised_at": 1_795_208_409_000}
    stack.database.put("reviews/-Of2aAbcdEFGHijkl012", review)
    phone.see("amount differs")
    phone.see("1 of 3 online")
    phone.fill("Meter number begins with", "mtr-002")
    phone.see("0 of 1 online")


def test_every_screen_fits_a_small_phone_and_names_its_controls(stack: Stack, phone: Phone) -> None:
    phone.open(width=320)
    assert (phone.overflow(), phone.nameless()) == (0, [])
    phone.sign_in(*BRIAN)
    phone.see("Mita yangu")
    for link, seen in (("Malipo", "Malipo yangu"), ("Nunua", "Nunua umeme")):
        phone.press("link", link)
        phone.see(seen)
        assert (phone.overflow(), phone.nameless()) == (0, []), link
    phone.fill("Kiasi kwa shilingi", "250000")
    phone.press("button", "Lipa KES 250,000")
    phone.wait_for_stage("prompted")
    assert (phone.overflow(), phone.nameless()) == (0, [])
    stack.simulator.cancel(scene.OTHER_MSISDN)
    phone.press("link", "Nyumbani")
    phone.see("Umeme uliobaki")
    assert (phone.overflow(), phone.nameless()) == (0, [])
