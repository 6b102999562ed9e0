"""The audit in memory: the same chain, and it can be out of reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lipamita.domain.audit import EMPTY, AuditEntry, AuditRecord, Head, chained, head_of
from lipamita.domain.errors import BusyError


@dataclass
class MemoryAudit:
    """Implements use_cases.audit_ports.AuditTrail. Out of reach after ``reachable_for`` entries."""

    records: list[AuditRecord] = field(default_factory=list)
    reachable_for: int | None = None
    ends_with: Head | None = None
    """The head as it is kept, where it is to differ from the last record."""

    def append(self, entry: AuditEntry) -> AuditRecord:
        if self.reachable_for is not None:
            if self.reachable_for == 0:
                raise BusyError("busy", "the audit cannot be reached just now; try again")
            self.reachable_for -= 1
        record = chained(entry, self.head())
        self.records.append(record)
        return record

    def head(self) -> Head:
        if self.ends_with is not None:
            return self.ends_with
        return head_of(self.records[-1]) if self.records else EMPTY

    def page(
        self, *, before_seq: int | None, target: str | None, limit: int
    ) -> Sequence[AuditRecord]:
        found = [
            record
            for record in reversed(self.records)
            if (before_seq is None or record.seq < before_seq)
            and (target is None or record.entry.target == target)
        ]
        return found[:limit]

    def walk(self, *, after_seq: int, limit: int) -> Sequence[AuditRecord]:
        return [record for record in self.records if record.seq > after_seq][:limit]
