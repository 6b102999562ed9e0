"""What the payer does, what the merchant is told, and what M-Pesa's books say."""

import json
import re
from typing import Any

import pytest

from emulators.daraja.checked import NotFoundError
from emulators.daraja.payer import cancel, enter_pin, ignore
from tests.unit.emulators.daraja.shop import PAYER, START_MS, Shop


def items(callback: dict[str, Any]) -> dict[str, Any]:
    return {item["Name"]: item.get("Value") for item in callback["CallbackMetadata"]["Item"]}


def test_the_right_pin_pays_and_is_told_in_the_observed_shape(shop: Shop) -> None:
    checkout_request_id = shop.pushed()
    enter_pin(shop.world, PAYER, "1234")
    [delivery] = shop.sent()
    receipt = shop.world.book.rows()[0].receipt
    assert re.fullmatch(r"UKL[A-Z0-9]{7}", receipt)
    push = shop.world.pushes[checkout_request_id]
    assert delivery.notice.text == (
        '{"Body":{"stkCallback":{"MerchantRequestID":"' + push.merchant_request_id + '",'
        '"CheckoutRequestID":"' + checkout_request_id + '","ResultCode":0,'
        '"ResultDesc":"The service request is processed successfully.",'
        '"CallbackMetadata":{"Item":[{"Name":"Amount","Value":500.00},'
        '{"Name":"MpesaReceiptNumber","Value":"' + receipt + '"},'
        '{"Name":"TransactionDate","Value":20261121110000},'
        '{"Name":"PhoneNumber","Value":254700000001}]}}}}'
    )
    assert delivery.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert delivery.headers["Businessshortcode"] == shop.paybill.short_code


def test_paying_moves_the_money_and_writes_one_row(shop: Shop) -> None:
    checkout_request_id = shop.pushed()
    enter_pin(shop.world, PAYER, "1234")
    balances = shop.world.book.balances()
    assert balances[f"wallet:{PAYER}"] == 49_500
    assert balances[shop.paybill.account] == 500
    [row] = shop.world.book.rows()
    assert row.to_json() | {"receipt": "R"} == {
        "receipt": "R",
        "channel": "stk",
        "msisdn": PAYER,
        "amount": 500,
        "short_code": shop.paybill.short_code,
        "account_reference": "MTR001",
        "checkout_request_id": checkout_request_id,
        "conversation_ids": [],
        "at_ms": START_MS,
        "reversed_at_ms": None,
        "reversed_amount": 0,
        "reversed_by": None,
    }


def test_the_payer_gets_a_receipt_by_sms(shop: Shop) -> None:
    shop.pushed()
    enter_pin(shop.world, PAYER, "1234")
    receipt = shop.world.book.rows()[0].receipt
    assert shop.world.phone(PAYER).sms[-1].text == (
        f"{receipt} Confirmed. Ksh500.00 sent to LIPAMITA for account MTR001 on 21/11/26 at "
        "11:00 AM. New M-PESA balance is Ksh49,500.00. Transaction cost, Ksh0.00."
    )


def test_a_failure_has_no_metadata(shop: Shop) -> None:
    shop.pushed()
    cancel(shop.world, PAYER)
    callback = shop.callback()
    assert callback["ResultCode"] == 1032
    assert "CallbackMetadata" not in callback
    assert shop.world.book.rows() == []


def test_wrong_pins_end_2001_and_the_third_locks_8006(shop: Shop) -> None:
    told = []
    for pin in ("0000", "0000", "0000", "1234"):
        shop.pushed()
        enter_pin(shop.world, PAYER, pin)
        told.append(shop.callback()["ResultCode"])
        shop.advance(1_000)
    assert told == [2001, 2001, 8006, 8006]
    assert shop.world.book.rows() == []


def test_a_right_pin_forgets_the_wrong_ones(shop: Shop) -> None:
    for pin in ("0000", "0000", "1234", "0000", "0000"):
        shop.pushed()
        enter_pin(shop.world, PAYER, pin)
        shop.advance(1_000)
    assert [
        json.loads(d.notice.text)["Body"]["stkCallback"]["ResultCode"] for d in shop.sent()
    ] == [
        2001,
        2001,
        0,
        2001,
        2001,
    ]


def test_too_little_money_ends_1_and_moves_nothing(shop: Shop) -> None:
    shop.world.book.set_balance(shop.world.phone(PAYER).account, 499)
    shop.pushed()
    enter_pin(shop.world, PAYER, "1234")
    assert shop.callback()["ResultCode"] == 1
    assert shop.world.book.balance(shop.world.phone(PAYER).account) == 499
    assert "enough money" in shop.world.phone(PAYER).sms[-1].text


def test_the_day_limit_ends_4_and_a_new_day_in_nairobi_is_free_again(shop: Shop) -> None:
    shop.world.book.set_balance(shop.world.phone(PAYER).account, 2_000_000)
    told = []
    for _ in range(3):
        shop.pushed(Amount=250_000)
        enter_pin(shop.world, PAYER, "1234")
        told.append(shop.callback()["ResultCode"])
        shop.advance(1_000)
    shop.advance(13 * 3_600_000)
    shop.token = ""
    shop.pushed(Amount=250_000)
    enter_pin(shop.world, PAYER, "1234")
    assert [*told, shop.callback()["ResultCode"]] == [0, 0, 4, 0]


def test_the_same_amount_within_two_minutes_ends_17_when_switched_so(shop: Shop) -> None:
    shop.world.switches = type(shop.world.switches)(same_amount_rule=True)
    told = []
    for wait_ms in (0, 119_999, 1):
        shop.advance(wait_ms)
        shop.pushed()
        enter_pin(shop.world, PAYER, "1234")
        told.append(shop.callback()["ResultCode"])
    assert told == [0, 17, 0]


def test_ignoring_ends_1037_and_silence_does_after_sixty_seconds(shop: Shop) -> None:
    shop.pushed()
    ignore(shop.world, PAYER)
    assert shop.callback()["ResultCode"] == 1037
    shop.pushed()
    shop.advance(59_999)
    assert shop.sent() == []
    shop.advance(1)
    assert shop.callback()["ResultCode"] == 1037
    with pytest.raises(NotFoundError):
        enter_pin(shop.world, PAYER, "1234")


@pytest.mark.parametrize(
    ("auto", "code"),
    [("pay", 0), ("cancel", 1032), ("wrong_pin", 2001), ("ignore", 1037), ("expire", 1019)],
)
def test_a_phone_can_act_by_itself(shop: Shop, auto: Any, code: int) -> None:
    phone = shop.world.phone(PAYER)
    phone.auto, phone.auto_delay_ms = auto, 5_000
    shop.pushed()
    shop.advance(4_999)
    assert shop.sent() == []
    shop.advance(55_001)
    assert shop.callback()["ResultCode"] == code


def test_the_sandbox_test_number_never_answers(shop: Shop) -> None:
    shop.pushed(PhoneNumber="254708374149", PartyA="254708374149")
    shop.advance(26_000)
    assert shop.callback()["ResultCode"] == 1037


def test_an_expired_prompt_frees_the_phone_and_does_not_end_its_successor(shop: Shop) -> None:
    shop.pushed()
    cancel(shop.world, PAYER)
    shop.sent()
    shop.advance(30_000)
    second = shop.pushed()
    shop.advance(30_001)
    assert shop.sent() == []
    assert shop.world.pushes[second].result_code is None
