"""``reviews`` in the database: what waits for a person, and what was decided."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from lipamita.adapters.fields import Fields
from lipamita.adapters.rtdb_nodes import RtdbNodes
from lipamita.domain.decided import Decided
from lipamita.domain.errors import BusyError
from lipamita.domain.ids import Receipt, TransactionId, Uid
from lipamita.domain.review import ReviewCase, Told
from lipamita.domain.units import Kes, Millis
from lipamita.domain.verdict import Review
from lipamita.domain.work_queue import place_of
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES


class RtdbReviews(RtdbNodes):
    """The part of use_cases.ports.EvidenceStore that keeps the review queue."""

    def add_review(self, transaction_id: TransactionId, review: Review, *, now_ms: Millis) -> None:
        path = f"reviews/{transaction_id}"
        reference = self.at(path)
        told = _told_to_json(review, now_ms)
        node, tag = reference.get(etag=True)
        for _ in range(MAX_COMPARE_AND_SET_TRIES):
            standing = node or {"reason": review.reason, "raised_at": now_ms}
            rows = standing.get("told") or {}
            changed = {
                **standing,
                "told": {**rows, review.evidence_id: told},
                "record_at": _for_the_record(standing, now_ms),
            }
            if review.evidence_id not in rows:  # else it may have been decided since
                place = standing.get("waiting") or place_of(transaction_id, since_ms=now_ms)
                changed |= {"status": "open", "waiting": place}
            written, node, tag = reference.set_if_unchanged(tag, changed)
            if written:
                return
        raise BusyError("busy", "the review is being changed; try again")

    def read_review(self, transaction_id: TransactionId) -> ReviewCase | None:
        path = f"reviews/{transaction_id}"
        node = self.at(path).get()
        if node is None:
            return None
        fields = Fields.of(path, node)
        told = (_told(row, key) for key, row in fields.children("told"))
        return ReviewCase(
            told=tuple(sorted(told, key=lambda one: (one.at_ms, one.evidence_id))),
            reason=fields.optional_text("reason") or "",
            place=fields.optional_text("waiting"),
            decision=_decided(fields.child("decision")),
        )

    def close_review(
        self, transaction_id: TransactionId, *, settled: Collection[Receipt], decision: Decided
    ) -> bool:
        path = f"reviews/{transaction_id}"
        reference = self.at(path)
        node, tag = reference.get(etag=True)
        decided = {"by": decision.by, "why": decision.why, "at": decision.at_ms}
        for _ in range(MAX_COMPARE_AND_SET_TRIES):
            told = (_told(row, key) for key, row in Fields.of(path, node).children("told"))
            if any(one.receipt not in (None, *settled) for one in told):
                return False
            if node.get("status") == "decided":
                return True
            closed = {**node, "decision": decided, "status": "decided"}
            closed.pop("waiting", None)
            if "decisions" in node:  # the books may have to take something back
                closed["record_at"] = _for_the_record(node, decision.at_ms)
            written, node, tag = reference.set_if_unchanged(tag, closed)
            if written:
                return True
        raise BusyError("busy", "the review is being changed; try again")


def _for_the_record(node: Any, now_ms: Millis) -> int:
    """When it is due in the books; never what it was, by which the record knows what it read."""
    return max(now_ms, int(node.get("record_at") or 0) + 1)


def _told_to_json(review: Review, at_ms: Millis) -> dict[str, object]:
    told: dict[str, object] = {"reason": review.reason, "at": at_ms}
    if review.receipt is not None:
        told["mpesa_receipt"] = review.receipt
    if review.amount_kes is not None:
        told["amount"] = review.amount_kes
    return told


def _decided(fields: Fields) -> Decided | None:
    if not fields.node:
        return None
    return Decided(
        by=Uid(fields.text("by")), why=fields.text("why"), at_ms=Millis(fields.whole("at"))
    )


def _told(fields: Fields, evidence_id: str) -> Told:
    receipt, amount = fields.optional_text("mpesa_receipt"), fields.optional_whole("amount")
    return Told(
        receipt=None if receipt is None else Receipt(receipt),
        amount_kes=None if amount is None else Kes(amount),
        reason=fields.optional_text("reason") or "",
        evidence_id=evidence_id,
        at_ms=Millis(fields.whole_or("at", 0)),
    )
