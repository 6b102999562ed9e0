"""People decide about a refund: second it, or end the doubt about money that was sent.

| decision | where it stands         | what it means                                           |
|----------|-------------------------|---------------------------------------------------------|
| approve  | waits for a second one  | somebody else than who asked says the same              |
| reject   | waits for a second one  | it is not made; who asked may take it back, too         |
| paid     | review                  | the statement shows the money leaving, with its receipt |
| send     | review                  | the statement shows that nothing left; under a new id   |
| give_up  | review, no energy taken | the same, and the money stays where it was              |

Sending again after an answer that was never clear takes two people, whatever the amount.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lipamita.domain.errors import ConflictError, ForbiddenError
from lipamita.domain.ids import Receipt
from lipamita.domain.meter import Caller
from lipamita.domain.refund import Refund, RefundCause, RefundId, RefundStatus, move_refund
from lipamita.domain.two_people import Proposal, needs_two_people
from lipamita.use_cases.advance_refund import advance_refund
from lipamita.use_cases.agree import agree
from lipamita.use_cases.ask_refund import read_refund
from lipamita.use_cases.change_refund import change_refund
from lipamita.use_cases.send_money import configured
from lipamita.use_cases.world import World

DECISIONS = ("approve", "reject", "paid", "send", "give_up")
CERTAIN = ("not_taken", "refused_")  # reasons after which it is known that no money moved
MAX_SOURCE = 128

_CAUSES = {
    "approve": (RefundStatus.WAITING, RefundCause.SECONDED),
    "reject": (RefundStatus.WAITING, RefundCause.NOT_SECONDED),
    "paid": (RefundStatus.REVIEW, RefundCause.OPERATOR_SAW_IT),
    "send": (RefundStatus.REVIEW, RefundCause.OPERATOR_SENDS),
    "give_up": (RefundStatus.REVIEW, RefundCause.OPERATOR_GAVE_UP),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundDecision:
    """One person's word. ``receipt`` is M-Pesa's for the money that left, with ``paid``."""

    refund_id: RefundId
    decision: str
    why: str
    caller: Caller
    receipt: Receipt | None = None


def decide_refund(decision: RefundDecision, world: World) -> Refund | None:
    """The refund after the decision; None when a second person must say the same.

    Raises ForbiddenError (staff_only), NotFoundError, ConflictError (second_person_needed,
    not_decidable, receipt_needed, energy_was_taken, another_proposal, refunds_not_configured).
    """
    if not decision.caller.is_staff:
        raise ForbiddenError("staff_only", "only staff may do this")
    refund = read_refund(decision.refund_id, world)
    from_status, cause = _CAUSES[decision.decision]
    if _was_decided(refund, decision, cause):
        return advance_refund(refund.refund_id, world)
    _check(refund, decision, from_status)
    if _needs_agreement(refund, decision) and not agree(
        f"refund-{refund.refund_id}", _proposal(refund, decision, world), world
    ):
        return None
    now_ms = world.clock()
    source = _source(decision)

    def decided(current: Refund) -> Refund:
        if current.status is not from_status:
            return current
        moved = move_refund(current, cause, now_ms=now_ms, source=source)
        if decision.decision == "approve":
            return replace(moved, seconded_by=decision.caller.uid)
        if decision.decision == "reject":
            return replace(moved, reason="rejected")
        if decision.decision == "paid":
            return replace(moved, paid_receipt=decision.receipt, reason=None)
        return moved

    if decision.decision == "send":
        configured(world)
    change_refund(world, refund.refund_id, decided)
    return advance_refund(refund.refund_id, world)


def _was_decided(refund: Refund, decision: RefundDecision, cause: RefundCause) -> bool:
    """Whether this very word was the refund's last decision: saying it again changes nothing."""
    last = [step for step in refund.history if step.cause in {one for _, one in _CAUSES.values()}]
    return bool(last) and (last[-1].cause, last[-1].source) == (cause, _source(decision))


def _check(refund: Refund, decision: RefundDecision, from_status: RefundStatus) -> None:
    if refund.status is not from_status:
        raise ConflictError(
            "not_decidable", f"the refund is {refund.status}; {decision.decision} is for another"
        )
    if decision.decision == "approve" and decision.caller.uid == refund.asked_by:
        raise ConflictError("second_person_needed", "somebody else must approve what you ask for")
    if decision.decision == "paid" and decision.receipt is None:
        raise ConflictError(
            "receipt_needed", "name the receipt of the money that left", field="receipt"
        )
    if decision.decision == "give_up" and refund.energy_wh > 0:
        raise ConflictError(
            "energy_was_taken", "the meter gave its energy back already; the money must follow"
        )


def _needs_agreement(refund: Refund, decision: RefundDecision) -> bool:
    if refund.status is not RefundStatus.REVIEW:
        return False
    certain = (refund.reason or "").startswith(CERTAIN)
    return needs_two_people(refund.amount_kes) or (decision.decision != "paid" and not certain)


def _proposal(refund: Refund, decision: RefundDecision, world: World) -> Proposal:
    named = f" {decision.receipt}" if decision.receipt else ""
    return Proposal(
        by=decision.caller.uid,
        what=f"{decision.decision}{named} after attempt {refund.attempt}",
        why=decision.why,
        at_ms=world.clock(),
    )


def _source(decision: RefundDecision) -> str:
    return f"{decision.caller.uid}: {decision.why}"[:MAX_SOURCE]
