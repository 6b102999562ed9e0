"""What the use cases need from the store to show the queues that people work off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from lipamita.domain.work_queue import WorkQueue


class QueueStore(Protocol):
    """The order of ``reviews``, ``suspense`` and ``refunds``."""

    def waiting(
        self, queue: WorkQueue, *, from_place: str, limit: int
    ) -> Sequence[tuple[str, str]]:
        """Places from that one on and the keys that stand there, oldest first, by an index."""
        ...
