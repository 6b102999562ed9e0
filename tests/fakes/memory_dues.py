"""Suspense, reviews and refunds that the record has not yet heard of, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.fakes.memory_nodes import MemoryNodes


@dataclass
class MemoryDues(MemoryNodes):
    """Each place that the record has to read, with since when."""

    record_due_ms: dict[str, int] = field(default_factory=dict)

    def _tell_record(self, path: str, at_ms: int) -> None:
        """Never what it was, by which the record knows what it read."""
        self.record_due_ms[path] = max(at_ms, self.record_due_ms.get(path, 0) + 1)

    def _due_for_record(self, place: str, *, now_ms: int, limit: int) -> list[str]:
        """Keys below the place, the longest due first."""
        due = sorted(
            (at_ms, path.removeprefix(f"{place}/"))
            for path, at_ms in self.record_due_ms.items()
            if path.startswith(f"{place}/") and at_ms <= now_ms
        )
        return [key for _, key in due[:limit]]
