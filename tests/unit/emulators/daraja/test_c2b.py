"""Payments by hand: registration, validation within eight seconds, confirmation, the twin."""

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from emulators.daraja.control_phones import pay_by_hand
from emulators.daraja.journal import Delivery
from emulators.daraja.payer import enter_pin
from tests.unit.emulators.daraja.shop import PAYER, Shop

REGISTER = "/mpesa/c2b/v2/registerurl"
SIMULATE = "/mpesa/c2b/v2/simulate"
CONFIRM, VALIDATE = "https://shop.example/confirm/k", "https://shop.example/validate/k"


def registration(shop: Shop, **changes: object) -> dict[str, object]:
    body = {
        "ShortCode": shop.paybill.short_code,
        "ResponseType": "Completed",
        "ConfirmationURL": CONFIRM,
        "ValidationURL": VALIDATE,
    } | changes
    return {name: value for name, value in body.items() if value is not None}


def register(shop: Shop, version: int = 2, **changes: object) -> None:
    path = REGISTER.replace("v2", f"v{version}")
    assert shop.post(path, registration(shop, **changes)).status == 200


def by_hand(shop: Shop, reference: str = "mtr-0O1 ", amount: int = 50) -> dict[str, Any]:
    given = {
        "short_code": shop.paybill.short_code,
        "amount": amount,
        "account_reference": reference,
    }
    return pay_by_hand(shop.world, PAYER, given)


def body(delivery: Delivery) -> dict[str, Any]:
    parsed = json.loads(delivery.notice.text)
    assert isinstance(parsed, dict)
    return parsed


def validating(shop: Shop) -> Delivery:
    shop.world.switches = replace(shop.world.switches, c2b_validation=True)
    by_hand(shop)
    [delivery] = shop.sent()
    assert delivery.notice.what == "c2b_validation"
    return delivery


def test_registration_answers_with_the_misspelt_id(shop: Shop) -> None:
    reply = shop.post(REGISTER, registration(shop))
    assert set(reply.body) == {"OriginatorCoversationID", "ResponseCode", "ResponseDescription"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ShortCode", "111111"),
        ("ResponseType", "completed"),
        ("ResponseType", None),
        ("ConfirmationURL", "http://shop.example/c"),
        ("ConfirmationURL", "https://shop.example/MPESA/c"),
        ("ConfirmationURL", "https://shop.example/m-pesa"),
        ("ConfirmationURL", "https://x.ngrok.io/c"),
        ("ValidationURL", "https://shop.example/sql"),
        ("ValidationURL", "https://shop.example/executive"),
        ("ValidationURL", None),
    ],
)
def test_registration_is_strict(shop: Shop, field: str, value: object) -> None:
    reply = shop.post(REGISTER, registration(shop, **{field: value}))
    assert (reply.status, reply.body["errorMessage"]) == (400, f"Bad Request - Invalid {field}")


def test_a_bad_token_is_400_003_01_here(shop: Shop) -> None:
    shop.token = "bad"
    reply = shop.post(REGISTER, registration(shop))
    assert (reply.status, reply.body["errorCode"]) == (400, "400.003.01")


def test_production_registers_once(shop: Shop) -> None:
    shop.world.switches = replace(shop.world.switches, c2b_register_once=True)
    register(shop)
    reply = shop.post(REGISTER, registration(shop))
    assert (reply.status, reply.body["errorCode"]) == (500, "500.003.1001")


def test_a_confirmation_is_all_text_and_says_what_was_typed(shop: Shop) -> None:
    register(shop)
    done = by_hand(shop)
    [delivery] = shop.sent()
    assert delivery.notice.url == CONFIRM
    assert body(delivery) == {
        "TransactionType": "Pay Bill",
        "TransID": done["receipt"],
        "TransTime": "20261121110000",
        "TransAmount": "50.00",
        "BusinessShortCode": shop.paybill.short_code,
        "BillRefNumber": "mtr-0O1 ",
        "InvoiceNumber": "",
        "OrgAccountBalance": "50.00",
        "ThirdPartyTransID": "",
        "MSISDN": "2547 ***** 001",
        "FirstName": "AMINA",
        "MiddleName": "WANJIRU",
        "LastName": "OTIENO",
    }
    assert shop.world.book.rows()[0].channel == "c2b"


def test_version_one_hashes_the_number(shop: Shop) -> None:
    register(shop, version=1)
    by_hand(shop)
    [delivery] = shop.sent()
    assert body(delivery)["MSISDN"] == hashlib.sha256(PAYER.encode()).hexdigest()


def test_the_sandbox_can_simulate_a_payment(shop: Shop) -> None:
    register(shop)
    reply = shop.post(
        SIMULATE,
        {
            "ShortCode": shop.paybill.short_code,
            "CommandID": "CustomerPayBillOnline",
            "Amount": 20,
            "Msisdn": PAYER,
            "BillRefNumber": "MTR001",
        },
    )
    assert reply.status == 200
    [delivery] = shop.sent()
    assert body(delivery)["TransAmount"] == "20.00"


def test_validation_comes_first_without_a_balance_and_moves_nothing(shop: Shop) -> None:
    register(shop)
    delivery = validating(shop)
    assert delivery.notice.url == VALIDATE
    assert body(delivery)["OrgAccountBalance"] == ""
    assert shop.world.book.rows() == []


def test_an_accepted_payment_is_confirmed_with_the_merchants_id(shop: Shop) -> None:
    register(shop, ResponseType="Cancelled")
    shop.reply(validating(shop), '{"ResultCode":"0","ThirdPartyTransID":"T1"}')
    [delivery] = shop.sent()
    assert body(delivery)["ThirdPartyTransID"] == "T1"


@pytest.mark.parametrize("code", ["C2B00011", "C2B00012", "C2B00016"])
def test_a_rejected_payment_moves_nothing(shop: Shop, code: str) -> None:
    register(shop)
    shop.reply(validating(shop), json.dumps({"ResultCode": code, "ResultDesc": "Rejected"}))
    assert shop.sent() == []
    assert shop.world.book.rows() == []


@pytest.mark.parametrize(("response_type", "paid"), [("Completed", 1), ("Cancelled", 0)])
@pytest.mark.parametrize("answer", [(500, ""), (200, "<html>"), (None, ""), (200, '{"x":1}')])
def test_no_usable_answer_leaves_it_to_the_response_type(
    shop: Shop, response_type: str, paid: int, answer: tuple[int | None, str]
) -> None:
    register(shop, ResponseType=response_type)
    shop.reply(validating(shop), answer[1], answer[0])
    assert len(shop.world.book.rows()) == paid


def test_eight_seconds_of_silence_decide_and_a_late_answer_changes_nothing(shop: Shop) -> None:
    register(shop, ResponseType="Cancelled")
    delivery = validating(shop)
    shop.advance(8_000)
    shop.reply(delivery, '{"ResultCode":"0"}')
    assert shop.world.book.rows() == []


def test_an_stk_payment_is_told_twice_once_urls_are_registered(shop: Shop) -> None:
    register(shop)
    shop.pushed()
    enter_pin(shop.world, PAYER, "1234")
    shop.advance(1)
    stk, twin = shop.sent()
    receipt = shop.world.book.rows()[0].receipt
    assert (stk.notice.what, twin.notice.what) == ("stk_callback", "c2b_confirmation")
    assert receipt in stk.notice.text
    assert body(twin)["TransID"] == receipt
    assert body(twin)["BillRefNumber"] == "MTR001"


def test_a_failed_push_has_no_twin(shop: Shop) -> None:
    register(shop)
    shop.pushed()
    enter_pin(shop.world, PAYER, "0000")
    shop.advance(1_000)
    assert [delivery.notice.what for delivery in shop.sent()] == ["stk_callback"]


def test_the_twin_can_come_first_and_to_a_url_of_choice(shop: Shop) -> None:
    shop.scenario({"kind": "c2b_twin", "order": "before", "gap_ms": 7, "url": CONFIRM})
    shop.pushed()
    enter_pin(shop.world, PAYER, "1234")
    assert [delivery.notice.what for delivery in shop.sent()] == ["c2b_confirmation"]
    shop.advance(7)
    assert [delivery.notice.what for delivery in shop.sent()] == ["stk_callback"]


def test_the_twin_can_be_switched_off(shop: Shop) -> None:
    register(shop)
    shop.world.switches = replace(shop.world.switches, c2b_twin=False)
    shop.pushed()
    enter_pin(shop.world, PAYER, "1234")
    shop.advance(10)
    assert len(shop.sent()) == 1


def test_faults_apply_to_payments_by_hand(shop: Shop) -> None:
    register(shop)
    shop.scenario(
        {"kind": "callback_copies", "copies": 3},
        {"kind": "callback_amount", "value": "1.00"},
        api="c2b_payment",
        account_reference="MTR001",
    )
    by_hand(shop, "MTR001")
    assert [body(delivery)["TransAmount"] for delivery in shop.sent()] == ["1.00"] * 3


def test_too_little_money_is_told_to_the_payer_alone(shop: Shop) -> None:
    register(shop)
    shop.world.book.set_balance(shop.world.phone(PAYER).account, 10)
    assert by_hand(shop)["state"] == "failed"
    assert shop.sent() == []
