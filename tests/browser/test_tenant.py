"""A tenant at home: signed in by phone, told what was used, what is missing, and what is wrong."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import pytest
import requests

from tests.browser.phone import Phone
from tests.journeys import scene
from tools.lab.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.npm]

AMINA = ("amina@tenants.example", "amina-password")
EAT = timezone(timedelta(hours=3))
NEWCOMER = "0711 222 333"
TIMEOUT_S = (3, 20)


def code_sent(stack: Stack) -> str:
    """What the SMS to the newcomer says, as the Auth emulator lists it."""
    project = stack.ready["project"]
    url = f"{stack.url('auth')}/emulator/v1/projects/{project}/verificationCodes"
    sent = requests.get(url, timeout=TIMEOUT_S).json()["verificationCodes"]
    [code] = [row["code"] for row in sent if row["phoneNumber"] == "+254711222333"]
    return str(code)


def day(ago: int) -> str:
    return (datetime.now(EAT) - timedelta(days=ago)).date().isoformat()


def test_a_newcomer_signs_in_by_phone_and_gets_a_profile_and_then_a_meter(
    stack: Stack, phone: Phone
) -> None:
    phone.press("button", "Sign in by phone")
    phone.fill("Phone number", NEWCOMER)
    phone.press("button", "Send the code")
    phone.fill("Code", "000 000")
    right = code_sent(stack)
    phone.press("button", "Sign in")
    phone.see("This is not the code that was sent.")
    assert right != "000000"
    phone.fill("Code", f"{right[:3]} {right[3:]}")
    phone.press("button", "Sign in")
    phone.see("No meter is assigned to you yet.")
    users = stack.database.wait_until(
        "users", lambda all_: any("254711222333" in str(one) for one in all_.values())
    )
    [(uid, profile)] = [
        (uid, one) for uid, one in users.items() if one.get("phone_number") == "254711222333"
    ]
    assert (profile["language"], profile["notifications"]["payment"]) == ("en", True)
    moved = scene.grace(stack).post(
        f"/api/meters/{scene.METER}/move", {"owner_uid": uid, "why": "moved in"}
    )
    assert moved.status_code == 200, moved.text
    phone.see("House A1")
    phone.see("Used in the last 7 days")
    assert "kWh" in phone.read("balance")


def test_a_profile_made_by_staff_learns_the_address_at_the_sign_in(
    stack: Stack, phone: Phone
) -> None:
    place = "users/tenant-amina"
    stack.database.patch(place, {"email": "old@tenants.example", "name": "Amina W."})
    phone.sign_in(*AMINA)
    phone.see("House A1")
    profile = stack.database.wait_until(place, lambda one: one["email"] == AMINA[0])
    assert (profile["name"], profile["meter_no"]) == ("Amina W.", scene.METER)


def test_what_was_used_is_shown_with_what_is_missing(stack: Stack, phone: Phone) -> None:
    whole = {f"{hour:02}": 100 for hour in range(24)}
    half = {f"{hour:02}": 50 for hour in range(12)}
    history = {day(1): half, day(2): whole, day(3): whole, day(40): whole}
    stack.database.put(f"consumption_history/{scene.METER}", history)
    stack.database.patch(f"meters/{scene.METER}", {"current_balance": 9_000})
    phone.sign_in(*AMINA)
    usage = phone.read("usage", "2.4")
    assert "0.600 kWh Some hours are missing." in usage
    assert usage.count(": 2.400 kWh\n") == 2
    assert usage.count("nothing reported") == 4
    assert "* Some hours were not reported" in usage
    assert phone.read("days-left") == "At your usual use your credit lasts about 4 days."
    phone.press("button", "Months")
    by_month: dict[str, int] = {}
    for name, row in history.items():
        by_month[name[:7]] = by_month.get(name[:7], 0) + sum(row.values())
    phone.see("Used by month")
    for energy_wh in by_month.values():
        phone.read("usage", f"{energy_wh // 1000}.{energy_wh % 1000:03} kWh")


def test_alerts_are_told_in_the_tenants_language_and_go_when_they_end(
    stack: Stack, phone: Phone
) -> None:
    alerts = f"meters/{scene.METER}/alerts"
    now_ms = time.time_ns() // 1_000_000
    raised = {"kind": "high_use", "raised_at": now_ms - 2 * scene.HOUR_MS, "value": 9_000}
    stack.database.put(f"{alerts}/srv-high_use-1", raised)
    phone.sign_in(*AMINA)
    phone.see("Much more is used than usual.")
    phone.press("button", "Kiswahili")
    phone.see("Umeme mwingi unatumika kuliko kawaida.")
    stack.database.put(f"{alerts}/a9", {"kind": "cover_open", "raised_at": now_ms})
    phone.see("Kifuniko cha mita kiko wazi.")
    assert len(phone.rows(".notice.warn strong")) >= 2
    stack.database.patch(f"{alerts}/srv-high_use-1", {"cleared_at": now_ms})
    stack.database.patch(f"{alerts}/a9", {"cleared_at": now_ms})
    phone.wait_until_gone("Kifuniko cha mita kiko wazi.")
