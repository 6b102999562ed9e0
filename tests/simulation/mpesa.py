"""M-Pesa as it is: prompts, the ledger of who paid what, and the words it uses.

This is the judge's side. It shares no code with the functions: it knows Daraja's wire formats by
itself, and its ledger is the truth about money.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

SHORT_CODE = "600000"
PULL_WINDOW_MS = 48 * 60 * 60 * 1_000
PAGE_ROWS = 2
_NAIROBI = timedelta(hours=3)
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
REFUSALS = {
    "cancels": "1032",
    "ignores": "1037",
    "mistypes the PIN": "2001",
    "has too little": "1",
}


@dataclass
class Prompt:
    """One accepted push. ``label`` is the purchase it was for, ``path`` where its result goes."""

    label: str
    checkout_id: str
    merchant_id: str
    path: str
    amount_kes: int
    account: str
    phone: str
    opened_ms: int
    answered: str | None = None  # None: open; "0": paid; a refusal code
    row: Row | None = None
    mixed_up: bool = False  # its success came to another's path when nobody could tell
    lied_about: bool = False  # somebody was told that it was refused, though it was paid
    refusal_told: bool = False
    queries: int = 0  # how often we asked what became of it
    paid_answers: int = 0  # how many of them said that it was paid
    false_paid_told: int = 0


@dataclass
class Row:
    """Money that M-Pesa took for us."""

    receipt: str
    amount: str  # as it is told: "500.00"
    account: str
    paid_ms: int  # by M-Pesa's clock
    label: str
    prompt: Prompt | None = None
    pulled: bool = False

    @property
    def amount_kes(self) -> int | None:
        whole, _, cents = self.amount.partition(".")
        return int(whole) if not cents.strip("0") else None


@dataclass
class Mpesa:
    """The books."""

    skew_ms: int = 0
    prompts: dict[str, Prompt] = field(default_factory=dict)
    ledger: list[Row] = field(default_factory=list)

    def open_prompt(
        self, *, label: str, path: str, amount_kes: int, account: str, phone: str, now_ms: int
    ) -> Prompt:
        number = len(self.prompts) + 1
        prompt = Prompt(
            label=label,
            checkout_id=f"ws_CO_{_eat(now_ms):%d%m%Y%H%M%S}{number:03}{phone[-9:]}",
            merchant_id=f"29115-34620561-{number}",
            path=path,
            amount_kes=amount_kes,
            account=account,
            phone=phone,
            opened_ms=now_ms,
        )
        self.prompts[prompt.checkout_id] = prompt
        return prompt

    def is_locked(self, phone: str) -> bool:
        """Whether the phone still shows a prompt."""
        return any(p.phone == phone and p.answered is None for p in self.prompts.values())

    def pay_prompt(self, prompt: Prompt, amount: str, now_ms: int) -> Row:
        prompt.answered = "0"
        prompt.row = self._book(amount, prompt.account, prompt.label, now_ms)
        prompt.row.prompt = prompt
        return prompt.row

    def pay_by_hand(self, label: str, amount: str, account: str, now_ms: int) -> Row:
        return self._book(amount, account, label, now_ms)

    def pull_body(self, *, from_ms: int, to_ms: int, offset: int) -> str:
        """A page of what was paid in that time, the oldest first."""
        since_ms = max(from_ms, to_ms - PULL_WINDOW_MS)
        found = [row for row in self.ledger if since_ms <= row.paid_ms <= to_ms]
        page = found[offset : offset + PAGE_ROWS]
        if not page:
            return json.dumps({"ResponseCode": "1001", "ResponseMessage": "no transactions"})
        rows = [
            {
                "transactionId": row.receipt,
                "trxDate": f"{datetime.fromtimestamp(row.paid_ms / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}",
                "msisdn": 722000000,
                "transactiontype": "c2b-pay-bill-debit",
                "billreference": row.account,
                "amount": row.amount,
            }
            for row in page
        ]
        for row in page:
            row.pulled = True
        return json.dumps({"ResponseCode": "1000", "Response": [rows]})

    def _book(self, amount: str, account: str, label: str, now_ms: int) -> Row:
        number = len(self.ledger)
        receipt = f"UKL{number // 24 % 10}{_LETTERS[number % 24]}{number * 7919 % 10**5:05}"
        row = Row(receipt, amount, account, now_ms + self.skew_ms, label)
        self.ledger.append(row)
        return row


def callback_body(
    prompt: Prompt, code: object, *, amount: object = None, receipt: str | None = None
) -> str:
    """An STK callback; with metadata if there is a receipt or an amount."""
    told: dict[str, object] = {
        "MerchantRequestID": prompt.merchant_id,
        "CheckoutRequestID": prompt.checkout_id,
        "ResultCode": code,
        "ResultDesc": "as M-Pesa says",
    }
    if amount is not None or receipt is not None:
        items: list[dict[str, object]] = [
            {"Name": "Balance"},
            {"Name": "PhoneNumber", "Value": int(prompt.phone)},
        ]
        if amount is not None:
            items.insert(0, {"Name": "Amount", "Value": amount})
        if receipt is not None:
            items.insert(1, {"Name": "MpesaReceiptNumber", "Value": receipt})
        told["CallbackMetadata"] = {"Item": items}
    return json.dumps({"Body": {"stkCallback": told}})


def confirmation_body(row: Row) -> str:
    """A C2B confirmation: all strings, and no result code, because it is final."""
    return json.dumps(
        {
            "TransactionType": "Pay Bill",
            "TransID": row.receipt,
            "TransTime": f"{_eat(row.paid_ms):%Y%m%d%H%M%S}",
            "TransAmount": row.amount,
            "BusinessShortCode": SHORT_CODE,
            "BillRefNumber": row.account,
            "OrgAccountBalance": "49197.00",
            "MSISDN": "2547 ***** 126",
            "FirstName": "",
        }
    )


def result_body(prompt: Prompt, code: object) -> str:
    """A plain answer to an STK query."""
    return json.dumps(
        {
            "ResponseCode": "0",
            "ResponseDescription": "The service request has been accepted successsfully",
            "MerchantRequestID": prompt.merchant_id,
            "CheckoutRequestID": prompt.checkout_id,
            "ResultCode": code,
            "ResultDesc": "as M-Pesa says",
        }
    )


def envelope(error_code: str, message: str) -> str:
    return json.dumps({"requestId": "1", "errorCode": error_code, "errorMessage": message})


def _eat(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC) + _NAIROBI
