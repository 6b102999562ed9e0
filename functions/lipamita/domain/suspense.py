"""Money that nobody could be found for, and what people may decide about it. Pure.

| decision | what it says                                     |
|----------|--------------------------------------------------|
| assign   | it was meant for this meter                      |
| refund   | it goes back to its payer: ``POST /api/refunds`` |

Each ``why_not`` is None, or what the decision is refused with: who lists the decisions that are
allowed asks the same functions as who decides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from lipamita.domain.errors import ConflictError
from lipamita.domain.ids import MeterId, TransactionId, Uid
from lipamita.domain.units import MINUTE_MS, Kes, Millis

# Who found the meter sellable before the refusal was written may credit it yet, and who wrote it
# read the clock before: each lives for 9 min at most, the longest timeout.
UNSELLABLE_FOR_MS = 20 * MINUTE_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspenseItem:
    """Money that nobody could be found for, and the decision once there is one.

    ``moved_from``: the payment in review that it was told for, and people moved it from; or the
    claim that an assignment left behind which came to nothing. ``unsellable_at_ms``: since when
    the meter that it was assigned to could not be sold it. ``placed``: what became of an assigned
    one is seen elsewhere, as a payment or its review.
    """

    reason: str
    amount_kes: Kes | None
    account: str
    received_at_ms: Millis
    assigned_meter_id: MeterId | None = None
    assigned_by: Uid | None = None
    assigned_at_ms: Millis | None = None
    assigned_why: str | None = None
    refund_id: str | None = None
    refunded: bool = False
    moved_from: TransactionId | None = None
    unsellable_at_ms: Millis | None = None
    placed: bool = False

    @property
    def waits(self) -> bool:
        """Whether people must see it: nobody decided yet, or what they decided is not done."""
        if self.assigned_meter_id is not None:
            return not self.placed
        return self.refund_id is None and not self.refunded


class SuspenseWord(StrEnum):
    """What people may say."""

    ASSIGN = "assign"
    REFUND = "refund"


def allowed_decisions(
    item: SuspenseItem, *, held: bool, may_refund: bool
) -> tuple[SuspenseWord, ...]:
    """What staff may decide now. ``may_refund``: an initiator is set up to send money."""
    allowed = []
    if item.assigned_meter_id is None and why_not_assign(item, None, held=held) is None:
        allowed.append(SuspenseWord.ASSIGN)
    if may_refund and not held and why_not_refund(item) is None:
        allowed.append(SuspenseWord.REFUND)
    return tuple(allowed)


def why_not_assign(
    item: SuspenseItem, meter_id: MeterId | None, *, held: bool
) -> ConflictError | None:
    """Why it cannot become that meter's. ``held``: for a refund that did not come to nothing."""
    if held:
        return ConflictError("being_refunded", f"this money goes back with refund {item.refund_id}")
    if item.assigned_meter_id in (None, meter_id):
        return None
    return ConflictError(
        "already_assigned",
        f"this money was given to meter {item.assigned_meter_id} by {item.assigned_by}",
        field="meter_id",
    )


def after_refusal(
    item: SuspenseItem, reason: str, *, claimed_by: TransactionId | None, now_ms: Millis
) -> SuspenseItem:
    """The item once it could not be sold to the meter that it was assigned to.

    First that is noted; if it is so still, when nobody can be left who saw it otherwise, the item
    is open again, in its old place, for another meter or a refund. ``claimed_by``: the transaction
    that was to have been the meter's payment, and now never will be.
    """
    if item.assigned_meter_id is None:
        return item
    if item.unsellable_at_ms is None:
        return replace(item, reason=reason, unsellable_at_ms=now_ms, placed=False)
    if now_ms - item.unsellable_at_ms < UNSELLABLE_FOR_MS:
        return item
    return replace(
        item,
        reason=reason,
        assigned_meter_id=None,
        assigned_by=None,
        assigned_at_ms=None,
        assigned_why=None,
        moved_from=item.moved_from or claimed_by,
        unsellable_at_ms=None,
        placed=False,
    )


def why_not_refund(item: SuspenseItem) -> ConflictError | None:
    """Why it cannot go back. Holding it decides between two refunds."""
    if item.assigned_meter_id is not None or item.refunded:
        return _not_refundable("it was given to a meter or refunded before")
    if item.amount_kes is None:
        return _not_refundable("its amount is not whole shillings; use M-PESA's own portal")
    return None


def _not_refundable(why: str) -> ConflictError:
    return ConflictError("not_refundable", f"that receipt cannot be refunded: {why}")
