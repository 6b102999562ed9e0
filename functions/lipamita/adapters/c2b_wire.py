"""Money told by C2B, Pull and Transaction Status, as Daraja writes it. Pure: bytes in, values out.

Source: Safaricom's Daraja documentation of the C2B API. All values come as strings; MSISDN is
masked (v2) or hashed (v1) and is not used. A confirmation has no ResultCode: it is final.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from lipamita.adapters.json_text import json_object
from lipamita.adapters.money_out_wire import receipt_told
from lipamita.domain.confirmation import MOVED, STATEMENT, STATUS
from lipamita.domain.evidence import Confirmation
from lipamita.domain.ids import Receipt, parse_receipt, sha256_hex
from lipamita.domain.statement import StatementLine
from lipamita.domain.stk_result import canonical_code
from lipamita.domain.units import EAT, SECOND_MS, Kes, Millis, exact_kes
from lipamita.use_cases.confirmation_ports import MovedMoney
from lipamita.use_cases.records import PulledRows, RawConfirmation

INCOMING = "c2b-"  # transaction types of a Pull that are money coming in
REGISTERED = "registered"
MAX_ACCOUNT = 40
MAX_ROWS = 5_000  # of one page of a Pull
ACCEPTED = {"ResultCode": "0", "ResultDesc": "Accepted"}
_UNREADABLE_ID_CHARACTERS = 32
_ISO_TIME = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[T ](?P<time>\d\d:\d\d:\d\d)(?:\.\d{1,9})? ?"
    r"(?P<zone>Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """What one channel calls the same things."""

    receipt: str
    amount: str
    account: str
    paid_at: str


_C2B = _Names(
    receipt="TransID",
    amount="TransAmount",
    account="BillRefNumber",
    paid_at="TransTime",
)
_PULL = _Names(
    receipt="transactionId",
    amount="amount",
    account="billreference",
    paid_at="trxDate",
)
_STATEMENT = _Names(  # our own words, see statement_confirmation
    receipt="receipt",
    amount="amount",
    account="account",
    paid_at="paid_at",
)
_MERCHANT = "merchant"
_NAMES = {"pull": _PULL, STATEMENT: _STATEMENT, MOVED: _STATEMENT}


def confirmation_id_of(body: bytes) -> str:
    """The key of a confirmation: its receipt number, or a hash of a body that has none."""
    receipt = parse_receipt((json_object(body) or {}).get("TransID"))
    if receipt is not None:
        return receipt
    text = body.decode("utf-8", "backslashreplace")
    return f"unreadable-{sha256_hex(text)[:_UNREADABLE_ID_CHARACTERS]}"


def account_and_amount(body: bytes) -> tuple[str, Kes | None]:
    """What a validation request asks about: the account typed, and the amount if it is whole."""
    node = json_object(body) or {}
    return _account(node, _C2B), exact_kes(node.get("TransAmount"))


def confirmation_from_body(
    body: str, *, channel: str, short_codes: frozenset[str], received_at_ms: Millis
) -> Confirmation | str:
    """The confirmation, or why it is none of ours."""
    if channel == STATUS:
        return _from_status(body, short_codes, received_at_ms)
    node = json_object(body.encode("utf-8", "surrogatepass"))
    if node is None:
        return "unreadable"
    names = _NAMES.get(channel, _C2B)
    receipt = parse_receipt(node.get(names.receipt))
    if receipt is None:
        return "receipt_missing"
    if channel == "pull":
        if not str(node.get("transactiontype")).startswith(INCOMING):
            return "other_transaction_type"
    elif names is _C2B and canonical_code(node.get("BusinessShortCode")) not in short_codes:
        return "other_short_code"
    paid_at_ms = _paid_at(node.get(names.paid_at), names)
    if channel != "pull":  # told at once; a row of a Pull may be two days old
        paid_at_ms = paid_at_ms or received_at_ms
    return Confirmation(
        receipt=receipt,
        channel=channel,
        amount_kes=exact_kes(node.get(names.amount)),
        account=_account(node, names),
        paid_at_ms=paid_at_ms,
        received_at_ms=received_at_ms,
        paid_code=_paid_code(node, names),
    )


def _from_status(body: str, short_codes: frozenset[str], now_ms: Millis) -> Confirmation | str:
    """Of a Transaction Status, which does not say for which account the money is."""
    told = receipt_told(body, received_at_ms=now_ms)
    if told.receipt is None:
        return "receipt_missing"
    if told.paid_code not in short_codes:
        return "other_short_code"
    return Confirmation(
        receipt=told.receipt,
        channel=STATUS,
        amount_kes=told.amount_kes,
        account="",
        paid_at_ms=told.received_at_ms if told.paid_at_ms is None else told.paid_at_ms,
        received_at_ms=now_ms,
        paid_code=told.paid_code,
    )


def register_urls_body(
    short_code: str, *, validation_url: str, confirmation_url: str
) -> dict[str, object]:
    """The JSON of ``POST /mpesa/c2b/v2/registerurl``."""
    return {
        "ShortCode": short_code,
        "ResponseType": "Completed",
        "ConfirmationURL": confirmation_url,
        "ValidationURL": validation_url,
    }


def register_urls_answer(body: bytes) -> str:
    """``registered``, or what Daraja said instead."""
    node = json_object(body)
    if node is None:
        return "an answer that is not JSON"
    if canonical_code(node.get("ResponseCode")) == "0":
        return REGISTERED
    return f"{node.get('errorCode')}: {node.get('errorMessage')}"


def pull_body(short_code: str, *, from_ms: Millis, to_ms: Millis, offset: int) -> dict[str, object]:
    """The JSON of ``POST /pulltransactions/v1/query``. Times are EAT."""
    return {
        "ShortCode": short_code,
        "StartDate": _dashed(from_ms),
        "EndDate": _dashed(to_ms),
        "OffSetValue": str(offset),
    }


def pulled_rows(body: bytes) -> PulledRows | None:
    """The rows of a page: ResponseCode 1000, or 1001 for none. None for any other answer."""
    node = json_object(body) or {}
    code = canonical_code(node.get("ResponseCode"))
    if code == "1001":
        return PulledRows(rows=())
    pages = node.get("Response")
    if code != "1000" or not isinstance(pages, list):
        return None
    rows = [row for page in pages if isinstance(page, list) for row in page]
    return PulledRows(rows=tuple(_pulled_row(row) for row in rows[:MAX_ROWS]))


def _pulled_row(row: object) -> RawConfirmation:
    text = json.dumps(row, default=str)
    receipt = parse_receipt(row.get(_PULL.receipt)) if isinstance(row, dict) else None
    hashed = f"unreadable-{sha256_hex(text)[:_UNREADABLE_ID_CHARACTERS]}"
    return RawConfirmation(
        confirmation_id=receipt or hashed,
        channel="pull",
        body=text,
        received_at_ms=Millis(0),
        remote_address="",
    )


def statement_confirmation(line: StatementLine) -> RawConfirmation:
    """A line of M-Pesa's statement as a confirmation; it has no time of receipt yet."""
    at = datetime.fromtimestamp(line.at_ms // SECOND_MS, UTC)
    body = {
        _STATEMENT.receipt: line.receipt,
        _STATEMENT.amount: f"{line.amount_cents // 100}.{line.amount_cents % 100:02}",
        _STATEMENT.account: line.account,
        _STATEMENT.paid_at: at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return RawConfirmation(
        confirmation_id=line.receipt,
        channel=STATEMENT,
        body=json.dumps(body),
        received_at_ms=Millis(0),
        remote_address="",
    )


def moved_confirmation(receipt: Receipt, money: MovedMoney) -> RawConfirmation:
    """What stands for the confirmation of money that was told by a callback alone."""
    body = {_STATEMENT.receipt: receipt, _STATEMENT.amount: str(money.amount_kes)}
    if money.merchant is not None:
        body[_MERCHANT] = money.merchant
    return RawConfirmation(
        confirmation_id=receipt,
        channel=MOVED,
        body=json.dumps(body),
        received_at_ms=money.at_ms,
        remote_address="",
    )


def _paid_code(node: dict[str, object], names: _Names) -> str | None:
    """The short code that was paid, where the channel says so."""
    if names is _PULL:
        return None
    return canonical_code(node.get("BusinessShortCode" if names is _C2B else _MERCHANT))


def _account(node: dict[str, object], names: _Names) -> str:
    typed = node.get(names.account)
    return typed[:MAX_ACCOUNT] if isinstance(typed, str) else ""


def _paid_at(value: object, names: _Names) -> Millis | None:
    """M-Pesa's time; None if it cannot be read."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str):
        return None
    try:
        moment = _c2b_time(text) if names is _C2B else _iso_time(text)
    except ValueError:
        return None
    return None if moment is None else Millis(int(moment.timestamp()) * SECOND_MS)


def _c2b_time(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=EAT)


def _iso_time(text: str) -> datetime | None:
    """``2026-11-21T07:15:09Z`` and its like. One that names no zone is EAT, as all of Daraja's."""
    found = _ISO_TIME.fullmatch(text.strip())
    if found is None:
        return None
    moment = datetime.fromisoformat(f"{found['day']}T{found['time']}{found['zone'] or ''}")
    return moment if moment.tzinfo else moment.replace(tzinfo=EAT)


def _dashed(at_ms: Millis) -> str:
    return datetime.fromtimestamp(at_ms // SECOND_MS, EAT).strftime("%Y-%m-%d %H:%M:%S")
