"""Meters' reports over HTTP in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lipamita.adapters.meter_schema import meter_from_json
from lipamita.adapters.rtdb_nodes import RtdbNodes, found_by, in_key_order
from lipamita.domain.errors import UnreadableError
from lipamita.domain.ids import MeterId
from lipamita.domain.meter import Meter
from lipamita.domain.report import BalanceReport
from lipamita.domain.units import Millis


class RtdbReports(RtdbNodes):
    """Implements use_cases.report_ports.ReportStore."""

    def put_balance(self, seen: Meter, report: BalanceReport) -> bool:
        # The totals stand beside each other, so the whole meter is compared and set; losing to
        # another writer is told to the caller, who looks again.
        reference = self.at(f"meters/{seen.meter_id}")
        node, tag = reference.get(etag=True)
        if not isinstance(node, dict) or _totals(meter_from_json(seen.meter_id, node)) != _totals(
            seen
        ):
            return False
        told = {
            "current_balance": report.current_balance_wh,
            "credited_total": report.credited_total_wh,
            "withdrawn_total": report.withdrawn_total_wh,
            "energy_consumed_total": report.energy_consumed_total_wh,
            "sequence": report.sequence,
            "consumption_rate": report.consumption_rate_w,
        }
        written, _, _ = reference.set_if_unchanged(tag, {**node, **told})
        return bool(written)

    def put_status(
        self, meter_id: MeterId, status: Mapping[str, object], *, now_ms: Millis
    ) -> None:
        self.at(f"meters/{meter_id}/status").update({**status, "last_seen": now_ms})

    def meters_after(
        self, after: MeterId | None, *, limit: int
    ) -> Sequence[tuple[MeterId, Meter | None]]:
        query = self.at("meters").order_by_key()
        if after is not None:
            query = query.start_at(after)  # inclusive, and so one more
        found = found_by(query.limit_to_first(limit + 1))
        keys = [MeterId(key) for key in sorted(found, key=in_key_order) if key != after][:limit]
        return [(key, _readable(key, found[key])) for key in keys]

    def meters_silent_since(self, before_ms: Millis, *, limit: int) -> Sequence[Meter]:
        found = self.due_nodes("meters", now_ms=before_ms, limit=limit, by="status/last_seen")
        read = [_readable(MeterId(key), node) for key, node in found.items()]
        return [meter for meter in read if meter is not None]


def _readable(meter_id: MeterId, node: object) -> Meter | None:
    try:
        return meter_from_json(meter_id, node)
    except UnreadableError:
        return None


def _totals(meter: Meter) -> tuple[int | None, ...]:
    return (
        meter.credited_total_wh,
        meter.withdrawn_total_wh,
        meter.energy_consumed_total_wh,
        meter.sequence,
    )
