"""Money that was told for one payment moves to suspense, to be given to any meter. Pure.

The payment's own node says so first, in its history: from then on no evidence and no person can
credit that receipt here. Everything after it can be done again by whoever finds the payment due:
the item in suspense, the receipt's claim, its confirmation, the end of the review.
"""

from __future__ import annotations

from dataclasses import replace

from lipamita.domain.decided import Decided
from lipamita.domain.ids import Receipt
from lipamita.domain.payment import Cause, DeliveryStatus, Payment, Status, move
from lipamita.domain.units import MINUTE_MS

REASON = "moved_to_suspense"
UNSOLD = "meter_retired"  # paid, and never sold: the meter was retired before
# A process that read the meter before it was retired may still sell: the longest timeout is 9 min.
UNSOLD_FOR_MS = 10 * MINUTE_MS
MAX_SOURCE = 128
_MOVED = frozenset({Cause.MOVED_TO_SUSPENSE, Cause.TOLD_MONEY_MOVED})


def moved_receipts(payment: Payment) -> frozenset[Receipt]:
    """Receipts that were told for this payment and are not its own any more."""
    return frozenset(
        Receipt(step.source.partition(" ")[0]) for step in payment.history if step.cause in _MOVED
    )


def is_unsold(payment: Payment, receipt: Receipt) -> bool:
    """Whether it was paid with that receipt and can never be delivered."""
    return (
        payment.status is Status.PAID
        and payment.mpesa_receipt == receipt
        and payment.delivery.status is DeliveryStatus.NONE
        and payment.reason == UNSOLD
    )


def took(payment: Payment, receipt: Receipt) -> bool:
    """Whether the payment was credited with that receipt, or its refund is under way."""
    settled = payment.status in (Status.PAID, Status.REFUNDING, Status.REFUNDED)
    return settled and payment.mpesa_receipt == receipt and not is_unsold(payment, receipt)


def without_money(
    payment: Payment, receipt: Receipt, decided: Decided, *, more_waits: bool
) -> Payment:
    """The payment once that receipt's money is not its own; due, so that the rest is done.

    ``more_waits``: other money of it is still in review.
    """
    in_review = payment.status is Status.REVIEW and not more_waits
    ends = in_review or is_unsold(payment, receipt)
    cause = Cause.MOVED_TO_SUSPENSE if ends else Cause.TOLD_MONEY_MOVED
    source = f"{receipt} {decided.by}: {decided.why}"[:MAX_SOURCE]
    moved = move(payment, cause, now_ms=decided.at_ms, source=source)
    moved = replace(moved, next_check_at_ms=decided.at_ms)
    if payment.mpesa_receipt == receipt:
        moved = replace(moved, mpesa_receipt=None, paid_at_ms=None)
    return replace(moved, reason=REASON) if ends else moved
