"""What Daraja is sent to pay money out, and what its answers and results are worth."""

from __future__ import annotations

import json

import pytest
from lipamita.adapters.money_out_wire import (
    Initiator,
    payout_body,
    result_from_body,
    reversal_body,
    send_answer,
    status_body,
)
from lipamita.domain.ids import Receipt
from lipamita.domain.money_out import (
    FINAL_REFUSALS,
    NotTaken,
    Payout,
    ResultKind,
    ResultTold,
    Reversal,
    SendAnswer,
    StatusQuestion,
    Taken,
    Unclear,
    Word,
    meaning,
)
from lipamita.domain.msisdn import Msisdn
from lipamita.domain.units import Kes

from tests.unit.lipamita.domain.samples import NOW

INITIATOR = Initiator(
    name="api", security_credential="sealed", short_code="600000", payout_short_code="600001"
)
URLS = {"result_url": "https://x.example/r", "timeout_url": "https://x.example/t"}


def told(node: object, kind: ResultKind = ResultKind.SENT) -> ResultTold:
    body = node if isinstance(node, str) else json.dumps(node)
    return result_from_body(body, evidence_id="e", kind=kind, attempt=1, received_at_ms=NOW)


def result(code: object, **parameters: object) -> dict[str, object]:
    rows = [{"Key": key, "Value": value} for key, value in parameters.items()]
    return {"Result": {"ResultCode": code, "ResultParameters": {"ResultParameter": rows}}}


def test_a_payout_has_darajas_own_spellings_and_our_id() -> None:
    payout = Payout(
        own_id="r-1", amount_kes=Kes(200), msisdn=Msisdn("254700000001"), remarks="back", **URLS
    )
    body = payout_body(payout, INITIATOR)
    assert body["OriginatorConversationID"] == "r-1"
    assert (body["InitiatorName"], body["Occassion"]) == ("api", "")
    assert (body["PartyA"], body["PartyB"]) == ("600001", "254700000001")


def test_a_reversal_names_the_receipt_and_our_short_code() -> None:
    reversal = Reversal(receipt=Receipt("UKL1AAAA01"), amount_kes=Kes(500), remarks="back", **URLS)
    body = reversal_body(reversal, INITIATOR)
    assert (body["Initiator"], body["RecieverIdentifierType"]) == ("api", "11")
    assert (body["TransactionID"], body["ReceiverParty"]) == ("UKL1AAAA01", "600000")


def test_a_status_is_asked_by_conversation() -> None:
    question = StatusQuestion(
        conversation_id="r-1", remarks="back", result_url="https://r", timeout_url="https://t"
    )
    assert status_body(question, INITIATOR)["OriginalConversationID"] == "r-1"


def test_a_status_of_money_that_came_in_is_asked_by_receipt() -> None:
    question = StatusQuestion(
        receipt=Receipt("UKL1AAAA01"), remarks="?", result_url="https://r", timeout_url="https://t"
    )
    body = status_body(question, INITIATOR)
    assert body["TransactionID"] == "UKL1AAAA01"
    assert "OriginalConversationID" not in body


def test_a_printed_initiator_shows_no_credential() -> None:
    assert "sealed" not in repr(INITIATOR)


ANSWERS: dict[str, tuple[int, object, type[SendAnswer]]] = {
    "accepted": (200, {"ResponseCode": "0", "ConversationID": "AG_1"}, Taken),
    "accepted as a number": (200, {"ResponseCode": 0}, Taken),
    "rejected": (200, {"ResponseCode": "1"}, NotTaken),
    "a duplicate id may be on its way": (500, {"errorCode": "500.002.1001"}, Unclear),
    "an overloaded code": (500, {"errorCode": "500.001.1001"}, Unclear),
    "invalid field": (400, {"errorCode": "400.002.02"}, NotTaken),
    "token": (404, {"errorCode": "404.001.03"}, NotTaken),
    "throttled": (
        429,
        {"fault": {"detail": {"errorcode": "policies.ratelimit.SpikeArrestViolation"}}},
        NotTaken,
    ),
    "another fault": (401, {"fault": {"detail": {"errorcode": "keymanagement"}}}, Unclear),
    "code of zeros": (200, {"ResponseCode": "00"}, Unclear),
    "empty": (200, {}, Unclear),
    "true": (200, {"ResponseCode": True}, Unclear),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_only_a_plain_answer_settles_whether_the_request_was_taken(name: str) -> None:
    status, node, kind = ANSWERS[name]
    assert isinstance(send_answer(status, json.dumps(node).encode()), kind)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null"])
def test_what_is_not_json_settles_nothing(body: bytes) -> None:
    assert isinstance(send_answer(503, body), Unclear)


@pytest.mark.parametrize("code", [0, "0"], ids=["number", "text"])
def test_only_zero_is_paid(code: object) -> None:
    read = told(result(code, TransactionAmount=200, TransactionReceipt="UKL1OUT001"))
    assert meaning(read) is Word.PAID
    assert (read.amount_kes, read.receipt) == (200, "UKL1OUT001")


@pytest.mark.parametrize("code", [0.0, True, None, "", "00", " 0", "R000001", "26", 17, [0]])
def test_an_odd_code_is_not_known(code: object) -> None:
    assert meaning(told(result(code))) is Word.NOT_KNOWN


@pytest.mark.parametrize("code", sorted(FINAL_REFUSALS))
def test_a_listed_code_is_refused_but_never_in_a_timeout(code: str) -> None:
    assert meaning(told(result(code))) is Word.REFUSED
    assert meaning(told(result(code), ResultKind.TIMEOUT)) is Word.NOT_KNOWN


@pytest.mark.parametrize(
    ("word", "meant"),
    [("Completed", Word.PAID), ("Failed", Word.NOT_KNOWN), ("", Word.NOT_KNOWN)],
)
def test_a_status_proves_only_what_was_completed(word: str, meant: Word) -> None:
    node = result(0, TransactionStatus=word, ReceiptNo="UKL1OUT001", Amount="200.00")
    read = told(node, ResultKind.STATUS)
    assert (meaning(read), read.receipt, read.amount_kes) == (meant, "UKL1OUT001", 200)


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"Result": 5}', '{"Result": {}}', "\ud800"])
def test_a_body_that_is_no_result_says_nothing(body: str) -> None:
    assert meaning(told(body)) is Word.NOT_KNOWN


def test_of_a_value_told_twice_nothing_is_believed() -> None:
    rows = [{"Key": "TransactionAmount", "Value": value} for value in (200, 900)]
    node = {"Result": {"ResultCode": 0, "ResultParameters": {"ResultParameter": rows}}}
    assert told(node).amount_kes is None
