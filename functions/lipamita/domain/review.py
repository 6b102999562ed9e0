"""What waits in review, and what people may decide about it. Pure; the use cases write.

| decision   | about                                   | what it says                        |
|------------|-----------------------------------------|-------------------------------------|
| credit     | a told receipt of a payment in review   | the statement shows this much money |
| refund     | a told receipt that nobody decided about| it goes back: ``POST /api/refunds`` |
| delivered  | a charge that is uncertain              | a person saw it at the meter        |
| send_again | the same                                | a person saw that it is not there   |

Each ``why_not`` is None, or what the decision is refused with: who lists the decisions that are
allowed asks the same functions as who decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lipamita.domain.errors import ConflictError
from lipamita.domain.ids import Receipt, TransactionId, Uid
from lipamita.domain.payment import Payment, Status
from lipamita.domain.refund import RefundId
from lipamita.domain.settlement import MISMATCH
from lipamita.domain.units import Kes, Millis
from lipamita.domain.vending import VendStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that was told about a payment in review."""

    receipt: Receipt | None
    amount_kes: Kes | None
    reason: str = ""
    evidence_id: str = ""
    at_ms: Millis = field(default=Millis(0))

    @property
    def teller(self) -> str:
        """Who told it: a confirmation is kept by its receipt, what we found out by its reason."""
        if self.evidence_id == self.receipt:
            return "confirmation"
        return "functions" if self.evidence_id.startswith(self.reason) else "callback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """Who decided about a review, why and when."""

    by: Uid
    why: str
    at_ms: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewCase:
    """A payment in the review queue. ``place`` is None once somebody decided."""

    told: tuple[Told, ...]
    reason: str = ""
    place: str | None = None
    decision: Decided | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewMatter:
    """All that a decision depends on.

    ``payment``: None where it cannot be read. ``owners``: whose the told receipts are.
    ``decided``: receipts that people gave another place to, and the refund that was to bring them
    there, unless that came to nothing.
    """

    transaction_id: TransactionId
    payment: Payment | None
    case: ReviewCase
    owners: Mapping[Receipt, TransactionId] = field(default_factory=dict)
    decided: Mapping[Receipt, RefundId | None] = field(default_factory=dict)
    charge: VendStatus | None = None

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """The told ones, each once, in the order they were told."""
        told = sorted(self.case.told, key=lambda one: (one.at_ms, one.evidence_id))
        return tuple(dict.fromkeys(one.receipt for one in told if one.receipt is not None))


class ReviewWord(StrEnum):
    """What people may say."""

    CREDIT = "credit"
    REFUND = "refund"
    DELIVERED = "delivered"
    SEND_AGAIN = "send_again"


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedReview:
    """One decision that may be taken now; about that receipt, if it is about one."""

    decision: ReviewWord
    receipt: Receipt | None = None


def allowed_decisions(matter: ReviewMatter, *, may_refund: bool) -> tuple[AllowedReview, ...]:
    """What staff may decide now. ``may_refund``: an initiator is set up to send money."""
    allowed = []
    for receipt in matter.receipts:
        if why_not_credit(matter, receipt) is None:
            allowed.append(AllowedReview(decision=ReviewWord.CREDIT, receipt=receipt))
        if may_refund and why_not_refund(matter, receipt) is None:
            allowed.append(AllowedReview(decision=ReviewWord.REFUND, receipt=receipt))
    if why_not_charge(matter.charge) is None:
        allowed += [
            AllowedReview(decision=word) for word in (ReviewWord.DELIVERED, ReviewWord.SEND_AGAIN)
        ]
    return tuple(allowed)


def why_not_credit(matter: ReviewMatter, receipt: Receipt) -> ConflictError | None:
    """Why the payment cannot be credited with that receipt."""
    reasons = {told.reason for told in matter.case.told if told.receipt == receipt}
    if reasons == {MISMATCH}:
        return ConflictError(
            "receipt_of_another_prompt",
            "that receipt came on this payment's path and names the prompt of another payment",
            field="receipt",
        )
    if not reasons:
        return _not_told()
    payment = matter.payment
    if payment is None or payment.status is not Status.REVIEW:
        status = "unreadable" if payment is None else payment.status
        return ConflictError(
            "not_in_review",
            f"the payment is {status}; only one in review can be credited",
            field="transaction_id",
        )
    if receipt in matter.decided:
        return ConflictError(
            "receipt_claimed_elsewhere", "people gave that receipt another place", field="receipt"
        )
    return _claimed_elsewhere(matter, receipt)


def why_not_refund(matter: ReviewMatter, receipt: Receipt) -> ConflictError | None:
    """Why money that was told here, and never credited, cannot go back."""
    payment = matter.payment
    if payment is None:
        return _not_refundable("its payment cannot be read")
    told = any(one.receipt == receipt for one in matter.case.told)
    in_review = payment.status is Status.REVIEW
    if not told or (payment.mpesa_receipt == receipt and not in_review):
        return _not_refundable(f"its payment is {payment.status}")
    if receipt in matter.decided:
        return _not_refundable("people decided about it before")
    if matter.owners.get(receipt) != matter.transaction_id:
        return _not_refundable("nobody claimed it here")
    return None


def why_not_charge(charge: VendStatus | None) -> ConflictError | None:
    """Why nobody can say whether a charge arrived."""
    if charge is VendStatus.UNCERTAIN:
        return None
    return ConflictError("not_in_review", f"its charge is {charge}", field="transaction_id")


def _claimed_elsewhere(matter: ReviewMatter, receipt: Receipt) -> ConflictError | None:
    owner = matter.owners.get(receipt)
    if owner in (None, matter.transaction_id):
        return None
    return ConflictError(
        "receipt_claimed_elsewhere",
        f"that receipt already paid for transaction {owner}",
        field="receipt",
    )


def _not_told() -> ConflictError:
    return ConflictError(
        "receipt_not_told", "that receipt was not told for this payment", field="receipt"
    )


def _not_refundable(why: str) -> ConflictError:
    return ConflictError("not_refundable", f"that receipt cannot be refunded: {why}")
