"""The document's own example requests, sent as they stand or made wrong in one way."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from firebase_admin import auth
from lipamita.adapters import report_pdf
from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.domain.claim import ClaimRequest, claim_proof, proof_key
from lipamita.domain.command import MAX_OPEN_COMMANDS
from lipamita.domain.evidence import PushRefused
from lipamita.domain.ids import Uid
from lipamita.domain.inquiry import MAX_ATTEMPTS
from lipamita.domain.tariff_terms import MAX_VERSIONS_WAITING
from lipamita.domain.units import Millis
from lipamita.entrypoints import wiring

from tests.contract.openapi.document import operations, published, resolved
from tests.contract.openapi.edge import (
    CLAIM_CODE,
    CLAIMED,
    LABEL_SECRET,
    ORDERED,
    REFUND,
    REVIEWED,
    SUSPENDED,
    TOLD,
    Edge,
    c2b_key,
    callback_key,
)
from tests.fakes.memory_audit import MemoryAudit
from tests.unit.lipamita.adapters.id_tokens import id_token
from tests.unit.lipamita.domain.samples import NOW, OTHER_TRANSACTION, RECEIPT, TRANSACTION
from tests.unit.lipamita.entrypoints.deployment import ADMIN, AMINA, BRIAN, DEVICE, OPERATOR

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

PUBLISHED = published()
OPERATIONS: dict[str, tuple[str, str, dict[str, Any]]] = {
    described["operationId"]: (path, method, described)
    for path, method, described in operations(PUBLISHED)
}
HENRY = id_token("operator-henry", role="operator")
MAX_REQUESTS = 40  # more than any rate allows at once
TOO_LARGE = b" " * (64 * 1024 + 1)
SIGNED_IN = id_token(
    "tenant-amina",
    email="amina@tenants.example",
    email_verified=True,
    phone_number="+254700000001",
)  # as Firebase issues it after a sign-in
RESULT = f"sent-1-{REFUND}"
KEYED = ("requestPayment", "askRefund", "placeOrder", "commandMeter", "adjustMeter")
PATHS = {
    "requestPayment": "/daraja/stk-push",
    "getPayment": f"/api/payments/{TRANSACTION}",
    "queryPayment": f"/api/payments/{TRANSACTION}/query",
    "getStatus": "/api/status",
    "listOrders": "/api/orders?user_id=tenant-amina",
    "placeOrder": "/api/orders",
    "getOrder": f"/api/orders/{ORDERED}",
    "cancelOrder": f"/api/orders/{ORDERED}/cancel",
    "listPlaces": "/api/places?starts_at_ms=1795237200000&ends_at_ms=1795240800000",
    "offerPlace": "/api/places",
    "getMeter": "/api/meters/MTR-001",
    "getReport": "/api/reports/daily-sales.csv?from=2026-11-21&to=2026-11-21",
    "listUserPayments": "/api/transactions/tenant-amina?before=-Of2cAbcdEFGHijkl012&limit=1",
    "listMeterPayments": "/api/transactions/meter/MTR-001?before=-Of2cAbcdEFGHijkl012&limit=1",
    "createClaim": f"/api/meters/{CLAIMED}/claim",
    "claimMeter": "/claim",
    "completeClaim": "/claim/complete",
    "registerMeter": "/api/meters",
    "bindDevice": "/api/meters/MTR-001/device",
    "replaceDevice": "/api/meters/MTR-001/replace",
    "moveMeter": "/api/meters/MTR-001/move",
    "retireMeter": "/api/meters/MTR-001/retire",
    "nameSite": "/api/sites",
    "commandMeter": "/api/commands",
    "reportBalance": "/api/meters/MTR-001/balance",
    "reportStatus": "/api/meters/MTR-001/status",
    "publishTariff": "/api/tariffs",
    "listReviews": "/api/reviews?limit=1",
    "getReview": f"/api/reviews/{REVIEWED}",
    "listSuspense": "/api/suspense?from=1795208400000-UKL0DEMO03",
    "getSuspense": f"/api/suspense/{SUSPENDED}",
    "listRefunds": "/api/refunds",
    "assignSuspense": f"/api/suspense/{SUSPENDED}/assign",
    "decideReview": f"/api/reviews/{REVIEWED}/decision",
    "viewReceipt": f"/api/receipts/{RECEIPT}",
    "askReceipt": "/api/receipts/UKL0ASKED1/ask",
    "adjustMeter": "/api/adjustments",
    "askRefund": "/api/refunds",
    "getRefund": f"/api/refunds/{REFUND}",
    "decideRefund": f"/api/refunds/{REFUND}/decision",
    "moneyResult": f"/daraja/result/{RESULT}/{callback_key(RESULT)}",
    "moneyTimeout": f"/daraja/timeout/{RESULT}/{callback_key(RESULT)}",
    "revokeDevice": "/api/meters/MTR-001/device/revoke",
    "openProfile": "/api/users/me",
    "registerApp": "/api/users/me/apps",
    "viewConsumption": "/api/meters/MTR-001/consumption?from=2026-11-20&to=2026-11-20",
    "listStaff": "/api/staff",
    "viewAudit": "/api/audit",
    "changeRole": "/api/staff",
    "stkCallback": f"/daraja/callback/{OTHER_TRANSACTION}/{callback_key(OTHER_TRANSACTION)}",
    "c2bValidation": f"/daraja/c2b/validation/{c2b_key('validation')}",
    "c2bConfirmation": f"/daraja/c2b/confirmation/{c2b_key('confirmation')}",
}
MISSED = {
    "getOrder": "/api/orders/BZZZZZZZZZZZ",
    "cancelOrder": "/api/orders/BZZZZZZZZZZZ/cancel",
    "viewConsumption": "/api/meters/MTR-999/consumption?from=2026-11-20&to=2026-11-20",
    "revokeDevice": "/api/meters/MTR-999/device/revoke",
    "getPayment": "/api/payments/-Of2cAbcdEFGHijkl012",
    "queryPayment": "/api/payments/-Of2cAbcdEFGHijkl012/query",
    "getMeter": "/api/meters/MTR-999",
    "getReport": "/api/reports/nothing.csv",
    "listMeterPayments": "/api/transactions/meter/MTR-999",
    "createClaim": "/api/meters/MTR-999/claim",
    "bindDevice": "/api/meters/MTR-999/device",
    "replaceDevice": "/api/meters/MTR-999/replace",
    "moveMeter": "/api/meters/MTR-999/move",
    "retireMeter": "/api/meters/MTR-999/retire",
    "reportBalance": "/api/meters/MTR-999/balance",
    "reportStatus": "/api/meters/MTR-999/status",
    "getReview": "/api/reviews/-Of2cAbcdEFGHijkl012",
    "getSuspense": "/api/suspense/UKL0DEMO99",
    "assignSuspense": "/api/suspense/UKL0DEMO99/assign",
    "decideReview": "/api/reviews/-Of2cAbcdEFGHijkl012/decision",
    "getRefund": "/api/refunds/-Of2fAbcdEFGHijkl012",
    "decideRefund": "/api/refunds/-Of2fAbcdEFGHijkl012/decision",
    "moneyResult": f"/daraja/result/{RESULT}/{callback_key(OTHER_TRANSACTION)}",
    "moneyTimeout": f"/daraja/timeout/{RESULT}/{callback_key(OTHER_TRANSACTION)}",
    "stkCallback": f"/daraja/callback/{TRANSACTION}/{callback_key(OTHER_TRANSACTION)}",
    "c2bValidation": f"/daraja/c2b/validation/{c2b_key('confirmation')}",
    "c2bConfirmation": f"/daraja/c2b/confirmation/{c2b_key('validation')}",
}


@dataclass
class Calls:
    """Calls of the edge, each named by what is the matter with it."""

    edge: Edge
    patch: pytest.MonkeyPatch

    def good(self, operation_id: str, **but: Any) -> TestResponse:
        """The documented example with the right key and token, but for what is given."""
        _, method, described = OPERATIONS[operation_id]
        sent = but.get("body", request_example(operation_id))
        headers = {}
        if described["security"]:
            named = {"staff": OPERATOR, "admin": ADMIN, "device": DEVICE}
            person = SIGNED_IN if operation_id == "openProfile" else AMINA
            token = next((named[tag] for tag in described["tags"] if tag in named), person)
            headers["Authorization"] = f"Bearer {but.get('token', token)}"
        if operation_id in KEYED:
            headers["Idempotency-Key"] = but.get("key", "key-1")
        return self.edge.call(
            but.get("method", method),
            but.get("path", PATHS[operation_id]),
            headers=headers,
            data=sent if isinstance(sent, bytes | None) else json.dumps(sent),
            content_type=None if sent is None else but.get("content_type", "application/json"),
        )

    def push(self, *, key: str = "key-1", **fields: object) -> TestResponse:
        """A request to pay, with some fields of its own."""
        body = {**request_example("requestPayment"), **fields}
        return self.good("requestPayment", key=key, body=body)

    def assign(self, **fields: object) -> TestResponse:
        """An operator's decision, with some fields of its own."""
        body = {**request_example("assignSuspense"), **fields}
        return self.good("assignSuspense", body=body)

    def decide(self, **fields: object) -> TestResponse:
        """An operator's credit, with some fields of its own."""
        body = {**request_example("decideReview"), **fields}
        return self.good("decideReview", body=body)

    def revoke_device(self, **fields: object) -> TestResponse:
        """A lost device, with some fields of its own."""
        return self.good("revokeDevice", body={**request_example("revokeDevice"), **fields})

    def change_role(self, **fields: object) -> TestResponse:
        """An admin's decision about a role, with some fields of its own."""
        return self.good("changeRole", body={**request_example("changeRole"), **fields})

    def trusts_an_unverified_address(self) -> TestResponse:
        accounts = self.edge.app.accounts
        stranger = accounts.read_account(Uid("tenant-brian"))
        assert stranger is not None
        address = "grace@operators.example"
        accounts.known[stranger.uid] = replace(stranger, email=address)
        return self.change_role(who=address)

    def opens_as_a_device(self) -> TestResponse:
        return self.good("openProfile", token=DEVICE)

    def asks_about_nobody(self) -> TestResponse:
        return self.change_role(who="nobody@tenants.example")

    def claim(self, **fields: object) -> TestResponse:
        """A board's wish, with some fields of its own."""
        return self.good("claimMeter", body={**request_example("claimMeter"), **fields})

    def complete(self, **fields: object) -> TestResponse:
        """A board's last word, with some fields of its own."""
        return self.good("completeClaim", body={**request_example("completeClaim"), **fields})

    def but(self, operation_id: str, **fields: object) -> TestResponse:
        """The documented example, with some fields of its own."""
        return self.good(operation_id, body={**request_example(operation_id), **fields})

    def seeded(self, path: str, node: object) -> Calls:
        """These calls, with that node in the database."""
        self.edge.app.database.write(path, node)
        return self

    def order(self, *, key: str = "key-1", **fields: object) -> TestResponse:
        """An order, with some fields of its own."""
        return self.good("placeOrder", key=key, body={**request_example("placeOrder"), **fields})

    def orders_too_often(self) -> TestResponse:
        for number in range(MAX_REQUESTS):
            at_ms = 1_795_244_400_000 + number * 3_600_000
            answer = self.order(key=f"key-{number}", starts_at_ms=at_ms, slots=1)
            if answer.status_code == 429:
                return answer
        raise AssertionError(f"no rate was held in {MAX_REQUESTS} requests")

    def orders_twice(self) -> TestResponse:
        self.order()
        return self.order(slots=1)

    def ordered_is(self, **fields: object) -> Calls:
        """These calls, where the order has these fields."""
        self.edge.app.database.merge(f"orders/{ORDERED}", fields)
        return self

    def decides_about_a_place(self, reason: str, **fields: object) -> TestResponse:
        """A decision about an order's payment that is in review for that reason."""
        order = self.edge.app.database.read(f"orders/{ORDERED}")
        names = ("place_id", "place_name", "kind", "starts_at", "ends_at")
        place = {"order_id": ORDERED, **{name: order[name] for name in names}}
        changes: dict[str, object] = {"meter_id": None, "order": place, "reason": reason}
        self.edge.app.database.merge(f"transactions/{REVIEWED}", changes)
        return self.decide(**fields)

    def gives_up_a_place(self) -> TestResponse:
        self.refund_has(meter_id=None)
        return self.decide_refund(decision="give_up")

    def pays_the_order(self, **fields: object) -> TestResponse:
        """Pay for the order instead of the meter."""
        body = {**request_example("requestPayment"), "order_id": ORDERED, "amount": 300, **fields}
        del body["meter_id"]
        return self.good("requestPayment", body=body)

    # --- what may happen to any operation

    def misses(self, operation_id: str) -> TestResponse:
        return self.good(operation_id, path=MISSED[operation_id])

    def is_too_late(self, operation_id: str) -> TestResponse:
        return self.good(operation_id, token=id_token(exp=1))

    def is_somebody_else(self, operation_id: str) -> TestResponse:
        return self.good(operation_id, token=BRIAN)

    def uses_another_method(self, operation_id: str) -> TestResponse:
        return self.good(operation_id, method="PUT")

    def says_too_much(self, operation_id: str) -> TestResponse:
        return self.good(operation_id, body=TOO_LARGE)

    def sends_text(self, operation_id: str) -> TestResponse:
        return self.good(operation_id, content_type="text/plain")

    def finds_us_broken(self, operation_id: str) -> TestResponse:
        def fail(*_: object, **__: object) -> None:
            raise RuntimeError("the database is gone")

        self.patch.setattr(RtdbStore, "at", fail)
        self.patch.setattr(MemoryAudit, "page", fail)
        return self.good(operation_id)

    def finds_the_record_broken(self) -> TestResponse:
        def fail(*_: object, **__: object) -> None:
            raise RuntimeError("Firestore is gone")

        self.patch.setattr(self.edge.app.record, "totals_of", fail)
        return self.good("getReport")

    def report(self, name: str) -> TestResponse:
        return self.good("getReport", path=f"/api/reports/{name}")

    def asks_for_too_long_a_pdf(self) -> TestResponse:
        self.patch.setattr(report_pdf, "MAX_PDF_ROWS", 0)
        return self.report("daily-sales.pdf?from=2026-11-21&to=2026-11-21")

    def never_closed_the_books(self) -> TestResponse:
        self.patch.setattr(self.edge.app.record, "first_day", lambda: "2026-01-01")
        return self.report("trial-balance.csv")

    def finds_google_away(self, operation_id: str) -> TestResponse:
        def offline(*_: object, **__: object) -> None:
            raise auth.CertificateFetchError("offline", None)

        self.patch.setattr(auth, "verify_id_token", offline)
        return self.good(operation_id)

    # --- what may happen to one operation

    def asks_too_often(self) -> TestResponse:
        for number in range(MAX_REQUESTS):
            self.edge.app.database.merge("/", {"phone_prompts": None})  # as if each had ended
            answer = self.push(key=f"key-{number}")
            if answer.status_code == 429:
                return answer
        raise AssertionError(f"no rate was held in {MAX_REQUESTS} requests")

    def asks_daraja_too_soon(self) -> TestResponse:
        """It was prompted a moment ago, so even the first time is too early."""
        ids = {"checkout_request_id": "ws_CO_1", "merchant_request_id": "29115-1"}
        self.edge.app.database.merge("prompts", {OTHER_TRANSACTION: ids})
        path = PATHS["queryPayment"].replace(TRANSACTION, OTHER_TRANSACTION)
        answer = self.good("queryPayment", path=path)
        self.edge.app.database.merge("prompts", {OTHER_TRANSACTION: None})
        return answer

    def asks_while_a_prompt_is_open(self) -> TestResponse:
        self.push(key="one")
        return self.push(key="two", amount=501)

    def uses_a_key_twice(self) -> TestResponse:
        self.push()
        return self.push(amount=501)

    def is_refused_by_daraja(self) -> TestResponse:
        said = answer_example("requestPayment", "502")["error"]
        refused = PushRefused(code=said["code"], message=said["message"], detail="500.001.1001")
        self.edge.app.daraja.push_answer = refused
        return self.push()

    def claims_with_another_nonce(self) -> TestResponse:
        self.claim()
        request = ClaimRequest(
            meter_id=CLAIMED,
            code=CLAIM_CODE,
            hardware_id=request_example("claimMeter")["hardware_id"],
            nonce="ab" * 16,
            proof="",
        )
        proof = claim_proof(proof_key(LABEL_SECRET), request)
        return self.claim(nonce=request.nonce, proof=proof)

    def claims_with_others(self, operation_id: str) -> TestResponse:
        """Between reading and claiming, somebody else was always faster."""
        self.patch.setattr(RtdbStore, "replace_claim", lambda *_: False)
        return self.good(operation_id)

    def claims_too_often(self, operation_id: str) -> TestResponse:
        for _ in range(MAX_REQUESTS):
            answer = self.good(operation_id)
            if answer.status_code == 429:
                return answer
        raise AssertionError(f"no rate was held in {MAX_REQUESTS} requests")

    def commands_otherwise(self) -> TestResponse:
        self.good("commandMeter")
        return self.but("commandMeter", arguments={"seconds": 1})

    def commands_without_end(self) -> TestResponse:
        for number in range(MAX_OPEN_COMMANDS):
            self.good("commandMeter", key=f"key-{number}")
        return self.good("commandMeter", key="one-more")

    def publishes_without_end(self) -> TestResponse:
        for number in range(MAX_VERSIONS_WAITING):
            self.but("publishTariff", valid_from_ms=NOW + 1 + number)
        return self.good("publishTariff")

    def leaves_commands_unanswered(self) -> TestResponse:
        for number in range(MAX_OPEN_COMMANDS):
            self.but("replaceDevice", device_uid=f"device-{number}")
            self.edge.app.now_ms = Millis(self.edge.app.now_ms + 1)
        answer = self.but("replaceDevice", device_uid="one-more")
        self.edge.app.now_ms = NOW
        return answer

    def ask_back(self, *, key: str = "key-1", **fields: object) -> TestResponse:
        """An operator's request for a refund, with some fields of its own."""
        body = {**request_example("askRefund"), **fields}
        return self.good("askRefund", key=key, body=body)

    def decide_refund(self, **fields: object) -> TestResponse:
        """An operator's decision about a refund, with some fields of its own."""
        body = {**request_example("decideRefund"), **fields}
        return self.good("decideRefund", body=body)

    def refund_has(self, **fields: object) -> None:
        self.edge.app.database.merge(f"refunds/{REFUND}", fields)

    def proposes_to_send(self) -> TestResponse:
        self.refund_has(reason="not_known")
        return self.decide_refund(decision="send")

    def proposes_to_send_after_another(self) -> TestResponse:
        self.proposes_to_send()
        body = {**request_example("decideRefund"), "decision": "give_up"}
        self.refund_has(energy_wh=0)
        return self.good("decideRefund", body=body, token=HENRY)

    def approves_her_own(self) -> TestResponse:
        self.refund_has(status="waiting_for_second_person")
        return self.decide_refund(decision="approve")

    def has_no_initiator(self) -> TestResponse:
        self.takes_the_initiator_away()
        return self.ask_back()

    def sends_without_an_initiator(self) -> TestResponse:
        self.takes_the_initiator_away()
        return self.decide_refund(decision="send")

    def takes_the_initiator_away(self) -> None:
        without = replace(self.edge.app.world, money_out=None)
        deployment = replace(wiring.deployment(), world=without)
        self.patch.setattr(wiring, "_DEPLOYMENTS", [deployment])

    def looks_for_money(self, **but: Any) -> TestResponse:
        return self.good("askReceipt", body={**request_example("askReceipt"), **but})

    def looks_for_known_money(self) -> TestResponse:
        return self.good("askReceipt", path=f"/api/receipts/{SUSPENDED}/ask")

    def looks_twice(self) -> TestResponse:
        self.looks_for_money()
        return self.looks_for_money()

    def looks_too_often(self) -> TestResponse:
        asked = {"attempt": MAX_ATTEMPTS, "asked_by": "operator-grace", "why": "x", "asked_at": 1}
        self.edge.app.database.write("inquiries/UKL0ASKED1", {**asked, "status": "not_known"})
        return self.looks_for_money()

    def looks_without_an_initiator(self) -> TestResponse:
        self.takes_the_initiator_away()
        return self.looks_for_money()

    def uses_a_refund_key_twice(self) -> TestResponse:
        self.ask_back()
        return self.ask_back(why="another")

    def asks_for_what_is_used(self) -> TestResponse:
        return self.ask_back(receipt=RECEIPT)

    def asks_for_a_part(self, amount: int, phone: str | None) -> TestResponse:
        """Of a payment whose meter has all of it left."""
        register = {
            "credited_total_wh": 20_000,
            "withdrawn_total_wh": 0,
            "sequence": 1,
            "remainder_cents": 0,
            "month": "2026-11",
            "month_wh": 20_000,
        }
        self.edge.app.database.write("meter_registers/MTR-001", register)
        return self.ask_back(receipt=RECEIPT, amount=amount, phone_number=phone)

    def asks_for_money_of_a_site(self) -> TestResponse:
        self.edge.app.database.merge(f"transactions/{TRANSACTION}", {"merchant": "5123456"})
        self.asks_for_a_part(200, None)
        return self.ask_back(receipt=RECEIPT)

    def reverses_a_part(self) -> TestResponse:
        self.asks_for_a_part(200, None)
        return self.ask_back(receipt=RECEIPT, amount=200, method="reversal")

    def asks_for_what_is_not_whole(self) -> TestResponse:
        told = f"reviews/{REVIEWED}/told/e1"
        self.edge.app.database.merge(told, {"amount": None})
        claim = {"transaction_id": REVIEWED, "claimed_at": 1, "channel": "stk"}
        self.edge.app.database.write(f"receipts/{TOLD}", claim)
        return self.ask_back(receipt=TOLD)

    def decides_otherwise(self) -> TestResponse:
        self.assign()
        return self.assign(meter_id="MTR-002")

    def decides_with_another(self) -> TestResponse:
        """Between reading and deciding, another operator was faster."""
        self.patch.setattr(RtdbStore, "replace_suspense", lambda *_: False)
        return self.assign()

    def proposes_something_else(self) -> TestResponse:
        self.decide(amount=20_000)
        body = {**request_example("decideReview"), "amount": 20_001}
        return self.good("decideReview", body=body, token=HENRY)

    def assigns_much(self, **but: Any) -> TestResponse:
        self.edge.app.database.merge(f"suspense/{SUSPENDED}", {"amount": 20_000})
        return self.good("assignSuspense", **but)

    def assigns_much_elsewhere(self) -> TestResponse:
        self.assigns_much()
        body = {**request_example("assignSuspense"), "meter_id": "MTR-002"}
        return self.assigns_much(body=body, token=HENRY)

    def decides_about_a_paid_one(self) -> TestResponse:
        self.edge.app.database.merge(f"transactions/{REVIEWED}", {"status": "paid"})
        return self.decide()

    def uses_an_adjustment_key_twice(self) -> TestResponse:
        self.good("adjustMeter")
        return self.but("adjustMeter", energy_wh=1)

    def proposes_another_adjustment(self) -> TestResponse:
        self.but("adjustMeter", energy_wh=1_000_000)
        body = {**request_example("adjustMeter"), "energy_wh": 1_000_001}
        return self.good("adjustMeter", body=body, token=HENRY)

    def reviewed_has(self, **fields: object) -> Calls:
        """The payment in review stands otherwise than it was seeded."""
        self.edge.app.database.merge(f"transactions/{REVIEWED}", fields)
        return self

    def decide_review(self, **fields: object) -> TestResponse:
        """A decision that is not about one receipt."""
        return self.good("decideReview", body={"why": "the statement shows nothing", **fields})

    def moves_another_amount(self) -> TestResponse:
        told = {"channel": "statement", "body": "{}", "received_at": 1, "remote_address": ""}
        body = json.dumps({"receipt": TOLD, "amount": "301"})
        self.edge.app.database.write(f"confirmations/{TOLD}", {**told, "body": body})
        return self.decide(decision="suspense")

    def decides_without_a_tariff(self) -> TestResponse:
        self.edge.app.database.merge("/tariffs", {"domestic": None})
        return self.decide()

    def decides_at_a_high_price(self) -> TestResponse:
        block = {"blocks": [{"price_cents_per_kwh": 1_000_000_000}]}
        self.edge.app.database.write("tariffs/domestic", block)
        return self.decide(amount=1)


def request_example(operation_id: str) -> Any:
    """The documented example of a body; None where there is none."""
    request = OPERATIONS[operation_id][2].get("requestBody")
    return request["content"]["application/json"]["example"] if request else None


def answer_example(operation_id: str, status: str) -> Any:
    """The documented example of an answer."""
    answer = resolved(PUBLISHED, OPERATIONS[operation_id][2]["responses"][status])
    return answer["content"]["application/json"]["example"]
