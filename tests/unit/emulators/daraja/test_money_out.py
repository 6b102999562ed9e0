"""B2C, reversal and look-ups: acknowledged now, told later, money moved once."""

import base64
import json
from typing import Any

import pytest

from tests.unit.emulators.daraja.shop import PAYER, Reply, Shop, parameters

B2C = "/mpesa/b2c/v3/paymentrequest"
REVERSAL = "/mpesa/reversal/v1/request"
STATUS = "/mpesa/transactionstatus/v1/query"
BALANCE = "/mpesa/accountbalance/v1/query"


def payout(shop: Shop, own_id: object = "refund-1", **changes: object) -> dict[str, object]:
    body = shop.initiated(
        OriginatorConversationID=own_id,
        InitiatorName=shop.world.identity.keys.initiator_name,
        CommandID="BusinessPayment",
        Amount=100,
        PartyB=PAYER,
        Occassion="",
    )
    del body["Initiator"]
    body |= changes
    return {name: value for name, value in body.items() if value is not None}


def reverse(shop: Shop, receipt: str, amount: int = 500, **changes: object) -> Reply:
    body = shop.initiated(
        "ReceiverParty",
        CommandID="TransactionReversal",
        TransactionID=receipt,
        Amount=amount,
        RecieverIdentifierType="11",
    )
    return shop.post(REVERSAL, body | changes)


def status(shop: Shop, **changes: object) -> Reply:
    body = shop.initiated(CommandID="TransactionStatusQuery", IdentifierType="4")
    return shop.post(STATUS, body | changes)


def balances(shop: Shop) -> tuple[int, int]:
    book = shop.world.book
    return book.balance(shop.paybill.account), book.balance(f"wallet:{PAYER}")


def test_a_payout_is_acknowledged_and_then_told(shop: Shop) -> None:
    shop.paid(500)
    reply = shop.post(B2C, payout(shop))
    assert reply.body["ResponseCode"] == "0"
    assert reply.body["OriginatorConversationID"] == "refund-1"
    assert reply.body["ConversationID"].startswith("AG_20261121_")
    assert balances(shop) == (500, 49_500)
    result = shop.result()
    assert result["ResultCode"] == 0
    assert result["OriginatorConversationID"] == "refund-1"
    assert result["ConversationID"] == reply.body["ConversationID"]
    told = parameters(result)
    assert told["TransactionAmount"] == 100
    assert told["TransactionReceipt"] == result["TransactionID"]
    assert told["ReceiverPartyPublicName"] == f"{PAYER} - AMINA WANJIRU OTIENO"
    assert told["TransactionCompletedDateTime"] == "21.11.2026 11:00:00"
    assert balances(shop) == (400, 49_600)


def test_the_same_own_id_again_is_a_duplicate_even_after_a_lost_answer(shop: Shop) -> None:
    shop.paid(500)
    shop.scenario({"kind": "drop"}, api="b2c")
    assert shop.post(B2C, payout(shop)).answer.drop
    again = shop.post(B2C, payout(shop))
    assert (again.status, again.body["errorCode"]) == (500, "500.002.1001")
    shop.result()
    assert balances(shop) == (400, 49_600)


def test_a_queue_timeout_may_be_followed_by_success(shop: Shop) -> None:
    shop.paid(500)
    shop.scenario({"kind": "queue_timeout", "gap_ms": 60_000}, api="b2c")
    shop.post(B2C, payout(shop))
    shop.advance(1)
    [timeout] = shop.sent()
    assert (timeout.notice.what, timeout.notice.url) == (
        "queue_timeout",
        "https://shop.example/timeout",
    )
    shop.advance(60_000)
    [result] = shop.sent()
    assert json.loads(result.notice.text)["Result"]["ResultCode"] == 0
    assert balances(shop) == (400, 49_600)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Amount": 501}, 1),
        ({"Amount": 9}, 2),
        ({"SecurityCredential": "bm90IHNlYWxlZA=="}, 2001),
        ({"InitiatorName": "stranger"}, 2001),
        ({"PartyA": "111111"}, 21),
    ],
)
def test_a_failed_payout_moves_nothing_and_has_no_parameters(
    shop: Shop, changes: dict[str, object], code: int
) -> None:
    shop.paid(500)
    assert shop.post(B2C, payout(shop, **changes)).status == 200
    result = shop.result()
    assert result["ResultCode"] == code
    assert "ResultParameters" not in result
    assert balances(shop) == (500, 49_500)


def test_a_wallet_holds_no_more_than_half_a_million(shop: Shop) -> None:
    shop.paid(500)
    shop.world.book.set_balance(f"wallet:{PAYER}", 499_901)
    shop.post(B2C, payout(shop))
    assert shop.result()["ResultCode"] == 8


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("OriginatorConversationID", None),
        ("OriginatorConversationID", ""),
        ("InitiatorName", None),
        ("SecurityCredential", None),
        ("CommandID", "BusinessPayments"),
        ("Amount", 10.5),
        ("PartyA", "abc"),
        ("PartyB", "0700000001"),
        ("Remarks", "x"),
        ("QueueTimeOutURL", "http://shop.example"),
        ("ResultURL", None),
        ("Occassion", "x" * 101),
    ],
)
def test_a_payout_is_checked(shop: Shop, field: str, value: object) -> None:
    reply = shop.post(B2C, payout(shop, **{field: value}))
    assert (reply.status, reply.body["errorMessage"]) == (400, f"Bad Request - Invalid {field}")
    assert shop.world.payouts == {}


def test_version_one_makes_its_own_id(shop: Shop) -> None:
    shop.paid(500)
    reply = shop.post(B2C.replace("v3", "v1"), payout(shop, own_id=None))
    assert reply.body["OriginatorConversationID"]
    assert shop.result()["ResultCode"] == 0


def test_a_reversal_gives_the_money_back_once(shop: Shop) -> None:
    receipt = shop.paid(500)
    assert reverse(shop, receipt).status == 200
    result = shop.result()
    assert result["ResultCode"] == 0
    assert parameters(result)["OriginalTransactionID"] == receipt
    assert balances(shop) == (0, 50_000)
    row = shop.world.book.row(receipt)
    assert row is not None
    assert (row.reversed_by, row.reversed_amount) == (result["TransactionID"], 500)
    reverse(shop, receipt)
    assert shop.result()["ResultCode"] == "R000001"
    assert balances(shop) == (0, 50_000)


def test_a_part_can_be_reversed_and_no_more_than_was_paid(shop: Shop) -> None:
    receipt = shop.paid(500)
    reverse(shop, receipt, 501)
    assert shop.result()["ResultCode"] == 2028
    reverse(shop, receipt, 200)
    assert parameters(shop.result())["Amount"] == "200.00"
    assert balances(shop) == (300, 49_700)
    reverse(shop, receipt, 300)
    assert shop.result()["ResultCode"] == "R000001"


def test_an_unknown_receipt_or_a_payout_is_r000002(shop: Shop) -> None:
    shop.paid(500)
    reverse(shop, "UKL0000000")
    assert shop.result()["ResultCode"] == "R000002"
    shop.post(B2C, payout(shop))
    paid_out = shop.result()["TransactionID"]
    reverse(shop, paid_out, 100)
    assert shop.result()["ResultCode"] == "R000002"


def test_reversing_what_is_spent_already_is_1(shop: Shop) -> None:
    receipt = shop.paid(500)
    shop.post(B2C, payout(shop))
    shop.result()
    reverse(shop, receipt)
    assert shop.result()["ResultCode"] == 1


def test_the_misspelt_identifier_type_is_wanted(shop: Shop) -> None:
    reply = reverse(shop, shop.paid(), RecieverIdentifierType="4")
    assert reply.body["errorMessage"] == "Bad Request - Invalid RecieverIdentifierType"


def test_the_status_of_a_receipt(shop: Shop) -> None:
    receipt = shop.paid(500)
    status(shop, TransactionID=receipt)
    told = parameters(shop.result())
    assert told["ReceiptNo"] == receipt
    assert told["Amount"] == 500
    assert told["TransactionStatus"] == "Completed"
    assert told["DebitPartyName"] == f"{PAYER} - AMINA WANJIRU OTIENO"
    assert told["TransactionReason"] is None


def test_the_status_of_a_payout_by_its_own_id(shop: Shop) -> None:
    shop.paid(500)
    shop.post(B2C, payout(shop))
    receipt = shop.result()["TransactionID"]
    status(shop, OriginalConversationID="refund-1")
    assert parameters(shop.result())["ReceiptNo"] == receipt


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"TransactionID": "UKL0000000"}, "R000002"),
        ({"TransactionID": "short"}, 25),
        ({"OriginalConversationID": "nobody"}, "R000002"),
    ],
)
def test_a_status_that_is_not_known(shop: Shop, wanted: dict[str, object], code: Any) -> None:
    status(shop, **wanted)
    assert shop.result()["ResultCode"] == code


def test_a_status_needs_something_to_look_for(shop: Shop) -> None:
    assert status(shop).body["errorMessage"] == "Bad Request - Invalid TransactionID"


def test_the_balance_of_the_short_code(shop: Shop) -> None:
    shop.paid(500)
    body = shop.initiated(CommandID="AccountBalance", IdentifierType="4")
    assert shop.post(BALANCE, body).status == 200
    told = parameters(shop.result())["AccountBalance"]
    assert "Utility Account|KES|500.00|500.00|0.00|0.00" in told.split("&")


@pytest.mark.parametrize(
    ("fault", "sent"),
    [
        ({"kind": "callback_none"}, 0),
        ({"kind": "callback_copies", "copies": 3}, 3),
        ({"kind": "callback_late", "delay_ms": 10_000}, 0),
    ],
)
def test_faults_apply_to_results(shop: Shop, fault: dict[str, object], sent: int) -> None:
    shop.paid(500)
    shop.scenario(fault, api="b2c")
    shop.post(B2C, payout(shop))
    shop.advance(1)
    assert len(shop.sent()) == sent
    assert balances(shop) == (400, 49_600)


def test_a_forced_code_keeps_the_money_where_it_is(shop: Shop) -> None:
    receipt = shop.paid(500)
    shop.scenario({"kind": "outcome", "code": "8006"}, api="reversal")
    reverse(shop, receipt)
    assert shop.result()["ResultCode"] == 8006
    assert balances(shop) == (500, 49_500)


def test_no_secret_of_the_initiator_is_logged(shop: Shop) -> None:
    body = payout(shop)
    shop.post(B2C, body)
    assert str(body["SecurityCredential"]) not in str(shop.world.journal.requests(0, "b2c"))


def test_a_qr_code_is_a_picture(shop: Shop) -> None:
    body: dict[str, object] = {
        "MerchantName": "LIPAMITA",
        "RefNo": "MTR001",
        "Amount": 500,
        "TrxCode": "PB",
        "CPI": shop.paybill.short_code,
        "Size": "300",
    }
    reply = shop.post("/mpesa/qrcode/v1/generate", body)
    picture = base64.b64decode(reply.body["QRCode"])
    assert picture.startswith(b"\x89PNG")
    width = int.from_bytes(picture[16:20])
    assert 200 < width <= 300
    refused = shop.post("/mpesa/qrcode/v1/generate", body | {"TrxCode": "XX"})
    assert refused.body["errorMessage"] == "Bad Request - Invalid TrxCode"
