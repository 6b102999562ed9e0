"""The same document against a running system: sockets, Hosting, functions, database, Daraja."""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from hypothesis import assume, settings
from lipamita.domain.claim import ClaimRequest, claim_proof, proof_key, receipt_mac
from lipamita.domain.crockford import draw, in_groups
from lipamita.domain.ids import MeterId, path_key
from lipamita.domain.recharge import device_key
from schemathesis import Case

from tests.contract.openapi.aim import Targets, aim
from tests.contract.openapi.document import operations, strict_schema
from tests.contract.openapi.edge import ROOT, function_at
from tools.lab.people import Person
from tools.lab.stack import Stack, start_apart

EXAMPLES = 8  # of each operation, besides its own
SCHEMA = strict_schema(table=False)
OPERATIONS = list(operations(SCHEMA.raw_schema))
GUIDE = ROOT / "docs" / "api.md"
TIMEOUT_S = 10.0
GUIDE_LIMIT_S = 30.0
RECEIPT = "UKL0DEMO03"
TOLD = "UKL0DEMO06"
RETURNED = "UKL0DEMO10"
DOUBTED = "UKL0DEMO11"
CLAIMED = MeterId("MTR-002")
BY_HAND = {
    "TransID": RECEIPT,
    "TransTime": "20261121101500",
    "TransAmount": "500.00",
    "BusinessShortCode": "600000",
    "BillRefNumber": "MTR-404",
}
WRITTEN_BY_REQUESTS = ("idempotency", "callbacks")  # before their answer, and by nobody else
UNANSWERED = '"ResultCode":1037'
SEEN: Counter[str] = Counter()


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A running stack with an open payment and money in suspense to aim at."""

    stack: Stack
    targets: Targets

    @property
    def url(self) -> str:
        """The public address."""
        return self.stack.url("hosting")

    def written(self) -> tuple[object, ...]:
        """What requests alone have stored, and how many pushes reached Daraja."""
        nodes = [_by_requests(self.stack.database.get(path)) for path in WRITTEN_BY_REQUESTS]
        confirmations = set(self.stack.database.get("confirmations"))  # a trigger goes on with them
        return *nodes, confirmations, len(self.stack.simulator.requests("stk_push"))

    def let_time_pass(self) -> None:
        """As if every prompt had ended and nobody had asked lately."""
        self.stack.database.put("phone_prompts", None)
        self.stack.database.put("rate_limits", None)
        self.stack.database.put("query_pace", None)
        for transaction_id in self.targets.transactions["*"]:
            asked: dict[str, object] = {
                "timestamp": time.time_ns() // 1_000_000 - TEN_MINUTES_MS,
                "queried_at": None,
            }
            self.stack.database.patch(f"transactions/{transaction_id}", asked)


def _by_requests(node: Any) -> dict[str, dict[str, Any]]:
    """Without what Daraja tells of prompts that nobody answered: it comes a minute later."""
    return {
        parent: kept
        for parent, rows in (node or {}).items()
        if (
            kept := {key: row for key, row in rows.items() if UNANSWERED not in row.get("body", "")}
        )
    }


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    stack = start_apart(tmp_path_factory.mktemp("stack"))
    try:
        yield prepared(stack)
    finally:
        stack.stop()


SPARE = ("MTR-002",)
TEN_MINUTES_MS = 600_000
DAY_MS = 86_400_000
# 09:00 in East Africa, when a slot begins
TOMORROW_MS = (time.time_ns() // 1_000_000 // DAY_MS + 1) * DAY_MS + DAY_MS // 4
NEW_YEAR_2100_MS = 4_102_444_800_000
# The meter that the next payment is for is left alone.
QUEUES = ("listReviews", "getReview", "listSuspense", "getSuspense", "listRefunds")
OF_THE_ESTATE: dict[str, dict[str, tuple[Any, ...]]] = {
    "registerMeter": {
        "meter_id": ("MTR-101", "MTR-102"),
        "tariff_id": ("domestic",),
        "site_id": ("kilimani",),
        "owner_uid": ("tenant-brian",),
    },
    "bindDevice": {"meter_id": ("MTR-101", "MTR-102"), "device_uid": ("device-mtr-101",)},
    "replaceDevice": {"meter_id": SPARE, "device_uid": ("device-mtr-002",)},
    "moveMeter": {
        "meter_id": SPARE,
        "tariff_id": ("domestic",),
        "site_id": ("kilimani",),
        "owner_uid": ("tenant-brian",),
    },
    "retireMeter": {"meter_id": ("MTR-101", "MTR-102")},
    "nameSite": {"site_id": ("kilimani", "other")},
    "reportBalance": {  # as the seed has it
        "meter_id": SPARE,
        "current_balance": (0,),
        "credited_total": (5_000,),
        "withdrawn_total": (0,),
        "energy_consumed_total": (5_000,),
        "sequence": (1,),
        "consumption_rate": (0,),
    },
    "reportStatus": {"meter_id": SPARE, "boot_count": (9,)},
    "commandMeter": {"meter_id": SPARE, "kind": ("connect",), "arguments": ({},)},
    "offerPlace": {
        "place_id": ("hall",),
        "kind": ("booking",),
        "site_id": ("kilimani",),
        "capacity": (1, 2),
        "slot_minutes": (60,),
    },
    "placeOrder": {"place_id": ("yard",), "starts_at_ms": (TOMORROW_MS,), "slots": (1, 2)},
    "listPlaces": {
        "starts_at_ms": (TOMORROW_MS,),
        "ends_at_ms": (TOMORROW_MS + TEN_MINUTES_MS,),
    },
    "askRefund": {"amount": (None,), "phone_number": (None,), "method": (None,)},
    "decideRefund": {"decision": ("paid",)},
    "publishTariff": {
        "tariff_id": tuple(f"night-{number}" for number in range(1_000)),  # each is new
        "valid_from_ms": (NEW_YEAR_2100_MS,),
        "blocks": ([{"price_cents_per_kwh": 2_000}],),
    },
}


def prepared(stack: Stack) -> System:
    amina = stack.sign_in("amina@tenants.example", "amina-password")
    grace = stack.sign_in("grace@operators.example", "grace-password")
    hope = stack.sign_in("hope@operators.example", "hope-password")
    board = stack.sign_in("mtr-002@meters.example", "meter-002-password")
    secret = stack.secrets["CALLBACK_SECRET"]
    confirmation = f"/daraja/c2b/confirmation/{path_key(secret, 'c2b|confirmation')}"
    for receipt in (RECEIPT, RETURNED, DOUBTED):
        body = {**BY_HAND, "TransID": receipt}
        told = requests.post(stack.url("hosting") + confirmation, json=body, timeout=TIMEOUT_S)
        assert told.status_code == 200
        stack.database.wait_until(f"suspense/{receipt}", bool)
    reviewed = (in_review(stack, amina),)
    opened = amina.ask_to_pay("MTR-001", 100, "0700000009").json()["transaction_id"]
    doubted = in_doubt(stack, grace)
    attempt = f"sent-1-{doubted}"
    targets = Targets(
        meters=("MTR-001", "MTR-001", "MTR-003", "MTR-404"),
        transactions={
            "*": [opened],
            **dict.fromkeys(("decideReview", "getReview"), reviewed),
        },
        receipts={
            **dict.fromkeys(("assignSuspense", "getSuspense"), (RECEIPT, "UKL0DEMO99")),
            "decideReview": (TOLD, "UKL0DEMO99"),
            "askRefund": (RETURNED,),
            "decideRefund": ("UKL0DEMO09",),
            **dict.fromkeys(("viewReceipt", "askReceipt"), (RECEIPT, RETURNED)),
        },
        keys={
            "stkCallback": path_key(secret, opened),
            "c2bValidation": path_key(secret, "c2b|validation"),
            "c2bConfirmation": path_key(secret, "c2b|confirmation"),
            **dict.fromkeys(("moneyResult", "moneyTimeout"), path_key(secret, attempt)),
        },
        tokens={
            "*": (amina.id_token, grace.id_token),
            **dict.fromkeys(("askRefund", "getRefund", "decideRefund"), (grace.id_token,)),
            **dict.fromkeys(("getStatus", "queryPayment"), (grace.id_token,)),
            **dict.fromkeys(("viewReceipt", "askReceipt"), (grace.id_token,)),
            "assignSuspense": (grace.id_token,),
            **dict.fromkeys((*QUEUES, "adjustMeter"), (grace.id_token,)),
            "decideReview": (grace.id_token,),
            "revokeDevice": (grace.id_token,),
            "listStaff": (hope.id_token,),
            "viewAudit": (hope.id_token,),
            "changeRole": (hope.id_token,),
            "createClaim": (grace.id_token,),
            **dict.fromkeys(OF_THE_ESTATE, (grace.id_token,)),
            **dict.fromkeys(("listOrders", "placeOrder", "cancelOrder"), (amina.id_token,)),
            "publishTariff": (hope.id_token,),
            **dict.fromkeys(("reportBalance", "reportStatus"), (board.id_token,)),
        },
        people=("tenant-brian", "nobody@tenants.example"),
        refunds=(doubted,),
        orders=(an_order(stack, amina),),
        attempts=(attempt,),
        fields=OF_THE_ESTATE | a_claim(stack, grace),
    )
    return System(stack=stack, targets=targets)


def an_order(stack: Stack, tenant: Person) -> str:
    """The id of one that is held."""
    answer = requests.post(
        f"{stack.url('hosting')}/api/orders",
        json={"place_id": "court-1", "starts_at_ms": TOMORROW_MS, "slots": 1},
        headers={"Authorization": f"Bearer {tenant.id_token}", "Idempotency-Key": "order"},
        timeout=TIMEOUT_S,
    )
    return str(answer.json()["order_id"])


def a_claim(stack: Stack, operator: Person) -> dict[str, dict[str, tuple[str, ...]]]:
    """What the label, the board's wish and its last word say of a claim that is open."""
    secret = draw(16, secrets.token_bytes)
    label = {"hardware_id": "A0B1C2D3E4F5", "label_secret": in_groups(secret, of=4)}
    answer = requests.post(
        f"{stack.url('hosting')}/api/meters/{CLAIMED}/claim",
        json=label,
        headers={"Authorization": f"Bearer {operator.id_token}"},
        timeout=TIMEOUT_S,
    )
    wish = ClaimRequest(
        meter_id=CLAIMED,
        code=answer.json()["code"].replace("-", ""),
        hardware_id=label["hardware_id"],
        nonce=secrets.token_hex(16),
        proof="",
    )
    key = device_key(stack.secrets["DEVICE_MASTER_SECRET"], CLAIMED)
    said = {"meter_id": CLAIMED, "nonce": wish.nonce}
    bodies = {
        "createClaim": label,
        "claimMeter": {
            **said,
            "code": in_groups(wish.code, of=5),
            "hardware_id": wish.hardware_id,
            "proof": claim_proof(proof_key(secret), wish),
        },
        "completeClaim": {**said, "proof": receipt_mac(key, CLAIMED, wish.nonce)},
    }
    return {
        operation_id: {name: (value,) for name, value in body.items()}
        for operation_id, body in bodies.items()
    }


def in_doubt(stack: Stack, operator: Person) -> str:
    """A refund that M-Pesa refused, as it knows no such receipt: a person must decide."""
    answer = requests.post(
        f"{stack.url('hosting')}/api/refunds",
        json={"receipt": DOUBTED, "why": "paid to the wrong number"},
        headers={"Authorization": f"Bearer {operator.id_token}", "Idempotency-Key": DOUBTED},
        timeout=TIMEOUT_S,
    )
    refund_id: str = answer.json()["refund_id"]
    stack.database.wait_until(
        f"refunds/{refund_id}", lambda node: bool(node) and node["status"] == "review"
    )
    return refund_id


def in_review(stack: Stack, payer: Person) -> str:
    """A payment of 500 for which 300 were told."""
    asked = payer.ask_to_pay("MTR-001", 500, "0700000008").json()
    transaction_id: str = asked["transaction_id"]
    asked_for = stack.database.get(f"prompts/{transaction_id}/checkout_request_id")
    paid = [{"Name": "Amount", "Value": 300}, {"Name": "MpesaReceiptNumber", "Value": TOLD}]
    told = {
        "CheckoutRequestID": asked_for,
        "ResultCode": 0,
        "CallbackMetadata": {"Item": paid},
    }
    key = path_key(stack.secrets["CALLBACK_SECRET"], transaction_id)
    path = f"/daraja/callback/{transaction_id}/{key}"
    body = {"Body": {"stkCallback": told}}
    requests.post(stack.url("hosting") + path, json=body, timeout=TIMEOUT_S).raise_for_status()
    stack.database.wait_until(f"reviews/{transaction_id}/told", bool)
    return transaction_id


@SCHEMA.parametrize()
@settings(max_examples=EXAMPLES)
def test_any_request_is_answered_as_documented(case: Case[Any], system: System) -> None:
    headers = aim(case, system.targets)
    assume(function_at(case.formatted_path))
    system.let_time_pass()
    before = system.written()
    answer = case.call_and_validate(base_url=system.url, headers=headers, timeout=TIMEOUT_S)
    SEEN[case.operation.label] += answer.status_code < 300
    assert answer.status_code // 100 != 4 or system.written() == before


@pytest.mark.parametrize("label", [f"{method} {path}" for path, method, _ in OPERATIONS])
def test_requests_of_each_operation_were_taken(label: str) -> None:
    if not SEEN:
        pytest.skip("needs the requests of the test above")
    assert SEEN[label] >= 1


@pytest.mark.parametrize("path", sorted({path for path, _, _ in OPERATIONS}))
def test_another_method_is_refused_with_those_to_use(system: System, path: str) -> None:
    answer = requests.put(system.url + re.sub("{.*?}", "MTR-001", path), timeout=TIMEOUT_S)
    methods = {method for at, method, _ in OPERATIONS if at == path}
    assert (answer.status_code, set(answer.headers["Allow"].split(", "))) == (405, methods)


def test_after_all_that_the_next_payment_reaches_the_phone(system: System) -> None:
    system.let_time_pass()
    amina = system.stack.sign_in("amina@tenants.example", "amina-password")
    answer = amina.ask_to_pay("MTR-001", 100, "0700000002", idempotency_key=secrets.token_hex(8))
    assert (answer.status_code, answer.json()["status"]) == (202, "prompted")
    paid = answer.json()["transaction_id"]
    system.stack.simulator.enter_pin("254700000002")
    system.stack.database.wait_until(f"transactions/{paid}/status", lambda now: now == "paid")


def test_the_lines_of_the_guide_do_what_it_says(system: System) -> None:
    system.let_time_pass()
    script = re.findall(r"```bash\n(.*?)```", GUIDE.read_text(), re.DOTALL)[0]
    for usual, here in (("http://127.0.0.1:5000", "hosting"), ("http://127.0.0.1:9099", "auth")):
        assert usual in script
        script = script.replace(usual, system.stack.url(here))
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        capture_output=True,
        text=True,
        timeout=GUIDE_LIMIT_S,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    asked, payment, meter = (json.loads(line) for line in ran.stdout.splitlines())
    assert (asked["status"], asked["quote"]["amount_kes"]) == ("prompted", 500)
    assert (payment["transaction_id"], meter["meter_id"]) == (asked["transaction_id"], "MTR-001")
    assert payment["message"].startswith("Weka PIN yako")
