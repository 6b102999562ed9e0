"""What consumption needs from the live database and from the record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from lipamita.domain.consumption import Hours, Span
from lipamita.domain.ids import MeterId
from lipamita.domain.units import Millis
from lipamita.use_cases.look_ports import LookStore


class ConsumptionStore(LookStore, Protocol):
    """``consumption_history``."""

    def read_hours(self, meter_id: MeterId, span: Span) -> Hours:
        """The reported hours of those days; the rest is absent."""
        ...


class ConsumptionRecord(Protocol):
    """Months of consumption in the record, each a document of its own."""

    def merge_hours(self, meter_id: MeterId, hours: Hours, *, now_ms: Millis) -> int:
        """Add hours to their months, the larger of each where one stands; by meter and month.

        Each month in one atomic commit; repeating it changes nothing. How many months changed.
        """
        ...

    def recorded_hours(self, meter_id: MeterId, months: Sequence[str]) -> Hours:
        """The hours of those months (yyyy-mm) as they are recorded."""
        ...

    def forget_months(self, before: str, *, limit: int) -> int:
        """Remove months before that one (yyyy-mm), the oldest first; how many went."""
        ...
