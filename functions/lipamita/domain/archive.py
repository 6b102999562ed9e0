"""When a payment goes into the record, and when it leaves the live database.

A payment is due for the record (``record_at``) when its money is established, when it is delivered,
and when it comes to rest; a rest can end, and then it is due again. Once it stands in the record
as it is, it stays in the live database for ``LIVE_KEPT_MS`` more, and is then removed.
"""

from __future__ import annotations

from dataclasses import replace

from lipamita.domain.payment import DeliveryStatus, Payment, Status
from lipamita.domain.units import DAY_MS, Millis

LIVE_KEPT_MS = 30 * DAY_MS
RECORD_KEPT_YEARS = 7  # Kenya's Tax Procedures Act asks for five, contracts may be sued on for six
_AT_REST = frozenset({Status.FAILED, Status.EXPIRED, Status.REFUNDED})
_DONE = frozenset({DeliveryStatus.DELIVERED, DeliveryStatus.TWIN, DeliveryStatus.WITHDRAWN})


def at_rest(payment: Payment) -> bool:
    """Whether nothing is left to happen to it, as far as anybody knows."""
    if payment.status in _AT_REST:
        return True
    return payment.status is Status.PAID and payment.delivery.status in _DONE


def due_for_record(old: Payment, new: Payment, *, now_ms: Millis) -> Payment:
    """``new``, due for the record if it has come to say something that the record must know."""
    if _recorded_facts(old) == _recorded_facts(new):
        return new
    if new.paid_at_ms is None and not at_rest(new):
        return new
    return replace(new, record_at_ms=now_ms)


def recorded(payment: Payment, current: Payment, *, now_ms: Millis) -> Payment:
    """``current`` after ``payment`` was recorded; still due if it has changed meanwhile."""
    if _recorded_facts(payment) != _recorded_facts(current):
        return current
    if not at_rest(current):
        return replace(current, record_at_ms=None)
    archived_at_ms = current.archived_at_ms or now_ms
    return replace(
        current,
        archived_at_ms=archived_at_ms,
        record_at_ms=Millis(max(current.updated_at_ms + LIVE_KEPT_MS, now_ms + DAY_MS)),
    )


def may_leave(payment: Payment, *, now_ms: Millis) -> bool:
    """Whether the live database may forget it: recorded, at rest for long, nothing due."""
    return (
        payment.archived_at_ms is not None
        and at_rest(payment)
        and payment.next_check_at_ms is None
        and not payment.has_unseen_evidence
        and now_ms >= payment.updated_at_ms + LIVE_KEPT_MS
    )


def _recorded_facts(payment: Payment) -> tuple[object, ...]:
    """What the record holds of a payment that may still change."""
    return (
        payment.status,
        payment.delivery,
        payment.mpesa_receipt,
        payment.amount_kes,
        payment.paid_at_ms,
        payment.user_id,
        payment.refunded_kes,
    )
