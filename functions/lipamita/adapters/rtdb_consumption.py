"""``consumption_history`` in the database."""

from __future__ import annotations

from lipamita.adapters.rtdb_looks import RtdbLooks, hours_of_day
from lipamita.domain.consumption import Hours, Span
from lipamita.domain.ids import MeterId


class RtdbConsumption(RtdbLooks):
    """Implements use_cases.consumption_ports.ConsumptionStore."""

    def read_hours(self, meter_id: MeterId, span: Span) -> Hours:
        query = self.at(f"consumption_history/{meter_id}").order_by_key()
        query = query.start_at(span.first.isoformat()).end_at(span.last.isoformat())
        return {day: hours_of_day(node) for day, node in (query.get() or {}).items()}
