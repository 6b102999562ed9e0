"""Every shape Daraja has been seen to answer with, and what we make of it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from lipamita.adapters.daraja_wire import (
    MAX_TEXT,
    Merchant,
    access_token_from_body,
    callback_from_body,
    push_answer,
    query_answer,
    stk_push_body,
    stk_query_body,
    token_was_refused,
)
from lipamita.domain.evidence import (
    Callback,
    PushAcknowledged,
    PushRefused,
    PushUnclear,
    StkCallback,
    UnreadableCallback,
)
from lipamita.domain.msisdn import Msisdn
from lipamita.domain.units import Kes, Millis
from lipamita.use_cases.records import PushRequest

TEN_FIFTEEN_EAT = Millis(1_795_245_309_999)  # 2026-11-21 10:15:09 in Nairobi
HTML = b"<html><head><title>Request unsuccessful. Incapsula incident ID</title></head></html>"
FAULT_429 = {
    "fault": {
        "faultstring": "Spike arrest violation. Allowed rate : MessageRate{messagesPerPeriod=5}",
        "detail": {"errorcode": "policies.ratelimit.SpikeArrestViolation"},
    }
}
FAULT_401 = {"fault": {"faultstring": "no apiproduct match found", "detail": {"errorcode": "x"}}}
ACCEPTED = {
    "MerchantRequestID": "29115-34620561-1",
    "CheckoutRequestID": "ws_CO_211120261015091708374149",
    "ResponseCode": "0",
    "ResponseDescription": "Success. Request accepted for processing",
    "CustomerMessage": "Success. Request accepted for processing",
}


def body(node: object) -> bytes:
    return node if isinstance(node, bytes) else json.dumps(node).encode()


def envelope(code: object, message: object = "") -> dict[str, object]:
    return {"requestId": "1c5b-4ba8", "errorCode": code, "errorMessage": message}


# --- requests

REQUEST = PushRequest(
    amount_kes=Kes(500),
    msisdn=Msisdn("254712345678"),
    account_reference="MTR001",
    description="Electricity",
    callback_url="https://estate.example/daraja/callback/x/y",
)
PAY_BILL = Merchant(
    short_code="600000", passkey="key", transaction_type="CustomerPayBillOnline", party_b="600000"
)


def test_a_push_has_every_documented_field() -> None:
    assert stk_push_body(REQUEST, PAY_BILL, now_ms=TEN_FIFTEEN_EAT) == {
        "BusinessShortCode": "600000",
        "Password": base64.b64encode(b"600000key20261121101509").decode(),
        "Timestamp": "20261121101509",
        "TransactionType": "CustomerPayBillOnline",
        "Amount": 500,
        "PartyA": "254712345678",
        "PartyB": "600000",
        "PhoneNumber": "254712345678",
        "CallBackURL": "https://estate.example/daraja/callback/x/y",
        "AccountReference": "MTR001",
        "TransactionDesc": "Electricity",
    }


def test_a_tills_money_goes_to_the_till_number() -> None:
    till = Merchant(
        short_code="600000", passkey="k", transaction_type="CustomerBuyGoodsOnline", party_b="54321"
    )
    sent = stk_push_body(REQUEST, till, now_ms=TEN_FIFTEEN_EAT)
    assert (sent["BusinessShortCode"], sent["PartyB"]) == ("600000", "54321")


def test_a_query_has_every_documented_field() -> None:
    assert stk_query_body("ws_CO_1", PAY_BILL, now_ms=TEN_FIFTEEN_EAT) == {
        "BusinessShortCode": "600000",
        "Password": base64.b64encode(b"600000key20261121101509").decode(),
        "Timestamp": "20261121101509",
        "CheckoutRequestID": "ws_CO_1",
    }


# --- answers to a push


@pytest.mark.parametrize("code", ["0", 0])
def test_response_code_0_is_an_acknowledgement(code: object) -> None:
    assert push_answer(200, body({**ACCEPTED, "ResponseCode": code})) == PushAcknowledged(
        merchant_request_id="29115-34620561-1",
        checkout_request_id="ws_CO_211120261015091708374149",
        customer_message="Success. Request accepted for processing",
    )


REFUSALS: list[tuple[int, object, str]] = [
    (400, envelope("400.002.02", "Bad Request - Invalid PhoneNumber"), "push_rejected"),
    (400, envelope("400.002.02", "Bad Request - Invalid CallBackURL"), "push_rejected"),
    (400, envelope("400.002.05", "Invalid Request Payload"), "push_rejected"),
    (400, envelope("400.003.01", "Invalid Access Token"), "push_unauthorized"),
    (400, envelope("400.003.02", "Bad Request"), "push_rejected"),
    (401, envelope("401.002.01", "Error Occurred"), "push_unauthorized"),
    (401, envelope("401.003.01", "Invalid Access Token"), "push_unauthorized"),
    (404, envelope("404.001.01", "Resource not found"), "push_rejected"),
    (404, envelope("404.001.03", "Invalid Access Token"), "push_unauthorized"),
    (404, envelope("404.001.04", "Invalid Authentication Header"), "push_unauthorized"),
    (405, envelope("405.001", "Method Not Allowed"), "push_rejected"),
    (500, envelope("500.003.02", "Spike Arrest Violation"), "push_throttled"),
    (500, envelope("500.003.03", "Quota Violation"), "push_throttled"),
    (429, FAULT_429, "push_throttled"),
    (500, envelope("500.001.1001", "Merchant does not exist"), "push_rejected"),
    (500, envelope("500.001.1001", "[MerchantValidate] - Wrong credentials"), "push_rejected"),
    (
        500,
        envelope(
            "500.001.1001",
            "Unable to lock subscriber, a transaction is already in process for the "
            "current subscriber",
        ),
        "subscriber_busy",
    ),
    (200, {"ResponseCode": "1", "ResponseDescription": "Rejected"}, "push_rejected"),
    (200, envelope("404.001.03", "an error envelope under HTTP 200"), "push_unauthorized"),
]


@pytest.mark.parametrize(("status", "node", "code"), REFUSALS, ids=str)
def test_an_answer_that_is_certainly_a_refusal_is_one(status: int, node: object, code: str) -> None:
    answer = push_answer(status, body(node))
    assert isinstance(answer, PushRefused)
    assert answer.code == code


UNCLEAR: list[tuple[int, object]] = [
    (200, b""),
    (200, b"null"),
    (200, b"[]"),
    (200, b'"0"'),
    (200, b"0"),
    (200, b"{}"),
    (200, b"\xff\xfe\x00"),
    (200, b'{"ResponseCode": "0", "CheckoutRequestID": "ws_CO_1", "Merch'),
    (200, b'{"ResponseCode": NaN}'),
    (200, b'{"ResponseCode": 1e99999999999999999999}'),
    (200, b"[" * 100_000),
    (503, HTML),
    (403, HTML),
    (500, b""),
    (502, b"Bad Gateway"),
    (500, envelope("500.001.1001", "")),
    (200, envelope("500.001.1001", "")),
    (500, envelope("500.001.1001", "The transaction is being processed")),
    (500, envelope("500.001.1001", None)),
    (500, envelope("500.002.1001", "Service is currently under maintenance")),
    (500, envelope("500.003.1001", "Internal Server Error")),
    (500, envelope("999.999.99", "never seen")),
    (500, envelope(500.001, "a number")),
    (500, envelope(None, None)),
    (401, FAULT_401),
    (500, {"fault": "text"}),
    (500, {"fault": {"detail": "text"}}),
    (504, {"fault": {"detail": {"errorcode": "messaging.adaptors.http.flow.GatewayTimeout"}}}),
    (200, {**ACCEPTED, "CheckoutRequestID": ""}),
    (200, {**ACCEPTED, "CheckoutRequestID": None}),
    (200, {**ACCEPTED, "CheckoutRequestID": 17}),
    (200, {**ACCEPTED, "CheckoutRequestID": "x" * 129}),
    (200, {**ACCEPTED, "MerchantRequestID": None}),
    (200, {**ACCEPTED, "ResponseCode": None}),
    (200, {**ACCEPTED, "ResponseCode": True}),
    (200, {**ACCEPTED, "ResponseCode": False}),
    (200, {**ACCEPTED, "ResponseCode": 0.0}),
    (200, {**ACCEPTED, "ResponseCode": ""}),
    (200, {**ACCEPTED, "ResponseCode": "00"}),
    (200, {**ACCEPTED, "ResponseCode": "0 "}),
]


@pytest.mark.parametrize(("status", "node"), UNCLEAR, ids=lambda value: str(value)[:60])
def test_an_answer_that_settles_nothing_is_unclear(status: int, node: object) -> None:
    assert isinstance(push_answer(status, body(node)), PushUnclear)


@pytest.mark.parametrize("status", [200, 201, 400, 404, 500, 503])
def test_the_http_status_alone_settles_nothing(status: int) -> None:
    assert isinstance(push_answer(status, body(ACCEPTED)), PushAcknowledged)
    assert isinstance(push_answer(status, HTML), PushUnclear)


def test_darajas_prose_is_kept_bounded() -> None:
    answer = push_answer(400, body(envelope("400.002.02", "x" * 10_000)))
    assert isinstance(answer, PushRefused)
    assert len(answer.detail) <= MAX_TEXT


@pytest.mark.parametrize("code", ["404.001.03", "400.003.01", "401.002.01", "401.003.01"])
def test_a_refused_access_token_is_recognised(code: str) -> None:
    assert token_was_refused(body(envelope(code)))


@pytest.mark.parametrize(
    "node",
    [
        b"",
        HTML,
        FAULT_429,
        ACCEPTED,
        envelope("500.001.1001"),
        envelope(None),
        [envelope("404.001.03")],
    ],
    ids=lambda node: str(node)[:40],
)
def test_other_answers_do_not_blame_the_access_token(node: object) -> None:
    assert not token_was_refused(body(node))


# --- answers to a query

KNOWN = {
    "ResponseCode": "0",
    "ResponseDescription": "The service request has been accepted successsfully",
    "MerchantRequestID": "22205-34066-1",
    "CheckoutRequestID": "ws_CO_1",
    "ResultCode": "1032",
    "ResultDesc": "Request cancelled by user",
}


@pytest.mark.parametrize(
    ("result_code", "code"),
    [("0", "0"), (0, "0"), ("1032", "1032"), (1032, "1032"), ("4999", "4999"), ("SFC_IC0003",) * 2],
)
def test_a_known_result_is_its_code_as_text(result_code: object, code: str) -> None:
    answer = query_answer(body({**KNOWN, "ResultCode": result_code}), asked_at_ms=Millis(7))
    assert (answer.result_code, answer.asked_at_ms) == (code, 7)


def without(node: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key != name}


@pytest.mark.parametrize(
    "node",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        HTML,
        FAULT_429,
        envelope("500.001.1001", ""),
        envelope("500.001.1001", "The transaction is being processed"),
        envelope("500.001.1001", "The transaction does not Exist"),
        envelope("400.002.02", "Bad Request - Invalid CheckoutRequestID"),
        {**KNOWN, "ResultCode": "0", "errorCode": "500.001.1001"},
        {**KNOWN, "ResultCode": "0", "ResponseCode": "1"},
        {**without(KNOWN, "ResponseCode"), "ResultCode": "0"},
        without(KNOWN, "ResultCode"),
        {**KNOWN, "ResultCode": None},
        {**KNOWN, "ResultCode": True},
        {**KNOWN, "ResultCode": False},
        {**KNOWN, "ResultCode": 0.0},
        {**KNOWN, "ResultCode": ""},
        b'{"ResponseCode": "0", "ResultCode": 0e99999999999999999999}',
    ],
    ids=lambda node: str(node)[:70],
)
def test_every_other_shape_says_nothing_about_the_money(node: object) -> None:
    assert query_answer(body(node), asked_at_ms=Millis(7)).result_code is None


# --- OAuth


@pytest.mark.parametrize("life", ["3599", 3599])
def test_a_tokens_life_is_a_number_or_a_string(life: object) -> None:
    node = {"access_token": "c9SQxWWhmdVRlyh0zh8gZDTkubVF", "expires_in": life}
    assert access_token_from_body(body(node)) == ("c9SQxWWhmdVRlyh0zh8gZDTkubVF", 3599)


@pytest.mark.parametrize(
    "node",
    [
        b"",
        HTML,
        {},
        {"access_token": "t"},
        {"expires_in": "3599"},
        *(
            {"access_token": token, "expires_in": "3599"}
            for token in (None, "", 5, "a b", "a\nb", "é")
        ),
        *(
            {"access_token": "t", "expires_in": life}
            for life in (None, "", "soon", -1, "-1", 3599.5, True, "9" * 5000, 10**400, "٣٥٩٩")
        ),
    ],
    ids=lambda node: str(node)[:60],
)
def test_what_is_no_token_with_a_life_is_none(node: object) -> None:
    assert access_token_from_body(body(node)) is None


# --- callbacks

PRODUCTION_2018 = (
    '{"Body":{"stkCallback":{"MerchantRequestID":"8555-67195-1",'
    '"CheckoutRequestID":"ws_CO_27012018143409180","ResultCode":0,'
    '"ResultDesc":"The service request is processed successfully.","CallbackMetadata":{"Item":['
    '{"Name":"Amount","Value":1.00},{"Name":"MpesaReceiptNumber","Value":"MAO0DO9BYO"},'
    '{"Name":"Balance"},{"Name":"TransactionDate","Value":20180124144754},'
    '{"Name":"PhoneNumber","Value":254713155555}]}}}}'
)


def read(text: str) -> Callback:
    return callback_from_body(evidence_id="e1", received_at_ms=Millis(7), body=text)


def success(*items: dict[str, object], **more: object) -> str:
    told = {
        "MerchantRequestID": "29115-1",
        "CheckoutRequestID": "ws_CO_1",
        "ResultCode": 0,
        "ResultDesc": "The service request is processed successfully.",
        "CallbackMetadata": {"Item": list(items)},
    }
    return json.dumps({"Body": {"stkCallback": {**told, **more}}})


AMOUNT: dict[str, object] = {"Name": "Amount", "Value": 500}
RECEIPT: dict[str, object] = {"Name": "MpesaReceiptNumber", "Value": "UKL0DEMO01"}


def told_of(text: str) -> StkCallback:
    callback = read(text)
    assert isinstance(callback, StkCallback)
    return callback


def test_the_production_callback_of_2018_is_read() -> None:
    assert read(PRODUCTION_2018) == StkCallback(
        evidence_id="e1",
        received_at_ms=Millis(7),
        checkout_request_id="ws_CO_27012018143409180",
        merchant_request_id="8555-67195-1",
        result_code="0",
        result_desc="The service request is processed successfully.",
        receipt="MAO0DO9BYO",  # type: ignore[arg-type]
        amount_kes=Kes(1),
    )


BALANCES: list[dict[str, object]] = [
    {"Name": "Balance"},
    {"Name": "Balance", "Value": 12.5},
    {"Name": "Balance", "Value": "{Amount={CurrencyCode=KES,BasicAmount=0.00}}"},
    {"Name": "PhoneNumber", "Value": "254708***430"},
    {"Name": "PhoneNumber", "Value": None},
    {"Name": "TransactionDate", "Value": "21/11/2026 10:15"},
    {"Value": 5},
    {"Name": 7, "Value": 5},
    {},
]


@pytest.mark.parametrize("extra", BALANCES, ids=str)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_items_are_read_by_name_in_any_order_and_number(
    extra: dict[str, object], place: int
) -> None:
    items = [RECEIPT, AMOUNT]
    items.insert(place, extra)
    callback = told_of(success(*items))
    assert (callback.amount_kes, callback.receipt) == (500, "UKL0DEMO01")


@pytest.mark.parametrize("value", ["500", "500.0", "500.00", '"500"', '"500.00"'])
def test_every_exact_amount_is_read(value: str) -> None:
    text = success(RECEIPT, {"Name": "Amount", "Value": "AMOUNT"}).replace('"AMOUNT"', value)
    assert told_of(text).amount_kes == 500


@pytest.mark.parametrize(
    "value",
    [
        "100.5",
        "0.1",
        "null",
        "true",
        '""',
        '"KES 5"',
        "[]",
        "{}",
        "1e400",
        "500.00000000000000000001",
    ],
)
def test_an_amount_that_is_not_whole_shillings_is_unknown(value: str) -> None:
    text = success(RECEIPT, {"Name": "Amount", "Value": "AMOUNT"}).replace('"AMOUNT"', value)
    assert told_of(text).amount_kes is None


def test_no_decimal_is_rounded_to_the_amount() -> None:
    # As a float this is 500.0 exactly.
    text = success(RECEIPT, {"Name": "Amount", "Value": "AMOUNT"})
    assert told_of(text.replace('"AMOUNT"', "500.00000000000000001")).amount_kes is None


@pytest.mark.parametrize(
    "metadata",
    [None, [], "x", {}, {"Item": None}, {"Item": {}}, {"Item": []}, {"Item": ["x", None]}],
)
def test_without_items_there_is_neither_amount_nor_receipt(metadata: object) -> None:
    callback = told_of(success(CallbackMetadata=metadata))
    assert (callback.amount_kes, callback.receipt) == (None, None)


def test_an_item_told_twice_cannot_be_believed() -> None:
    callback = told_of(success(RECEIPT, AMOUNT, {"Name": "Amount", "Value": 5}))
    assert (callback.amount_kes, callback.receipt) == (None, None)


def test_items_beyond_any_real_number_of_them_are_not_read() -> None:
    padding: list[dict[str, object]] = [{"Name": f"x{at}"} for at in range(32)]
    assert told_of(success(*padding, RECEIPT)).receipt is None


@pytest.mark.parametrize(
    ("result_code", "code"),
    [("0", "0"), ("0 ", "0 "), ("SFC_IC0003", "SFC_IC0003"), (1032, "1032"), ("1032", "1032")],
)
def test_a_result_code_is_kept_as_its_text(result_code: object, code: str) -> None:
    assert told_of(success(ResultCode=result_code)).result_code == code


@pytest.mark.parametrize("result_code", [None, True, False, 0.0, "", [], {}, [0]], ids=repr)
def test_what_is_no_result_code_is_none(result_code: object) -> None:
    assert told_of(success(ResultCode=result_code)).result_code is None


def test_a_missing_result_code_is_none() -> None:
    assert told_of('{"Body": {"stkCallback": {}}}').result_code is None


def test_a_bound_of_text_holds_for_a_callback() -> None:
    assert len(told_of(success(ResultDesc="x" * 10_000)).result_desc) == MAX_TEXT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "null",
        "true",
        "0",
        '"0"',
        "[]",
        "{}",
        HTML.decode(),
        "Body=stkCallback",
        '{"Body": null}',
        '{"Body": []}',
        '{"Body": {}}',
        '{"Body": {"stkCallback": null}}',
        '{"Body": {"stkCallback": []}}',
        '{"stkCallback": {"ResultCode": 0}}',
        '{"Body": {"stkCallback": {"ResultCode": NaN}}}',
        '{"Body": {"stkCallback": {"ResultCode": Infinity}}}',
        '{"Body": {"stkCallback": {"ResultCode": 0}}',
        '{"Body": {"stkCallback": {"Amount": 1e99999999999999999999}}}',
        '{"Body": {"stkCallback": {"Amount": ' + "9" * 5_000 + "}}}",
        "[" * 60_000,
        '{"a":' * 60_000,
        "\\xff\\xfe",
        "\x00{}",
        "\ud800",
    ],
    ids=lambda text: repr(text)[:50],
)
def test_a_body_that_is_no_stk_callback_says_so(text: str) -> None:
    assert isinstance(read(text), UnreadableCallback)


def test_a_byte_order_mark_does_not_hide_a_callback() -> None:
    assert isinstance(read("\ufeff" + PRODUCTION_2018), StkCallback)
