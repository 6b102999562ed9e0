"""Where the audit is kept: a chain that only grows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from lipamita.domain.audit import AuditEntry, AuditRecord, Head


class AuditTrail(Protocol):
    """Firestore's ``audit``. Raises BusyError while it cannot be reached."""

    def append(self, entry: AuditEntry) -> AuditRecord:
        """Put the entry at the chain's end and move the head, in one atomic commit."""
        ...

    def head(self) -> Head:
        """The chain's end."""
        ...

    def page(
        self, *, before_seq: int | None, target: str | None, limit: int
    ) -> Sequence[AuditRecord]:
        """Newest first, older than ``before_seq``; only of that target if one is named."""
        ...

    def walk(self, *, after_seq: int, limit: int) -> Sequence[AuditRecord]:
        """Oldest first, from the number after ``after_seq``."""
        ...


class SnapshotStore(Protocol):
    """What the audit keeps of the live database."""

    def read_snapshot(self, path: str) -> object:
        """The node as JSON, or None; secrets left out and phones masked."""
        ...
