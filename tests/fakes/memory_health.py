"""Signs of life and queues in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from lipamita.domain.health import Health, Queue, QueueSize, Sign
from lipamita.domain.units import Millis
from lipamita.use_cases.health_ports import TokenTimes

from tests.fakes.memory_nodes import MemoryNodes

NO_TOKEN = TokenTimes(fetched_at_ms=None, expires_at_ms=None)


@dataclass
class MemoryHealth(MemoryNodes):
    """Implements use_cases.health_ports.HealthStore; ``sizes`` says how long the queues are."""

    signs: dict[Sign, Millis] = field(default_factory=dict)
    sign_details: dict[Sign, str] = field(default_factory=dict)
    sizes: dict[Queue, QueueSize] = field(default_factory=dict)
    silent_meters: int = 0
    token_times: TokenTimes = NO_TOKEN

    def note_sign(self, sign: Sign, *, now_ms: Millis, detail: str | None = None) -> None:
        def change() -> None:
            self.signs[sign] = now_ms
            if detail is not None:
                self.sign_details[sign] = detail

        self._write("health", change)

    def read_health(self) -> Health:
        return Health(
            seen_ms=dict(self.signs), token_failure=self.sign_details.get(Sign.TOKEN_FAILURE)
        )

    def measure_queue(self, queue: Queue, *, now_ms: Millis, limit: int) -> QueueSize:
        return self.sizes.get(queue, QueueSize())

    def count_silent_meters(self, *, before_ms: Millis, limit: int) -> int:
        return min(limit, self.silent_meters)

    def read_token_times(self) -> TokenTimes:
        return self.token_times
