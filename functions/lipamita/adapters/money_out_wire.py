"""Daraja's wire formats of money that leaves: B2C v3, Reversal, Transaction Status. Pure.

Source: Safaricom's Daraja documentation of these APIs. Its own spellings are kept: InitiatorName
and Occassion in B2C, Initiator and RecieverIdentifierType in Reversal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lipamita.adapters.json_text import json_object
from lipamita.domain.ids import Receipt, parse_receipt
from lipamita.domain.inquiry import ReceiptTold
from lipamita.domain.money_out import (
    NotTaken,
    Payout,
    ResultKind,
    ResultTold,
    Reversal,
    SendAnswer,
    StatusQuestion,
    Taken,
    Unclear,
)
from lipamita.domain.stk_result import canonical_code
from lipamita.domain.units import Kes, Millis, exact_kes, parse_daraja_timestamp

MAX_PARAMETERS = 64
MAX_TEXT = 200
MAX_ID = 128
SHORT_CODE_TYPE = "4"
TILL_OR_PAYBILL_TYPE = "11"
# Error codes after which Daraja has not taken the request. 500.002.1001 is not among them: it
# also says that the own id is known already, so the money may be on its way.
_REFUSALS = frozenset(
    {
        *("400.002.02", "400.002.05", "400.003.01", "400.003.02", "401.002.01", "401.003.01"),
        *("404.001.01", "404.001.03", "404.001.04", "404.002.01", "404.003.01", "405.001"),
        *("500.003.02", "500.003.03"),
    }
)
_SPIKE_ARREST = "policies.ratelimit."
_PARTY = re.compile(r"\s*([0-9]{5,10})\b", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Initiator:
    """The API operator who may send money. The credential is its sealed password."""

    name: str
    security_credential: str
    short_code: str
    payout_short_code: str

    def __repr__(self) -> str:
        return f"Initiator(name={self.name!r}, short_code={self.short_code!r})"


def payout_body(payout: Payout, initiator: Initiator) -> dict[str, object]:
    """The JSON of ``POST /mpesa/b2c/v3/paymentrequest``."""
    return {
        "OriginatorConversationID": payout.own_id,
        "InitiatorName": initiator.name,
        "SecurityCredential": initiator.security_credential,
        "CommandID": "BusinessPayment",
        "Amount": payout.amount_kes,
        "PartyA": initiator.payout_short_code,
        "PartyB": payout.msisdn,
        "Remarks": payout.remarks,
        "QueueTimeOutURL": payout.timeout_url,
        "ResultURL": payout.result_url,
        "Occassion": "",
    }


def reversal_body(reversal: Reversal, initiator: Initiator) -> dict[str, object]:
    """The JSON of ``POST /mpesa/reversal/v1/request``."""
    return {
        "Initiator": initiator.name,
        "SecurityCredential": initiator.security_credential,
        "CommandID": "TransactionReversal",
        "TransactionID": reversal.receipt,
        "Amount": reversal.amount_kes,
        "ReceiverParty": initiator.short_code,
        "RecieverIdentifierType": TILL_OR_PAYBILL_TYPE,
        "Remarks": reversal.remarks,
        "QueueTimeOutURL": reversal.timeout_url,
        "ResultURL": reversal.result_url,
        "Occasion": "",
    }


def status_body(question: StatusQuestion, initiator: Initiator) -> dict[str, object]:
    """The JSON of ``POST /mpesa/transactionstatus/v1/query``. A receipt goes before an id."""
    asked_by = (
        {"TransactionID": question.receipt}
        if question.receipt is not None
        else {"OriginalConversationID": question.conversation_id}
    )
    return {
        "Initiator": initiator.name,
        "SecurityCredential": initiator.security_credential,
        "CommandID": "TransactionStatusQuery",
        **asked_by,
        "PartyA": initiator.short_code,
        "IdentifierType": SHORT_CODE_TYPE,
        "Remarks": question.remarks,
        "QueueTimeOutURL": question.timeout_url,
        "ResultURL": question.result_url,
        "Occasion": "",
    }


def send_answer(status: int, body: bytes) -> SendAnswer:
    """What an HTTP answer to a payout or reversal settles. The status alone settles nothing."""
    node = json_object(body)
    if node is None:
        return Unclear(why=f"HTTP {status} that is not JSON")
    fault = node.get("fault")
    if isinstance(fault, dict):
        detail = fault.get("detail")
        code = _text(detail.get("errorcode")) if isinstance(detail, dict) else ""
        if code.startswith(_SPIKE_ARREST):
            return NotTaken(why=code)
        return Unclear(why=f"HTTP {status}, gateway fault {code or '(no code)'}")
    code = canonical_code(node.get("ResponseCode")) or ""
    if code == "0":
        return Taken(
            originator_conversation_id=_id(node.get("OriginatorConversationID")),
            conversation_id=_id(node.get("ConversationID")),
        )
    if code.strip(" 0"):
        return NotTaken(why=f"ResponseCode {code:.20}: {_text(node.get('ResponseDescription'))}")
    error_code, words = _text(node.get("errorCode")), _text(node.get("errorMessage"))
    if error_code in _REFUSALS:
        return NotTaken(why=f"{error_code}: {words}")
    return Unclear(why=f"HTTP {status}, error {error_code or '(none)'}: {words}")


def result_from_body(
    body: str, *, evidence_id: str, kind: ResultKind, attempt: int, received_at_ms: Millis
) -> ResultTold:
    """A stored result body. Never raises: what cannot be read has no code."""
    result = _result(body)
    parameters = _parameters(result.get("ResultParameters"))
    status = parameters.get("TransactionStatus")
    return ResultTold(
        evidence_id=evidence_id,
        kind=kind,
        attempt=attempt,
        received_at_ms=received_at_ms,
        code=canonical_code(result.get("ResultCode")),
        description=_text(result.get("ResultDesc")),
        originator_conversation_id=_id(result.get("OriginatorConversationID"))
        if kind is not ResultKind.STATUS
        else None,
        receipt=_receipt(kind, parameters, result),
        amount_kes=_amount(parameters),
        status=_text(status).lower() or None,
    )


def receipt_told(body: str, *, received_at_ms: Millis) -> ReceiptTold:
    """A stored Transaction Status about a receipt. Never raises: what cannot be read is None."""
    result = _result(body)
    parameters = _parameters(result.get("ResultParameters"))
    return ReceiptTold(
        code=canonical_code(result.get("ResultCode")),
        description=_text(result.get("ResultDesc")),
        status=_text(parameters.get("TransactionStatus")).lower() or None,
        receipt=parse_receipt(parameters.get("ReceiptNo")),
        amount_kes=_amount(parameters),
        paid_code=_leading_digits(parameters.get("CreditPartyName")),
        paid_at_ms=parse_daraja_timestamp(parameters.get("FinalisedTime")),
        received_at_ms=received_at_ms,
    )


def _result(body: str) -> dict[str, object]:
    node = json_object(body.encode("utf-8", "surrogatepass")) or {}
    told = node.get("Result")
    return told if isinstance(told, dict) else {}


def _leading_digits(party: object) -> str | None:
    """``600000 - Estate Ltd``: the code before the name."""
    match = _PARTY.match(party) if isinstance(party, str) else None
    return None if match is None else match[1]


def _receipt(
    kind: ResultKind, parameters: dict[str, object], result: dict[str, object]
) -> Receipt | None:
    """Of a Transaction Status the receipt found; else the receipt of what was sent."""
    if kind is ResultKind.STATUS:
        return parse_receipt(parameters.get("ReceiptNo"))
    return parse_receipt(parameters.get("TransactionReceipt")) or parse_receipt(
        result.get("TransactionID")
    )


def _amount(parameters: dict[str, object]) -> Kes | None:
    return exact_kes(parameters.get("TransactionAmount", parameters.get("Amount")))


def _parameters(node: object) -> dict[str, object]:
    """Key and Value pairs; of a key that was told twice nothing is believed."""
    rows = node.get("ResultParameter") if isinstance(node, dict) else None
    values: dict[str, object] = {}
    twice: set[str] = set()
    for row in (rows if isinstance(rows, list) else [rows])[:MAX_PARAMETERS]:
        key = row.get("Key") if isinstance(row, dict) else None
        if isinstance(row, dict) and isinstance(key, str):
            if key in values:
                twice.add(key)
            values[key] = row.get("Value")
    return {key: value for key, value in values.items() if key not in twice}


def _text(value: object) -> str:
    return value[:MAX_TEXT] if isinstance(value, str) else ""


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= MAX_ID else None
