"""The store over the Realtime Database admin SDK."""

from __future__ import annotations

from collections.abc import Sequence

from lipamita.adapters.daraja_wire import callback_from_body
from lipamita.adapters.fields import Fields
from lipamita.adapters.meter_schema import (
    meter_from_json,
    pending_from_json,
    recharge_to_json,
    register_from_json,
    register_to_json,
    tariff_from_json,
)
from lipamita.adapters.payment_schema import (
    due_payment_from_json,
    payment_from_json,
    payment_to_json,
)
from lipamita.adapters.rtdb_archive import RtdbArchive
from lipamita.adapters.rtdb_claims import RtdbClaims
from lipamita.adapters.rtdb_commands import RtdbCommands
from lipamita.adapters.rtdb_confirmations import RtdbConfirmations
from lipamita.adapters.rtdb_consumption import RtdbConsumption
from lipamita.adapters.rtdb_estate import RtdbEstate
from lipamita.adapters.rtdb_health import RtdbHealth
from lipamita.adapters.rtdb_inquiries import RtdbInquiries
from lipamita.adapters.rtdb_keys import RtdbKeys
from lipamita.adapters.rtdb_nodes import INCREMENT_BY_ONE
from lipamita.adapters.rtdb_notices import RtdbNotices
from lipamita.adapters.rtdb_people import RtdbPeople
from lipamita.adapters.rtdb_places import RtdbPlaces
from lipamita.adapters.rtdb_prompts import RtdbPrompts
from lipamita.adapters.rtdb_proposals import RtdbProposals
from lipamita.adapters.rtdb_pruning import RtdbPruning
from lipamita.adapters.rtdb_query_pace import RtdbQueryPace
from lipamita.adapters.rtdb_queues import RtdbQueues
from lipamita.adapters.rtdb_refunds import RtdbRefunds
from lipamita.adapters.rtdb_reports import RtdbReports
from lipamita.adapters.rtdb_reviews import RtdbReviews
from lipamita.adapters.rtdb_snapshots import RtdbSnapshots
from lipamita.adapters.rtdb_tariffs import RtdbTariffs
from lipamita.adapters.rtdb_vends import RtdbVends
from lipamita.domain.evidence import Callback, UnreadableCallback
from lipamita.domain.guard import PhonePrompt, RateKind
from lipamita.domain.health import Sign
from lipamita.domain.ids import MeterId, Receipt, TransactionId, Uid
from lipamita.domain.meter import Meter
from lipamita.domain.payment import Payment
from lipamita.domain.recharge import MeterRegister, Recharge
from lipamita.domain.schedule import first_in_line
from lipamita.domain.tariff import Tariff
from lipamita.domain.units import Kes, Millis
from lipamita.use_cases.query_ports import DuePayment
from lipamita.use_cases.records import (
    PendingRecharge,
    RawCallback,
    Versioned,
)

MAX_EVIDENCE = 100  # stored callbacks believed for one payment: the oldest; the rest alarm


class RtdbStore(
    RtdbEstate,
    RtdbTariffs,
    RtdbReports,
    RtdbQueryPace,
    RtdbConfirmations,
    RtdbReviews,
    RtdbCommands,
    RtdbNotices,
    RtdbProposals,
    RtdbPeople,
    RtdbPrompts,
    RtdbKeys,
    RtdbVends,
    RtdbClaims,
    RtdbArchive,
    RtdbSnapshots,
    RtdbConsumption,
    RtdbRefunds,
    RtdbInquiries,
    RtdbQueues,
    RtdbPlaces,
    RtdbHealth,
    RtdbPruning,
):
    """Implements use_cases.ports.Store. One is shared by all threads of a process."""

    # --- transactions, receipts

    def read_phone_prompt(self, phone_key: str) -> Versioned[PhonePrompt | None]:
        path = f"phone_prompts/{phone_key}"
        node, tag = self.at(path).get(etag=True)
        return Versioned(None if node is None else _phone_prompt(Fields.of(path, node)), tag)

    def replace_phone_prompt(
        self, phone_key: str, old: Versioned[PhonePrompt | None], new: PhonePrompt
    ) -> bool:
        node = {
            "transaction_id": new.transaction_id,
            "user_id": new.user_id,
            "meter_id": new.account,
            "amount": new.amount_kes,
            "created_at": new.created_at_ms,
        }
        written, _, _ = self.at(f"phone_prompts/{phone_key}").set_if_unchanged(old.tag, node)
        return bool(written)

    def read_rate(self, kind: RateKind, key: str) -> Versioned[Millis | None]:
        path = f"rate_limits/{kind.value}/{key}"
        node, tag = self.at(path).get(etag=True)
        if node is None:
            return Versioned(None, tag)
        return Versioned(Millis(Fields.of(path, node).whole("on_schedule_at")), tag)

    def replace_rate(
        self, kind: RateKind, key: str, old: Versioned[Millis | None], new: Millis
    ) -> bool:
        reference = self.at(f"rate_limits/{kind.value}/{key}")
        written, _, _ = reference.set_if_unchanged(old.tag, {"on_schedule_at": new})
        return bool(written)

    def create_payment(self, payment: Payment) -> bool:
        reference = self.at(f"transactions/{payment.transaction_id}")
        standing, tag = reference.get(etag=True)
        if standing is not None:
            return False
        created, found, _ = reference.set_if_unchanged(tag, payment_to_json(payment))
        # The SDK may have repeated a write whose answer was lost, and met its own first one.
        return bool(created) or (isinstance(found, dict) and found.get("nonce") == payment.nonce)

    def read_payment(self, transaction_id: TransactionId) -> Versioned[Payment] | None:
        node, tag = self.at(f"transactions/{transaction_id}").get(etag=True)
        return None if node is None else Versioned(payment_from_json(transaction_id, node), tag)

    def replace_payment(self, old: Versioned[Payment], new: Payment) -> bool:
        reference = self.at(f"transactions/{new.transaction_id}")
        written, _, _ = reference.set_if_unchanged(old.tag, payment_to_json(new))
        return bool(written)

    def due_payments(
        self, *, now_ms: Millis, limit: int, after_ms: int = 0
    ) -> Sequence[DuePayment]:
        found = self.due_nodes("transactions", now_ms=now_ms, limit=limit, after_ms=after_ms)
        return [due_payment_from_json(TransactionId(key), node) for key, node in found.items()]

    def postpone(self, transaction_id: TransactionId, next_check_at_ms: Millis | None) -> None:
        self.at(f"transactions/{transaction_id}").update({"next_check_at": next_check_at_ms})

    def claim_receipt(
        self, receipt: Receipt, transaction_id: TransactionId, *, channel: str, now_ms: Millis
    ) -> TransactionId:
        path = f"receipts/{receipt}"
        mine = {"transaction_id": transaction_id, "claimed_at": now_ms, "channel": channel}
        standing = Fields.of(path, self.create_if_absent(path, mine))
        return TransactionId(standing.text("transaction_id"))

    def set_latest_transaction(self, uid: Uid, transaction_id: TransactionId) -> None:
        self.at(f"users/{uid}").update({"latest_transaction_id": transaction_id})

    # --- callbacks

    def record_callback(self, transaction_id: TransactionId, callback: RawCallback) -> None:
        evidence = f"callbacks/{transaction_id}/{callback.evidence_id}"
        payment = f"transactions/{transaction_id}"
        due_at_ms = first_in_line(callback.received_at_ms)
        changes: dict[str, object] = {f"{payment}/next_check_at": due_at_ms}
        if self.at(f"{evidence}/received_at").get() is None:
            changes[f"{payment}/latest_evidence_id"] = callback.evidence_id
            changes[evidence] = {
                "received_at": callback.received_at_ms,
                "body": callback.body,
                "remote_address": callback.remote_address,
                "content_type": callback.content_type,
                "copies": 1,
            }
        else:  # a copy must not hide newer evidence that no decision has seen
            changes[f"{evidence}/copies"] = INCREMENT_BY_ONE
        changes |= self.sign_of_life(Sign.CALLBACK, callback.received_at_ms)
        self.at("/").update(changes)

    def read_callbacks(self, transaction_id: TransactionId) -> Sequence[Callback]:
        path = f"callbacks/{transaction_id}"
        stored = Fields.of(path, self.at(path).get() or {})
        rows = [(key, Fields.of(f"{path}/{key}", node)) for key, node in stored.node.items()]
        rows.sort(key=lambda row: (row[1].whole("received_at"), row[0]))
        return [
            _evidence(key, row, considered=index < MAX_EVIDENCE)
            for index, (key, row) in enumerate(rows)
        ]

    # --- meters, tariffs, registers, recharges

    def read_meter(self, meter_id: MeterId) -> Meter | None:
        node = self.at(f"meters/{meter_id}").get()
        return None if node is None else meter_from_json(meter_id, node)

    def read_tariff(self, tariff_id: str) -> Tariff | None:
        node = self.at(f"tariffs/{tariff_id}").get()
        return None if node is None else tariff_from_json(tariff_id, node)

    def read_register(self, meter_id: MeterId) -> Versioned[MeterRegister | None]:
        node, tag = self.at(f"meter_registers/{meter_id}").get(etag=True)
        return Versioned(register_from_json(meter_id, node), tag)

    def replace_register(
        self, meter_id: MeterId, old: Versioned[MeterRegister | None], new: MeterRegister
    ) -> bool:
        reference = self.at(f"meter_registers/{meter_id}")
        written, _, _ = reference.set_if_unchanged(old.tag, register_to_json(new))
        return bool(written)

    def put_recharge(self, meter_id: MeterId, recharge: Recharge) -> None:
        path = f"meters/{meter_id}/pending_recharge/{recharge.transaction_id}"
        self.create_if_absent(path, recharge_to_json(recharge))

    def read_recharge(
        self, meter_id: MeterId, transaction_id: TransactionId
    ) -> PendingRecharge | None:
        path = f"meters/{meter_id}/pending_recharge/{transaction_id}"
        return pending_from_json(path, self.at(path).get())

    def remove_recharge(self, meter_id: MeterId, transaction_id: TransactionId) -> None:
        self.at(f"meters/{meter_id}/pending_recharge/{transaction_id}").delete()


def _evidence(key: str, row: Fields, *, considered: bool) -> Callback:
    received_at_ms = Millis(row.whole("received_at"))
    if not considered:
        return UnreadableCallback(
            evidence_id=key,
            received_at_ms=received_at_ms,
            why=f"more than {MAX_EVIDENCE} callbacks for one payment",
        )
    return callback_from_body(
        evidence_id=key, received_at_ms=received_at_ms, body=row.optional_text("body") or ""
    )


def _phone_prompt(fields: Fields) -> PhonePrompt:
    return PhonePrompt(
        transaction_id=TransactionId(fields.text("transaction_id")),
        user_id=Uid(fields.text("user_id")),
        account=fields.text("meter_id"),
        amount_kes=Kes(fields.whole("amount")),
        created_at_ms=Millis(fields.whole("created_at")),
    )
