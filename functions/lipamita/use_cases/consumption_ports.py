"""What consumption needs from the database."""

from __future__ import annotations

from typing import Protocol

from lipamita.domain.consumption import Hours, Span
from lipamita.domain.ids import MeterId


class ConsumptionStore(Protocol):
    """``consumption_history``."""

    def read_hours(self, meter_id: MeterId, span: Span) -> Hours:
        """The reported hours of those days; the rest is absent."""
        ...
