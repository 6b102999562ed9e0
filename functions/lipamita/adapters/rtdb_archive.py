"""What of the live database is due for the record, and how a payment leaves it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from lipamita.adapters.fields import Fields
from lipamita.adapters.payment_schema import payment_from_json
from lipamita.adapters.refund_schema import refund_from_json
from lipamita.adapters.rtdb_nodes import NOTHING, RtdbNodes
from lipamita.domain.errors import UnreadableError
from lipamita.domain.ids import Receipt, TransactionId, Uid, parse_receipt
from lipamita.domain.payment import Payment
from lipamita.domain.refund import RefundId
from lipamita.domain.review import ReceiptWord
from lipamita.domain.units import Kes, Millis
from lipamita.use_cases.record_ports import (
    DamagedNode,
    DueForRecord,
    PaymentsBy,
    SettledRefund,
    ToldReceipt,
    WaitingMoney,
)
from lipamita.use_cases.records import Versioned

Due = TypeVar("Due", WaitingMoney, SettledRefund)


class RtdbArchive(RtdbNodes):
    """Implements use_cases.record_ports.ArchiveStore."""

    def due_records(self, *, now_ms: Millis, limit: int) -> Sequence[TransactionId]:
        found = self.due("transactions", now_ms=now_ms, limit=limit, by="record_at")
        return [TransactionId(key) for key in found]

    def postpone_record(self, transaction_id: TransactionId, record_at_ms: Millis | None) -> None:
        payment = self.at(f"transactions/{transaction_id}")
        if payment.child("user_id").get() is not None:  # not one that has just left
            payment.update({"record_at": record_at_ms})

    def seal_receipt(self, receipt: Receipt, *, now_ms: Millis) -> None:
        self.at(f"receipts/{receipt}").update({"archived_at": now_ms})

    def receipt_is_sealed(self, receipt: Receipt) -> bool:
        return self.at(f"receipts/{receipt}/archived_at").get() is not None

    def remove_payment(self, old: Versioned[Payment]) -> bool:
        reference = self.at(f"transactions/{old.value.transaction_id}")
        removed, _, _ = reference.set_if_unchanged(old.tag, NOTHING)
        return bool(removed)

    def waiting_money(self, *, now_ms: Millis, limit: int) -> Sequence[WaitingMoney | DamagedNode]:
        waiting = [
            self._read(f"{place}/{key}", _waiting)
            for place in ("suspense", "reviews")
            for key in self.due(place, now_ms=now_ms, limit=limit, by="record_at")
        ]
        return waiting[:limit]

    def settled_refunds(
        self, *, now_ms: Millis, limit: int
    ) -> Sequence[SettledRefund | DamagedNode]:
        return [
            self._read(f"refunds/{key}", _settled)
            for key in self.due("refunds", now_ms=now_ms, limit=limit, by="record_at")
        ]

    def heard_of(self, waiting: DueForRecord) -> None:
        self.at(f"{waiting.key}/record_at").set_if_unchanged(waiting.tag, NOTHING)

    def erase_profile(self, uid: Uid) -> None:
        # In one write: a token of a phone must not outlive the name of its owner.
        self.at("/").update({f"users/{uid}": None, f"push_tokens/{uid}": None})

    def live_payments(self, by: PaymentsBy, value: str, *, limit: int) -> Sequence[Payment]:
        query = self.at("transactions").order_by_child(by.value).equal_to(value)
        found = query.limit_to_last(limit).get() or {}
        payments = []
        for key in sorted(found, reverse=True):
            try:
                payments.append(payment_from_json(TransactionId(key), found[key]))
            except UnreadableError:  # in review, with an alarm; the others are shown
                continue
        return payments

    def _read(self, path: str, found: Callable[[str, str, object], Due]) -> Due | DamagedNode:
        """What is due there; one node that is damaged must not hide the others."""
        _, tag = self.at(f"{path}/record_at").get(etag=True)  # before what it speaks of
        node = self.at(path).get()
        try:
            return found(path, tag, node)
        except UnreadableError as error:
            return DamagedNode(key=path, tag=tag, why=str(error))


def _settled(path: str, tag: str, node: object) -> SettledRefund:
    refund = refund_from_json(RefundId(path.rpartition("/")[2]), node)
    return SettledRefund(key=path, tag=tag, refund=refund)


def _waiting(path: str, tag: str, node: object) -> WaitingMoney:
    fields = Fields.of(path, node or {})
    if path.startswith("suspense/"):
        told = [_told(fields, path.rpartition("/")[2], "received_at")]
    else:
        rows = fields.children("told")
        told = [
            _told(row, row.optional_text("mpesa_receipt"), "at")
            for _, row in sorted(rows, key=lambda one: (one[1].whole("at"), one[0]))
        ]
    dismissed = tuple(
        Receipt(receipt)
        for receipt, row in fields.children("decisions")
        if row.optional_text("kind") == ReceiptWord.DISMISS
    )
    return WaitingMoney(key=path, tag=tag, told=tuple(told), dismissed=dismissed)


def _told(fields: Fields, receipt: str | None, at: str) -> ToldReceipt:
    amount = fields.optional_whole("amount")
    return ToldReceipt(
        receipt=parse_receipt(receipt),
        amount_kes=None if amount is None else Kes(amount),
        at_ms=Millis(fields.whole(at)),
    )
