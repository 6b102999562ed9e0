"""``reviews`` in the database: what waits for a person, and what was decided."""

from __future__ import annotations

from collections.abc import Collection

from lipamita.adapters.fields import Fields
from lipamita.adapters.rtdb_nodes import RtdbNodes
from lipamita.domain.errors import BusyError
from lipamita.domain.ids import Receipt, TransactionId
from lipamita.domain.settlement import Review
from lipamita.domain.units import Kes, Millis
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.records import Decided, ReviewCase, Told


class RtdbReviews(RtdbNodes):
    """The part of use_cases.ports.EvidenceStore that keeps the review queue."""

    def add_review(self, transaction_id: TransactionId, review: Review, *, now_ms: Millis) -> None:
        path = f"reviews/{transaction_id}"
        opened = {"status": "open", "reason": review.reason, "raised_at": now_ms}
        self.create_if_absent(path, opened)
        told: dict[str, object] = {"reason": review.reason, "at": now_ms}
        if review.receipt is not None:
            told["mpesa_receipt"] = review.receipt
        if review.amount_kes is not None:
            told["amount"] = review.amount_kes
        changes: dict[str, object] = {f"told/{review.evidence_id}": told, "record_at": now_ms}
        if self.at(f"{path}/told/{review.evidence_id}/reason").get() is None:
            changes["status"] = "open"  # also if it was decided before this was told
        self.at(path).update(changes)

    def read_review(self, transaction_id: TransactionId) -> ReviewCase | None:
        path = f"reviews/{transaction_id}"
        node = self.at(path).get()
        if node is None:
            return None
        rows = Fields.of(path, node).children("told")
        return ReviewCase(told=tuple(_told(row) for _, row in rows))

    def close_review(
        self, transaction_id: TransactionId, *, settled: Collection[Receipt], decision: Decided
    ) -> bool:
        path = f"reviews/{transaction_id}"
        reference = self.at(path)
        node, tag = reference.get(etag=True)
        decided = {"by": decision.by, "why": decision.why, "at": decision.at_ms}
        for _ in range(MAX_COMPARE_AND_SET_TRIES):
            told = (_told(row) for _, row in Fields.of(path, node).children("told"))
            if any(one.receipt not in (None, *settled) for one in told):
                return False
            closed = {"decision": decided, **node, "status": "decided"}
            written, node, tag = reference.set_if_unchanged(tag, closed)
            if written:
                return True
        raise BusyError("busy", "the review is being changed; try again")


def _told(fields: Fields) -> Told:
    receipt, amount = fields.optional_text("mpesa_receipt"), fields.optional_whole("amount")
    return Told(
        receipt=None if receipt is None else Receipt(receipt),
        amount_kes=None if amount is None else Kes(amount),
        reason=fields.optional_text("reason") or "",
    )
