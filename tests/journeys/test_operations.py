"""What operators see: one trail for each payment, alarms told, the status, a site's own account."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from emulators.daraja.merchants import Merchant, make_identity
from tests.journeys import scene
from tests.journeys.judge import check_invariant
from tests.unit.lipamita.adapters.scripted_http import Say, ScriptedServer
from tools.lab.stack import Stack, start_apart

pytestmark = pytest.mark.journey
SITE = "Ngong Road"
TRAIL = [
    "payment requested",
    "push answered",
    "payment moved",
    "callback recorded",
    "payment moved",
    "recharge queued",
    "recharge closed",
]


def till() -> Merchant:
    """The simulator's Till, which stands beside the PayBill under the same app."""
    given = dict.fromkeys(("consumer_key", "consumer_secret", "passkey"), "given")
    return make_identity(1, "", {**given, "short_code": "600000"}).till


@pytest.fixture(scope="module")
def receiver() -> Iterator[ScriptedServer]:
    server = ScriptedServer(lambda _: Say(status=204))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory, receiver: ScriptedServer) -> Iterator[Stack]:
    """A system whose alarms go to a webhook, and in which one site has a Till of its own."""
    own = till()
    account = {
        "short_code": own.short_code,
        "passkey": own.passkey,
        "transaction_type": own.transaction_type,
        "party_b": own.party_b,
    }
    folder: Path = tmp_path_factory.mktemp("operations")
    running = start_apart(
        folder,
        environment={
            "ALARM_CHANNELS": "log,webhook",
            "WEBHOOK_URL": receiver.url,
            "SITE_CREDENTIALS": json.dumps({SITE: account}),
        },
    )
    try:
        yield running
        check_invariant(running)
    finally:
        running.stop()


def trail_of(stack: Stack, transaction_id: str) -> list[str]:
    """What the functions logged about that payment, in the order it was written."""
    marked = f"transaction_id={transaction_id}"
    lines = stack.processes[1].lines()
    return [line for line in lines if line.startswith("functions[") and marked in line]


def test_a_payment_leaves_one_trail_that_names_nobody(estate: Stack) -> None:
    meter = estate.meter(scene.METER)
    meter.wait_for("streaming")
    paid = scene.prompted(estate, scene.amina(estate))
    receipt = estate.simulator.enter_pin(scene.MSISDN)["receipt"]
    meter.wait_for("acknowledged", transaction_id=paid)
    scene.wait_for_delivery(estate, paid, "delivered")
    estate.processes[1].wait_for_line(
        lambda line: "recharge closed" in line and paid in line, limit_s=20
    )
    trail, unseen = trail_of(estate, paid), list(TRAIL)
    for line in trail:
        if unseen and f" {unseen[0]} " in line:
            unseen.pop(0)
    assert unseen == [], trail
    said = "\n".join(estate.processes[1].lines())
    assert receipt in said
    private = {
        "the payer's number": scene.MSISDN[3:],
        "the prompt's id": scene.checkout_request_id(estate, paid),
        "the access token": estate.database.get("daraja_access_token/main/access_token"),
        "the callback's key": hmac.digest(
            estate.secrets["CALLBACK_SECRET"].encode(), paid.encode(), hashlib.sha256
        ).hex()[:32],
        **estate.secrets,
    }
    assert all(private.values())
    assert [name for name, value in private.items() if value in said] == []


def test_an_alarm_is_told_once_and_stands_in_the_status(
    estate: Stack, receiver: ScriptedServer
) -> None:
    for number in range(3):
        path = f"/daraja/callback/-Of2aAbcdEFGHijkl012/{number:032x}"
        forged = requests.post(estate.url("hosting") + path, json={}, timeout=10)
        assert forged.status_code == 404
    estate.run_schedule()
    estate.run_schedule()
    told = [json.loads(seen.body) for seen in receiver.seen]
    (notice,) = [one for one in told if "forged_callback" in one["title"]]
    assert notice["body"].startswith("forged_callback: 3 times")
    (seen,) = [one for one in receiver.seen if "forged_callback" in one.body.decode()]
    signed = seen.headers["X-Lipamita-Timestamp"].encode() + b"." + seen.body
    secret = estate.secrets["WEBHOOK_SECRET"].encode()
    expected = hmac.digest(secret, signed, hashlib.sha256).hex()
    assert seen.headers["X-Lipamita-Signature"] == f"sha256={expected}"
    status = scene.grace(estate).get("/api/status").json()
    assert {"kind": "forged_callback", "count": 3}.items() <= status["alarms_today"][0].items()
    assert status["configured"]["alarm_channels"] == ["log", "webhook"]
    assert scene.amina(estate).get("/api/status").status_code == 403


def test_a_site_with_a_till_of_its_own_is_paid_there_and_the_others_are_not(estate: Stack) -> None:
    estate.database.put(f"meters/{scene.OTHER_METER}/site", SITE)
    before = len(estate.simulator.requests("stk_push"))
    own = scene.prompted(
        estate, scene.brian(estate), meter_id=scene.OTHER_METER, phone=scene.OTHER_PHONE
    )
    estate.simulator.enter_pin(scene.OTHER_MSISDN)
    scene.wait_for_delivery(estate, own, "queued")
    main = scene.prompted(estate, scene.amina(estate), 120)
    estate.simulator.enter_pin(scene.MSISDN)
    scene.wait_for_delivery(estate, main, "queued")
    bodies = [call["body"] for call in estate.simulator.requests("stk_push")[before:]]
    wanted = ("BusinessShortCode", "TransactionType", "PartyB")
    assert [[body[name] for name in wanted] for body in bodies] == [
        [till().short_code, "CustomerBuyGoodsOnline", till().party_b],
        ["600000", "CustomerPayBillOnline", "600000"],
    ]
    assert scene.transaction(estate, own)["merchant"] == till().short_code
    assert "merchant" not in scene.transaction(estate, main)
