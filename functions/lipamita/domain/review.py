"""What waits in review: what was told, what was decided, and all that a decision depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lipamita.domain.decided import Decided
from lipamita.domain.ids import Receipt, TransactionId, Uid
from lipamita.domain.payment import Payment, Status
from lipamita.domain.refund import RefundId
from lipamita.domain.units import Kes, Millis
from lipamita.domain.vending import VendStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that was told about a payment in review."""

    receipt: Receipt | None
    amount_kes: Kes | None
    reason: str = ""
    evidence_id: str = ""
    at_ms: Millis = field(default=Millis(0))

    @property
    def teller(self) -> str:
        """Who told it: a confirmation is kept by its receipt, what we found out by its reason."""
        if self.evidence_id == self.receipt:
            return "confirmation"
        return "functions" if self.evidence_id.startswith(self.reason) else "callback"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewCase:
    """A payment in the review queue. ``place`` is None once somebody decided.

    ``told`` is in the order in which it was told last; ``decision`` is the newest.
    """

    told: tuple[Told, ...]
    reason: str = ""
    place: str | None = None
    decision: Decided | None = None


class ReceiptWord(StrEnum):
    """What became of one told receipt by a decision of its own."""

    CREDIT = "credit"
    REFUND = "refund"
    SUSPENSE = "suspense"
    DISMISS = "dismiss"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptDecision:
    """What people decided about one receipt that was told for a payment in review.

    ``moved_to`` will own the receipt once its money is in suspense, with ``amount_kes`` of it; of a
    credit it is the payment itself.
    """

    kind: ReceiptWord
    by: Uid
    why: str
    at_ms: Millis
    refund_id: RefundId | None = None
    moved_to: TransactionId | None = None
    amount_kes: Kes | None = None

    @property
    def bound_to(self) -> str | None:
        """What the decision holds the receipt for."""
        return self.refund_id or self.moved_to


def came_to_nothing(receipt: Receipt, decision: ReceiptDecision, payment: Payment | None) -> bool:
    """Whether it was to be credited, and the payment was settled otherwise meanwhile."""
    return (
        decision.kind is ReceiptWord.CREDIT
        and payment is not None
        and payment.status is not Status.REVIEW
        and payment.mpesa_receipt != receipt
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewMatter:
    """All that a decision depends on.

    ``payment``: None where it cannot be read. ``owners``: whose the told receipts are.
    ``decided``: receipts that people gave a place to, unless that came to nothing.
    """

    transaction_id: TransactionId
    payment: Payment | None
    case: ReviewCase
    owners: Mapping[Receipt, TransactionId] = field(default_factory=dict)
    decided: Mapping[Receipt, ReceiptDecision] = field(default_factory=dict)
    charge: VendStatus | None = None

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """The told ones, each once, in the order they were told."""
        told = sorted(self.case.told, key=lambda one: (one.at_ms, one.evidence_id))
        return tuple(dict.fromkeys(one.receipt for one in told if one.receipt is not None))
