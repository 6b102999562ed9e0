"""Meters by when they are to be looked at, and their live hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lipamita.adapters.alert_schema import alert_from_json, alerts_of
from lipamita.adapters.fields import Fields, as_map
from lipamita.adapters.meter_schema import meter_from_json
from lipamita.adapters.rtdb_nodes import NOTHING, RtdbNodes, found_by
from lipamita.domain.consumption import HOURS_OF_DAY, Hours
from lipamita.domain.errors import UnreadableError
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Meter
from lipamita.domain.meter_alert import Alert
from lipamita.domain.units import Millis
from lipamita.use_cases.look_ports import DueMeter, Looked


class RtdbLooks(RtdbNodes):
    """Implements use_cases.look_ports.LookStore."""

    def due_meters(self, *, now_ms: Millis, limit: int) -> Sequence[DueMeter]:
        # Without a lower bound: a meter without the time sorts before all that have one.
        query = self.at("meters").order_by_child("next_look_at").end_at(now_ms)
        found = found_by(query.limit_to_first(limit))
        return [_due(MeterId(key), node) for key, node in found.items()]

    def note_looks(self, looked: Mapping[MeterId, Looked]) -> None:
        changes: dict[str, object] = {}
        for meter_id, one in looked.items():
            changes[f"{meter_id}/next_look_at"] = one.next_look_at_ms
            changes[f"{meter_id}/rolled_through"] = one.rolled_through
            changes[f"{meter_id}/boots_seen"] = one.boots_seen
        if changes:
            self.at("meters").update(changes)

    def note_boots(self, meter_id: MeterId, boots_seen: int) -> None:
        self.at(f"meters/{meter_id}").update({"boots_seen": boots_seen})

    def meters_last_seen(
        self, *, after_ms: Millis, through_ms: Millis, limit: int
    ) -> Sequence[tuple[MeterId, Millis]]:
        query = self.at("meters").order_by_child("status/last_seen")
        query = query.start_at(max(1, after_ms)).end_at(through_ms)
        found = found_by(query.limit_to_first(limit))
        return [(MeterId(key), Millis(node["status"]["last_seen"])) for key, node in found.items()]

    def hasten_looks(self, meter_ids: Sequence[MeterId], *, now_ms: Millis) -> None:
        if meter_ids:
            self.at("meters").update({f"{key}/next_look_at": now_ms for key in meter_ids})

    def read_silent_mark(self) -> Millis:
        return Millis(self.at("health/silent_through").get() or 0)

    def set_silent_mark(self, last_seen_ms: Millis) -> None:
        self.at("health").update({"silent_through": last_seen_ms})

    def read_alert(self, meter_id: MeterId, alert_id: str) -> Alert | None:
        path = f"meters/{meter_id}/alerts/{alert_id}"
        node = self.at(path).get()
        return None if node is None else alert_from_json(alert_id, Fields.of(path, node))

    def read_alerts(self, meter_id: MeterId) -> Sequence[Alert]:
        path = f"meters/{meter_id}"
        node = self.at(f"{path}/alerts").get()
        return tuple(alerts_of(Fields.of(path, {"alerts": node or {}})))

    def forget_alerts(self, meter_id: MeterId, alert_ids: Sequence[str]) -> None:
        if alert_ids:
            self.at(f"meters/{meter_id}/alerts").update(dict.fromkeys(alert_ids))

    def meters_of(self, uid: Uid, *, limit: int) -> Sequence[Meter]:
        query = self.at("meters").order_by_child("owner_uid").equal_to(uid)
        found = found_by(query.limit_to_first(limit))
        return [meter_from_json(MeterId(key), node) for key, node in found.items()]

    def live_hours(self, meter_id: MeterId, *, through: str, limit: int) -> Hours:
        query = self.at(f"consumption_history/{meter_id}").order_by_key().end_at(through)
        found = query.limit_to_first(limit).get() or {}
        return {day: hours_of_day(node) for day, node in found.items()}

    def remove_hours(self, meter_id: MeterId, day: str, hours: Mapping[int, int]) -> bool:
        reference = self.at(f"consumption_history/{meter_id}/{day}")
        node, tag = reference.get(etag=True)
        if hours_of_day(node) != hours:
            return False
        written, _, _ = reference.set_if_unchanged(tag, NOTHING)
        return bool(written)


def hours_of_day(node: object) -> dict[int, int]:
    """Hours of a day; one that has only entries from 10 on can come back as a list."""
    hours = as_map(node)
    rows = hours.items() if isinstance(hours, dict) else ()
    return {
        int(hour): value
        for hour, value in rows
        if hour.isdecimal()
        and int(hour) < HOURS_OF_DAY
        and isinstance(value, int)
        and not isinstance(value, bool)
    }


def _due(meter_id: MeterId, node: object) -> DueMeter:
    try:
        fields = Fields.of(f"meters/{meter_id}", node)
        return DueMeter(
            meter_id=meter_id,
            meter=meter_from_json(meter_id, node),
            alerts=tuple(alerts_of(fields)),
            rolled_through=fields.optional_text("rolled_through"),
            boots_seen=fields.optional_whole("boots_seen"),
        )
    except UnreadableError:
        return DueMeter(meter_id=meter_id, meter=None)
