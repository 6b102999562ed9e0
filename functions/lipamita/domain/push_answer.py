"""What a payment becomes after Daraja's answer to its push. A callback may have come first."""

from __future__ import annotations

from dataclasses import replace

from lipamita.domain.evidence import PushAcknowledged, PushAnswer, PushRefused
from lipamita.domain.payment import Cause, Payment, Status, move
from lipamita.domain.schedule import FIRST_QUERY_AFTER_MS
from lipamita.domain.units import Millis
from lipamita.domain.verdict import Alarm, Verdict


def decide_push_answer(payment: Payment, answer: PushAnswer, *, now_ms: Millis) -> Verdict:
    """The payment after Daraja's answer to the push. Nothing is lowered."""
    if isinstance(answer, PushAcknowledged):
        known = replace(payment, customer_message=answer.customer_message or None)
        return Verdict(payment=acknowledged(known, now_ms=now_ms))
    if payment.status is not Status.CREATED:
        return Verdict(payment=payment)
    if isinstance(answer, PushRefused):
        failed = move(payment, Cause.PUSH_REFUSED, now_ms=now_ms, source=answer.code)
        kind = "spike_arrest" if answer.code == "push_throttled" else "push_refused"
        alarms = (Alarm(kind=kind, detail=answer.detail),) if answer.alarm else ()
        return Verdict(
            payment=replace(
                failed,
                reason=answer.code,
                result_desc=answer.detail,
                customer_message=answer.message or None,
                next_check_at_ms=None,
            ),
            alarms=alarms,
        )
    return Verdict(
        payment=replace(
            payment, reason="push_unknown", result_desc=answer.why, updated_at_ms=now_ms
        )
    )


def acknowledged(payment: Payment, *, now_ms: Millis) -> Payment:
    """The payment once its prompt is known; a callback may have moved it before."""
    if payment.status is not Status.CREATED:
        return payment
    prompted = move(payment, Cause.ACKNOWLEDGED, now_ms=now_ms)
    due = Millis(now_ms + FIRST_QUERY_AFTER_MS)
    return replace(prompted, reason=None, next_check_at_ms=due)
