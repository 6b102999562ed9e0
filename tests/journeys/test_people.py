"""People: signed in by phone, given a role, shut out again; told of their payment once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.fakes.sms_gateway import SmsGateway
from tests.journeys import scene
from tests.journeys.conftest import telling
from tools.lab.people import API_KEY, Person
from tools.lab.stack import Stack

pytestmark = pytest.mark.journey
TIMEOUT_S = (3, 20)
PHONE = "+254700000001"
ARRIVES_S = 20


@pytest.fixture
def stack(tmp_path: Path, gateway: SmsGateway) -> Iterator[Stack]:
    """A system of its own that tells tenants by SMS, at any hour."""
    with telling(tmp_path, gateway) as running:
        yield running


def sign_in_by_phone(stack: Stack) -> Person:
    """As an app does it, with the code that the phone would have got."""
    accounts = f"{stack.url('auth')}/identitytoolkit.googleapis.com/v1/accounts"
    asked = _post(f"{accounts}:sendVerificationCode", {"phoneNumber": PHONE})
    codes = requests.get(
        f"{stack.url('auth')}/emulator/v1/projects/{stack.ready['project']}/verificationCodes",
        timeout=TIMEOUT_S,
    ).json()["verificationCodes"]
    code = next(row["code"] for row in codes if row["sessionInfo"] == asked["sessionInfo"])
    told = _post(f"{accounts}:signInWithPhoneNumber", {**asked, "code": code})
    return Person(uid=told["localId"], id_token=told["idToken"], base_url=stack.url("hosting"))


def _post(url: str, body: object) -> Any:
    answer = requests.post(url, params={"key": API_KEY}, json=body, timeout=TIMEOUT_S)
    answer.raise_for_status()
    return answer.json()


def test_a_tenant_signs_in_by_phone_and_is_told_of_their_payment_once(
    stack: Stack, gateway: SmsGateway
) -> None:
    newcomer = sign_in_by_phone(stack)
    opened = newcomer.post("/api/users/me", {"name": "Neema", "language": "sw"}).json()
    assert (opened["created"], opened["phone_number"]) == (True, "2547******01")
    stack.database.patch("meters/MTR-001", {"owner_uid": newcomer.uid})
    meter = stack.meter(scene.METER)
    meter.wait_for("streaming")
    paid = scene.prompted(stack, newcomer)
    stack.simulator.enter_pin(scene.MSISDN)
    scene.wait_for_delivery(stack, paid, "delivered")
    notice = f"notices/to-{paid}-delivered"
    stack.database.wait_until(notice, bool)
    for _ in range(2):
        stack.run_schedule()
    stack.database.wait_until(f"{notice}/status", lambda status: status == "delivered")
    told = [sent for sent in gateway.messages if "imeongezewa" in sent["message"]]
    assert [sent["to"] for sent in told] == [PHONE]


def test_a_tenant_whom_no_trigger_told_is_told_by_the_schedule_once(
    stack: Stack, gateway: SmsGateway
) -> None:
    functions = stack.url("functions")
    requests.put(f"{functions}/functions/disableBackgroundTriggers", timeout=TIMEOUT_S)
    paid = scene.prompted(stack, scene.amina(stack))
    stack.meter(scene.METER).wait_for("streaming")
    stack.simulator.enter_pin(scene.MSISDN)
    stack.database.wait_until(f"callbacks/{paid}", bool)
    assert stack.command("reconcile-now").returncode == 0
    stack.database.wait_until(
        f"meters/{scene.METER}/pending_recharge/{paid}/processed", lambda done: done is True
    )
    stack.database.patch(f"transactions/{paid}", {"next_check_at": 1})  # its time has come
    assert stack.command("reconcile-now").returncode == 0
    assert scene.transaction(stack, paid)["delivery"]["status"] == "delivered"
    assert stack.database.get("notices") is None
    requests.put(f"{functions}/functions/enableBackgroundTriggers", timeout=TIMEOUT_S)
    for _ in range(2):
        stack.run_schedule("archive")
        stack.run_schedule()
    told = [sent["message"] for sent in gateway.messages if "House A1 has" in sent["message"]]
    assert len(told) == 1, gateway.messages


def reads_live(stack: Stack, who: Person, path: str) -> int:
    """The status of reading the live database itself, past the API, by that ID token."""
    params = {"ns": stack.ready["namespace"], "auth": who.id_token}
    url = f"{stack.url('rtdb')}/{path}.json"
    return requests.get(url, params=params, timeout=TIMEOUT_S).status_code


def test_a_role_counts_at_once_in_both_directions_and_is_in_the_audit(stack: Stack) -> None:
    hope = stack.sign_in("hope@operators.example", "hope-password")
    before = scene.amina(stack)
    body = {"who": "amina@tenants.example", "role": "operator", "why": "helps at the office"}
    assert before.post("/api/staff", body).status_code == 403
    assert hope.post("/api/staff", body).status_code == 200
    operator = scene.amina(stack)
    assert operator.get("/api/meters/MTR-002").status_code == 200
    assert [reads_live(stack, who, "meters/MTR-002") for who in (before, operator)] == [401, 200]
    assert hope.post("/api/staff", {**body, "role": "none"}).status_code == 200
    refused = operator.get("/api/meters/MTR-002")
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "revoked_token")
    assert reads_live(stack, operator, "meters/MTR-002") == 401
    page = hope.get("/api/audit?limit=4").json()
    entries = page["entries"]
    assert page["faults"] == []
    assert [(e["phase"], e["action"], e["result"]) for e in entries] == [
        ("outcome", "change_role", "done"),
        ("intent", "change_role", None),
    ] * 2
    assert {entry["actor"] for entry in entries} == {"admin-hope"}
    checked = stack.command("verify")
    assert (checked.returncode, "4 entries, 0 faults" in checked.stdout) == (0, True), checked


def test_the_first_admin_is_made_from_the_command_line(stack: Stack) -> None:
    refused = stack.command("bootstrap-admin", "amina@tenants.example")
    assert (refused.returncode, "is an admin already" in refused.stderr) == (1, True), refused
    stack.database.put("staff", None)
    made = stack.command("bootstrap-admin", "amina@tenants.example")
    assert made.returncode == 0, made
    amina = scene.amina(stack)
    assert [row["uid"] for row in amina.get("/api/staff").json()["staff"]] == ["tenant-amina"]
    last = amina.get("/api/audit?limit=1").json()["entries"][0]
    assert (last["actor"], last["action"]) == ("command-line", "bootstrap_admin")


def test_a_lost_device_is_shut_out_while_it_is_running(stack: Stack) -> None:
    meter = stack.meter(scene.METER)
    meter.wait_for("streaming")
    answer = scene.grace(stack).post("/api/meters/MTR-001/device/revoke", {"why": "stolen"})
    assert answer.json()["revoked_device_uid"] == "device-mtr-001"
    device = stack.sign_in("mtr-001@meters.example", "meter-001-password")
    assert device.get("/api/meters/MTR-001").status_code == 403
    assert stack.database.get("meters/MTR-001/device_uid") is None
