"""What people may decide about a payment in review. Pure; the use cases write.

| decision   | about                                   | what it says                        |
|------------|-----------------------------------------|-------------------------------------|
| credit     | a told receipt of a payment in review   | the statement shows this much money |
| refund     | a told receipt that nobody decided about| it goes back: ``POST /api/refunds`` |
| suspense   | the same                                | it is for another meter, or unknown |
| dismiss    | a payment without money behind it       | the statement shows nothing         |
| delivered  | a charge that is uncertain              | a person saw it at the meter        |
| send_again | the same                                | a person saw that it is not there   |

Each ``why_not`` is None, or what the decision is refused with: who lists the decisions that are
allowed asks the same functions as who decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lipamita.domain.errors import ConflictError
from lipamita.domain.ids import Receipt
from lipamita.domain.order import GOES_BACK
from lipamita.domain.payment import Cause, DeliveryStatus, Payment, Status
from lipamita.domain.review import ReceiptWord, ReviewMatter
from lipamita.domain.review_move import UNSOLD_FOR_MS, is_unsold, took
from lipamita.domain.settlement import MISMATCH
from lipamita.domain.units import Millis
from lipamita.domain.vending import VendStatus


class ReviewWord(StrEnum):
    """What people may say."""

    CREDIT = "credit"
    REFUND = "refund"
    SUSPENSE = "suspense"
    DISMISS = "dismiss"
    DELIVERED = "delivered"
    SEND_AGAIN = "send_again"


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedReview:
    """One decision that may be taken now; about that receipt, if it is about one."""

    decision: ReviewWord
    receipt: Receipt | None = None


def allowed_decisions(
    matter: ReviewMatter, *, may_refund: bool, now_ms: Millis
) -> tuple[AllowedReview, ...]:
    """What staff may decide now. ``may_refund``: an initiator is set up to send money."""
    if matter.case.place is None:
        return ()
    allowed = []
    for receipt in matter.receipts:
        if why_not_credit(matter, receipt) is None:
            allowed.append(AllowedReview(decision=ReviewWord.CREDIT, receipt=receipt))
        if may_refund and why_not_refund(matter, receipt) is None:
            allowed.append(AllowedReview(decision=ReviewWord.REFUND, receipt=receipt))
        if why_not_suspense(matter, receipt, now_ms=now_ms) is None:
            allowed.append(AllowedReview(decision=ReviewWord.SUSPENSE, receipt=receipt))
    if why_not_dismiss(matter) is None:
        allowed.append(AllowedReview(decision=ReviewWord.DISMISS))
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
    if _has_another_place(matter, receipt):
        return _placed_elsewhere()
    if payment.order is not None and payment.reason in GOES_BACK:
        return ConflictError(
            "place_is_gone", "it came too late for its place: refund it", field="receipt"
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
    if payment.mpesa_receipt is None and not in_review:
        # Evidence may still credit it, or queries did; nothing here would hold it back.
        return _not_refundable(
            f"its payment is {payment.status} and may take it; move it to suspense first"
        )
    if receipt in matter.decided:
        return _not_refundable("people decided about it before")
    if matter.owners.get(receipt) != matter.transaction_id:
        return _not_refundable("nobody claimed it here")
    return None


def may_be_what_queries_credited(payment: Payment) -> bool:
    """Whether the payment was credited and no receipt is known to have paid for it.

    Any receipt told for it may be the one, so none is given away until it has its own.
    """
    sold = payment.delivery.status is not DeliveryStatus.NONE
    return sold and payment.mpesa_receipt is None


def why_not_suspense(
    matter: ReviewMatter, receipt: Receipt, *, now_ms: Millis
) -> ConflictError | None:
    """Why that receipt's money cannot be moved to suspense."""
    payment, decided = matter.payment, matter.decided.get(receipt)
    if receipt not in matter.receipts:
        return _not_told()
    if payment is None:
        return ConflictError("not_in_review", "its payment cannot be read", field="transaction_id")
    if decided is not None and decided.kind in (ReceiptWord.REFUND, ReceiptWord.DISMISS):
        return _placed_elsewhere()
    if may_be_what_queries_credited(payment):
        return ConflictError(
            "receipt_was_credited", "it may be what the payment was credited for, on queries alone"
        )
    if took(payment, receipt):
        return ConflictError(
            "receipt_was_credited", "that receipt paid for this payment; refund it", field="receipt"
        )
    if decided is not None and decided.kind is ReceiptWord.CREDIT:
        return _placed_elsewhere()
    since_ms = max(told.at_ms for told in matter.case.told)
    if is_unsold(payment, receipt) and now_ms - since_ms < UNSOLD_FOR_MS:
        return ConflictError("too_soon", "a sale may be under way; wait ten minutes")
    return None if decided is not None else _claimed_elsewhere(matter, receipt)


def why_not_dismiss(matter: ReviewMatter) -> ConflictError | None:
    """Why nobody can say that no money is behind it."""
    payment = matter.payment
    if payment is None:
        return ConflictError("not_in_review", "its payment cannot be read", field="transaction_id")
    if payment.status is Status.REFUNDING:
        return ConflictError("not_in_review", "its money is going back", field="transaction_id")
    for told in matter.case.told:
        if told.receipt is None:
            if not _may_expire(payment) and told.reason != MISMATCH:
                return ConflictError(
                    "not_in_review",
                    f"the payment is {payment.status}: {told.reason}",
                    field="transaction_id",
                )
        elif not _is_elsewhere(matter, told.receipt) and not (
            told.reason == MISMATCH and told.receipt not in matter.owners
        ):
            return ConflictError(
                "money_was_told", f"{told.receipt} was told as paid: credit, move or refund it"
            )
    return None


def doubtful_receipts(matter: ReviewMatter) -> tuple[Receipt, ...]:
    """Those that nobody claimed or decided about: they fall when the review is dismissed."""
    return tuple(
        receipt
        for receipt in matter.receipts
        if receipt not in matter.owners and receipt not in matter.decided
    )


def why_not_charge(charge: VendStatus | None) -> ConflictError | None:
    """Why nobody can say whether a charge arrived."""
    if charge is VendStatus.UNCERTAIN:
        return None
    return ConflictError("not_in_review", f"its charge is {charge}", field="transaction_id")


def _may_expire(payment: Payment) -> bool:
    """In review, or out of it by this very decision, whose end was not written."""
    if payment.status is Status.REVIEW:
        return True
    dismissed = payment.history[-1:] and payment.history[-1].cause is Cause.DISMISSED
    return payment.status is Status.EXPIRED and bool(dismissed)


def _is_elsewhere(matter: ReviewMatter, receipt: Receipt) -> bool:
    """Whether its money is another's, or people gave it another place."""
    owner = matter.owners.get(receipt)
    return _has_another_place(matter, receipt) or owner not in (None, matter.transaction_id)


def _has_another_place(matter: ReviewMatter, receipt: Receipt) -> bool:
    """A credit that was begun gives it none: until it is done the money is in this review."""
    decided = matter.decided.get(receipt)
    return decided is not None and decided.kind is not ReceiptWord.CREDIT


def _placed_elsewhere() -> ConflictError:
    return ConflictError(
        "receipt_claimed_elsewhere", "people gave that receipt another place", field="receipt"
    )


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
