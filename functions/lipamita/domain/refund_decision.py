"""What people may decide about a refund, by where it stands. Pure; the use case writes.

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

from lipamita.domain.errors import ConflictError
from lipamita.domain.ids import Uid
from lipamita.domain.refund import MoneyFrom, Refund, RefundCause, RefundStatus
from lipamita.domain.two_people import needs_two_people

DECISIONS = ("approve", "reject", "paid", "send", "give_up")
CERTAIN = ("not_taken", "refused_")  # reasons after which it is known that no money moved
CAUSES = {
    "approve": (RefundStatus.WAITING, RefundCause.SECONDED),
    "reject": (RefundStatus.WAITING, RefundCause.NOT_SECONDED),
    "paid": (RefundStatus.REVIEW, RefundCause.OPERATOR_SAW_IT),
    "send": (RefundStatus.REVIEW, RefundCause.OPERATOR_SENDS),
    "give_up": (RefundStatus.REVIEW, RefundCause.OPERATOR_GAVE_UP),
}


def allowed_decisions(refund: Refund, uid: Uid) -> tuple[str, ...]:
    """What that member of staff may decide now."""
    return tuple(word for word in DECISIONS if why_not(refund, word, uid) is None)


def why_not(refund: Refund, decision: str, uid: Uid) -> ConflictError | None:
    """Why they cannot decide so; None if they can."""
    from_status, _ = CAUSES[decision]
    if refund.status is not from_status:
        return ConflictError(
            "not_decidable", f"the refund is {refund.status}; {decision} is for another"
        )
    if decision == "approve" and uid == refund.asked_by:
        return ConflictError("second_person_needed", "somebody else must approve what you ask for")
    of_a_place = refund.money_from is MoneyFrom.PAYMENT and refund.meter_id is None
    if decision == "give_up" and of_a_place:
        return ConflictError("place_was_freed", "its place is free again; the money must follow")
    if decision == "give_up" and refund.energy_wh > 0:
        return ConflictError(
            "energy_was_taken", "the meter gave its energy back already; the money must follow"
        )
    return None


def needs_agreement(refund: Refund, decision: str) -> bool:
    """Whether a second person must say the same."""
    if refund.status is not RefundStatus.REVIEW:
        return False
    certain = (refund.reason or "").startswith(CERTAIN)
    return needs_two_people(refund.amount_kes) or (decision != "paid" and not certain)
