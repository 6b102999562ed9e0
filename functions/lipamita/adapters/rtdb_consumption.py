"""``consumption_history`` in the database."""

from __future__ import annotations

from lipamita.adapters.rtdb_nodes import RtdbNodes
from lipamita.domain.consumption import HOURS_OF_DAY, Hours, Span
from lipamita.domain.ids import MeterId


class RtdbConsumption(RtdbNodes):
    """Implements use_cases.consumption_ports.ConsumptionStore."""

    def read_hours(self, meter_id: MeterId, span: Span) -> Hours:
        query = self.at(f"consumption_history/{meter_id}").order_by_key()
        query = query.start_at(span.first.isoformat()).end_at(span.last.isoformat())
        return {day: _hours(node) for day, node in (query.get() or {}).items()}


def _hours(node: object) -> dict[int, int]:
    """Hours of a day; one that has only entries from 10 on can come back as a list."""
    if isinstance(node, list):
        node = {str(index): value for index, value in enumerate(node)}
    rows = node.items() if isinstance(node, dict) else ()
    return {
        int(hour): value
        for hour, value in rows
        if hour.isdecimal()
        and int(hour) < HOURS_OF_DAY
        and isinstance(value, int)
        and not isinstance(value, bool)
    }
