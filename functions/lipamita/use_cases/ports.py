"""What the use cases need from the world. The adapters implement these; the tests fake them.

Every write is safe to repeat: each method names the id that makes it so.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from lipamita.domain.decided import Decided
from lipamita.domain.evidence import Callback, PushAnswer, QueryAnswer
from lipamita.domain.guard import PhonePrompt, RateKind
from lipamita.domain.ids import MeterId, Receipt, TransactionId, Uid
from lipamita.domain.meter import Meter
from lipamita.domain.payment import Payment
from lipamita.domain.recharge import MeterRegister, Recharge
from lipamita.domain.review import ReviewCase
from lipamita.domain.tariff import Tariff
from lipamita.domain.units import DAY_MS, Millis
from lipamita.domain.verdict import Alarm, Review
from lipamita.use_cases.audit_ports import SnapshotStore
from lipamita.use_cases.claim_ports import ClaimStore
from lipamita.use_cases.command_ports import CommandStore
from lipamita.use_cases.confirmation_ports import ConfirmationStore
from lipamita.use_cases.consumption_ports import ConsumptionStore
from lipamita.use_cases.estate_ports import EstateStore
from lipamita.use_cases.health_ports import HealthStore
from lipamita.use_cases.identity_ports import PeopleStore
from lipamita.use_cases.inquiry_ports import InquiryStore
from lipamita.use_cases.key_ports import KeyStore
from lipamita.use_cases.notice_ports import NoticeStore
from lipamita.use_cases.place_ports import PlaceStore
from lipamita.use_cases.prompt_ports import PromptStore
from lipamita.use_cases.proposal_ports import ProposalStore
from lipamita.use_cases.prune_ports import PruneStore
from lipamita.use_cases.query_ports import DuePayment, PaceStore
from lipamita.use_cases.queue_ports import QueueStore
from lipamita.use_cases.record_ports import ArchiveStore
from lipamita.use_cases.records import (
    PendingRecharge,
    PulledRows,
    PushRequest,
    RawCallback,
    Versioned,
)
from lipamita.use_cases.refund_ports import RefundStore
from lipamita.use_cases.report_ports import ReportStore
from lipamita.use_cases.tariff_ports import TariffStore
from lipamita.use_cases.vend_ports import VendStore

# A compare-and-set is tried again this often after losing to another writer.
MAX_COMPARE_AND_SET_TRIES = 10
IDEMPOTENCY_KEPT_MS = DAY_MS


class PaymentStore(Protocol):
    """``transactions`` and ``receipts``."""

    def create_payment(self, payment: Payment) -> bool:
        """Create if absent by transaction_id; False if it was there."""
        ...

    def read_payment(self, transaction_id: TransactionId) -> Versioned[Payment] | None:
        """The payment, or None. Raises UnreadableError for a node that is no payment."""
        ...

    def replace_payment(self, old: Versioned[Payment], new: Payment) -> bool:
        """Compare-and-set on the whole node; False if anybody wrote since ``old`` was read."""
        ...

    def due_payments(
        self, *, now_ms: Millis, limit: int, after_ms: int = 0
    ) -> Sequence[DuePayment]:
        """Payments that fell due after ``after_ms``, the longest due first, by an index."""
        ...

    def postpone(self, transaction_id: TransactionId, next_check_at_ms: Millis | None) -> None:
        """Set or clear next_check_at alone; used when a payment cannot be worked on."""
        ...

    def claim_receipt(
        self, receipt: Receipt, transaction_id: TransactionId, *, channel: str, now_ms: Millis
    ) -> TransactionId:
        """Create if absent by receipt; returns the transaction that owns it."""
        ...

    def read_phone_prompt(self, phone_key: str) -> Versioned[PhonePrompt | None]:
        """The last push to the phone with that key."""
        ...

    def replace_phone_prompt(
        self, phone_key: str, old: Versioned[PhonePrompt | None], new: PhonePrompt
    ) -> bool:
        """Compare-and-set; False if anybody wrote since ``old`` was read."""
        ...

    def read_rate(self, kind: RateKind, key: str) -> Versioned[Millis | None]:
        """When the next request would be on schedule."""
        ...

    def replace_rate(
        self, kind: RateKind, key: str, old: Versioned[Millis | None], new: Millis
    ) -> bool:
        """Compare-and-set; False if anybody wrote since ``old`` was read."""
        ...

    def set_latest_transaction(self, uid: Uid, transaction_id: TransactionId) -> None:
        """``users/{uid}/latest_transaction_id``; the last request wins."""
        ...


class EvidenceStore(Protocol):
    """``callbacks``, ``reviews`` and ``alarms``."""

    def record_callback(self, transaction_id: TransactionId, callback: RawCallback) -> None:
        """Store the evidence by its id and make the payment due, in one atomic write."""
        ...

    def read_callbacks(self, transaction_id: TransactionId) -> Sequence[Callback]:
        """All evidence of one payment, parsed."""
        ...

    def add_review(self, transaction_id: TransactionId, review: Review, *, now_ms: Millis) -> None:
        """Put the payment into the review queue, by transaction_id and evidence_id.

        A review that was decided is open again if this was not told in it before.
        """
        ...

    def read_review(self, transaction_id: TransactionId) -> ReviewCase | None:
        """What was told about a payment in review, or None."""
        ...

    def close_review(
        self, transaction_id: TransactionId, *, settled: Collection[Receipt], decision: Decided
    ) -> bool:
        """Mark the review as decided; by transaction_id, the first decision stays.

        False, and it stays open, if a receipt was told in it that is not among the ``settled``.
        """
        ...

    def raise_alarm(
        self, alarm: Alarm, *, transaction_id: TransactionId | None, now_ms: Millis
    ) -> None:
        """Count the alarm under its day and kind, and log it."""
        ...


class MeterStore(Protocol):
    """``meters``, ``tariffs``, ``meter_registers`` and ``pending_recharge``."""

    def read_meter(self, meter_id: MeterId) -> Meter | None:
        """Registration and last report, or None."""
        ...

    def read_tariff(self, tariff_id: str) -> Tariff | None:
        """The tariff, or None. Raises ConfigurationError for one that cannot be sold by."""
        ...

    def read_register(self, meter_id: MeterId) -> Versioned[MeterRegister | None]:
        """The server's sold totals; value None for a meter that was never sold anything."""
        ...

    def replace_register(
        self, meter_id: MeterId, old: Versioned[MeterRegister | None], new: MeterRegister
    ) -> bool:
        """Compare-and-set; False if anybody wrote since ``old`` was read."""
        ...

    def put_recharge(self, meter_id: MeterId, recharge: Recharge) -> None:
        """Create if absent by transaction_id; an entry that stands is left as it is."""
        ...

    def read_recharge(
        self, meter_id: MeterId, transaction_id: TransactionId
    ) -> PendingRecharge | None:
        """The queue entry, or None."""
        ...

    def remove_recharge(self, meter_id: MeterId, transaction_id: TransactionId) -> None:
        """Remove a queue entry; nothing happens if it is gone."""
        ...


class Store(
    PaymentStore,
    KeyStore,
    EvidenceStore,
    ConfirmationStore,
    MeterStore,
    CommandStore,
    EstateStore,
    TariffStore,
    ReportStore,
    NoticeStore,
    PaceStore,
    HealthStore,
    PruneStore,
    ProposalStore,
    PeopleStore,
    PromptStore,
    VendStore,
    ClaimStore,
    ArchiveStore,
    SnapshotStore,
    ConsumptionStore,
    RefundStore,
    InquiryStore,
    QueueStore,
    PlaceStore,
    Protocol,
):
    """The Realtime Database as a whole."""


class Daraja(Protocol):
    """Safaricom's side."""

    def push(self, request: PushRequest, *, now_ms: Millis) -> PushAnswer:
        """POST the push exactly once, whatever happens. Never raises for Daraja's faults."""
        ...

    def query(
        self, checkout_request_id: str, *, now_ms: Millis, merchant: str | None = None
    ) -> QueryAnswer:
        """Ask what became of a push of that short code. Never raises for Daraja's faults."""
        ...

    def pull(
        self, *, from_ms: Millis, to_ms: Millis, offset: int, merchant: str | None = None
    ) -> PulledRows | None:
        """A page of what M-Pesa says was paid in that time; None if it did not say."""
        ...


class Clock(Protocol):
    """Now, in milliseconds since the epoch, UTC."""

    def __call__(self) -> Millis: ...
