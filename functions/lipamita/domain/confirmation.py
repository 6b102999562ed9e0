"""What a confirmation means: money for an open STK payment, for a meter, or for nobody known.

With C2B URLs registered, an STK payment is told twice, in either order, under one receipt number.
So a confirmation that an open STK payment might explain is held back for a moment: its callback
will claim the receipt, and both are twins. After that it settles the one payment that it fits, or
stands for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from lipamita.domain.account import account_key
from lipamita.domain.errors import BusyError
from lipamita.domain.evidence import Confirmation
from lipamita.domain.payment import OPEN, Cause, Payment, Status, allowed, move
from lipamita.domain.review_move import moved_receipts
from lipamita.domain.schedule import first_in_line
from lipamita.domain.units import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Millis

STATUS = "status"  # the channel of a Transaction Status that staff asked for
STATEMENT = "statement"  # the channel of a line of M-Pesa's statement, taken in by staff
MOVED = "manual"  # the channel of money that people moved from a review to suspense
HOLD_MS = 2 * MINUTE_MS
LOOK_AGAIN_MS = 20 * SECOND_MS
SUSPENSE_LOOK_MS = HOUR_MS  # a decision whose process died is found this soon
# How far M-Pesa's time of a payment may be from our time of its request: a push is sent within a
# minute or not at all, its prompt lives about a minute, and clocks differ. The same before and
# after, so that of two equal payments each can take what the other left when their receipts were
# crossed.
PAID_WITHIN_MS = 6 * MINUTE_MS
# M-Pesa's clock may be off the same way both times: the money that a crossed receipt left over is
# this far from the request it is left for, at the most.
CROSSED_WITHIN_MS = 3 * PAID_WITHIN_MS
UNTIMED_WITHIN_MS = 2 * DAY_MS  # a Pull tells of no more, so money without a time is no older
MAY_BE_TOLD_MS = 7 * DAY_MS  # an STK payment this old is no longer looked for
ENDED_MAY_BE_TOLD_MS = DAY_MS  # nor one that failed or expired, so much sooner


class ConfirmationOutcome(StrEnum):
    """What became of a confirmation."""

    CREDITED = "credited"
    TWIN = "twin"
    REVIEW = "review"
    SUSPENSE = "suspense"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What to do with an unclaimed confirmation: wait, settle that payment, or stand alone.

    ``unsure``: nothing tells whether it was for one of the payments, so nothing may be credited.
    """

    wait: bool = False
    unsure: bool = False
    payment: Payment | None = None


def find_fit(confirmation: Confirmation, payments: Sequence[Payment], *, now_ms: Millis) -> Fit:
    """Among the meter's recent STK payments, the one that this money was for.

    One that queries have credited takes it before any other: if the money stood alone beside it,
    it would be credited twice.
    """
    if confirmation.paid_at_ms is None:
        return _fit_untimed(confirmation, payments, now_ms)
    fitting = [payment for payment in payments if _fits(payment, confirmation)]
    fitting = fitting or [payment for payment in payments if _is_left_over(payment, confirmation)]
    if not fitting:
        return Fit()
    if now_ms - confirmation.received_at_ms < HOLD_MS:
        return Fit(wait=True)
    credited = [payment for payment in fitting if payment.status is Status.PAID]
    if credited or len(fitting) == 1:
        return Fit(payment=min(credited or fitting, key=lambda fits: fits.created_at_ms))
    # While queries may still credit one of them, standing alone could credit its money twice.
    return Fit(wait=any(payment.status is Status.PROMPTED for payment in fitting))


def _fit_untimed(confirmation: Confirmation, payments: Sequence[Payment], now_ms: Millis) -> Fit:
    """The one payment that queries have credited; if it is not one, a person has to look."""
    if now_ms - confirmation.received_at_ms < HOLD_MS:
        return Fit(wait=True)
    credited = [
        payment
        for payment in payments
        if payment.status is Status.PAID
        and _is_alike(payment, confirmation)
        and confirmation.received_at_ms - payment.created_at_ms <= UNTIMED_WITHIN_MS
    ]
    return Fit(payment=credited[0]) if len(credited) == 1 else Fit(unsure=True)


def decide_confirmation(
    payment: Payment, confirmation: Confirmation, *, now_ms: Millis
) -> Payment | None:
    """The STK payment after its money was confirmed; None if it cannot take this receipt.

    Raises BusyError for money that is just being moved away from it.
    """
    if confirmation.receipt in moved_receipts(payment):
        raise BusyError("busy", f"{confirmation.receipt} is being moved to suspense")
    if payment.mpesa_receipt is not None:
        return payment if payment.mpesa_receipt == confirmation.receipt else None
    if payment.amount_kes != confirmation.amount_kes:
        return None
    if payment.status is Status.PAID:  # credited on the word of two queries
        return replace(payment, mpesa_receipt=confirmation.receipt, reason=None)
    if not allowed(payment.status, Cause.PAYMENT_TOLD):
        return None
    paid = move(payment, Cause.PAYMENT_TOLD, now_ms=now_ms, source=source_of(confirmation))
    return replace(
        paid,
        mpesa_receipt=confirmation.receipt,
        paid_at_ms=now_ms,
        reason=None,
        next_check_at_ms=first_in_line(now_ms),
    )


def source_of(confirmation: Confirmation) -> str:
    """How a payment's history names this confirmation."""
    return f"{confirmation.channel} {confirmation.receipt}"


def was_settled_by(payment: Payment, confirmation: Confirmation) -> bool:
    """Whether it was this confirmation that made the payment paid, and not its twin."""
    return any(step.source == source_of(confirmation) for step in payment.history)


def _is_left_over(payment: Payment, confirmation: Confirmation) -> bool:
    """Whether queries credited a payment whose own receipt an equal one took, and left it this."""
    return payment.status is Status.PAID and _fits(
        payment, confirmation, within_ms=CROSSED_WITHIN_MS
    )


def _fits(payment: Payment, confirmation: Confirmation, *, within_ms: int = PAID_WITHIN_MS) -> bool:
    age_ms = confirmation.received_at_ms - payment.created_at_ms
    awaited = payment.status in OPEN or payment.status is Status.PAID  # on the word of queries
    return (
        _is_alike(payment, confirmation)
        and (awaited or age_ms < ENDED_MAY_BE_TOLD_MS)
        and confirmation.paid_at_ms is not None
        and abs(confirmation.paid_at_ms - payment.created_at_ms) <= within_ms
    )


def _is_alike(payment: Payment, confirmation: Confirmation) -> bool:
    """The confirmation of a push carries the account reference that we gave it."""
    return (
        payment.mpesa_receipt is None
        and payment.status not in (Status.REVIEW, Status.REFUNDING, Status.REFUNDED)
        and account_key(confirmation.account) == account_key(payment.account)
        and payment.amount_kes == confirmation.amount_kes
    )
