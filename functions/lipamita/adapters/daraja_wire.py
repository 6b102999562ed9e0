"""Daraja's STK wire formats, both ways. Pure: bytes and values in, values out.

Source: Safaricom's Daraja documentation of M-PESA Express and payloads seen in production. Items
of CallbackMetadata are read by name, in any order and number; nothing is converted that could
turn "not known" into "paid".
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from lipamita.adapters.json_text import json_object
from lipamita.domain.evidence import (
    Callback,
    PushAcknowledged,
    PushAnswer,
    PushRefused,
    PushUnclear,
    QueryAnswer,
    StkCallback,
    UnreadableCallback,
)
from lipamita.domain.ids import Receipt, parse_receipt
from lipamita.domain.stk_result import canonical_code
from lipamita.domain.units import Kes, Millis, daraja_timestamp, exact_kes
from lipamita.use_cases.records import PushRequest

MAX_ITEMS = 32
MAX_TEXT = 200  # of Daraja's prose kept in a transaction
MAX_ID = 128

_BUSY = "M-PESA is busy. Nothing was paid; try again in a minute."
_SETUP = "Payments are not set up correctly. Nothing was paid; we were told."
_LOCKED = "Another M-PESA request is open on that phone. Try again in two minutes."
# Error codes after which no prompt was sent: code -> (ours, what the payer reads, alarm).
# 500.001.1001 is overloaded and decided by its text below; every other code is unclear.
_REFUSALS: dict[str, tuple[str, str, bool]] = {
    "400.002.02": ("push_rejected", _SETUP, True),
    "400.002.05": ("push_rejected", _SETUP, True),
    "400.003.01": ("push_unauthorized", _BUSY, True),
    "400.003.02": ("push_rejected", _SETUP, True),
    "401.002.01": ("push_unauthorized", _BUSY, True),
    "401.003.01": ("push_unauthorized", _BUSY, True),
    "404.001.01": ("push_rejected", _SETUP, True),
    "404.001.03": ("push_unauthorized", _BUSY, True),
    "404.001.04": ("push_unauthorized", _SETUP, True),
    "405.001": ("push_rejected", _SETUP, True),
    "500.003.02": ("push_throttled", _BUSY, True),
    "500.003.03": ("push_throttled", _BUSY, True),
}
_OVERLOADED_CODE = "500.001.1001"
_OVERLOADED_REFUSALS: tuple[tuple[str, tuple[str, str, bool]], ...] = (
    ("unable to lock subscriber", ("subscriber_busy", _LOCKED, False)),
    ("merchant does not exist", ("push_rejected", _SETUP, True)),
    ("wrong credentials", ("push_rejected", _SETUP, True)),
)
_SPIKE_ARREST = "policies.ratelimit."
_THROTTLES = ("500.003.02", "500.003.03")
_TOKEN = re.compile(r"[!-~]{1,4096}")  # what may stand in a header
_LIFE = re.compile(r"[0-9]{1,9}")
TOKEN_REFUSED_CODES = frozenset({"404.001.03", "400.003.01", "401.002.01", "401.003.01"})
PAY_BILL = "CustomerPayBillOnline"
TRANSACTION_TYPES = (PAY_BILL, "CustomerBuyGoodsOnline")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """Who is paid. For a PayBill ``party_b`` is the short code, for a Till the till number."""

    short_code: str
    passkey: str
    transaction_type: str
    party_b: str


def stk_push_body(request: PushRequest, merchant: Merchant, *, now_ms: Millis) -> dict[str, object]:
    """The JSON of ``POST /mpesa/stkpush/v1/processrequest``. The timestamp is EAT."""
    timestamp = daraja_timestamp(now_ms)
    return {
        "BusinessShortCode": merchant.short_code,
        "Password": _password(merchant, timestamp),
        "Timestamp": timestamp,
        "TransactionType": merchant.transaction_type,
        "Amount": request.amount_kes,
        "PartyA": request.msisdn,
        "PartyB": merchant.party_b,
        "PhoneNumber": request.msisdn,
        "CallBackURL": request.callback_url,
        "AccountReference": request.account_reference,
        "TransactionDesc": request.description,
    }


def stk_query_body(
    checkout_request_id: str, merchant: Merchant, *, now_ms: Millis
) -> dict[str, object]:
    """The JSON of ``POST /mpesa/stkpushquery/v1/query``."""
    timestamp = daraja_timestamp(now_ms)
    return {
        "BusinessShortCode": merchant.short_code,
        "Password": _password(merchant, timestamp),
        "Timestamp": timestamp,
        "CheckoutRequestID": checkout_request_id,
    }


def push_answer(status: int, body: bytes) -> PushAnswer:
    """What an HTTP answer to the push settles. The status alone settles nothing."""
    node = json_object(body)
    if node is None:
        return PushUnclear(why=f"HTTP {status} that is not JSON")
    if "fault" in node:
        return _gateway_fault(status, _fault_code(node))
    code = canonical_code(node.get("ResponseCode"))
    if code == "0":
        return _acknowledged(node)
    if code is not None and not code.strip(" 0"):
        return PushUnclear(why=f"HTTP {status}, ResponseCode {code[:20]!r} may mean accepted")
    if code is not None:
        words = _text(node.get("ResponseDescription"))
        return _refused(("push_rejected", _SETUP, True), f"ResponseCode {code:.20}: {words}")
    error_code = _text(node.get("errorCode"))
    words = _text(node.get("errorMessage"))
    refusal = _REFUSALS.get(error_code)
    if error_code == _OVERLOADED_CODE:
        refusal = next(
            (known for stem, known in _OVERLOADED_REFUSALS if stem in words.lower()), None
        )
    if refusal is None:
        return PushUnclear(why=f"HTTP {status}, error {error_code or '(none)'}: {words}")
    return _refused(refusal, f"{error_code}: {words}")


def query_answer(body: bytes, *, asked_at_ms: Millis) -> QueryAnswer:
    """What Daraja says became of a push. Every shape but a plain result is "not known"."""
    node = json_object(body) or {}
    if "errorCode" in node or canonical_code(node.get("ResponseCode")) != "0":
        said = _text(node.get("errorMessage")) or _fault_code(node) or "no result"
        return QueryAnswer(
            result_code=None,
            result_desc=said,
            asked_at_ms=asked_at_ms,
            throttled=_is_throttled(node),
        )
    return QueryAnswer(
        result_code=canonical_code(node.get("ResultCode")),
        result_desc=_text(node.get("ResultDesc")),
        asked_at_ms=asked_at_ms,
    )


def token_was_refused(body: bytes) -> bool:
    """Whether the answer says that the access token is not (or no longer) good."""
    return _text((json_object(body) or {}).get("errorCode")) in TOKEN_REFUSED_CODES


def access_token_from_body(body: bytes) -> tuple[str, int] | None:
    """(access token, seconds it lives) of an OAuth answer; None if it is neither.

    ``expires_in`` comes as a number and as a string.
    """
    node = json_object(body) or {}
    token, life = node.get("access_token"), canonical_code(node.get("expires_in"))
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        return None
    if life is None or not _LIFE.fullmatch(life):
        return None
    return token, int(life)


def callback_from_body(*, evidence_id: str, received_at_ms: Millis, body: str) -> Callback:
    """A stored callback body as evidence. Never raises: what cannot be read says so."""

    def unreadable(why: str) -> UnreadableCallback:
        return UnreadableCallback(evidence_id=evidence_id, received_at_ms=received_at_ms, why=why)

    node = json_object(body.encode("utf-8", "surrogatepass"))
    if node is None:
        return unreadable("not a JSON object")
    inner = node.get("Body")
    told = inner.get("stkCallback") if isinstance(inner, dict) else None
    if not isinstance(told, dict):
        return unreadable("no Body.stkCallback")
    amount, receipt = _metadata(told.get("CallbackMetadata"))
    return StkCallback(
        evidence_id=evidence_id,
        received_at_ms=received_at_ms,
        checkout_request_id=_id(told.get("CheckoutRequestID")),
        merchant_request_id=_id(told.get("MerchantRequestID")),
        result_code=canonical_code(told.get("ResultCode")),
        result_desc=_text(told.get("ResultDesc")),
        receipt=receipt,
        amount_kes=amount,
    )


def _metadata(metadata: object) -> tuple[Kes | None, Receipt | None]:
    items = metadata.get("Item") if isinstance(metadata, dict) else None
    if not isinstance(items, list):
        return None, None
    values: dict[str, object] = {}
    for item in items[:MAX_ITEMS]:
        if isinstance(item, dict) and isinstance(item.get("Name"), str):
            if item["Name"] in values:  # told twice: which one is true cannot be known
                return None, None
            values[item["Name"]] = item.get("Value")
    return exact_kes(values.get("Amount")), parse_receipt(values.get("MpesaReceiptNumber"))


def _acknowledged(node: dict[str, object]) -> PushAnswer:
    checkout, merchant = _id(node.get("CheckoutRequestID")), _id(node.get("MerchantRequestID"))
    if checkout is None or merchant is None:
        return PushUnclear(why="accepted without CheckoutRequestID or MerchantRequestID")
    return PushAcknowledged(
        merchant_request_id=merchant,
        checkout_request_id=checkout,
        customer_message=_text(node.get("CustomerMessage")),
    )


def _is_throttled(node: dict[str, object]) -> bool:
    return _fault_code(node).startswith(_SPIKE_ARREST) or node.get("errorCode") in _THROTTLES


def _fault_code(node: dict[str, object]) -> str:
    """``fault.detail.errorcode`` of the gateway's own answers; empty where there is none."""
    fault = node.get("fault")
    detail = fault.get("detail") if isinstance(fault, dict) else None
    return _text(detail.get("errorcode")) if isinstance(detail, dict) else ""


def _gateway_fault(status: int, code: str) -> PushAnswer:
    if code.startswith(_SPIKE_ARREST):
        return _refused(("push_throttled", _BUSY, True), code)
    return PushUnclear(why=f"HTTP {status}, gateway fault {code or '(no code)'}")


def _refused(refusal: tuple[str, str, bool], detail: str) -> PushRefused:
    code, message, alarm = refusal
    return PushRefused(code=code, message=message, detail=detail[:MAX_TEXT], alarm=alarm)


def _password(merchant: Merchant, timestamp: str) -> str:
    return base64.b64encode(f"{merchant.short_code}{merchant.passkey}{timestamp}".encode()).decode()


def _text(value: object) -> str:
    return value[:MAX_TEXT] if isinstance(value, str) else ""


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= MAX_ID else None
