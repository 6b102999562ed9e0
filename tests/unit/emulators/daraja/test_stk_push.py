"""Daraja's checks of a push, field by field, and the prompt it leads to."""

import re
from dataclasses import replace

import pytest

from emulators.daraja.nairobi import stamp
from tests.unit.emulators.daraja.shop import PAYER, PUSH, START_MS, Shop, open_shop, request


def test_an_accepted_push_answers_as_daraja_does(shop: Shop) -> None:
    reply = shop.push()
    assert reply.status == 200
    assert re.fullmatch(r"\d{4,5}-\d{8,9}-\d", reply.body["MerchantRequestID"])
    assert re.fullmatch(r"ws_CO_21112026110000\d{1,3}700000001", reply.body["CheckoutRequestID"])
    assert reply.body["ResponseCode"] == "0"
    assert set(reply.body) == {
        "MerchantRequestID",
        "CheckoutRequestID",
        "ResponseCode",
        "ResponseDescription",
        "CustomerMessage",
    }


def test_the_prompt_names_amount_organisation_and_account(shop: Shop) -> None:
    shop.push()
    prompt = shop.world.phone(PAYER).prompt
    assert prompt is not None
    assert prompt.text == (
        "Do you want to pay KES 500 to LIPAMITA account MTR001? Enter M-PESA PIN"
    )
    assert prompt.expires_at_ms == START_MS + 60_000


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("BusinessShortCode", None, "BusinessShortCode"),
        ("BusinessShortCode", "12", "BusinessShortCode"),
        ("BusinessShortCode", True, "BusinessShortCode"),
        ("BusinessShortCode", 174379.0, "BusinessShortCode"),
        ("Password", None, "Password"),
        ("Timestamp", None, "Timestamp"),
        ("Timestamp", "2026-11-21T11:00:00", "Timestamp"),
        ("Timestamp", "20261399110000", "Timestamp"),
        ("TransactionType", None, "TransactionType"),
        ("TransactionType", "CustomerPaybillOnline", "TransactionType"),
        ("Amount", None, "Amount"),
        ("Amount", 0, "Amount"),
        ("Amount", -5, "Amount"),
        ("Amount", 250_001, "Amount"),
        ("Amount", 10.5, "Amount"),
        ("Amount", 10.0, "Amount"),
        ("Amount", "10.00", "Amount"),
        ("Amount", "ten", "Amount"),
        ("Amount", True, "Amount"),
        ("Amount", [500], "Amount"),
        ("Amount", "", "Amount"),
        ("PartyA", None, "PartyA"),
        ("PartyA", "0700000001", "PartyA"),
        ("PartyB", None, "PartyB"),
        ("PartyB", "LIPAMITA", "PartyB"),
        ("PhoneNumber", None, "PhoneNumber"),
        ("PhoneNumber", "+254700000001", "PhoneNumber"),
        ("PhoneNumber", "0700000001", "PhoneNumber"),
        ("PhoneNumber", "254200000001", "PhoneNumber"),
        ("PhoneNumber", "2547000000011", "PhoneNumber"),
        ("CallBackURL", None, "CallBackURL"),
        ("CallBackURL", "http://shop.example/cb", "CallBackURL"),
        ("CallBackURL", "https://localhost/cb", "CallBackURL"),
        ("CallBackURL", "https://127.0.0.1/cb", "CallBackURL"),
        ("CallBackURL", "https://10.0.0.8/cb", "CallBackURL"),
        ("CallBackURL", "https://[::1]/cb", "CallBackURL"),
        ("CallBackURL", "https://shop.example/a b", "CallBackURL"),
        ("CallBackURL", "https://shop/cb", "CallBackURL"),
        ("CallBackURL", "https://Shop.example/cb", "CallBackURL"),
        ("CallBackURL", "https://shop.example:port/cb", "CallBackURL"),
        ("CallBackURL", "shop.example/cb", "CallBackURL"),
        ("AccountReference", None, "AccountReference"),
        ("AccountReference", "", "AccountReference"),
        ("AccountReference", "MTR-001", "AccountReference"),
        ("AccountReference", "ABCDEFGHIJKLM", "AccountReference"),
        ("TransactionDesc", "fourteen chars", "TransactionDesc"),
    ],
)
def test_a_bad_field_is_named_in_400_002_02(
    shop: Shop, field: str, value: object, named: str
) -> None:
    reply = shop.push(**{field: value})
    assert reply.status == 400
    assert reply.body["errorCode"] == "400.002.02"
    assert reply.body["errorMessage"] == f"Bad Request - Invalid {named}"
    assert reply.body["requestId"]
    assert not shop.world.pushes


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Amount", "500"),
        ("Amount", 1),
        ("Amount", 250_000),
        ("PartyA", 254700000001),
        ("PhoneNumber", 254110000001),
        ("PhoneNumber", "254110000001"),
        ("TransactionDesc", None),
        ("TransactionDesc", ""),
        ("TransactionDesc", "thirteen char"),
        ("AccountReference", "ABCDEFGHIJKL"),
        ("CallBackURL", "https://shop.example:8443/mpesa?x=1"),
    ],
)
def test_numbers_and_text_are_both_taken_up_to_the_limits(
    shop: Shop, field: str, value: object
) -> None:
    assert shop.push(**{field: value}).status == 200


def test_short_code_and_timestamp_may_be_numbers(shop: Shop) -> None:
    signed = shop.signed()
    numbers = {name: int(str(signed[name])) for name in ("BusinessShortCode", "Timestamp")}
    assert shop.push(**numbers).status == 200


@pytest.mark.parametrize(
    ("shift_ms", "status"), [(0, 200), (900_000, 200), (-901_000, 400), (-3 * 3_600_000, 400)]
)
def test_the_timestamp_is_east_africa_time_within_a_quarter_of_an_hour(
    shop: Shop, shift_ms: int, status: int
) -> None:
    timestamp = stamp(shop.world.now_ms + shift_ms)
    reply = shop.push(Timestamp=timestamp, Password=shop.paybill.password(timestamp))
    assert reply.status == status


def test_a_client_on_the_real_clock_is_judged_by_it_when_time_was_moved(shop: Shop) -> None:
    shop.login()
    timestamp = stamp(shop.world.now_ms)
    shop.world.timeline.advance_to(shop.world.now_ms + 1_800_000)
    reply = shop.push(Timestamp=timestamp, Password=shop.paybill.password(timestamp))
    assert reply.status == 200


def test_a_password_of_another_timestamp_is_wrong_credentials(shop: Shop) -> None:
    reply = shop.push(Password=shop.paybill.password("20261121105959"))
    assert reply.status == 500
    assert reply.body["errorCode"] == "500.001.1001"
    assert reply.body["errorMessage"] == "[MerchantValidate] - Wrong credentials"


def test_an_unknown_short_code_is_no_merchant(shop: Shop) -> None:
    reply = shop.push(BusinessShortCode="111111")
    assert reply.body["errorMessage"] == "Merchant does not exist"


def test_a_second_prompt_for_a_phone_cannot_lock_the_subscriber(shop: Shop) -> None:
    shop.push()
    reply = shop.push()
    assert reply.status == 500
    assert "Unable to lock subscriber" in reply.body["errorMessage"]
    assert len(shop.world.pushes) == 1


def test_the_same_reference_again_is_a_second_payment(shop: Shop) -> None:
    first = shop.pushed()
    shop.advance(60_000)
    assert shop.pushed() != first


def test_local_callbacks_are_taken_when_allowed(shop: Shop) -> None:
    shop.world.switches = replace(shop.world.switches, allow_local_callbacks=True)
    assert shop.push(CallBackURL="http://127.0.0.1:5000/cb").status == 200


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http://u:p@127.0.0.1/", "http:///x", 5])
def test_what_is_no_web_address_is_refused_even_then(shop: Shop, url: object) -> None:
    shop.world.switches = replace(shop.world.switches, allow_local_callbacks=True)
    assert shop.push(CallBackURL=url).status == 400


def test_a_prompt_longer_than_182_characters_ends_1025() -> None:
    shop = open_shop(organisation="L" * 150)
    shop.push()
    assert shop.callback()["ResultCode"] == 1025
    assert shop.world.phone(PAYER).prompt is None


def test_the_wrong_transaction_type_ends_2028_and_the_wrong_party_sfc_ic0003(shop: Shop) -> None:
    shop.push(TransactionType="CustomerBuyGoodsOnline")
    assert shop.callback()["ResultCode"] == 2028
    shop.push(PartyB="999999")
    assert shop.callback()["ResultCode"] == "SFC_IC0003"


def test_a_till_is_charged_through_its_store(shop: Shop) -> None:
    till = shop.world.identity.till
    reply = shop.push(
        **shop.signed(till), TransactionType="CustomerBuyGoodsOnline", PartyB=till.party_b
    )
    assert reply.status == 200
    prompt = shop.world.phone(PAYER).prompt
    assert prompt is not None
    assert "account" not in prompt.text


@pytest.mark.parametrize(
    ("authorization", "code"),
    [(None, "404.001.04"), ("Bearer nope", "404.001.03"), ("bare", "404.001.03")],
)
def test_a_bad_token_is_404(shop: Shop, authorization: str | None, code: str) -> None:
    reply = shop.raw(request("POST", PUSH, authorization=authorization, body="{}"))
    assert (reply.status, reply.body["errorCode"]) == (404, code)


def test_a_body_that_is_not_an_object_is_an_invalid_payload(shop: Shop) -> None:
    shop.login()
    for body in ("", "nonsense", "[1]", "5"):
        reply = shop.raw(request("POST", PUSH, authorization=f"Bearer {shop.token}", body=body))
        assert (reply.status, reply.body["errorCode"]) == (400, "400.002.05")


def test_a_form_body_shows_as_an_invalid_short_code(shop: Shop) -> None:
    shop.login()
    form = request(
        "POST",
        PUSH,
        authorization=f"Bearer {shop.token}",
        body="BusinessShortCode=1",
        content_type="application/x-www-form-urlencoded",
    )
    assert shop.raw(form).body["errorMessage"] == "Bad Request - Invalid BusinessShortCode"


def test_get_instead_of_post_is_405_and_an_unknown_path_404(shop: Shop) -> None:
    assert shop.raw(request("GET", PUSH)).body["errorCode"] == "405.001"
    assert shop.raw(request("POST", "/mpesa/nothing")).body["errorCode"] == "404.001.01"


def test_every_call_is_in_the_request_log_without_secrets(shop: Shop) -> None:
    body = shop.push_body()
    shop.post(PUSH, body)
    [logged] = shop.world.journal.requests(0, "stk_push")
    assert logged["accepted"] is True
    assert str(body["Password"]) not in str(logged)
    assert shop.paybill.passkey not in str(logged)
