"""The queues that people work off, in the database: found by the index on ``waiting``."""

from __future__ import annotations

from collections.abc import Sequence

from lipamita.adapters.fields import Fields
from lipamita.adapters.rtdb_nodes import RtdbNodes
from lipamita.domain.work_queue import WorkQueue


class RtdbQueues(RtdbNodes):
    """Implements use_cases.queue_ports.QueueStore."""

    def waiting(
        self, queue: WorkQueue, *, from_place: str, limit: int
    ) -> Sequence[tuple[str, str]]:
        path = queue.value
        found = (
            self.at(path)
            .order_by_child("waiting")
            .start_at(from_place)  # text sorts behind whatever has no place
            .limit_to_first(limit)
            .get()
        )
        nodes = Fields.of(path, found or {}).node
        places = [
            (Fields.of(f"{path}/{key}", node).text("waiting"), key) for key, node in nodes.items()
        ]
        return sorted(places)
