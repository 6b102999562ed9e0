"""People saw on the M-Pesa statement that no money is behind a review: it ends, and nobody paid.

A success that is told later still counts. Receipts that nobody could be found for fall with it;
what the books said of them is taken back (use_cases/archive.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lipamita.domain.decided import Decided
from lipamita.domain.errors import BusyError, ConflictError, ForbiddenError
from lipamita.domain.ids import TransactionId
from lipamita.domain.meter import Caller
from lipamita.domain.payment import Cause, Payment, Status, move
from lipamita.domain.review import ReceiptDecision, ReceiptWord, ReviewMatter
from lipamita.domain.review_decision import doubtful_receipts, why_not_dismiss
from lipamita.domain.two_people import Proposal, needs_two_people
from lipamita.domain.units import Millis
from lipamita.use_cases.agree import agree
from lipamita.use_cases.change_payment import change_payment
from lipamita.use_cases.read_review import read_matter
from lipamita.use_cases.told_money import give_place, settled_receipts
from lipamita.use_cases.world import World

MAX_SOURCE = 128
REASON = "dismissed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismissal:
    """An operator's word that the statement shows no money for this payment."""

    transaction_id: TransactionId
    why: str
    caller: Caller


def dismiss_review(decision: Dismissal, world: World) -> Payment | None:
    """The payment, expired; None when a second person must say the same. Safe to repeat.

    Raises ForbiddenError, NotFoundError (unknown_review), BusyError, ConflictError (not_in_review,
    money_was_told, receipt_claimed_elsewhere, another_proposal).
    """
    if not decision.caller.is_staff:
        raise ForbiddenError("staff_only", "only an operator may decide about a review")
    transaction_id, now_ms = decision.transaction_id, world.clock()
    matter = read_matter(transaction_id, world)
    refused = why_not_dismiss(matter)
    if refused is not None:
        raise refused
    payment = matter.payment
    assert payment is not None, "one that cannot be read is refused"
    if matter.case.place is not None:
        if needs_two_people(payment.amount_kes) and not agree(
            f"review-{transaction_id}", _proposal(decision, payment, now_ms), world
        ):
            return None
        _drop_doubtful(decision, matter, world, now_ms)
        payment = _expire(decision, payment, world, now_ms)
        world.store.close_review(  # unless money was told in it meanwhile
            transaction_id,
            settled=settled_receipts(transaction_id, world),
            decision=Decided(by=decision.caller.uid, why=decision.why, at_ms=now_ms),
        )
    return payment


def _proposal(decision: Dismissal, payment: Payment, now_ms: Millis) -> Proposal:
    return Proposal(
        by=decision.caller.uid,
        what=f"dismiss: KES {payment.amount_kes} was not paid",
        why=decision.why,
        at_ms=now_ms,
    )


def _drop_doubtful(decision: Dismissal, matter: ReviewMatter, world: World, now_ms: Millis) -> None:
    """Say of each that it fell, so that nobody moves it elsewhere; by transaction and receipt."""
    for receipt in doubtful_receipts(matter):
        mine = ReceiptDecision(
            kind=ReceiptWord.DISMISS, by=decision.caller.uid, why=decision.why, at_ms=now_ms
        )
        standing = give_place(decision.transaction_id, receipt, mine, world)
        if standing.kind is not ReceiptWord.DISMISS:
            raise ConflictError("receipt_claimed_elsewhere", f"people gave {receipt} another place")


def _expire(decision: Dismissal, as_read: Payment, world: World, now_ms: Millis) -> Payment:
    """Only a payment in review ends; what was told beside another changes nothing of it."""
    source = f"{decision.caller.uid}: {decision.why}"[:MAX_SOURCE]

    def expired(current: Payment) -> Payment:
        if current.status is not Status.REVIEW or current.has_unseen_evidence:
            return current
        ended = move(current, Cause.DISMISSED, now_ms=now_ms, source=source)
        return replace(ended, reason=REASON, next_check_at_ms=None)

    payment = change_payment(world, decision.transaction_id, expired)
    if as_read.status is Status.REVIEW and payment.status is Status.REVIEW:
        raise BusyError("busy", "something was told of this payment just now; look again")
    return payment
