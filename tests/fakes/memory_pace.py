"""The pace of queries in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from lipamita.domain.query_pace import QueryPace
from lipamita.use_cases.records import Versioned

from tests.fakes.memory_nodes import MemoryNodes


@dataclass
class MemoryPace(MemoryNodes):
    """Implements use_cases.query_ports.PaceStore."""

    paces: dict[str, QueryPace] = field(default_factory=dict)

    def read_query_pace(self, sender: str) -> Versioned[QueryPace]:
        tag = self._tag(f"query_pace/{sender}")
        return Versioned(self.paces.get(sender, QueryPace()), tag)

    def replace_query_pace(self, sender: str, old: Versioned[QueryPace], new: QueryPace) -> bool:
        path = f"query_pace/{sender}"
        if str(self.versions.get(path, 0)) != old.tag:
            return False
        self._write(path, lambda: self.paces.update({sender: new}))
        return True
