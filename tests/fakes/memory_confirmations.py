"""``confirmations``, ``suspense``, ``meter_accounts`` and ``open_prompts`` in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from lipamita.adapters.c2b_wire import confirmation_from_body, moved_confirmation
from lipamita.adapters.rtdb_confirmations import MAX_OPEN_PROMPTS
from lipamita.domain.confirmation import ConfirmationOutcome
from lipamita.domain.evidence import Confirmation
from lipamita.domain.ids import MeterId, Receipt, TransactionId
from lipamita.domain.payment import Payment
from lipamita.domain.suspense import SuspenseItem
from lipamita.domain.units import Millis
from lipamita.use_cases.confirmation_ports import MovedMoney
from lipamita.use_cases.records import (
    RawConfirmation,
    StoredConfirmation,
    Versioned,
)

from tests.fakes.memory_dues import MemoryDues


@dataclass(frozen=True)
class Kept:
    """A confirmation and what became of it."""

    raw: RawConfirmation
    next_check_at_ms: Millis | None
    outcome: ConfirmationOutcome | None = None
    transaction_id: TransactionId | None = None


@dataclass
class MemoryConfirmations(MemoryDues):
    """Implements use_cases.confirmation_ports.ConfirmationStore, but for receipts."""

    short_codes: set[str] = field(default_factory=lambda: {"600000"})
    receipts: dict[Receipt, TransactionId] = field(default_factory=dict)
    confirmations: dict[str, Kept] = field(default_factory=dict)
    suspense: dict[str, SuspenseItem] = field(default_factory=dict)
    accounts: dict[str, list[MeterId]] = field(default_factory=dict)
    prompts: dict[str, dict[TransactionId, Payment]] = field(default_factory=dict)

    def record_confirmation(self, raw: RawConfirmation) -> None:
        if raw.confirmation_id not in self.confirmations:
            entry = Kept(raw=raw, next_check_at_ms=raw.received_at_ms)
            self._write(
                "confirmations", lambda: self.confirmations.update({raw.confirmation_id: entry})
            )

    def record_moved(self, receipt: Receipt, money: MovedMoney) -> None:
        self.record_confirmation(moved_confirmation(receipt, money))

    def pass_receipt(
        self, receipt: Receipt, *, owner: TransactionId, heir: TransactionId, now_ms: Millis
    ) -> TransactionId:
        if self.receipts.get(receipt) in (None, owner):
            self._write(f"receipts/{receipt}", lambda: self.receipts.update({receipt: heir}))
        return self.receipts[receipt]

    def read_confirmation(self, confirmation_id: str) -> StoredConfirmation | None:
        self.on_read("confirmations")
        kept = self.confirmations.get(confirmation_id)
        if kept is None:
            return None
        parsed = confirmation_from_body(
            kept.raw.body,
            channel=kept.raw.channel,
            short_codes=frozenset(self.short_codes),
            received_at_ms=kept.raw.received_at_ms,
        )
        readable = isinstance(parsed, Confirmation)
        return StoredConfirmation(
            confirmation=parsed if isinstance(parsed, Confirmation) else None,
            unreadable="" if readable else str(parsed),
            channel=kept.raw.channel,
            received_at_ms=kept.raw.received_at_ms,
            outcome=kept.outcome,
            transaction_id=kept.transaction_id,
        )

    def due_confirmations(self, *, now_ms: Millis, limit: int) -> Sequence[str]:
        due = [
            (kept.next_check_at_ms, key)
            for key, kept in self.confirmations.items()
            if kept.next_check_at_ms is not None and kept.next_check_at_ms <= now_ms
        ]
        return [key for _, key in sorted(due)[:limit]]

    def finish_confirmation(
        self,
        confirmation_id: str,
        outcome: ConfirmationOutcome | None,
        *,
        transaction_id: TransactionId | None,
        next_check_at_ms: Millis | None,
    ) -> None:
        entry = replace(
            self.confirmations[confirmation_id],
            outcome=outcome,
            transaction_id=transaction_id,
            next_check_at_ms=next_check_at_ms,
        )
        self._write("confirmations", lambda: self.confirmations.update({confirmation_id: entry}))

    def postpone_confirmation(self, confirmation_id: str, next_check_at_ms: Millis) -> None:
        entry = replace(self.confirmations[confirmation_id], next_check_at_ms=next_check_at_ms)
        self._write("confirmations", lambda: self.confirmations.update({confirmation_id: entry}))

    def meters_of_account(self, account_key: str) -> Sequence[MeterId]:
        return self.accounts.get(account_key, [])

    def open_prompt(self, payment: Payment) -> None:
        prompts = self.prompts.setdefault(payment.account, {})
        self._write("prompts", lambda: prompts.update({payment.transaction_id: payment}))

    def open_prompts(self, account: str, *, since_ms: Millis) -> Sequence[TransactionId]:
        prompts = self.prompts.get(account, {})
        made = [(payment.created_at_ms, key) for key, payment in prompts.items()]
        newest = sorted((row for row in made if row[0] >= since_ms), reverse=True)
        return [key for _, key in newest[:MAX_OPEN_PROMPTS]]

    def put_suspense(self, confirmation_id: str, item: SuspenseItem) -> None:
        if confirmation_id not in self.suspense:
            self._put_suspense(confirmation_id, item)

    def read_suspense(self, confirmation_id: str) -> Versioned[SuspenseItem] | None:
        tag = self._tag(f"suspense/{confirmation_id}")
        item = self.suspense.get(confirmation_id)
        return None if item is None else Versioned(item, tag)

    def replace_suspense(
        self, confirmation_id: str, old: Versioned[SuspenseItem], new: SuspenseItem
    ) -> bool:
        path = f"suspense/{confirmation_id}"
        if str(self.versions.get(path, 0)) != old.tag:
            return False
        self._put_suspense(confirmation_id, new)
        return True

    def _put_suspense(self, confirmation_id: str, item: SuspenseItem) -> None:
        path = f"suspense/{confirmation_id}"

        def change() -> None:
            self.suspense[confirmation_id] = item
            self.record_due_ms[path] = item.received_at_ms

        self._write(path, change)
