"""What the use cases need from the world to give money back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from lipamita.domain.ids import Receipt, TransactionId
from lipamita.domain.money_out import (
    Payout,
    ResultKind,
    ResultTold,
    Reversal,
    SendAnswer,
    StatusQuestion,
)
from lipamita.domain.msisdn import Msisdn
from lipamita.domain.refund import Refund, RefundId
from lipamita.domain.review import ReceiptDecision
from lipamita.domain.units import Millis
from lipamita.use_cases.records import RawCallback, Versioned

MAX_RESULTS = 100  # results of one refund, read at once


class RefundStore(Protocol):
    """``refunds``, ``payees``, ``results`` and the decisions in ``reviews``."""

    def create_refund(self, refund: Refund) -> None:
        """Create if absent by refund_id."""
        ...

    def read_refund(self, refund_id: RefundId) -> Versioned[Refund] | None:
        """The refund, or None. Raises UnreadableError for a node that is no refund."""
        ...

    def replace_refund(self, old: Versioned[Refund], new: Refund) -> bool:
        """Compare-and-set on the whole node; False if anybody wrote since ``old`` was read."""
        ...

    def due_refunds(self, *, now_ms: Millis, limit: int) -> Sequence[RefundId]:
        """Refunds whose next_check_at has passed, the longest due first, by an index."""
        ...

    def postpone_refund(self, refund_id: RefundId, next_check_at_ms: Millis) -> None:
        """Look at it again then; used when it cannot be worked on."""
        ...

    def put_payee(self, refund_id: RefundId, msisdn: Msisdn) -> None:
        """Keep the number that is paid, for the functions alone; by refund_id."""
        ...

    def read_payee(self, refund_id: RefundId) -> Msisdn | None:
        """The number that is to be paid, or None."""
        ...

    def remove_payee(self, refund_id: RefundId) -> None:
        """Forget the number; nothing happens if it is gone."""
        ...

    def record_result(
        self, refund_id: RefundId, attempt: int, kind: ResultKind, raw: RawCallback
    ) -> None:
        """Store what came in by its id and make the refund due, in one atomic write."""
        ...

    def read_results(self, refund_id: RefundId, *, seen: frozenset[str]) -> Sequence[ResultTold]:
        """Its results, parsed, without those seen: the oldest first, MAX_RESULTS at most."""
        ...

    def decide_receipt(
        self, transaction_id: TransactionId, receipt: Receipt, decision: ReceiptDecision
    ) -> ReceiptDecision:
        """Create if absent by transaction and receipt; the decision that stands."""
        ...

    def undo_decision(self, transaction_id: TransactionId, receipt: Receipt, bound_to: str) -> None:
        """Drop the decision if it holds the receipt for that; nothing happens otherwise."""
        ...

    def read_decisions(
        self, transaction_id: TransactionId
    ) -> Sequence[tuple[Receipt, ReceiptDecision]]:
        """What was decided about the receipts of one payment in review."""
        ...


class MoneyOut(Protocol):
    """Safaricom's side of money that leaves. No method raises for Daraja's faults."""

    def pay(self, payout: Payout) -> SendAnswer:
        """POST the payout exactly once."""
        ...

    def reverse(self, reversal: Reversal) -> SendAnswer:
        """POST the reversal exactly once."""
        ...

    def ask_status(self, question: StatusQuestion) -> bool:
        """Ask what became of a payout or reversal; whether the question was taken."""
        ...
