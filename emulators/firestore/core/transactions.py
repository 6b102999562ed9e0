"""Open transactions of one database: what each has read, so that a commit can be judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from emulators.firestore.core.names import Path
from emulators.firestore.errors import Code, FirestoreError, invalid

IDLE_LIMIT_US = 60_000_000
TIME_LIMIT_US = 270_000_000
MAX_OPEN = 10_000
MAX_ENDED_KNOWN = 10_000


@dataclass(slots=True, kw_only=True)
class Transaction:
    """Reads see the database as of `read_time`, set by the first of them (microseconds)."""

    id: bytes
    read_only: bool
    begun_at: int
    used_at: int
    retry: bool
    """It repeats one that was aborted."""
    read_time: int | None = None
    documents: dict[Path, int | None] = field(default_factory=dict)
    """The update time of every document read; None where there was none."""
    queries: list[Callable[[], bool]] = field(default_factory=list)
    """Whether each query would still give what it gave."""


class Transactions:
    """Begun and not ended. An aborted or ended one can be rolled back, which does nothing."""

    def __init__(self, new_id: Callable[[], bytes]) -> None:
        self._new_id = new_id
        self._open: dict[bytes, Transaction] = {}
        self._ended: dict[bytes, None] = {}

    def begin(
        self, now: int, *, read_only: bool, read_time: int | None, retry_of: bytes
    ) -> Transaction:
        """A new transaction. Raises RESOURCE_EXHAUSTED when 10,000 are open."""
        self._drop_expired(now)
        if len(self._open) >= MAX_OPEN:
            raise FirestoreError(Code.RESOURCE_EXHAUSTED, "Too many open transactions.")
        if retry_of and retry_of not in self._open and retry_of not in self._ended:
            raise invalid("retry_transaction is unknown or expired.")
        transaction = Transaction(
            id=self._new_id(),
            read_only=read_only,
            begun_at=now,
            used_at=now,
            retry=bool(retry_of),
            read_time=read_time,
        )
        self._open[transaction.id] = transaction
        return transaction

    def get(self, transaction_id: bytes, now: int) -> Transaction:
        """An open transaction. Raises INVALID_ARGUMENT for an unknown, ended or expired one."""
        transaction = self._open.get(transaction_id)
        if transaction is not None and _expired(transaction, now):
            self.end(transaction_id)
            transaction = None
        if transaction is None:
            raise invalid("The referenced transaction has expired or is no longer valid.")
        transaction.used_at = now
        return transaction

    def end(self, transaction_id: bytes) -> None:
        """Committed, aborted or rolled back."""
        if self._open.pop(transaction_id, None) is not None:
            self._ended[transaction_id] = None
            if len(self._ended) > MAX_ENDED_KNOWN:
                del self._ended[next(iter(self._ended))]

    def roll_back(self, transaction_id: bytes) -> None:
        """End it unless it has ended. Raises INVALID_ARGUMENT for one that never was."""
        if transaction_id not in self._open and transaction_id not in self._ended:
            raise invalid("The transaction to roll back is unknown.")
        self.end(transaction_id)

    def _drop_expired(self, now: int) -> None:
        while self._open:
            oldest = next(iter(self._open.values()))
            if not _expired(oldest, now):
                return
            self.end(oldest.id)


def _expired(transaction: Transaction, now: int) -> bool:
    return now - transaction.used_at > IDLE_LIMIT_US or now - transaction.begun_at > TIME_LIMIT_US
