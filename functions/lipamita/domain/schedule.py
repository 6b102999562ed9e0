"""When open work is looked at again, and when waiting ends.

Triggers nudge; every open payment has a due time (``next_check_at``) that reconciliation finds by
an index. Each list of delays ends in a longest delay, and each state in a last day.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from zlib import crc32

from lipamita.domain.evidence import QueryAnswer
from lipamita.domain.payment import SETTLED, Cause, DeliveryStatus, Payment, Status, move
from lipamita.domain.stk_result import Outcome, outcome
from lipamita.domain.units import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Millis

FIRST_CHECK_AFTER_MS = MINUTE_MS  # a request that died before or during its push
FIRST_QUERY_AFTER_MS = 40 * SECOND_MS  # an unanswered prompt calls back after about 26 s
ASK_AGAIN_AFTER_MS = 20 * SECOND_MS  # per payment; Daraja allows about 5 queries a minute
SECOND_LOOK_AFTER_MS = 2 * MINUTE_MS  # between the first and the second "paid" of a query
WAIT_FOR_TURN_MS = 10 * MINUTE_MS  # due, but so many are that its turn is far off
FIRST_IN_LINE_MS = 30 * DAY_MS
URGENT_MS = FIRST_IN_LINE_MS // 2  # due longer than this: evidence, not somebody who waits
EXPIRE_AFTER_MS = DAY_MS
MIN_LOOKS_BEFORE_EXPIRY = 6  # one random error after a day's outage must not end the waiting
REVIEW_AFTER_MS = 2 * DAY_MS
SEE_ENDED_AFTER_MS = HOUR_MS  # a refund whose end was missed by its payment is found this soon
DONE_WITH = frozenset({DeliveryStatus.DELIVERED, DeliveryStatus.TWIN, DeliveryStatus.WITHDRAWN})
RECHARGE_KEPT_MS = DAY_MS  # a processed recharge stays readable this long

QUERY_DELAYS_MS = (
    40 * SECOND_MS,
    MINUTE_MS,
    2 * MINUTE_MS,
    5 * MINUTE_MS,
    15 * MINUTE_MS,
    HOUR_MS,
)
DELIVERY_DELAYS_MS = (MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS)


class UnverifiedPolicy(StrEnum):
    """What a payment is worth that only the STK query confirms, which names no receipt."""

    CREDIT = "credit"  # credit after a second "paid", the receipt is attached when it is told
    HOLD = "hold"  # wait for a receipt; a person decides after 48 h


def next_check(payment: Payment, *, now_ms: Millis) -> Millis | None:
    """When this payment is due again, counted from now; None when nothing is left to do."""
    if payment.status in (Status.CREATED, Status.PROMPTED):
        return _after(QUERY_DELAYS_MS, payment, now_ms)
    if payment.status is Status.REFUNDING:
        return Millis(now_ms + SEE_ENDED_AFTER_MS)
    sold = payment.delivery.status is not DeliveryStatus.NONE
    if payment.status is Status.PAID or (payment.status in SETTLED and sold):
        if payment.delivery.status in DONE_WITH:
            kept_until_ms = recharge_kept_until(payment)
            return None if now_ms >= kept_until_ms else kept_until_ms
        if payment.order is not None and sold:  # its place waits for its time
            return Millis(max(payment.order.starts_at_ms, now_ms))
        return _after(DELIVERY_DELAYS_MS, payment, now_ms)
    return None


def jitter(payment: Payment, delay_ms: int) -> int:
    """Up to a fifth of the delay: what came at once does not come back at once.

    Of the payment's id and count, not of chance: the same payment always waits the same.
    """
    drawn = crc32(f"{payment.transaction_id}|{payment.check_count}".encode()) % 1_000
    return delay_ms * drawn // 5_000


def first_in_line(now_ms: Millis) -> Millis:
    """A due time ahead of everything that only waits: for evidence, and money not delivered yet.

    What is due is worked on the longest due first; nothing that waits is ever as late as this.
    """
    return Millis(now_ms - FIRST_IN_LINE_MS)


def recharge_kept_until(payment: Payment) -> Millis:
    """Until when a processed recharge stays in its meter's queue; 0 if there is none.

    The meter's clock says when it was delivered, unless it is ahead of ours.
    """
    delivery = payment.delivery
    if delivery.status not in (DeliveryStatus.DELIVERED, DeliveryStatus.WITHDRAWN):
        return Millis(0)
    delivered_at_ms = min(delivery.delivered_at_ms or 0, payment.updated_at_ms)
    return Millis(max(delivered_at_ms, delivery.queued_at_ms or 0) + RECHARGE_KEPT_MS)


def looked_at(payment: Payment, *, asked: bool, now_ms: Millis) -> Payment:
    """The payment after one look at it: waiting is over, or the next due time is set.

    A due time that was moved while we looked is left alone. ``asked``: Daraja was queried, or
    need not be; a payment that only waits for its turn comes back and loses no patience: it
    may have been paid, and its waiting is over only after Daraja was asked once more.
    """
    overdue = decide_overdue(payment, now_ms=now_ms) if asked else payment
    if overdue.status is not payment.status:
        return overdue
    if payment.next_check_at_ms is None or payment.next_check_at_ms > now_ms:
        return payment
    if not asked:
        wait_ms = WAIT_FOR_TURN_MS + jitter(payment, WAIT_FOR_TURN_MS)
        return replace(payment, next_check_at_ms=Millis(now_ms + wait_ms))
    return replace(
        payment,
        next_check_at_ms=next_check(payment, now_ms=now_ms),
        check_count=payment.check_count + 1,
    )


def decide_query(
    payment: Payment, answer: QueryAnswer, *, now_ms: Millis, policy: UnverifiedPolicy
) -> Payment:
    """The payment after Daraja's answer to an STK query.

    A query names no receipt, so its first "paid" only marks the payment. Paid is never lowered,
    and a query that contradicts its own "paid" changes nothing. A payment that a callback called
    refused is not credited on the word of queries alone.
    """
    if payment.status is not Status.PROMPTED:
        return payment
    told = outcome(answer.result_code)
    if told is Outcome.PAID:
        return _query_paid(payment, now_ms, policy)
    if told is Outcome.REFUSED and payment.paid_unverified_at_ms is None:
        failed = move(payment, Cause.REFUSAL_TOLD, now_ms=now_ms, source="query")
        return replace(
            failed,
            reason="refused",
            result_code=answer.result_code,
            result_desc=answer.result_desc,
            next_check_at_ms=None,
        )
    return payment


def decide_overdue(payment: Payment, *, now_ms: Millis) -> Payment:
    """The payment after its waiting time: expired or in review if that is over."""
    age_ms = now_ms - payment.created_at_ms
    if payment.status is Status.CREATED and age_ms >= REVIEW_AFTER_MS:
        return _to_review(payment, Cause.PUSH_UNKNOWN_TOO_LONG, "push_unknown", now_ms)
    if payment.status is not Status.PROMPTED:
        return payment
    if payment.paid_unverified_at_ms is not None:
        waited_ms = now_ms - payment.paid_unverified_at_ms
        if age_ms >= REVIEW_AFTER_MS and waited_ms >= EXPIRE_AFTER_MS:
            return _to_review(payment, Cause.UNVERIFIED_TOO_LONG, "paid_unverified", now_ms)
    elif age_ms >= EXPIRE_AFTER_MS and payment.check_count >= MIN_LOOKS_BEFORE_EXPIRY:
        expired = move(payment, Cause.NO_ANSWER_IN_TIME, now_ms=now_ms)
        return replace(expired, reason="no_answer", next_check_at_ms=None)
    return payment


def _query_paid(payment: Payment, now_ms: Millis, policy: UnverifiedPolicy) -> Payment:
    since_ms = payment.paid_unverified_at_ms
    if since_ms is None:
        return replace(
            payment,
            reason="paid_unverified",
            paid_unverified_at_ms=now_ms,
            next_check_at_ms=Millis(now_ms + SECOND_LOOK_AFTER_MS),
            updated_at_ms=now_ms,
        )
    contradicted = outcome(payment.result_code) is Outcome.REFUSED  # by a callback
    hold = policy is UnverifiedPolicy.HOLD or contradicted
    if hold or now_ms - since_ms < SECOND_LOOK_AFTER_MS:
        return payment
    paid = move(payment, Cause.QUERY_PAID_TWICE, now_ms=now_ms, source="query")
    return replace(paid, result_code="0", paid_at_ms=now_ms, next_check_at_ms=first_in_line(now_ms))


def _to_review(payment: Payment, cause: Cause, reason: str, now_ms: Millis) -> Payment:
    return replace(move(payment, cause, now_ms=now_ms), reason=reason, next_check_at_ms=None)


def _after(delays_ms: tuple[int, ...], payment: Payment, now_ms: Millis) -> Millis:
    delay_ms = delays_ms[min(payment.check_count, len(delays_ms) - 1)]
    return Millis(now_ms + delay_ms + jitter(payment, delay_ms))
