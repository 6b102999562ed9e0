"""What answers, results and waiting make of a refund. Pure; the use cases write it.

| told                     | withdrawn | sending, sent, unknown | review   | refunded, failed      |
|--------------------------|-----------|------------------------|----------|-----------------------|
| result 0, exact amount   | refunded  | refunded               | refunded | alarm, if not known   |
| result 0, another amount | review    | review                 | a reason | alarm, if not known   |
| final refusal            | nothing   | review                 | nothing  | nothing               |
| timeout, any other code  | nothing   | unknown                | nothing  | nothing               |

One that is withdrawn is told of an attempt before: people had it sent again. In review a success
of another amount becomes its reason, so that no one person sends it again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lipamita.domain.money_out import (
    Method,
    NotTaken,
    ResultKind,
    ResultTold,
    SendAnswer,
    Taken,
    Word,
    meaning,
)
from lipamita.domain.refund import Refund, RefundCause, RefundStatus, allowed_refund, move_refund
from lipamita.domain.units import DAY_MS, HOUR_MS, MINUTE_MS, Millis

SEND_LOST_AFTER_MS = 3 * MINUTE_MS  # the process that was sending is gone: longer than any lives
LOOK_DELAYS_MS = (MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS)
ASK_AGAIN_AFTER_MS = MINUTE_MS
REVIEW_AFTER_MS = 2 * DAY_MS
LAPSES_AFTER_MS = 7 * DAY_MS  # one that nobody seconds
MAX_SOURCE = 128


def begin_sending(refund: Refund, *, nonce: str, now_ms: Millis) -> Refund:
    """The refund with a new own id, right before it is sent: whoever stores this may send.

    ``nonce`` is chance, so that a process whose write was answered with a doubt knows its own.
    """
    attempt = refund.attempt + 1
    own_id = f"{refund.refund_id}-{attempt}-{nonce}"
    sending = move_refund(refund, RefundCause.ABOUT_TO_SEND, now_ms=now_ms)
    return replace(
        sending,
        attempt=attempt,
        own_id=own_id,
        asked_id=own_id if refund.method is Method.PAYOUT else None,
        sent_at_ms=now_ms,
        status_asked_at_ms=None,
        reason=None,
        next_check_at_ms=Millis(now_ms + SEND_LOST_AFTER_MS),
    )


def after_sending(refund: Refund, answer: SendAnswer, *, own_id: str, now_ms: Millis) -> Refund:
    """The refund after Daraja's answer to that attempt; unchanged if a result was faster."""
    if refund.own_id != own_id:
        return refund
    if isinstance(answer, Taken) and refund.asked_id is None:
        refund = replace(refund, asked_id=answer.originator_conversation_id)
    if refund.status is not RefundStatus.SENDING:
        return refund
    if isinstance(answer, Taken):
        return _waiting(move_refund(refund, RefundCause.TAKEN, now_ms=now_ms), now_ms)
    source = answer.why[:MAX_SOURCE]
    if isinstance(answer, NotTaken):
        refused = move_refund(refund, RefundCause.NOT_TAKEN, now_ms=now_ms, source=source)
        return replace(refused, reason="not_taken", next_check_at_ms=None)
    doubt = move_refund(refund, RefundCause.NO_CLEAR_ANSWER, now_ms=now_ms, source=source)
    return _waiting(replace(doubt, reason="no_clear_answer"), now_ms)


def decide_results(refund: Refund, results: Iterable[ResultTold], *, now_ms: Millis) -> Refund:
    """The refund after all results not yet seen. Paid is never lowered."""
    for told in sorted(results, key=lambda one: (one.received_at_ms, one.evidence_id)):
        if told.evidence_id in refund.results_seen:
            continue
        refund = _one_result(refund, told, now_ms)
        refund = replace(refund, results_seen=refund.results_seen | {told.evidence_id})
    return refund


def is_contradicted(before: Refund, results: Iterable[ResultTold]) -> bool:
    """Whether a new result says paid of a refund that had ended, or that paid for it before."""
    return any(
        told.evidence_id not in before.results_seen
        and meaning(told) is Word.PAID
        and (
            before.status is RefundStatus.FAILED
            or (before.paid_receipt is not None and told.receipt != before.paid_receipt)
        )
        for told in results
    )


def waited_too_long(refund: Refund, *, now_ms: Millis) -> Refund:
    """The refund after its waiting: a lost sender is found out, and a long doubt goes to review."""
    age_ms = now_ms - (refund.sent_at_ms or now_ms)
    if refund.status is RefundStatus.SENDING and age_ms >= SEND_LOST_AFTER_MS:
        lost = move_refund(refund, RefundCause.NO_CLEAR_ANSWER, now_ms=now_ms, source="lost")
        return _waiting(replace(lost, reason="no_clear_answer"), now_ms)
    doubtful = refund.status in (RefundStatus.SENT, RefundStatus.UNKNOWN)
    if doubtful and age_ms >= REVIEW_AFTER_MS:
        long = move_refund(refund, RefundCause.UNKNOWN_TOO_LONG, now_ms=now_ms)
        return replace(long, reason="not_known", next_check_at_ms=None)
    asked_for_ms = now_ms - refund.created_at_ms
    if refund.status is RefundStatus.WAITING and asked_for_ms >= LAPSES_AFTER_MS:
        return replace(
            move_refund(refund, RefundCause.NOT_SECONDED, now_ms=now_ms), reason="not_seconded"
        )
    return refund


def may_ask_status(refund: Refund, *, now_ms: Millis) -> bool:
    """Whether Transaction Status may say what became of it, and was not asked a moment ago."""
    doubtful = refund.status in (RefundStatus.SENT, RefundStatus.UNKNOWN)
    last_ms = refund.status_asked_at_ms or refund.sent_at_ms or now_ms
    return doubtful and refund.asked_id is not None and now_ms - last_ms >= ASK_AGAIN_AFTER_MS


def looked_at_refund(refund: Refund, *, now_ms: Millis) -> Refund:
    """The refund with its next due time, unless it was made due meanwhile."""
    if refund.status is RefundStatus.REVIEW and not refund.has_unseen_result:
        return replace(refund, next_check_at_ms=None)
    due_ms = refund.next_check_at_ms
    if due_ms is None or due_ms > now_ms or refund.has_unseen_result:
        return refund
    delay_ms = LOOK_DELAYS_MS[min(refund.check_count, len(LOOK_DELAYS_MS) - 1)]
    return replace(
        refund, next_check_at_ms=Millis(now_ms + delay_ms), check_count=refund.check_count + 1
    )


def _one_result(refund: Refund, told: ResultTold, now_ms: Millis) -> Refund:
    word = meaning(told)
    source = f"{told.kind} {told.evidence_id}"
    if word is Word.PAID and allowed_refund(refund.status, RefundCause.PAID_TOLD):
        if told.amount_kes is not None and told.amount_kes != refund.amount_kes:
            if refund.status is RefundStatus.REVIEW:
                return replace(refund, reason="amount_differs")
            differs = move_refund(refund, RefundCause.PAID_DIFFERS, now_ms=now_ms, source=source)
            return replace(differs, reason="amount_differs", next_check_at_ms=None)
        paid = move_refund(refund, RefundCause.PAID_TOLD, now_ms=now_ms, source=source)
        return replace(paid, paid_receipt=told.receipt, reason=None)
    mine = told.attempt == refund.attempt
    if mine and refund.asked_id is None:  # Daraja's id of it was in an answer that was lost
        refund = replace(refund, asked_id=told.originator_conversation_id)
    if word is Word.REFUSED and mine and allowed_refund(refund.status, RefundCause.REFUSED_TOLD):
        refused = move_refund(refund, RefundCause.REFUSED_TOLD, now_ms=now_ms, source=source)
        return replace(refused, reason=f"refused_{told.code}".lower(), next_check_at_ms=None)
    settles_nothing = word is Word.NOT_KNOWN and told.kind is not ResultKind.STATUS
    if settles_nothing and mine and allowed_refund(refund.status, RefundCause.TIMEOUT_TOLD):
        doubt = move_refund(refund, RefundCause.TIMEOUT_TOLD, now_ms=now_ms, source=source)
        return _waiting(replace(doubt, reason="timeout_told"), now_ms)
    return refund


def _waiting(refund: Refund, now_ms: Millis) -> Refund:
    return replace(refund, next_check_at_ms=Millis(now_ms + LOOK_DELAYS_MS[0]))
