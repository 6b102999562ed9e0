"""Confirmations of payments by hand, and rows of a Pull, in every shape."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lipamita.adapters.c2b_wire import (
    account_and_amount,
    confirmation_from_body,
    confirmation_id_of,
    pulled_rows,
)
from lipamita.domain.evidence import Confirmation
from lipamita.domain.units import Millis

from tests.unit.lipamita.domain.samples import NOW

OURS = frozenset({"600000"})
C2B: dict[str, Any] = {
    "TransactionType": "Pay Bill",
    "TransID": "UKL0DEMO01",
    "TransTime": "20261121101509",
    "TransAmount": "500.00",
    "BusinessShortCode": "600000",
    "BillRefNumber": "mtr-0O1 ",
    "InvoiceNumber": "",
    "OrgAccountBalance": "49197.00",
    "ThirdPartyTransID": "",
    "MSISDN": "2547 ***** 126",
    "FirstName": "AMINA",
}
ROW: dict[str, Any] = {
    "transactionId": "UKL0DEMO01",
    "trxDate": "2026-11-21T07:15:09Z",
    "msisdn": 722000000,
    "transactiontype": "c2b-pay-bill-debit",
    "billreference": "MTR001",
    "amount": "500.00",
}
TEN_FIFTEEN_EAT = 1_795_245_309_000


def read(node: object, channel: str = "c2b") -> Confirmation | str:
    text = node if isinstance(node, str) else json.dumps(node)
    return confirmation_from_body(text, channel=channel, short_codes=OURS, received_at_ms=NOW)


def confirmed(node: object, channel: str = "c2b") -> Confirmation:
    read_node = read(node, channel)
    assert isinstance(read_node, Confirmation), read_node
    return read_node


def test_a_confirmation_is_read_as_documented() -> None:
    assert read(C2B) == Confirmation(
        receipt="UKL0DEMO01",  # type: ignore[arg-type]
        channel="c2b",
        amount_kes=500,  # type: ignore[arg-type]
        account="mtr-0O1 ",
        paid_at_ms=Millis(TEN_FIFTEEN_EAT),
        received_at_ms=NOW,
        paid_code="600000",
    )


def test_a_pulled_row_is_read_as_documented() -> None:
    row = confirmed(ROW, "pull")
    assert (row.receipt, row.amount_kes, row.account, row.paid_at_ms) == (
        "UKL0DEMO01",
        500,
        "MTR001",
        TEN_FIFTEEN_EAT,
    )


@pytest.mark.parametrize("code", ["600000", 600000])
def test_our_short_code_is_known_as_text_or_number(code: object) -> None:
    assert confirmed({**C2B, "BusinessShortCode": code}).amount_kes == 500


@pytest.mark.parametrize("code", ["600001", None, "", True, [], {}, ["600000"]], ids=repr)
def test_money_of_another_short_code_is_not_ours(code: object) -> None:
    assert read({**C2B, "BusinessShortCode": code}) == "other_short_code"


@pytest.mark.parametrize("amount", ["500", "500.0", 500, 500.0])
def test_every_exact_amount_is_read(amount: object) -> None:
    assert confirmed({**C2B, "TransAmount": amount}).amount_kes == 500


@pytest.mark.parametrize(
    "amount",
    ["100.50", 100.5, "", None, True, [], {}, "-500", -500, -1.0, "1e3", "KES 5"],
    ids=repr,
)
@pytest.mark.parametrize("channel", ["c2b", "pull"])
def test_an_amount_that_is_not_whole_shillings_is_unknown(channel: str, amount: object) -> None:
    node = {**C2B, "TransAmount": amount} if channel == "c2b" else {**ROW, "amount": amount}
    assert confirmed(node, channel).amount_kes is None


@pytest.mark.parametrize("at", [None, "", "soon", "2026-11-21 10:15:09", 5, True, [], "0" * 14])
def test_a_time_that_cannot_be_read_is_when_it_was_received(at: object) -> None:
    assert confirmed({**C2B, "TransTime": at}).paid_at_ms == NOW


@pytest.mark.parametrize(
    "at",
    [
        "2026-11-21T07:15:09.123Z",
        "2026-11-21T10:15:09+03:00",
        "2026-11-21T10:15:09.000+0300",
        "2026-11-21 10:15:09+03:00",
        "2026-11-21 07:15:09Z",
        "2026-11-21 10:15:09",
        "2026-11-21T10:15:09",
    ],
)
def test_the_time_of_a_pulled_row_is_read_in_its_usual_forms(at: str) -> None:
    assert confirmed({**ROW, "trxDate": at}, "pull").paid_at_ms == TEN_FIFTEEN_EAT


@pytest.mark.parametrize("at", [None, "", "soon", "21/11/2026 10:15", 5, True, [], "2026-11-21"])
def test_the_time_of_a_pulled_row_that_cannot_be_read_is_not_known(at: object) -> None:
    assert confirmed({**ROW, "trxDate": at}, "pull").paid_at_ms is None


@pytest.mark.parametrize("account", [None, 5, True, [], {}])
def test_an_account_that_is_no_text_is_empty(account: object) -> None:
    assert confirmed({**C2B, "BillRefNumber": account}).account == ""


@pytest.mark.parametrize("receipt", [None, "", 5, "x", [], {}, "UKL0/DEMO1"])
def test_without_a_receipt_it_is_no_confirmation(receipt: object) -> None:
    assert read({**C2B, "TransID": receipt}) == "receipt_missing"


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "TransID=UKL0DEMO01", "{", '{"a":1e99999999999999999999}', "[" * 60_000],
)
def test_a_body_that_is_no_json_object_is_unreadable(text: str) -> None:
    assert read(text) == "unreadable"


def test_the_same_receipt_is_the_same_confirmation_whatever_surrounds_it() -> None:
    assert confirmation_id_of(json.dumps(C2B).encode()) == "UKL0DEMO01"


@pytest.mark.parametrize("body", [b"", b"\xff\x00", b"{}", b"[]", b'{"TransID": "a/b"}'])
def test_a_body_without_a_receipt_is_kept_under_its_hash(body: bytes) -> None:
    key = confirmation_id_of(body)
    assert key.startswith("unreadable-")
    assert not set(key) & set(".#$[]/")


def test_a_validation_asks_about_an_account_and_an_amount() -> None:
    assert account_and_amount(json.dumps(C2B).encode()) == ("mtr-0O1 ", 500)
    assert account_and_amount(b"not JSON") == ("", None)


def test_the_rows_of_a_page_come_with_their_receipts() -> None:
    page = {
        "ResponseRefID": "1",
        "ResponseCode": "1000",
        "Response": [[ROW, {**ROW, "amount": 5.0}]],
    }
    pulled = pulled_rows(json.dumps(page).encode())
    assert pulled is not None
    assert [row.confirmation_id for row in pulled.rows] == ["UKL0DEMO01", "UKL0DEMO01"]
    assert confirmed(pulled.rows[1].body, "pull").amount_kes == 5


def test_a_page_without_rows_is_empty() -> None:
    pulled = pulled_rows(b'{"ResponseCode": "1001"}')
    assert pulled is not None
    assert pulled.rows == ()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"ResponseCode": "1000"}',
        b'{"ResponseCode": "1000", "Response": 5}',
        b'{"errorCode": "404.001.03"}',
        b'{"ResponseCode": "0", "Response": []}',
    ],
)
def test_any_other_answer_to_a_pull_says_nothing(body: bytes) -> None:
    assert pulled_rows(body) is None


@pytest.mark.parametrize("row", [None, 5, "x", [], {}, {"transactionId": 5}], ids=repr)
def test_a_row_that_cannot_be_read_is_kept_under_its_hash(row: object) -> None:
    page = {"ResponseCode": "1000", "Response": [[row]]}
    pulled = pulled_rows(json.dumps(page).encode())
    assert pulled is not None
    assert pulled.rows[0].confirmation_id.startswith("unreadable-")
