"""Decisions about a payment: what it becomes, given what was told. Pure; the use cases write it.

| told                          | open                | failed, expired | paid                  |
|-------------------------------|---------------------|-----------------|-----------------------|
| paid, receipt, exact amount   | paid                | paid            | same receipt: nothing |
| paid, anything differs        | review              | review          | a review beside it    |
| paid, the amount differs, and |                     |                 | its receipt, an alarm |
| queries alone had credited it |                     |                 |                       |
| the same, for a place that it |                     |                 | review                |
| was not given                 |                     |                 |                       |
| final refusal                 | failed              | nothing         | nothing               |
| final refusal, query says paid| waits for a receipt |                 |                       |
| unknown code, unreadable body | nothing, an alarm   | nothing         | nothing               |
| another prompt's callback     | nothing, an alarm   | nothing         | nothing               |
| the same, and it says paid    | a review of the payment whose prompt it was, or beside it     |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeGuard

from lipamita.domain.evidence import (
    Callback,
    StkCallback,
    UnreadableCallback,
)
from lipamita.domain.ids import Receipt, TransactionId
from lipamita.domain.payment import (
    OPEN,
    SETTLED,
    Cause,
    DeliveryStatus,
    Payment,
    Status,
    allowed,
    move,
)
from lipamita.domain.review_move import moved_receipts
from lipamita.domain.schedule import first_in_line
from lipamita.domain.stk_result import FINAL_REFUSALS, PAID_CODE, Outcome, outcome
from lipamita.domain.units import Millis
from lipamita.domain.verdict import NOTHING_KNOWN, Alarm, Known, Review, Verdict

MISMATCH = "callback_mismatch"  # it came on this payment's path and is of another prompt
CONTRADICTS_QUERY = "callback_contradicts_query"
AMOUNT_DIFFERS = "amount_differs"
TOLD_ELSEWHERE = "told_on_another_path"  # it is of this payment's prompt


def decide_callbacks(
    payment: Payment,
    callbacks: Iterable[Callback],
    *,
    now_ms: Millis,
    known: Known = NOTHING_KNOWN,
) -> Verdict:
    """The payment after all callbacks not yet seen, in the order they were received."""
    verdict = Verdict(payment=payment)
    for callback in sorted(callbacks, key=lambda told: (told.received_at_ms, told.evidence_id)):
        if callback.evidence_id in verdict.payment.evidence_seen:
            continue
        twin = None
        if isinstance(callback, StkCallback) and callback.receipt is not None:
            twin = known.twins.get(callback.receipt)
        if _is_of_another(callback, payment.transaction_id, known):
            verdict = _told_of_another(verdict, callback, known)
        elif twin is not None and _may_be_twin(verdict.payment, callback):
            verdict = _told_by_twin(verdict, callback, twin, now_ms)
        else:
            verdict = _one_callback(verdict, callback, now_ms, known.claimed_elsewhere)
        seen = verdict.payment.evidence_seen | {callback.evidence_id}
        verdict = replace(verdict, payment=replace(verdict.payment, evidence_seen=seen))
    return verdict


def _is_of_another(
    callback: Callback, transaction_id: TransactionId, known: Known
) -> TypeGuard[StkCallback]:
    """While the push's answer is not known, a callback is ours unless its prompt is another's.

    A payment has one prompt: where two are named, the second is of another.
    """
    if not isinstance(callback, StkCallback):
        return False
    named = callback.checkout_request_id
    if known.prompt is not None:
        return named != known.prompt.checkout_request_id
    if named is None:
        return False
    if known.adopted is not None:
        return named != known.adopted
    return known.prompt_owners.get(named, transaction_id) != transaction_id


def _told_of_another(verdict: Verdict, callback: StkCallback, known: Known) -> Verdict:
    """Never this payment's money: it is shown where the other's is looked for, if that is known."""
    verdict = _alarmed(verdict, MISMATCH, "CheckoutRequestID of another payment")
    if outcome(callback.result_code) is not Outcome.PAID:
        return verdict
    owner = known.prompt_owners.get(callback.checkout_request_id or "")
    if owner in (None, verdict.payment.transaction_id):
        return _beside(verdict, callback, MISMATCH)
    return _beside(verdict, callback, TOLD_ELSEWHERE, belongs_to=owner)


def _one_callback(
    verdict: Verdict,
    callback: Callback,
    now_ms: Millis,
    claimed_elsewhere: frozenset[Receipt],
) -> Verdict:
    if isinstance(callback, UnreadableCallback):
        return _alarmed(verdict, "callback_unreadable", callback.why)
    told = outcome(callback.result_code)
    if told is Outcome.PAID:
        return _told_paid(verdict, callback, now_ms, claimed_elsewhere)
    if told is Outcome.REFUSED:
        return _told_refused(verdict, callback, now_ms)
    return _alarmed(verdict, "unknown_result_code", f"ResultCode {callback.result_code!r:.40}")


def _told_paid(
    verdict: Verdict,
    callback: StkCallback,
    now_ms: Millis,
    claimed_elsewhere: frozenset[Receipt],
) -> Verdict:
    payment, receipt = verdict.payment, callback.receipt
    if receipt is not None and receipt in (payment.mpesa_receipt, *moved_receipts(payment)):
        return verdict
    reason = _what_differs(payment, callback, claimed_elsewhere)
    verdict = _claiming(verdict, receipt, claimed_elsewhere)
    if payment.status is Status.PAID and reason is None:  # credited on the word of two queries
        attached = replace(_with_result(payment, callback), mpesa_receipt=receipt, reason=None)
        return replace(verdict, payment=attached)
    if reason is None:
        paid = move(
            payment, Cause.PAYMENT_TOLD, now_ms=now_ms, source=f"callback {callback.evidence_id}"
        )
        paid = replace(paid, mpesa_receipt=receipt, paid_at_ms=now_ms, reason=None)
        paid = replace(_with_result(paid, callback), next_check_at_ms=first_in_line(now_ms))
        return replace(verdict, payment=paid)
    if payment.status is Status.PAID and reason == AMOUNT_DIFFERS and not _lacks_place(payment):
        # Credited on the word of queries, and this is its own prompt's receipt: the money that was
        # credited. Beside it, as if it were other money, it could be given away once more.
        attached = replace(payment, mpesa_receipt=receipt, reason=None)
        return _alarmed(
            replace(verdict, payment=attached),
            CONTRADICTS_QUERY,
            f"{receipt}: KES {callback.amount_kes} told, KES {payment.amount_kes} credited",
        )
    return _reviewed(verdict, callback, reason, now_ms)


def _may_be_twin(payment: Payment, callback: Callback) -> bool:
    return (
        isinstance(callback, StkCallback)
        and outcome(callback.result_code) is Outcome.PAID
        and allowed(payment.status, Cause.CREDITED_BY_TWIN)
    )


def _told_by_twin(
    verdict: Verdict, callback: Callback, twin: TransactionId, now_ms: Millis
) -> Verdict:
    assert isinstance(callback, StkCallback)
    paid = move(verdict.payment, Cause.CREDITED_BY_TWIN, now_ms=now_ms, source=f"twin {twin}")
    paid = replace(
        _with_result(paid, callback),
        mpesa_receipt=callback.receipt,
        paid_at_ms=now_ms,
        reason=None,
        twin_of=twin,
        delivery=replace(paid.delivery, status=DeliveryStatus.TWIN),
        next_check_at_ms=None,
    )
    return replace(verdict, payment=paid)


def _what_differs(
    payment: Payment, callback: StkCallback, claimed_elsewhere: frozenset[Receipt]
) -> str | None:
    if callback.receipt is None:
        return "receipt_missing"
    if callback.receipt in claimed_elsewhere:
        return "receipt_claimed_elsewhere"
    if payment.mpesa_receipt is not None:
        return "second_receipt"
    if payment.status in (Status.REVIEW, Status.REFUNDING, Status.REFUNDED):
        return "told_in_review"
    if callback.amount_kes != payment.amount_kes:
        return AMOUNT_DIFFERS
    return None


def _lacks_place(payment: Payment) -> bool:
    """Whether queries credited it for a place, and it has none: all of its money may go back."""
    credited = payment.status is Status.PAID and payment.mpesa_receipt is None
    has_none = payment.delivery.status is DeliveryStatus.NONE
    return credited and payment.order is not None and has_none


def _claiming(
    verdict: Verdict, receipt: Receipt | None, claimed_elsewhere: frozenset[Receipt]
) -> Verdict:
    if receipt is None or receipt in claimed_elsewhere:
        return verdict
    return replace(verdict, claims=(*verdict.claims, receipt))


def _reviewed(verdict: Verdict, callback: StkCallback, reason: str, now_ms: Millis) -> Verdict:
    payment = verdict.payment
    gives_nothing = reason == AMOUNT_DIFFERS and _lacks_place(payment)
    if gives_nothing or payment.status not in (*SETTLED, Status.REVIEW):
        payment = move(
            payment,
            Cause.NOTHING_TO_GIVE if gives_nothing else Cause.EVIDENCE_DIFFERS,
            now_ms=now_ms,
            source=f"callback {callback.evidence_id}",
        )
        payment = replace(
            _with_result(payment, callback),
            mpesa_receipt=None if reason == "receipt_claimed_elsewhere" else callback.receipt,
            # Its place was not given, so how much money came is not established for the books.
            paid_at_ms=None if gives_nothing else payment.paid_at_ms,
            reason=reason,
            next_check_at_ms=None,
        )
    verdict = _beside(replace(verdict, payment=payment), callback, reason)
    return _alarmed(verdict, "payment_in_review", reason)


def _beside(
    verdict: Verdict,
    callback: StkCallback,
    reason: str,
    belongs_to: TransactionId | None = None,
) -> Verdict:
    """With a review that shows the money told, wherever the payment itself stands."""
    review = Review(
        reason=reason,
        receipt=callback.receipt,
        amount_kes=callback.amount_kes,
        evidence_id=callback.evidence_id,
        belongs_to=belongs_to,
    )
    return replace(verdict, reviews=(*verdict.reviews, review))


def _told_refused(verdict: Verdict, callback: StkCallback, now_ms: Millis) -> Verdict:
    payment = verdict.payment
    code = callback.result_code
    if payment.status not in OPEN or code is None:
        return verdict
    if payment.paid_unverified_at_ms is not None:  # the query says paid: who is right is not known
        contradicted = replace(verdict, payment=_with_result(payment, callback))
        return _alarmed(contradicted, CONTRADICTS_QUERY, f"ResultCode {code}")
    failed = move(
        payment, Cause.REFUSAL_TOLD, now_ms=now_ms, source=f"callback {callback.evidence_id}"
    )
    failed = replace(_with_result(failed, callback), reason="refused", next_check_at_ms=None)
    verdict = replace(verdict, payment=failed)
    if FINAL_REFUSALS[code].alarm:
        return _alarmed(verdict, "payment_setup", f"ResultCode {code}")
    return verdict


def _with_result(payment: Payment, callback: StkCallback) -> Payment:
    return replace(
        payment,
        result_code=callback.result_code or PAID_CODE,
        result_desc=callback.result_desc,
    )


def _alarmed(verdict: Verdict, kind: str, detail: str) -> Verdict:
    return replace(verdict, alarms=(*verdict.alarms, Alarm(kind=kind, detail=detail)))
