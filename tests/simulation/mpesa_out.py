"""Money that M-Pesa sends for us: what was asked, what became of it, and the words it uses.

This is the judge's side. It shares no code with the functions; ``sent`` is the truth about money
that left, and ``requests`` about what may still leave.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass
class Request:
    """One payout or reversal that Daraja took. ``code`` is None while it may still be paid."""

    conversation_id: str  # what Daraja knows it by: of a payout its own id
    refund_id: str
    attempt: int
    amount_kes: int
    receipt: str | None  # of the money that a reversal takes back
    result_url: str
    timeout_url: str
    code: str | None = None
    paid_receipt: str | None = None
    lied_about: bool = False  # we were told that it was refused, though it was paid

    @property
    def is_final(self) -> bool:
        """Nothing more can come of it."""
        return self.code is not None

    @property
    def is_paid(self) -> bool:
        return self.paid_receipt is not None


@dataclass
class MpesaOut:
    """The books of what left."""

    requests: list[Request] = field(default_factory=list)

    def take(
        self,
        *,
        own_id: str | None,
        amount_kes: int,
        receipt: str | None,
        result_url: str,
        timeout_url: str,
    ) -> Request:
        refund_id, attempt = attempt_of(result_url)
        request = Request(
            conversation_id=own_id or f"29464-{len(self.requests) + 1}",
            refund_id=refund_id,
            attempt=attempt,
            amount_kes=amount_kes,
            receipt=receipt,
            result_url=result_url,
            timeout_url=timeout_url,
        )
        self.requests.append(request)
        return request

    def pay(self, request: Request) -> None:
        """The money leaves; a receipt is reversed once."""
        again = request.receipt is not None and any(
            other.is_paid and other.receipt == request.receipt for other in self.requests
        )
        if again:
            request.code = "R000001"
            return
        number = len([other for other in self.requests if other.is_paid])
        request.code = "0"
        request.paid_receipt = f"UKM{number // 24 % 10}{_LETTERS[number % 24]}{number * 104_729:05}"

    def of_refund(self, refund_id: str) -> list[Request]:
        return [request for request in self.requests if request.refund_id == refund_id]

    def find(self, conversation_id: str) -> Request | None:
        found = [one for one in self.requests if one.conversation_id == conversation_id]
        return found[-1] if found else None

    def paid_kes(self, refund_id: str) -> int:
        """What left for that refund."""
        return sum(one.amount_kes for one in self.of_refund(refund_id) if one.is_paid)


def attempt_of(url: str) -> tuple[str, int]:
    """The refund and the attempt that a result's address speaks of: sent-{attempt}-{refund_id}."""
    label = url.split("/")[-2]
    _, attempt, refund_id = label.split("-", 2)
    return refund_id, int(attempt)


def paid_body(request: Request, *, amount: object = None) -> str:
    """A result: the money moved."""
    told = request.amount_kes if amount is None else amount
    if request.receipt is None:
        rows = {"TransactionAmount": told, "TransactionReceipt": request.paid_receipt}
    else:
        rows = {"Amount": told, "OriginalTransactionID": request.receipt}
    return _body(request, "0", rows)


def refused_body(request: Request, code: object) -> str:
    """A result: it says that the money did not move, or nothing that settles it."""
    return _body(request, code, {})


def timeout_body(request: Request) -> str:
    """QueueTimeOut: Safaricom's queue was full for too long."""
    return _body(request, "1", {"why": "QueueTimeOut"})


def status_body(request: Request | None) -> str:
    """A Transaction Status of what was found, if anything was."""
    if request is None or not request.is_paid:
        return json.dumps({"Result": {"ResultType": 0, "ResultCode": "2032", "ResultDesc": "no"}})
    rows: dict[str, object] = {
        "ReceiptNo": request.paid_receipt,
        "Amount": request.amount_kes,
        "TransactionStatus": "Completed",
    }
    told = {"ResultType": 0, "ResultCode": 0, "TransactionID": "UKM0ASK001", **_parameters(rows)}
    return json.dumps({"Result": told})


def _body(request: Request, code: object, rows: dict[str, object]) -> str:
    told: dict[str, object] = {
        "ResultType": 0,
        "ResultCode": code,
        "ResultDesc": "as M-Pesa says",
        "OriginatorConversationID": request.conversation_id,
        "ConversationID": f"AG_{request.attempt}",
        "TransactionID": request.paid_receipt or "UKM0000000",
    }
    return json.dumps({"Result": {**told, **(_parameters(rows) if rows else {})}})


def _parameters(rows: dict[str, object]) -> dict[str, object]:
    listed = [{"Key": key, "Value": value} for key, value in rows.items()]
    return {"ResultParameters": {"ResultParameter": listed}}
