"""Money that is told by confirmations: what is kept of it, what waits, and whom it may be for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lipamita.domain.confirmation import ConfirmationOutcome
from lipamita.domain.ids import MeterId, Receipt, TransactionId
from lipamita.domain.payment import Payment
from lipamita.domain.suspense import SuspenseItem
from lipamita.domain.units import Kes, Millis
from lipamita.use_cases.records import RawConfirmation, StoredConfirmation, Versioned


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedMoney:
    """Money that leaves a payment in review. ``merchant``: the short code it came to."""

    amount_kes: Kes
    merchant: str | None
    at_ms: Millis


class ConfirmationStore(Protocol):
    """``confirmations``, ``suspense``, ``meter_accounts`` and ``open_prompts``."""

    def record_confirmation(self, raw: RawConfirmation) -> None:
        """Create if absent by confirmation_id, due at once; a copy changes nothing."""
        ...

    def record_moved(self, receipt: Receipt, money: MovedMoney) -> None:
        """A confirmation for money that had none, due at once; create if absent by receipt."""
        ...

    def pass_receipt(
        self, receipt: Receipt, *, owner: TransactionId, heir: TransactionId, now_ms: Millis
    ) -> TransactionId:
        """The claim passes from its owner to its heir, by compare-and-set; who owns it now."""
        ...

    def read_confirmation(self, confirmation_id: str) -> StoredConfirmation | None:
        """The confirmation, or None."""
        ...

    def due_confirmations(self, *, now_ms: Millis, limit: int) -> Sequence[str]:
        """Ids of confirmations whose next_check_at has passed, the longest due first."""
        ...

    def finish_confirmation(
        self,
        confirmation_id: str,
        outcome: ConfirmationOutcome | None,
        *,
        transaction_id: TransactionId | None,
        next_check_at_ms: Millis | None,
    ) -> None:
        """Say what became of it, and when to look again; by confirmation_id, the last word wins."""
        ...

    def postpone_confirmation(self, confirmation_id: str, next_check_at_ms: Millis) -> None:
        """Look at it again then; used when it cannot be worked on."""
        ...

    def receipt_owner(self, receipt: Receipt) -> TransactionId | None:
        """The transaction that claimed the receipt, or None."""
        ...

    def meters_of_account(self, account_key: str) -> Sequence[MeterId]:
        """The meters whose number has this account key."""
        ...

    def open_prompt(self, payment: Payment) -> None:
        """Remember that this payment may be told by a confirmation; by transaction_id."""
        ...

    def open_prompts(self, account: str, *, since_ms: Millis) -> Sequence[TransactionId]:
        """Payments of it since then that may be told by a confirmation, newest first."""
        ...

    def put_suspense(self, confirmation_id: str, item: SuspenseItem) -> None:
        """Create if absent by confirmation_id."""
        ...

    def read_suspense(self, confirmation_id: str) -> Versioned[SuspenseItem] | None:
        """The item, or None."""
        ...

    def replace_suspense(
        self, confirmation_id: str, old: Versioned[SuspenseItem], new: SuspenseItem
    ) -> bool:
        """Compare-and-set; False if anybody wrote since ``old`` was read."""
        ...
