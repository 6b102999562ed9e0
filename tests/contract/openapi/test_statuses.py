"""Every documented status is shown by a call, and every answer is what the document says."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from lipamita.domain.evidence import PushUnclear
from lipamita.domain.payment import Status
from lipamita.domain.report import BALANCE_FIELDS, STATUS_FIELDS

from tests.contract.openapi.calls import (
    OPERATIONS,
    PATHS,
    PUBLISHED,
    Calls,
    answer_example,
    request_example,
)
from tests.contract.openapi.document import operation, strict_schema
from tests.contract.openapi.edge import CLAIMED, MISLED, ORDERED, TOLD, Edge
from tests.unit.lipamita.domain.samples import OTHER_TRANSACTION, RECEIPT
from tests.unit.lipamita.entrypoints.deployment import DEVICE, OPERATOR

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

STRICT = strict_schema()
DOCUMENTED = [
    (operation_id, status)
    for operation_id, (_, _, described) in OPERATIONS.items()
    for status in described["responses"]
]
FOR_ANY: dict[str, Callable[[Calls, str], TestResponse]] = {
    "200": Calls.good,
    "201": Calls.good,
    "202": Calls.good,
    "401": Calls.is_too_late,
    "403": Calls.is_somebody_else,
    "404": Calls.misses,
    "405": Calls.uses_another_method,
    "413": Calls.says_too_much,
    "415": Calls.sends_text,
    "500": Calls.finds_us_broken,
    "503": Calls.finds_google_away,
}
FOR_ONE: dict[tuple[str, str], Callable[[Calls], TestResponse]] = {
    ("adjustMeter", "400"): lambda calls: calls.but("adjustMeter", direction="up"),
    ("adjustMeter", "404"): lambda calls: calls.but("adjustMeter", meter_id="MTR-999"),
    ("adjustMeter", "409"): lambda calls: calls.but("adjustMeter", meter_id="MTR-004"),
    ("askRefund", "400"): lambda calls: calls.ask_back(method="cash"),
    ("askRefund", "404"): lambda calls: calls.ask_back(receipt="UKL0DEMO99"),
    ("askRefund", "409"): lambda calls: calls.ask_back(method="payout"),
    ("viewReceipt", "400"): lambda calls: calls.good("viewReceipt", path="/api/receipts/short"),
    ("askReceipt", "200"): Calls.looks_for_known_money,
    ("askReceipt", "400"): lambda calls: calls.looks_for_money(why=""),
    ("askReceipt", "404"): lambda calls: calls.good("askReceipt", path="/api/receipts/a/b/ask"),
    ("askReceipt", "409"): Calls.looks_without_an_initiator,
    ("askReceipt", "429"): Calls.looks_twice,
    ("listReviews", "400"): lambda calls: calls.good("listReviews", path="/api/reviews?limit=26"),
    ("listSuspense", "400"): lambda calls: calls.good("listSuspense", path="/api/suspense?limit=0"),
    ("listRefunds", "400"): lambda calls: calls.good("listRefunds", path="/api/refunds?limit=x"),
    ("getReview", "400"): lambda calls: calls.good("getReview", path="/api/reviews/x"),
    ("getSuspense", "400"): lambda calls: calls.good("getSuspense", path="/api/suspense/x"),
    ("getRefund", "400"): lambda calls: calls.good("getRefund", path="/api/refunds/short"),
    ("decideRefund", "202"): Calls.proposes_to_send,
    ("decideRefund", "400"): lambda calls: calls.decide_refund(decision="burn"),
    ("decideRefund", "409"): lambda calls: calls.decide_refund(decision="approve"),
    ("requestPayment", "400"): lambda calls: calls.push(amount=250_001),
    ("requestPayment", "404"): lambda calls: calls.push(meter_id="MTR-999"),
    ("requestPayment", "409"): Calls.asks_while_a_prompt_is_open,
    ("requestPayment", "429"): Calls.asks_too_often,
    ("requestPayment", "502"): Calls.is_refused_by_daraja,
    ("queryPayment", "400"): lambda calls: calls.good("queryPayment", path="/api/payments/x/query"),
    ("queryPayment", "429"): Calls.asks_daraja_too_soon,
    ("getPayment", "400"): lambda calls: calls.good("getPayment", path="/api/payments/x"),
    ("listUserPayments", "400"): lambda calls: calls.good(
        "listUserPayments", path="/api/transactions/tenant-amina?limit=0"
    ),
    ("listMeterPayments", "400"): lambda calls: calls.good(
        "listMeterPayments", path="/api/transactions/meter/MTR-001?limit=51"
    ),
    ("getReport", "400"): lambda calls: calls.good(
        "getReport", path="/api/reports/ledger.csv?from=x"
    ),
    ("getReport", "409"): lambda calls: calls.good(
        "getReport", path="/api/reports/ledger.csv?from=2025-01-01&to=2026-11-20"
    ),
    ("getReport", "500"): Calls.finds_the_record_broken,
    ("getMeter", "400"): lambda calls: calls.good("getMeter", path="/api/meters/mtr-001"),
    ("assignSuspense", "202"): Calls.assigns_much,
    ("createClaim", "400"): lambda calls: calls.good(
        "createClaim", body={**request_example("createClaim"), "label_secret": "0" * 15}
    ),
    ("createClaim", "409"): lambda calls: calls.good(
        "createClaim", path="/api/meters/MTR-004/claim"
    ),
    ("claimMeter", "400"): lambda calls: calls.claim(code="7ZK4M-0PXQW-3ER9T-VB6N6"),
    ("claimMeter", "403"): lambda calls: calls.claim(proof="0" * 64),
    ("claimMeter", "409"): Calls.claims_with_another_nonce,
    ("claimMeter", "429"): lambda calls: calls.claims_too_often("claimMeter"),
    ("claimMeter", "503"): lambda calls: calls.claims_with_others("claimMeter"),
    ("completeClaim", "400"): lambda calls: calls.complete(nonce="x"),
    ("completeClaim", "403"): lambda calls: calls.complete(proof="0" * 64),
    ("completeClaim", "429"): lambda calls: calls.claims_too_often("completeClaim"),
    ("completeClaim", "503"): lambda calls: calls.claims_with_others("completeClaim"),
    ("assignSuspense", "400"): lambda calls: calls.assign(why=" "),
    ("assignSuspense", "409"): Calls.decides_otherwise,
    ("decideReview", "202"): lambda calls: calls.decide(amount=10_001),
    ("decideReview", "400"): lambda calls: calls.decide(decision="refund"),
    ("decideReview", "409"): lambda calls: calls.decide(receipt="UKL0DEMO99"),
    ("revokeDevice", "400"): lambda calls: calls.revoke_device(why=" "),
    ("openProfile", "400"): lambda calls: calls.good("openProfile", body={"language": "fr"}),
    ("viewConsumption", "400"): lambda calls: calls.good(
        "viewConsumption", path="/api/meters/MTR-001/consumption?to=2026-11-20"
    ),
    ("registerApp", "400"): lambda calls: calls.good("registerApp", body={"token": ""}),
    ("registerApp", "403"): lambda calls: calls.good("registerApp", token=DEVICE),
    ("openProfile", "403"): Calls.opens_as_a_device,
    ("viewAudit", "400"): lambda calls: calls.good("viewAudit", path="/api/audit?limit=0"),
    ("changeRole", "400"): lambda calls: calls.change_role(role="king"),
    ("changeRole", "404"): Calls.asks_about_nobody,
    ("changeRole", "409"): lambda calls: calls.change_role(who="device-mtr-001"),
}
RETIRED = "meters/MTR-001/retired_at"
FOR_ONE |= {
    ("registerMeter", "400"): lambda calls: calls.but("registerMeter", kind="gas"),
    ("registerMeter", "404"): lambda calls: calls.but("registerMeter", tariff_id="none"),
    ("registerMeter", "409"): lambda calls: calls.but("registerMeter", meter_id="MTR-OO1"),
    ("bindDevice", "400"): lambda calls: calls.but("bindDevice", why=" "),
    ("bindDevice", "409"): lambda calls: calls.but("bindDevice", device_uid="other"),
    ("replaceDevice", "400"): lambda calls: calls.but("replaceDevice", why=" "),
    ("replaceDevice", "409"): lambda calls: calls.seeded(RETIRED, 1).good("replaceDevice"),
    ("moveMeter", "400"): lambda calls: calls.but("moveMeter", why=" "),
    ("moveMeter", "409"): lambda calls: calls.seeded(RETIRED, 1).good("moveMeter"),
    ("retireMeter", "400"): lambda calls: calls.but("retireMeter", why=" "),
    ("reportBalance", "400"): lambda calls: calls.but("reportBalance", sequence=-1),
    ("reportBalance", "409"): lambda calls: calls.but(
        "reportBalance", credited_total=1, current_balance=1
    ),
    ("reportStatus", "400"): lambda calls: calls.but("reportStatus", switch="open"),
    ("commandMeter", "400"): lambda calls: calls.but("commandMeter", why=" "),
    ("commandMeter", "404"): lambda calls: calls.but("commandMeter", meter_id="MTR-999"),
    ("commandMeter", "409"): Calls.commands_otherwise,
    ("publishTariff", "400"): lambda calls: calls.but("publishTariff", why=" "),
    ("publishTariff", "409"): Calls.publishes_without_end,
    ("nameSite", "400"): lambda calls: calls.but("nameSite", name=""),
}
FOR_ONE |= {
    ("placeOrder", "400"): lambda calls: calls.order(slots=15),
    ("placeOrder", "403"): lambda calls: calls.good("placeOrder", token=DEVICE),
    ("placeOrder", "404"): lambda calls: calls.order(place_id="court-9"),
    ("placeOrder", "409"): lambda calls: calls.order(starts_at_ms=1_795_237_200_000),
    ("placeOrder", "429"): Calls.orders_too_often,
    ("listOrders", "400"): lambda calls: calls.good("listOrders", path="/api/orders?limit=2"),
    ("listOrders", "403"): lambda calls: calls.good(
        "listOrders", path="/api/orders?user_id=tenant-brian"
    ),
    ("getOrder", "400"): lambda calls: calls.good("getOrder", path="/api/orders/x"),
    ("cancelOrder", "400"): lambda calls: calls.good("cancelOrder", path="/api/orders/x/cancel"),
    ("cancelOrder", "403"): lambda calls: calls.good("cancelOrder", token=OPERATOR),
    ("cancelOrder", "409"): lambda calls: calls.ordered_is(status="confirmed").good("cancelOrder"),
    ("listPlaces", "400"): lambda calls: calls.good(
        "listPlaces", path="/api/places?starts_at_ms=2&ends_at_ms=1"
    ),
    ("offerPlace", "400"): lambda calls: calls.but("offerPlace", slot_minutes=50),
    ("offerPlace", "404"): lambda calls: calls.but("offerPlace", site_id="none"),
    ("offerPlace", "409"): lambda calls: calls.but(
        "offerPlace", place_id="court-1", kind="parking"
    ),
}
OPENS_NOTHING = {"200", "201", "202", "409", "429", "502"}  # the others store nothing at all
SHARED = {"405", "413"}  # one example stands for several operations, whose words differ


@pytest.fixture
def calls(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> Calls:
    return Calls(edge, monkeypatch)


def assert_as_documented(operation_id: str, response: TestResponse) -> None:
    documented = operation(STRICT, operation_id)
    assert str(response.status_code) in OPERATIONS[operation_id][2]["responses"]
    documented.validate_response(response)
    said = OPERATIONS[operation_id][2]["responses"][str(response.status_code)]
    assert response.mimetype in said.get("content", {"application/json": {}})
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("operation_id", "status"), DOCUMENTED, ids=lambda text: text)
def test_a_documented_status_is_answered_as_it_is_documented(
    calls: Calls, operation_id: str, status: str
) -> None:
    only_here = FOR_ONE.get((operation_id, status))
    response = only_here(calls) if only_here else FOR_ANY[status](calls, operation_id)
    assert str(response.status_code) == status
    assert_as_documented(operation_id, response)
    calls.patch.undo()
    if status not in OPENS_NOTHING:
        assert calls.edge.is_as_seeded()
    if (operation_id, status) == ("getReport", "200"):
        assert response.get_data(as_text=True).splitlines()[1].startswith("2026-11-21,no,0,")
    elif status not in SHARED and (operation_id, status) != ("requestPayment", "403"):
        assert response.get_json() == answer_example(operation_id, status)


def refused_path(path: str) -> Callable[[Calls], TestResponse]:
    return lambda calls: calls.good("getMeter", path=path)


CODES: dict[tuple[str, str], Callable[[Calls], TestResponse]] = {
    ("askReceipt", "invalid_receipt"): lambda calls: calls.good(
        "askReceipt", path="/api/receipts/short/ask"
    ),
    ("askReceipt", "invalid_json"): lambda calls: calls.good("askReceipt", body=b"[]"),
    ("askReceipt", "unknown_field"): lambda calls: calls.looks_for_money(amount=1),
    ("askReceipt", "invalid_why"): lambda calls: calls.looks_for_money(why=5),
    ("askReceipt", "initiator_not_configured"): Calls.looks_without_an_initiator,
    ("askReceipt", "asked_too_often"): Calls.looks_too_often,
    ("askRefund", "invalid_json"): lambda calls: calls.good("askRefund", body=b"[]"),
    ("askRefund", "unknown_field"): lambda calls: calls.ask_back(meter_id="MTR-001"),
    ("askRefund", "invalid_receipt"): lambda calls: calls.ask_back(receipt="short"),
    ("askRefund", "invalid_amount"): lambda calls: calls.ask_back(amount=True),
    ("askRefund", "invalid_phone_number"): lambda calls: calls.ask_back(phone_number="0812345678"),
    ("askRefund", "invalid_method"): lambda calls: calls.ask_back(method="cash"),
    ("askRefund", "invalid_why"): lambda calls: calls.ask_back(why=""),
    ("askRefund", "invalid_idempotency_key"): lambda calls: calls.ask_back(key="a b"),
    ("askRefund", "unknown_receipt"): lambda calls: calls.ask_back(receipt="UKL0DEMO99"),
    ("askRefund", "unknown_path"): lambda calls: calls.good("askRefund", path="/api/refunds/a/b/c"),
    ("adjustMeter", "invalid_json"): lambda calls: calls.good("adjustMeter", body=b"null"),
    ("adjustMeter", "unknown_field"): lambda calls: calls.but("adjustMeter", price=1),
    ("adjustMeter", "invalid_meter_id"): lambda calls: calls.but("adjustMeter", meter_id="x"),
    ("adjustMeter", "invalid_direction"): lambda calls: calls.but("adjustMeter", direction=[]),
    ("adjustMeter", "invalid_energy_wh"): lambda calls: calls.but("adjustMeter", energy_wh=0),
    ("adjustMeter", "invalid_why"): lambda calls: calls.but("adjustMeter", why=" "),
    ("adjustMeter", "invalid_idempotency_key"): lambda calls: calls.good("adjustMeter", key="a b"),
    ("adjustMeter", "meter_not_ready"): lambda calls: calls.but("adjustMeter", meter_id="MTR-004"),
    ("adjustMeter", "idempotency_key_reused"): Calls.uses_an_adjustment_key_twice,
    ("adjustMeter", "another_proposal"): Calls.proposes_another_adjustment,
    ("askRefund", "refunds_not_configured"): Calls.has_no_initiator,
    ("askRefund", "site_refunds_not_configured"): Calls.asks_for_money_of_a_site,
    ("askRefund", "idempotency_key_reused"): Calls.uses_a_refund_key_twice,
    ("askRefund", "not_refundable"): lambda calls: (
        calls.asks_for_a_part(499, "0712345678")
        and calls.ask_back(receipt=RECEIPT, amount=499, method="reversal")
    ),
    ("askRefund", "nothing_unused"): Calls.asks_for_what_is_used,
    ("askRefund", "more_than_unused"): lambda calls: calls.asks_for_a_part(501, None),
    ("askRefund", "amount_needed"): Calls.asks_for_what_is_not_whole,
    ("askRefund", "phone_needed"): lambda calls: calls.asks_for_a_part(200, None),
    ("askRefund", "phone_differs"): lambda calls: calls.asks_for_a_part(200, "0110000000"),
    ("askRefund", "payout_too_small"): lambda calls: calls.asks_for_a_part(9, "0712345678"),
    ("getRefund", "invalid_refund_id"): lambda calls: calls.good(
        "getRefund", path="/api/refunds/short"
    ),
    ("getRefund", "unknown_refund"): lambda calls: calls.misses("getRefund"),
    ("getRefund", "unknown_path"): lambda calls: calls.good("getRefund", path="/api/refunds/a%2Fb"),
    ("decideRefund", "invalid_json"): lambda calls: calls.good("decideRefund", body=b"1"),
    ("decideRefund", "unknown_field"): lambda calls: calls.decide_refund(amount=1),
    ("decideRefund", "invalid_decision"): lambda calls: calls.decide_refund(decision="burn"),
    ("decideRefund", "invalid_refund_id"): lambda calls: calls.good(
        "decideRefund", path="/api/refunds/x/decision"
    ),
    ("decideRefund", "invalid_receipt"): lambda calls: calls.decide_refund(receipt="short"),
    ("decideRefund", "invalid_why"): lambda calls: calls.decide_refund(why=5),
    ("decideRefund", "unknown_refund"): lambda calls: calls.misses("decideRefund"),
    ("decideRefund", "unknown_path"): lambda calls: calls.good(
        "decideRefund", path="/api/refunds/a%2Fb/decision"
    ),
    ("decideRefund", "not_decidable"): lambda calls: calls.decide_refund(decision="approve"),
    ("decideRefund", "second_person_needed"): Calls.approves_her_own,
    ("decideRefund", "receipt_needed"): lambda calls: calls.decide_refund(receipt=None),
    ("decideRefund", "energy_was_taken"): lambda calls: calls.decide_refund(decision="give_up"),
    ("decideRefund", "another_proposal"): Calls.proposes_to_send_after_another,
    ("decideRefund", "refunds_not_configured"): Calls.sends_without_an_initiator,
    ("requestPayment", "invalid_idempotency_key"): lambda calls: calls.push(key="a b"),
    ("requestPayment", "invalid_json"): lambda calls: calls.good("requestPayment", body=b"{"),
    ("requestPayment", "unknown_field"): lambda calls: calls.push(order=1),
    ("requestPayment", "invalid_meter_id"): lambda calls: calls.push(meter_id="mtr-001"),
    ("requestPayment", "invalid_amount"): lambda calls: calls.push(amount=500.0),
    ("requestPayment", "invalid_phone_number"): lambda calls: calls.push(phone_number="0812345678"),
    ("requestPayment", "invalid_description"): lambda calls: calls.push(description=""),
    ("requestPayment", "amount_too_small"): lambda calls: calls.push(meter_id="MTR-007", amount=1),
    ("requestPayment", "idempotency_key_reused"): Calls.uses_a_key_twice,
    ("requestPayment", "meter_not_ready"): lambda calls: calls.push(meter_id="MTR-004"),
    ("requestPayment", "prompt_open"): Calls.asks_while_a_prompt_is_open,
    ("getReport", "unknown_report"): lambda calls: calls.misses("getReport"),
    ("getReport", "invalid_day"): lambda calls: calls.report("ledger.csv?to=x"),
    ("getReport", "invalid_days"): lambda calls: calls.report("silent-meters.csv?days=0"),
    ("getReport", "unknown_parameter"): lambda calls: calls.report("meters.csv?page=2"),
    ("getReport", "period_too_long"): lambda calls: calls.report("vat.csv?from=2025-01-01"),
    ("getReport", "report_too_long"): Calls.asks_for_too_long_a_pdf,
    ("getReport", "days_not_closed"): Calls.never_closed_the_books,
    ("getReport", "unknown_path"): lambda calls: calls.good("getReport", path="/api/reports/a%2Fb"),
    ("listUserPayments", "invalid_user_id"): refused_path("/api/transactions/a.b"),
    ("listUserPayments", "invalid_limit"): refused_path("/api/transactions/tenant-amina?limit=51"),
    ("listUserPayments", "invalid_transaction_id"): refused_path(
        "/api/transactions/tenant-amina?before=x"
    ),
    ("listUserPayments", "unknown_parameter"): refused_path(
        "/api/transactions/tenant-amina?page=2"
    ),
    ("listMeterPayments", "unknown_parameter"): refused_path(
        "/api/transactions/meter/MTR-001?page=2"
    ),
    ("listMeterPayments", "invalid_meter_id"): refused_path("/api/transactions/meter/mtr-001"),
    ("listMeterPayments", "invalid_limit"): refused_path("/api/transactions/meter/MTR-001?limit=x"),
    ("listMeterPayments", "invalid_transaction_id"): refused_path(
        "/api/transactions/meter/MTR-001?before=x"
    ),
    ("listMeterPayments", "unknown_meter"): refused_path("/api/transactions/meter/MTR-999"),
    ("listMeterPayments", "unknown_path"): refused_path("/api/transactions/meter/MTR-001%2Fx"),
    ("getMeter", "unknown_path"): refused_path("/api/meters/MTR-001%2Fx"),
    ("getMeter", "unknown_meter"): refused_path("/api/meters/MTR-999"),
    ("createClaim", "invalid_json"): lambda calls: calls.good("createClaim", body=b"{"),
    ("createClaim", "unknown_field"): lambda calls: calls.good("createClaim", body={"pop": 1}),
    ("createClaim", "invalid_meter_id"): lambda calls: calls.good(
        "createClaim", path="/api/meters/mtr-001/claim"
    ),
    ("createClaim", "invalid_hardware_id"): lambda calls: calls.good("createClaim", body={}),
    ("createClaim", "invalid_label_secret"): lambda calls: calls.good(
        "createClaim", body={"hardware_id": "A0B1C2D3E4F5", "label_secret": 5}
    ),
    ("createClaim", "meter_retired"): lambda calls: calls.seeded(
        f"meters/{CLAIMED}/retired_at", 1
    ).good("createClaim"),
    ("createClaim", "not_claimable"): lambda calls: calls.good(
        "createClaim", path="/api/meters/MTR-004/claim"
    ),
    ("createClaim", "unknown_meter"): lambda calls: calls.misses("createClaim"),
    ("createClaim", "unknown_path"): lambda calls: calls.good(
        "createClaim", path="/api/meters/MTR%2F001/claim"
    ),
    ("claimMeter", "invalid_json"): lambda calls: calls.good("claimMeter", body=b"[]"),
    ("claimMeter", "unknown_field"): lambda calls: calls.claim(uid="tenant-amina"),
    ("claimMeter", "invalid_meter_id"): lambda calls: calls.claim(meter_id=""),
    ("claimMeter", "invalid_code"): lambda calls: calls.claim(code="0"),
    ("claimMeter", "invalid_hardware_id"): lambda calls: calls.claim(hardware_id="A0B1"),
    ("claimMeter", "invalid_nonce"): lambda calls: calls.claim(nonce="0"),
    ("claimMeter", "invalid_proof"): lambda calls: calls.claim(proof="0"),
    ("completeClaim", "invalid_json"): lambda calls: calls.good("completeClaim", body=b"1"),
    ("completeClaim", "unknown_field"): lambda calls: calls.complete(code="0"),
    ("completeClaim", "invalid_meter_id"): lambda calls: calls.complete(meter_id=1),
    ("completeClaim", "invalid_nonce"): lambda calls: calls.complete(nonce=None),
    ("completeClaim", "invalid_proof"): lambda calls: calls.complete(proof=[]),
    ("assignSuspense", "invalid_receipt"): lambda calls: calls.good(
        "assignSuspense", path="/api/suspense/short/assign"
    ),
    ("assignSuspense", "invalid_json"): lambda calls: calls.good("assignSuspense", body=b"[]"),
    ("assignSuspense", "unknown_field"): lambda calls: calls.assign(amount=1),
    ("assignSuspense", "invalid_meter_id"): lambda calls: calls.assign(meter_id=5),
    ("assignSuspense", "invalid_why"): lambda calls: calls.assign(why=None),
    ("assignSuspense", "unknown_meter"): lambda calls: calls.assign(meter_id="MTR-999"),
    ("assignSuspense", "unknown_receipt"): lambda calls: calls.misses("assignSuspense"),
    ("assignSuspense", "already_assigned"): Calls.decides_otherwise,
    ("assignSuspense", "not_sellable"): lambda calls: calls.assign(meter_id="MTR-004"),
    ("assignSuspense", "another_proposal"): Calls.assigns_much_elsewhere,
    ("assignSuspense", "busy"): Calls.decides_with_another,
    ("assignSuspense", "unknown_path"): lambda calls: calls.good(
        "assignSuspense", path="/api/suspense/UKL0%2FDEMO03/assign"
    ),
    ("decideReview", "invalid_json"): lambda calls: calls.good("decideReview", body=b"null"),
    ("decideReview", "unknown_field"): lambda calls: calls.decide(meter_id="MTR-001"),
    ("decideReview", "invalid_decision"): lambda calls: calls.decide(decision=["credit"]),
    ("decideReview", "invalid_transaction_id"): lambda calls: calls.good(
        "decideReview", path="/api/reviews/x/decision"
    ),
    ("decideReview", "invalid_receipt"): lambda calls: calls.decide(receipt="short"),
    ("decideReview", "invalid_amount"): lambda calls: calls.decide(amount=True),
    ("decideReview", "invalid_why"): lambda calls: calls.decide(why=""),
    ("decideReview", "amount_too_small"): Calls.decides_at_a_high_price,
    ("decideReview", "unknown_review"): lambda calls: calls.misses("decideReview"),
    ("decideReview", "unknown_path"): lambda calls: calls.good(
        "decideReview", path="/api/reviews/a%2Fb/decision"
    ),
    ("decideReview", "receipt_not_told"): lambda calls: calls.decide(receipt="UKL0DEMO99"),
    ("decideReview", "receipt_of_another_prompt"): lambda calls: calls.decide(receipt=MISLED),
    ("decideReview", "not_in_review"): Calls.decides_about_a_paid_one,
    ("decideReview", "receipt_claimed_elsewhere"): lambda calls: calls.decide(receipt=RECEIPT),
    ("decideReview", "another_proposal"): Calls.proposes_something_else,
    ("decideReview", "meter_not_ready"): Calls.decides_without_a_tariff,
    ("decideReview", "money_was_told"): lambda calls: calls.decide_review(decision="dismiss"),
    ("decideReview", "receipt_was_credited"): lambda calls: calls.reviewed_has(
        status="paid", mpesa_receipt=TOLD
    ).decide(decision="suspense"),
    ("decideReview", "too_soon"): lambda calls: calls.reviewed_has(
        status="paid", mpesa_receipt=TOLD, reason="meter_retired"
    ).decide(decision="suspense"),
    ("decideReview", "another_amount"): Calls.moves_another_amount,
    ("revokeDevice", "invalid_json"): lambda calls: calls.good("revokeDevice", body=b"[]"),
    ("revokeDevice", "unknown_field"): lambda calls: calls.revoke_device(device="x"),
    ("revokeDevice", "invalid_why"): lambda calls: calls.revoke_device(why=5),
    ("revokeDevice", "invalid_meter_id"): lambda calls: calls.good(
        "revokeDevice", path="/api/meters/mtr-001/device/revoke"
    ),
    ("revokeDevice", "unknown_meter"): lambda calls: calls.misses("revokeDevice"),
    ("revokeDevice", "unknown_path"): lambda calls: calls.good(
        "revokeDevice", path="/api/meters/MTR%2F001/device/revoke"
    ),
    ("viewConsumption", "invalid_from"): lambda calls: calls.good(
        "viewConsumption", path="/api/meters/MTR-001/consumption?to=2026-11-20"
    ),
    ("viewConsumption", "invalid_to"): lambda calls: calls.good(
        "viewConsumption", path="/api/meters/MTR-001/consumption?from=2026-11-20&to=x"
    ),
    ("viewConsumption", "invalid_step"): lambda calls: calls.good(
        "viewConsumption", path="/api/meters/MTR-001/consumption?step=week"
    ),
    ("viewConsumption", "invalid_span"): lambda calls: calls.good(
        "viewConsumption", path="/api/meters/MTR-001/consumption?from=2026-11-20&to=2026-11-19"
    ),
    ("viewConsumption", "invalid_meter_id"): lambda calls: calls.good(
        "viewConsumption", path="/api/meters/x/consumption?from=2026-11-20&to=2026-11-20"
    ),
    ("viewConsumption", "unknown_parameter"): lambda calls: calls.good(
        "viewConsumption", path="/api/meters/MTR-001/consumption?day=1"
    ),
    ("viewConsumption", "unknown_meter"): lambda calls: calls.misses("viewConsumption"),
    ("viewConsumption", "unknown_path"): lambda calls: calls.good(
        "viewConsumption", path="/api/meters/MTR%2F1/consumption"
    ),
    ("registerApp", "invalid_json"): lambda calls: calls.good("registerApp", body=b"{"),
    ("registerApp", "unknown_field"): lambda calls: calls.good("registerApp", body={"x": 1}),
    ("registerApp", "invalid_app"): lambda calls: calls.good("registerApp", body={"token": 5}),
    ("openProfile", "invalid_json"): lambda calls: calls.good("openProfile", body=b"{"),
    ("openProfile", "unknown_field"): lambda calls: calls.good("openProfile", body={"x": 1}),
    ("openProfile", "invalid_name"): lambda calls: calls.good("openProfile", body={"name": " a"}),
    ("openProfile", "invalid_language"): lambda calls: calls.good(
        "openProfile", body={"language": 5}
    ),
    ("viewAudit", "invalid_cursor"): lambda calls: calls.good(
        "viewAudit", path="/api/audit?cursor=x"
    ),
    ("viewAudit", "unknown_parameter"): lambda calls: calls.good(
        "viewAudit", path="/api/audit?page=2"
    ),
    ("viewAudit", "invalid_limit"): lambda calls: calls.good(
        "viewAudit", path="/api/audit?limit=101"
    ),
    ("viewAudit", "invalid_target"): lambda calls: calls.good(
        "viewAudit", path="/api/audit?target="
    ),
    ("changeRole", "invalid_json"): lambda calls: calls.good("changeRole", body=b"null"),
    ("changeRole", "unknown_field"): lambda calls: calls.change_role(uid="x"),
    ("changeRole", "invalid_who"): lambda calls: calls.change_role(who="\x9d?"),
    ("changeRole", "invalid_role"): lambda calls: calls.change_role(role=None),
    ("changeRole", "invalid_why"): lambda calls: calls.change_role(why="  "),
    ("changeRole", "own_role"): lambda calls: calls.change_role(who="admin-hope"),
    ("changeRole", "device_account"): lambda calls: calls.change_role(who="device-mtr-001"),
    ("changeRole", "email_unverified"): Calls.trusts_an_unverified_address,
    ("queryPayment", "unknown_transaction"): lambda calls: calls.misses("queryPayment"),
    ("queryPayment", "unknown_path"): lambda calls: calls.good(
        "queryPayment", path="/api/payments/a%2Fb/query"
    ),
    ("getPayment", "unknown_transaction"): lambda calls: calls.misses("getPayment"),
    ("getPayment", "unknown_path"): lambda calls: calls.good("getPayment", path="/api/payments/"),
}

CODES |= {
    ("placeOrder", "invalid_idempotency_key"): lambda calls: calls.order(key="a b"),
    ("placeOrder", "invalid_json"): lambda calls: calls.good("placeOrder", body=b"{"),
    ("placeOrder", "unknown_field"): lambda calls: calls.order(price=1),
    ("placeOrder", "invalid_place_id"): lambda calls: calls.order(place_id="Court 1"),
    ("placeOrder", "invalid_starts_at_ms"): lambda calls: calls.order(
        starts_at_ms=1_795_244_400_001
    ),
    ("placeOrder", "invalid_slots"): lambda calls: calls.order(slots=0),
    ("placeOrder", "invalid_note"): lambda calls: calls.order(note=" "),
    ("placeOrder", "no_room"): lambda calls: calls.order(starts_at_ms=1_795_237_200_000),
    ("placeOrder", "place_closed"): lambda calls: calls.seeded(
        "places/court-1/active", node=False
    ).order(),
    ("placeOrder", "idempotency_key_reused"): Calls.orders_twice,
    ("getOrder", "invalid_order_id"): lambda calls: calls.good("getOrder", path="/api/orders/x"),
    ("getOrder", "unknown_order"): lambda calls: calls.misses("getOrder"),
    ("getOrder", "unknown_path"): lambda calls: calls.good("getOrder", path="/api/orders/a%2Fb/c"),
    ("cancelOrder", "invalid_order_id"): lambda calls: calls.good(
        "cancelOrder", path="/api/orders/x/cancel"
    ),
    ("cancelOrder", "unknown_order"): lambda calls: calls.misses("cancelOrder"),
    ("cancelOrder", "unknown_path"): lambda calls: calls.good(
        "cancelOrder", path="/api/orders/a%2Fb/cancel"
    ),
    ("cancelOrder", "order_not_open"): lambda calls: calls.ordered_is(status="confirmed").good(
        "cancelOrder"
    ),
    ("cancelOrder", "prompt_open"): lambda calls: (
        calls.pays_the_order() and calls.good("cancelOrder")
    ),
    ("listOrders", "invalid_user_id"): refused_path("/api/orders?user_id=a.b"),
    ("listOrders", "unknown_parameter"): refused_path("/api/orders?limit=2"),
    ("listOrders", "not_your_orders"): refused_path("/api/orders?user_id=tenant-brian"),
    ("cancelOrder", "not_your_order"): lambda calls: calls.good("cancelOrder", token=OPERATOR),
    ("placeOrder", "people_only"): lambda calls: calls.good("placeOrder", token=DEVICE),
    ("placeOrder", "unknown_place"): lambda calls: calls.order(place_id="court-9"),
    ("listPlaces", "invalid_starts_at_ms"): refused_path("/api/places?ends_at_ms=1"),
    ("listPlaces", "invalid_ends_at_ms"): refused_path("/api/places?starts_at_ms=1&ends_at_ms=x"),
    ("listPlaces", "invalid_span"): refused_path("/api/places?starts_at_ms=2&ends_at_ms=1"),
    ("listPlaces", "unknown_parameter"): refused_path("/api/places?day=1"),
    ("offerPlace", "invalid_json"): lambda calls: calls.good("offerPlace", body=b"[]"),
    ("offerPlace", "unknown_field"): lambda calls: calls.but("offerPlace", colour="red"),
    ("offerPlace", "invalid_place_id"): lambda calls: calls.but("offerPlace", place_id="A"),
    ("offerPlace", "invalid_name"): lambda calls: calls.but("offerPlace", name=" "),
    ("offerPlace", "invalid_kind"): lambda calls: calls.but("offerPlace", kind="gas"),
    ("offerPlace", "invalid_site_id"): lambda calls: calls.but("offerPlace", site_id="a/b"),
    ("offerPlace", "invalid_capacity"): lambda calls: calls.but("offerPlace", capacity=501),
    ("offerPlace", "invalid_amount"): lambda calls: calls.but("offerPlace", price=0),
    ("offerPlace", "invalid_slot_minutes"): lambda calls: calls.but("offerPlace", slot_minutes=50),
    ("offerPlace", "invalid_vat_percent"): lambda calls: calls.but("offerPlace", vat_percent=101),
    ("offerPlace", "invalid_active"): lambda calls: calls.but("offerPlace", active=1),
    ("offerPlace", "unknown_site"): lambda calls: calls.but("offerPlace", site_id="none"),
    ("offerPlace", "kind_differs"): lambda calls: calls.but(
        "offerPlace", place_id="court-1", kind="parking"
    ),
    ("decideReview", "amount_not_the_orders"): lambda calls: calls.decides_about_a_place(
        "amount_differs"
    ),
    ("decideReview", "place_is_gone"): lambda calls: calls.decides_about_a_place("no_place_left"),
    ("decideRefund", "place_was_freed"): Calls.gives_up_a_place,
    ("requestPayment", "meter_or_order"): lambda calls: calls.push(order_id=ORDERED),
    ("requestPayment", "invalid_order_id"): lambda calls: calls.pays_the_order(order_id="x"),
    ("requestPayment", "unknown_meter"): lambda calls: calls.push(meter_id="MTR-999"),
    ("requestPayment", "unknown_order"): lambda calls: calls.pays_the_order(
        order_id="BZZZZZZZZZZZ"
    ),
    ("requestPayment", "order_not_open"): lambda calls: calls.ordered_is(
        status="expired"
    ).pays_the_order(),
    ("requestPayment", "order_hold_ending"): lambda calls: calls.ordered_is(
        hold_until=1
    ).pays_the_order(),
    ("requestPayment", "amount_not_the_orders"): lambda calls: calls.pays_the_order(amount=299),
}


def documented_codes() -> set[tuple[str, str]]:
    """Every (operation, code) whose status can have several codes of its own."""
    found = set()
    for operation_id, (_, _, described) in OPERATIONS.items():
        for answer in described["responses"].values():
            said = answer.get("content", {}).get("application/json", {}).get("schema", {})
            for part in said.get("allOf", []):
                error = part.get("properties", {}).get("error", {}).get("properties", {})
                codes = error.get("code", {}).get("enum", [])
                found |= {(operation_id, code) for code in codes}
    return found


def test_every_documented_code_is_shown() -> None:
    assert documented_codes() == set(CODES)


CODES |= {
    ("registerMeter", "invalid_json"): lambda calls: calls.good("registerMeter", body=b"{"),
    ("registerMeter", "unknown_field"): lambda calls: calls.but("registerMeter", price=1),
    ("registerMeter", "invalid_meter_id"): lambda calls: calls.but("registerMeter", meter_id="x"),
    ("registerMeter", "invalid_name"): lambda calls: calls.but("registerMeter", name=" "),
    ("registerMeter", "invalid_kind"): lambda calls: calls.but("registerMeter", kind=None),
    ("registerMeter", "invalid_tariff_id"): lambda calls: calls.but("registerMeter", tariff_id="A"),
    ("registerMeter", "invalid_site_id"): lambda calls: calls.but("registerMeter", site_id="a/b"),
    ("registerMeter", "invalid_owner_uid"): lambda calls: calls.but("registerMeter", owner_uid=""),
    ("registerMeter", "unknown_tariff"): lambda calls: calls.but("registerMeter", tariff_id="no"),
    ("registerMeter", "unknown_site"): lambda calls: calls.but("registerMeter", site_id="no"),
    ("registerMeter", "unknown_user"): lambda calls: calls.but("registerMeter", owner_uid="no"),
    ("registerMeter", "meter_exists"): lambda calls: calls.but("registerMeter", meter_id="MTR-001"),
    ("registerMeter", "account_taken"): lambda calls: calls.but("registerMeter", meter_id="MTR001"),
    ("registerMeter", "tariff_not_sellable"): lambda calls: calls.but(
        "registerMeter", tariff_id="free"
    ),
    ("replaceDevice", "too_many_commands"): lambda calls: calls.leaves_commands_unanswered(),
    ("moveMeter", "unknown_user"): lambda calls: calls.but("moveMeter", owner_uid="no"),
    ("moveMeter", "unknown_site"): lambda calls: calls.but("moveMeter", site_id="no"),
    ("moveMeter", "unknown_tariff"): lambda calls: calls.but("moveMeter", tariff_id="no"),
    ("moveMeter", "tariff_not_sellable"): lambda calls: calls.but("moveMeter", tariff_id="free"),
    ("moveMeter", "invalid_owner_uid"): lambda calls: calls.but("moveMeter", owner_uid="a.b"),
    ("moveMeter", "invalid_site_id"): lambda calls: calls.but("moveMeter", site_id=None),
    ("moveMeter", "invalid_tariff_id"): lambda calls: calls.but("moveMeter", tariff_id=5),
    ("moveMeter", "invalid_name"): lambda calls: calls.but("moveMeter", name="x" * 81),
    ("moveMeter", "nothing_to_change"): lambda calls: calls.good("moveMeter", body={"why": "x"}),
    ("moveMeter", "meter_retired"): lambda calls: calls.seeded(RETIRED, 1).good("moveMeter"),
    ("replaceDevice", "meter_retired"): lambda calls: calls.seeded(RETIRED, 1).good(
        "replaceDevice"
    ),
    ("nameSite", "invalid_name"): lambda calls: calls.but("nameSite", name="\x07"),
    ("bindDevice", "device_bound"): lambda calls: calls.but("bindDevice", device_uid="other"),
    ("bindDevice", "meter_retired"): lambda calls: calls.seeded(RETIRED, 1).good("bindDevice"),
    ("bindDevice", "invalid_device_uid"): lambda calls: calls.but("bindDevice", device_uid=7),
    ("replaceDevice", "invalid_device_uid"): lambda calls: calls.but(
        "replaceDevice", device_uid=""
    ),
    ("nameSite", "invalid_json"): lambda calls: calls.good("nameSite", body=b"[]"),
    ("nameSite", "unknown_field"): lambda calls: calls.but("nameSite", city="Nairobi"),
    ("nameSite", "invalid_site_id"): lambda calls: calls.but("nameSite", site_id="A"),
}


def wrong(operation: str, field: str, value: object) -> Callable[[Calls], TestResponse]:
    """The example, but for one field."""
    return lambda calls: calls.but(operation, **{field: value})


CODES |= {
    ("publishTariff", f"invalid_{field}"): wrong("publishTariff", field, value)
    for field, value in {
        "tariff_id": "A",
        "name": None,
        "blocks": [{"price": 1}],
        "levies": [{"name": "REP", "percent": 101}],
        "vat_percent": 101,
        "fixed_charge_cents_per_month": -1,
        "friendly_hours": {"from_hour": 1},
        "emergency_credit_wh": "1",
        "low_credit_wh": True,
        "power_limit_w": 1.5,
        "valid_from_ms": 1,
        "why": "",
    }.items()
}
CODES |= {
    ("publishTariff", "invalid_tariff"): wrong("publishTariff", "blocks", []),
    ("publishTariff", "invalid_json"): lambda calls: calls.good("publishTariff", body=b"{"),
    ("publishTariff", "unknown_field"): wrong("publishTariff", "discount", 5),
    ("commandMeter", "invalid_idempotency_key"): lambda calls: calls.good(
        "commandMeter", key="a b"
    ),
    ("commandMeter", "invalid_json"): lambda calls: calls.good("commandMeter", body=b"[]"),
    ("commandMeter", "unknown_field"): wrong("commandMeter", "price", 1),
    ("commandMeter", "invalid_meter_id"): wrong("commandMeter", "meter_id", "x"),
    ("commandMeter", "invalid_kind"): wrong("commandMeter", "kind", "withdraw"),
    ("commandMeter", "invalid_arguments"): wrong("commandMeter", "arguments", {"seconds": 3_601}),
    ("commandMeter", "invalid_why"): wrong("commandMeter", "why", None),
    ("commandMeter", "order_differs"): Calls.commands_otherwise,
    ("commandMeter", "too_many_commands"): Calls.commands_without_end,
}


CODES |= {
    **{
        ("reportBalance", f"invalid_{field}"): wrong("reportBalance", field, None)
        for field in BALANCE_FIELDS
    },
    **{
        ("reportStatus", f"invalid_{field}"): wrong("reportStatus", field, None)
        for field in STATUS_FIELDS
    },
    ("reportBalance", "more_than_sold"): wrong("reportBalance", "sequence", 1),
    ("reportBalance", "totals_fell"): lambda calls: calls.seeded("meters/MTR-001/sequence", 5).good(
        "reportBalance"
    ),
}


def of_a_meter(verb: str, at: str) -> dict[tuple[str, str], Callable[[Calls], TestResponse]]:
    """What every operation below a meter may refuse."""
    return {
        (verb, "invalid_json"): lambda calls: calls.good(verb, body=b"null"),
        (verb, "unknown_field"): lambda calls: calls.but(verb, price=1),
        (verb, "invalid_meter_id"): lambda calls: calls.good(verb, path=f"/api/meters/x/{at}"),
        (verb, "unknown_meter"): lambda calls: calls.misses(verb),
        (verb, "unknown_path"): lambda calls: calls.good(verb, path=f"/api/meters/a%2Fx/{at}"),
    }


CODES |= {
    **of_a_meter("bindDevice", "device"),
    **of_a_meter("replaceDevice", "replace"),
    **of_a_meter("moveMeter", "move"),
    **of_a_meter("retireMeter", "retire"),
    **of_a_meter("reportBalance", "balance"),
    **of_a_meter("reportStatus", "status"),
    **{
        (verb, "invalid_why"): wrong(verb, "why", 5)
        for verb in ("bindDevice", "replaceDevice", "moveMeter", "retireMeter")
    },
}


CODES |= {
    ("getReview", "invalid_transaction_id"): lambda calls: calls.good(
        "getReview", path="/api/reviews/x"
    ),
    ("getReview", "unknown_review"): lambda calls: calls.misses("getReview"),
    ("getReview", "unknown_path"): lambda calls: calls.good("getReview", path="/api/reviews/a%2Fx"),
    ("getSuspense", "invalid_receipt"): lambda calls: calls.good(
        "getSuspense", path="/api/suspense/x"
    ),
    ("getSuspense", "unknown_receipt"): lambda calls: calls.misses("getSuspense"),
    ("getSuspense", "unknown_path"): lambda calls: calls.good(
        "getSuspense", path="/api/suspense/a%2Fx"
    ),
}


@pytest.mark.parametrize(("operation_id", "code"), sorted(CODES), ids=lambda text: text)
def test_a_documented_code_is_answered(calls: Calls, operation_id: str, code: str) -> None:
    response = CODES[operation_id, code](calls)
    assert response.get_json()["error"]["code"] == code
    assert_as_documented(operation_id, response)


# --- what an answer may be besides its example


def test_a_reason_may_be_as_long_as_documented(calls: Calls) -> None:
    longest = PUBLISHED["components"]["schemas"]["Assignment"]["properties"]["why"]["maxLength"]
    assert calls.assign(why="x" * (longest + 1)).status_code == 400
    assert calls.assign(why="x" * longest).status_code == 200


def test_an_unclear_answer_of_darajas_is_a_payment_that_is_only_created(calls: Calls) -> None:
    calls.edge.app.daraja.push_answer = PushUnclear(why="ReadTimeout")
    response = calls.push()
    assert (response.status_code, response.get_json()["status"]) == (202, Status.CREATED)
    assert_as_documented("requestPayment", response)


def test_the_same_request_again_is_answered_the_same(calls: Calls) -> None:
    assert calls.push().get_json() == calls.push().get_json()


def test_swahili_is_answered_to_those_who_ask_for_it(calls: Calls) -> None:
    token = {"Authorization": f"Bearer {OPERATOR}"}
    path = PATHS["getPayment"]
    response = calls.edge.call("GET", path, headers={**token, "Accept-Language": "sw, en;q=0.5"})
    assert response.get_json()["message"] == "Malipo yamepokelewa."
    assert_as_documented("getPayment", response)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"BillRefNumber": "MTR-404", "TransAmount": "500.00"}, "C2B00012"),
        ({"BillRefNumber": "MTR-001", "TransAmount": "500.50"}, "C2B00013"),
        (b"no JSON", "C2B00013"),
    ],
    ids=["account", "amount", "unreadable"],
)
def test_a_payment_by_hand_may_be_refused(calls: Calls, body: object, code: str) -> None:
    response = calls.good("c2bValidation", body=body)
    assert (response.status_code, response.get_json()["ResultCode"]) == (200, code)
    assert_as_documented("c2bValidation", response)


def test_an_open_prompt_and_a_held_rate_say_how_long_to_wait(calls: Calls) -> None:
    for response in (calls.asks_while_a_prompt_is_open(), calls.asks_too_often()):
        assert 1 <= int(response.headers["Retry-After"]) <= 75


@pytest.mark.parametrize("status", Status)
def test_a_payment_in_any_state_is_shown_as_documented(calls: Calls, status: Status) -> None:
    calls.edge.app.database.write(f"transactions/{OTHER_TRANSACTION}/status", status.value)
    response = calls.good("getPayment", path=f"/api/payments/{OTHER_TRANSACTION}")
    assert response.get_json()["status"] == status
    assert_as_documented("getPayment", response)
