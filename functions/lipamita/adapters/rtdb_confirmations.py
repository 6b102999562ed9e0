"""``confirmations``, ``suspense``, ``meter_accounts`` and ``open_prompts`` in the database."""

from __future__ import annotations

from collections.abc import Sequence

from firebase_admin import App

from lipamita.adapters.c2b_wire import confirmation_from_body, moved_confirmation
from lipamita.adapters.fields import Fields
from lipamita.adapters.rtdb_nodes import RtdbNodes
from lipamita.domain.confirmation import MOVED, ConfirmationOutcome
from lipamita.domain.errors import BusyError
from lipamita.domain.evidence import Confirmation
from lipamita.domain.ids import MeterId, Receipt, TransactionId, Uid
from lipamita.domain.payment import Payment
from lipamita.domain.suspense import SuspenseItem
from lipamita.domain.units import Kes, Millis
from lipamita.domain.work_queue import place_of
from lipamita.use_cases.confirmation_ports import MovedMoney
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.records import RawConfirmation, StoredConfirmation, Versioned

MAX_OPEN_PROMPTS = 20  # the newest of one meter that a confirmation is compared with
MAX_METERS_OF_ACCOUNT = 20


class RtdbConfirmations(RtdbNodes):
    """Implements use_cases.ports.ConfirmationStore."""

    def __init__(self, app: App, *, short_codes: frozenset[str] = frozenset()) -> None:
        super().__init__(app)
        self._short_codes = short_codes

    def record_confirmation(self, raw: RawConfirmation) -> None:
        self.create_if_absent(
            f"confirmations/{raw.confirmation_id}",
            {
                "channel": raw.channel,
                "body": raw.body,
                "received_at": raw.received_at_ms,
                "remote_address": raw.remote_address,
                "next_check_at": raw.received_at_ms,
            },
        )

    def record_moved(self, receipt: Receipt, money: MovedMoney) -> None:
        self.record_confirmation(moved_confirmation(receipt, money))

    def pass_receipt(
        self, receipt: Receipt, *, owner: TransactionId, heir: TransactionId, now_ms: Millis
    ) -> TransactionId:
        path = f"receipts/{receipt}"
        reference = self.at(path)
        node, tag = reference.get(etag=True)
        for _ in range(MAX_COMPARE_AND_SET_TRIES):
            standing = None if node is None else Fields.of(path, node).text("transaction_id")
            if standing not in (None, owner):
                return TransactionId(standing)
            mine = {"transaction_id": heir, "claimed_at": now_ms, "channel": MOVED}
            written, node, tag = reference.set_if_unchanged(tag, mine)
            if written:
                return heir
        raise BusyError("busy", f"the claim of {receipt} is being changed; try again")

    def read_confirmation(self, confirmation_id: str) -> StoredConfirmation | None:
        path = f"confirmations/{confirmation_id}"
        node = self.at(path).get()
        if node is None:
            return None
        fields = Fields.of(path, node)
        received_at_ms = Millis(fields.whole("received_at"))
        parsed = confirmation_from_body(
            fields.optional_text("body") or "",
            channel=fields.text("channel"),
            short_codes=self._short_codes,
            received_at_ms=received_at_ms,
        )
        outcome, owner = fields.optional_text("outcome"), fields.optional_text("transaction_id")
        return StoredConfirmation(
            confirmation=parsed if isinstance(parsed, Confirmation) else None,
            unreadable="" if isinstance(parsed, Confirmation) else parsed,
            channel=fields.text("channel"),
            received_at_ms=received_at_ms,
            outcome=None if outcome is None else ConfirmationOutcome(outcome),
            transaction_id=None if owner is None else TransactionId(owner),
        )

    def due_confirmations(self, *, now_ms: Millis, limit: int) -> Sequence[str]:
        return self.due("confirmations", now_ms=now_ms, limit=limit)

    def finish_confirmation(
        self,
        confirmation_id: str,
        outcome: ConfirmationOutcome | None,
        *,
        transaction_id: TransactionId | None,
        next_check_at_ms: Millis | None,
    ) -> None:
        self.at(f"confirmations/{confirmation_id}").update(
            {
                "outcome": None if outcome is None else outcome.value,
                "transaction_id": transaction_id,
                "next_check_at": next_check_at_ms,
            }
        )

    def postpone_confirmation(self, confirmation_id: str, next_check_at_ms: Millis) -> None:
        self.at(f"confirmations/{confirmation_id}").update({"next_check_at": next_check_at_ms})

    def receipt_owner(self, receipt: Receipt) -> TransactionId | None:
        path = f"receipts/{receipt}"
        node = self.at(path).get()
        return None if node is None else TransactionId(Fields.of(path, node).text("transaction_id"))

    def meters_of_account(self, account_key: str) -> Sequence[MeterId]:
        if not account_key:
            return []
        node = self.at(f"meter_accounts/{account_key}").get()
        known = Fields.of(f"meter_accounts/{account_key}", node or {})
        return [MeterId(meter_id) for meter_id in sorted(known.node)[:MAX_METERS_OF_ACCOUNT]]

    def open_prompt(self, payment: Payment) -> None:
        path = f"open_prompts/{payment.account}/{payment.transaction_id}"
        self.at(path).set({"amount": payment.amount_kes, "created_at": payment.created_at_ms})

    def open_prompts(self, account: str, *, since_ms: Millis) -> Sequence[TransactionId]:
        found = (
            self.at(f"open_prompts/{account}")
            .order_by_child("created_at")
            .start_at(since_ms)
            .limit_to_last(MAX_OPEN_PROMPTS)
            .get()
        )
        return [TransactionId(key) for key in reversed(list(found or {}))]

    def put_suspense(self, confirmation_id: str, item: SuspenseItem) -> None:
        self.create_if_absent(
            f"suspense/{confirmation_id}", suspense_to_json(confirmation_id, item)
        )

    def read_suspense(self, confirmation_id: str) -> Versioned[SuspenseItem] | None:
        path = f"suspense/{confirmation_id}"
        node, tag = self.at(path).get(etag=True)
        return None if node is None else Versioned(_suspense_from_json(path, node), tag)

    def replace_suspense(
        self, confirmation_id: str, old: Versioned[SuspenseItem], new: SuspenseItem
    ) -> bool:
        reference = self.at(f"suspense/{confirmation_id}")
        written, _, _ = reference.set_if_unchanged(old.tag, suspense_to_json(confirmation_id, new))
        return bool(written)


def suspense_to_json(confirmation_id: str, item: SuspenseItem) -> dict[str, object]:
    """The node of ``suspense/{confirmation_id}``; absent values are left out."""
    status = _suspense_status(item)
    waits = place_of(confirmation_id, since_ms=item.received_at_ms) if item.waits else None
    node: dict[str, object] = {
        "status": status,
        "reason": item.reason,
        "account_reference": item.account,
        "received_at": item.received_at_ms,
        "record_at": item.received_at_ms,  # written whole: the record hears of it again
    }
    decided = {
        "amount": item.amount_kes,
        "assigned_meter_id": item.assigned_meter_id,
        "assigned_by": item.assigned_by,
        "assigned_at": item.assigned_at_ms,
        "assigned_why": item.assigned_why,
        "refund_id": item.refund_id,
        "waiting": waits,
        "moved_from": item.moved_from,
        "unsellable_at": item.unsellable_at_ms,
    }
    return node | {name: value for name, value in decided.items() if value is not None}


def _suspense_status(item: SuspenseItem) -> str:
    if item.assigned_meter_id is not None:
        return "assigned"
    if item.refunded:
        return "refunded"
    return "open" if item.refund_id is None else "refunding"


def _suspense_from_json(path: str, node: object) -> SuspenseItem:
    fields = Fields.of(path, node)
    amount = fields.optional_whole("amount")
    meter_id, by = fields.optional_text("assigned_meter_id"), fields.optional_text("assigned_by")
    moved_from = fields.optional_text("moved_from")
    return SuspenseItem(
        reason=fields.text("reason"),
        amount_kes=None if amount is None else Kes(amount),
        account=fields.optional_text("account_reference") or "",
        received_at_ms=Millis(fields.whole("received_at")),
        assigned_meter_id=None if meter_id is None else MeterId(meter_id),
        assigned_by=None if by is None else Uid(by),
        assigned_at_ms=fields.optional_millis("assigned_at"),
        assigned_why=fields.optional_text("assigned_why"),
        refund_id=fields.optional_text("refund_id"),
        refunded=fields.text("status") == "refunded",
        moved_from=None if moved_from is None else TransactionId(moved_from),
        unsellable_at_ms=fields.optional_millis("unsellable_at"),
        placed=meter_id is not None and fields.optional_text("waiting") is None,
    )
