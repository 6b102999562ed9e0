"""Meters by when they are due, their live hours, and the months that the record keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from lipamita.domain.consumption import Hours
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Meter
from lipamita.domain.meter_alert import Alert
from lipamita.domain.roll_up import MonthUse, by_month, merged
from lipamita.domain.units import Millis
from lipamita.use_cases.look_ports import DueMeter, Looked

from tests.fakes.memory_nodes import MemoryNodes

_NEVER = Looked(next_look_at_ms=Millis(-1))


@dataclass
class MemoryLooks(MemoryNodes):
    """Implements use_cases.look_ports.LookStore."""

    meters: dict[MeterId, Meter] = field(default_factory=dict)
    hours: dict[MeterId, dict[str, dict[int, int]]] = field(default_factory=dict)
    looked: dict[MeterId, Looked] = field(default_factory=dict)
    alerts: dict[tuple[MeterId, str], Alert] = field(default_factory=dict)
    silent_mark: int = 0

    def due_meters(self, *, now_ms: Millis, limit: int) -> Sequence[DueMeter]:
        times = {key: self.looked.get(key, _NEVER) for key in self.meters}
        due = [key for key in times if times[key].next_look_at_ms <= now_ms]
        due.sort(key=lambda key: times[key].next_look_at_ms)
        return [
            DueMeter(
                meter_id=key,
                meter=self.meters[key],
                alerts=tuple(one for (owner, _), one in self.alerts.items() if owner == key),
                rolled_through=times[key].rolled_through,
                boots_seen=times[key].boots_seen,
            )
            for key in due[:limit]
        ]

    def note_looks(self, looked: Mapping[MeterId, Looked]) -> None:
        self._write("meters", lambda: self.looked.update(looked))

    def note_boots(self, meter_id: MeterId, boots_seen: int) -> None:
        noted = replace(self.looked.get(meter_id, _NEVER), boots_seen=boots_seen)
        self._write("meters", lambda: self.looked.update({meter_id: noted}))

    def forget_boots(self, meter_id: MeterId) -> None:
        """Another board counts its starts from the beginning."""
        if meter_id in self.looked:
            self.looked[meter_id] = replace(self.looked[meter_id], boots_seen=None)

    def meters_last_seen(
        self, *, after_ms: Millis, through_ms: Millis, limit: int
    ) -> Sequence[tuple[MeterId, Millis]]:
        seen = [(one.status.last_seen_ms, key) for key, one in self.meters.items()]
        found = [(key, at) for at, key in seen if at is not None and after_ms <= at <= through_ms]
        return sorted(found, key=lambda one: (one[1], one[0]))[:limit]

    def hasten_looks(self, meter_ids: Sequence[MeterId], *, now_ms: Millis) -> None:
        hastened = {
            key: replace(self.looked.get(key, _NEVER), next_look_at_ms=now_ms) for key in meter_ids
        }
        self._write("meters", lambda: self.looked.update(hastened))

    def read_silent_mark(self) -> Millis:
        return Millis(self.silent_mark)

    def set_silent_mark(self, last_seen_ms: Millis) -> None:
        self._write("health", lambda: setattr(self, "silent_mark", last_seen_ms))

    def read_alert(self, meter_id: MeterId, alert_id: str) -> Alert | None:
        return self.alerts.get((meter_id, alert_id))

    def read_alerts(self, meter_id: MeterId) -> Sequence[Alert]:
        return [alert for (key, _), alert in self.alerts.items() if key == meter_id]

    def put_alert(self, meter_id: MeterId, alert: Alert) -> None:
        """As a device writes its own, or the server one of its."""
        self._write("alerts", lambda: self.alerts.update({(meter_id, alert.alert_id): alert}))

    def forget_alerts(self, meter_id: MeterId, alert_ids: Sequence[str]) -> None:
        for alert_id in alert_ids:
            del self.alerts[meter_id, alert_id]

    def meters_of(self, uid: Uid, *, limit: int) -> Sequence[Meter]:
        return [meter for meter in self.meters.values() if meter.owner_uid == uid][:limit]

    def live_hours(self, meter_id: MeterId, *, through: str, limit: int) -> Hours:
        days = self.hours.get(meter_id, {})
        oldest = sorted(day for day in days if day <= through)[:limit]
        return {day: dict(days[day]) for day in oldest}

    def remove_hours(self, meter_id: MeterId, day: str, hours: Mapping[int, int]) -> bool:
        if self.hours.get(meter_id, {}).get(day, {}) != hours:
            return False
        path = f"consumption_history/{meter_id}/{day}"
        self._write(path, lambda: self._forget_day(meter_id, day))
        return True

    def _forget_day(self, meter_id: MeterId, day: str) -> None:
        self.hours.get(meter_id, {}).pop(day, None)


@dataclass
class MemoryMonths(MemoryNodes):
    """Implements use_cases.consumption_ports.ConsumptionRecord."""

    months: dict[tuple[MeterId, str], MonthUse] = field(default_factory=dict)

    def merge_hours(self, meter_id: MeterId, hours: Hours, *, now_ms: Millis) -> int:
        changed = 0
        for month in by_month(meter_id, hours):
            standing = self.months.get((meter_id, month.month))
            new = merged(standing.hours if standing else {}, month.hours)
            if standing is None or new != standing.hours:
                self._put(MonthUse(meter_id=meter_id, month=month.month, hours=new))
                changed += 1
        return changed

    def recorded_hours(self, meter_id: MeterId, months: Sequence[str]) -> Hours:
        self.on_read("consumption")
        found = [self.months.get((meter_id, month)) for month in months]
        return {day: row for month in found if month for day, row in month.hours.items()}

    def forget_months(self, before: str, *, limit: int) -> int:
        old = sorted(key for key in self.months if key[1] < before)[:limit]
        for key in old:
            del self.months[key]
        return len(old)

    def _put(self, month: MonthUse) -> None:
        key = (month.meter_id, month.month)
        self._write("consumption", lambda: self.months.update({key: month}))
