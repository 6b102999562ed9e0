"""People decide about a refund: second it, or end the doubt about money that was sent."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lipamita.domain.errors import ConflictError, ForbiddenError
from lipamita.domain.ids import Receipt
from lipamita.domain.meter import Caller
from lipamita.domain.refund import Refund, RefundCause, RefundId, move_refund
from lipamita.domain.refund_decision import CAUSES, needs_agreement, why_not
from lipamita.domain.two_people import Proposal
from lipamita.use_cases.advance_refund import advance_refund
from lipamita.use_cases.agree import agree
from lipamita.use_cases.change_refund import believe_results, change_refund
from lipamita.use_cases.send_money import configured
from lipamita.use_cases.world import World

MAX_SOURCE = 128


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
    not_decidable, receipt_needed, energy_was_taken, place_was_freed,
    another_proposal, refunds_not_configured).
    """
    if not decision.caller.is_staff:
        raise ForbiddenError("staff_only", "only staff may do this")
    refund = believe_results(decision.refund_id, world)  # one may say that nothing is to be decided
    from_status, cause = CAUSES[decision.decision]
    if _was_decided(refund, decision, cause):
        return advance_refund(refund.refund_id, world)
    _check(refund, decision)
    if needs_agreement(refund, decision.decision) and not agree(
        f"refund-{refund.refund_id}", _proposal(refund, decision, world), world
    ):
        return None
    now_ms = world.clock()

    def decided(current: Refund) -> Refund:
        if current.status is not from_status or current.has_unseen_result:
            return current
        moved = move_refund(current, cause, now_ms=now_ms, source=_source(decision))
        return _noted(moved, decision)

    if decision.decision == "send":
        configured(world)
    after = change_refund(world, refund.refund_id, decided)
    advanced = advance_refund(refund.refund_id, world)
    if after.status is from_status:
        raise ConflictError("not_decidable", "M-PESA told something of it meanwhile; look again")
    return advanced


def _noted(moved: Refund, decision: RefundDecision) -> Refund:
    if decision.decision == "approve":
        return replace(moved, seconded_by=decision.caller.uid)
    if decision.decision == "reject":
        return replace(moved, reason="rejected")
    if decision.decision == "paid":
        return replace(moved, paid_receipt=decision.receipt, reason=None)
    return moved


def _was_decided(refund: Refund, decision: RefundDecision, cause: RefundCause) -> bool:
    """Whether this very word was the refund's last decision: saying it again changes nothing.

    Raises ConflictError (not_decidable) where it was said of an attempt before. It may be that
    request once more, so nothing is sent again because of it.
    """
    decisions = {one for _, one in CAUSES.values()}
    last = next((step for step in reversed(refund.history) if step.cause in decisions), None)
    if last is None or (last.cause, last.source) != (cause, _source(decision)):
        return False
    if refund.status is last.from_status:
        since = refund.history[refund.history.index(last) :]
        earlier = refund.attempt - sum(one.cause is RefundCause.ABOUT_TO_SEND for one in since)
        told = f"you said so after attempt {earlier}; say why once more after {refund.attempt}"
        raise ConflictError("not_decidable", told, field="why")
    return True


def _check(refund: Refund, decision: RefundDecision) -> None:
    refused = why_not(refund, decision.decision, decision.caller.uid)
    if refused is not None:
        raise refused
    if decision.decision == "paid" and decision.receipt is None:
        raise ConflictError(
            "receipt_needed", "name the receipt of the money that left", field="receipt"
        )


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
