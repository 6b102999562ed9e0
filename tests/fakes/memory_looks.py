"""Meters by when they are due, their live hours, and the months that the record keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lipamita.domain.consumption import Hours
from lipamita.domain.ids import MeterId
from lipamita.domain.meter import Meter
from lipamita.domain.roll_up import MonthUse, by_month, merged
from lipamita.domain.units import Millis
from lipamita.use_cases.look_ports import DueMeter, Looked

from tests.fakes.memory_nodes import MemoryNodes


@dataclass
class MemoryLooks(MemoryNodes):
    """Implements use_cases.look_ports.LookStore."""

    meters: dict[MeterId, Meter] = field(default_factory=dict)
    hours: dict[MeterId, dict[str, dict[int, int]]] = field(default_factory=dict)
    looked: dict[MeterId, Looked] = field(default_factory=dict)

    def due_meters(self, *, now_ms: Millis, limit: int) -> Sequence[DueMeter]:
        never = Looked(next_look_at_ms=Millis(-1))
        times = {key: self.looked.get(key, never) for key in self.meters}
        due = [key for key in times if times[key].next_look_at_ms <= now_ms]
        due.sort(key=lambda key: times[key].next_look_at_ms)
        return [
            DueMeter(meter_id=key, meter=self.meters[key], rolled_through=times[key].rolled_through)
            for key in due[:limit]
        ]

    def note_looks(self, looked: Mapping[MeterId, Looked]) -> None:
        self._write("meters", lambda: self.looked.update(looked))

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
