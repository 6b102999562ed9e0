"""Money that nobody could be found for, and what people may decide about it. Pure.

| decision | what it says                                     |
|----------|--------------------------------------------------|
| assign   | it was meant for this meter                      |
| refund   | it goes back to its payer: ``POST /api/refunds`` |

Each ``why_not`` is None, or what the decision is refused with: who lists the decisions that are
allowed asks the same functions as who decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lipamita.domain.errors import ConflictError
from lipamita.domain.ids import MeterId, TransactionId, Uid
from lipamita.domain.units import Kes, Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspenseItem:
    """Money that nobody could be found for, and the decision once there is one.

    ``moved_from``: the payment in review that it was told for, and people moved it from.
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


def why_not_refund(item: SuspenseItem) -> ConflictError | None:
    """Why it cannot go back. Holding it decides between two refunds."""
    if item.assigned_meter_id is not None or item.refunded:
        return _not_refundable("it was given to a meter or refunded before")
    if item.amount_kes is None:
        return _not_refundable("its amount is not whole shillings; use M-PESA's own portal")
    return None


def _not_refundable(why: str) -> ConflictError:
    return ConflictError("not_refundable", f"that receipt cannot be refunded: {why}")
