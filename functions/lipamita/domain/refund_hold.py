"""Whether a payment's money may be refunded now, and what becomes of the payment. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from lipamita.domain.ids import Receipt
from lipamita.domain.payment import Cause, DeliveryStatus, Payment, Status, move
from lipamita.domain.refund import MoneyFrom, Refund
from lipamita.domain.refund_value import Refunded, energy_for, refundable_kes
from lipamita.domain.schedule import SEE_ENDED_AFTER_MS
from lipamita.domain.units import Kes, Millis, Wh

SOLD = frozenset({DeliveryStatus.QUEUED, DeliveryStatus.DELIVERED})


def refunded_so_far(payment: Payment) -> Refunded:
    """What was given back of this payment."""
    return Refunded(amount_kes=payment.refunded_kes, energy_wh=payment.delivery.withdrawn_wh)


def hold(payment: Payment, refund: Refund, *, now_ms: Millis) -> Payment:
    """The payment with its money held for this refund; unchanged if it is not free.

    A refund holds it once: a slow process must not hold it again after the refund has ended.
    """
    was_held = any(step.source == _source(refund) for step in payment.history)
    if was_held or not _is_free(payment, refund):
        return payment
    held = move(payment, Cause.REFUND_BEGUN, now_ms=now_ms, source=_source(refund))
    look_ms = Millis(now_ms + SEE_ENDED_AFTER_MS)
    return replace(held, refund_id=refund.refund_id, next_check_at_ms=look_ms)


def is_held(payment: Payment, refund: Refund) -> bool:
    """Whether the payment's money is held for this refund."""
    return payment.status is Status.REFUNDING and payment.refund_id == refund.refund_id


def may_go_beside(payment: Payment, receipt: Receipt) -> bool:
    """Whether money that was told beside the payment is not, and cannot become, its own."""
    if payment.mpesa_receipt is None:
        return payment.status in (Status.REVIEW, Status.REFUNDING)
    return payment.mpesa_receipt != receipt


def give_free(payment: Payment, refund: Refund, *, now_ms: Millis) -> Payment:
    """The payment after its refund failed: where it was before."""
    if not is_held(payment, refund):
        return payment
    credited = refund.money_from is MoneyFrom.PAYMENT
    cause = Cause.REFUND_FAILED if credited else Cause.LEFT_IN_REVIEW
    return _moved(payment, cause, refund, now_ms)


def paid_back(
    payment: Payment,
    refund: Refund,
    *,
    more_waits: bool,
    settled: Collection[Receipt],
    now_ms: Millis,
) -> Payment:
    """The payment after the money left. ``more_waits``: other money of it is still in review.

    The last of several that go back ends the payment, also one beside it, if its own receipt is
    among those ``settled``.
    """
    beside = refund.money_from is MoneyFrom.BESIDE and payment.status is Status.REVIEW
    if beside and payment.mpesa_receipt in settled and not more_waits:
        return _moved(payment, Cause.REFUND_PAID, refund, now_ms, refund.amount_kes)
    if not is_held(payment, refund):
        return payment
    if refund.money_from is not MoneyFrom.PAYMENT:
        cause = Cause.LEFT_IN_REVIEW if more_waits else Cause.REFUND_PAID
        return _moved(payment, cause, refund, now_ms, refund.amount_kes)
    delivery = payment.delivery
    withdrawn_wh = Wh(delivery.withdrawn_wh + refund.energy_wh)
    whole = withdrawn_wh == payment.quote.energy_wh
    status = DeliveryStatus.WITHDRAWN if whole else delivery.status
    payment = replace(payment, delivery=replace(delivery, withdrawn_wh=withdrawn_wh, status=status))
    cause = Cause.REFUND_PAID if whole else Cause.PARTLY_REFUNDED
    return _moved(payment, cause, refund, now_ms, refund.amount_kes)


def _is_free(payment: Payment, refund: Refund) -> bool:
    if refund.money_from is MoneyFrom.REVIEW:
        return payment.status is Status.REVIEW
    before = refunded_so_far(payment)
    return (
        payment.status is Status.PAID
        and payment.mpesa_receipt == refund.receipt
        and payment.delivery.status in SOLD
        and before.amount_kes + refund.amount_kes <= refundable_kes(payment.quote)
        and energy_for(payment.quote, refund.amount_kes, before) == refund.energy_wh
    )


def _moved(
    payment: Payment, cause: Cause, refund: Refund, now_ms: Millis, more_kes: int = 0
) -> Payment:
    moved = move(payment, cause, now_ms=now_ms, source=_source(refund))
    return replace(
        moved,
        refunded_kes=Kes(payment.refunded_kes + more_kes),
        next_check_at_ms=None if payment.delivery.status is DeliveryStatus.NONE else now_ms,
    )


def _source(refund: Refund) -> str:
    return f"refund {refund.refund_id}"
