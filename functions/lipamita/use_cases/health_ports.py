"""What is needed to know how the whole is doing: signs of life, and how long the queues are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from lipamita.domain.health import Health, Queue, QueueSize, Sign
from lipamita.domain.units import Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenTimes:
    """The access token that all instances share; never the token itself."""

    fetched_at_ms: Millis | None
    expires_at_ms: Millis | None


class HealthStore(Protocol):
    """``health``, and bounded looks at the queues. No read grows with meters or payments."""

    def note_sign(self, sign: Sign, *, now_ms: Millis, detail: str | None = None) -> None:
        """Remember that the sign was seen, at most once a minute in a process.

        Never raises for the database's faults: nobody's money waits for a sign.
        """
        ...

    def read_health(self) -> Health:
        """When each sign was last seen."""
        ...

    def measure_queue(self, queue: Queue, *, now_ms: Millis, limit: int) -> QueueSize:
        """How many wait there, at most ``limit``, by an index."""
        ...

    def count_silent_meters(self, *, before_ms: Millis, limit: int) -> int:
        """How many meters reported last before then, at most ``limit``, by an index."""
        ...

    def read_token_times(self) -> TokenTimes:
        """When the shared access token was fetched and when it ends."""
        ...
