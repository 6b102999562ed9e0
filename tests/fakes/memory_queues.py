"""The order of the queues that people work off, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lipamita.adapters.refund_schema import refund_to_json
from lipamita.adapters.rtdb_confirmations import suspense_to_json
from lipamita.domain.ids import TransactionId
from lipamita.domain.refund import Refund, RefundId
from lipamita.domain.suspense import SuspenseItem
from lipamita.domain.work_queue import WorkQueue

from tests.fakes.memory_nodes import MemoryNodes


@dataclass
class MemoryQueues(MemoryNodes):
    """Implements use_cases.queue_ports.QueueStore."""

    review_places: dict[TransactionId, str] = field(default_factory=dict)  # of open reviews
    refunds: dict[RefundId, Refund] = field(default_factory=dict)
    suspense: dict[str, SuspenseItem] = field(default_factory=dict)

    def waiting(
        self, queue: WorkQueue, *, from_place: str, limit: int
    ) -> Sequence[tuple[str, str]]:
        nodes: dict[WorkQueue, dict[str, object]] = {
            WorkQueue.REVIEWS: {str(key): place for key, place in self.review_places.items()},
            WorkQueue.SUSPENSE: {
                key: suspense_to_json(key, item).get("waiting")
                for key, item in self.suspense.items()
            },
            WorkQueue.REFUNDS: {
                key: refund_to_json(refund).get("waiting") for key, refund in self.refunds.items()
            },
        }
        places = [(str(place), key) for key, place in nodes[queue].items() if place is not None]
        return sorted(row for row in places if row[0] >= from_place)[:limit]
