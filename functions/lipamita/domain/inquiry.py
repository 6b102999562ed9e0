"""An inquiry: we ask M-PESA what it knows of a receipt that somebody shows us.

The receipt proves nothing until M-PESA says that its money came in to us. Then the money is told
like any other confirmation, without an account: it waits in suspense until a person assigns it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from lipamita.domain.ids import Receipt, Uid
from lipamita.domain.units import DAY_MS, Kes, Millis

ASK_AGAIN_MS = 60_000  # results take seconds; one that is lost is never sent again
MAX_ATTEMPTS = 20  # of one receipt
# Claims of receipts outlive this by far (domain.retention): an old receipt that we have forgotten
# cannot come back as if it were new money.
MAX_AGE_MS = 90 * DAY_MS


class InquiryStatus(StrEnum):
    """What is known by now."""

    ASKED = "asked"
    NOT_TAKEN = "not_taken"  # Daraja did not take the question
    PAID_TO_US = "paid_to_us"
    TOO_OLD = "too_old"  # it came in, but whether it was credited is for the record to say
    NOT_PAID_TO_US = "not_paid_to_us"
    NOT_KNOWN = "not_known"  # M-PESA gave no plain answer, or knows no such receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What was asked about one receipt (``inquiries/{receipt}``), the latest attempt."""

    receipt: Receipt
    attempt: int
    asked_by: Uid
    why: str
    asked_at_ms: Millis
    status: InquiryStatus = InquiryStatus.ASKED
    detail: str = ""
    told_at_ms: Millis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptTold:
    """A Transaction Status about a receipt, parsed. None where it cannot be read.

    ``paid_code`` is the short code of the party that was credited.
    """

    code: str | None
    description: str
    status: str | None
    receipt: Receipt | None
    amount_kes: Kes | None
    paid_code: str | None
    paid_at_ms: Millis | None
    received_at_ms: Millis


def ask_again_in_ms(standing: Inquiry | None, *, now_ms: Millis) -> int:
    """How long to wait before M-PESA may be asked about it; 0: now."""
    if standing is None or standing.status is InquiryStatus.NOT_TAKEN:
        return 0
    return max(0, standing.asked_at_ms + ASK_AGAIN_MS - now_ms)


def told(standing: Inquiry, answer: ReceiptTold, *, attempt: int, is_ours: bool) -> Inquiry:
    """The inquiry after an answer. That the money came in stands, whatever is told later."""
    if standing.status is InquiryStatus.PAID_TO_US or attempt > standing.attempt:
        return standing
    status = meaning(answer, standing.receipt, is_ours=is_ours)
    return replace(
        standing, status=status, detail=answer.description, told_at_ms=answer.received_at_ms
    )


def meaning(answer: ReceiptTold, receipt: Receipt, *, is_ours: bool) -> InquiryStatus:
    """What an answer says of the receipt. ``is_ours``: the credited party is one of our codes."""
    if answer.code != "0" or answer.status != "completed" or answer.receipt != receipt:
        return InquiryStatus.NOT_KNOWN
    if not is_ours:
        return InquiryStatus.NOT_PAID_TO_US
    if answer.paid_at_ms is None or answer.received_at_ms - answer.paid_at_ms > MAX_AGE_MS:
        return InquiryStatus.TOO_OLD
    return InquiryStatus.PAID_TO_US
