"""Alarms and notices in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from lipamita.domain.ids import TransactionId, Uid
from lipamita.domain.notice import AlarmCount, Notice
from lipamita.domain.units import Millis, day_eat
from lipamita.domain.verdict import Alarm
from lipamita.use_cases.records import Versioned

from tests.fakes.memory_nodes import MemoryNodes


@dataclass
class MemoryNotices(MemoryNodes):
    """Implements use_cases.notice_ports.NoticeStore, and raises alarms."""

    alarms: list[Alarm] = field(default_factory=list)
    alarm_counts: dict[tuple[str, str], AlarmCount] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)

    def raise_alarm(
        self, alarm: Alarm, *, transaction_id: TransactionId | None, now_ms: Millis
    ) -> None:
        day = day_eat(now_ms)
        old = self.alarm_counts.get((day, alarm.kind)) or AlarmCount(
            day=day, kind=alarm.kind, count=0, last_at_ms=now_ms
        )
        new = replace(
            old,
            count=old.count + 1,
            last_at_ms=now_ms,
            last_detail=alarm.detail,
            last_transaction_id=transaction_id,
        )

        def change() -> None:
            self.alarms.append(alarm)
            self.alarm_counts[day, alarm.kind] = new

        self._write("alarms", change)

    def recent_alarms(self) -> Sequence[AlarmCount]:
        days = sorted({day for day, _ in self.alarm_counts})[-2:]
        return [count for (day, _), count in self.alarm_counts.items() if day in days]

    def mark_alarm_told(self, told: AlarmCount, *, now_ms: Millis) -> None:
        key = (told.day, told.kind)
        new = replace(
            self.alarm_counts[key], noticed_count=told.count, noticed_at_ms=Millis(now_ms)
        )
        self._write("alarms", lambda: self.alarm_counts.update({key: new}))

    def create_notice(self, notice: Notice) -> None:
        if notice.notice_id not in self.notices:
            path = f"notices/{notice.notice_id}"
            self._write(path, lambda: self.notices.update({notice.notice_id: notice}))

    def read_notice(self, notice_id: str) -> Versioned[Notice] | None:
        tag = self._tag(f"notices/{notice_id}")
        notice = self.notices.get(notice_id)
        return None if notice is None else Versioned(notice, tag)

    def replace_notice(self, old: Versioned[Notice], new: Notice) -> bool:
        path = f"notices/{new.notice_id}"
        if str(self.versions.get(path, 0)) != old.tag:
            return False
        self._write(path, lambda: self.notices.update({new.notice_id: new}))
        return True

    def due_notices(self, *, now_ms: Millis, limit: int) -> Sequence[str]:
        due = [
            (notice.next_check_at_ms, key)
            for key, notice in self.notices.items()
            if notice.next_check_at_ms is not None and notice.next_check_at_ms <= now_ms
        ]
        return [key for _, key in sorted(due)[:limit]]

    def forget_notices_of(self, uid: Uid, *, limit: int) -> int:
        theirs = [key for key, one in self.notices.items() if one.recipient == uid][:limit]
        for key in theirs:
            self._write(f"notices/{key}", partial(self.notices.pop, key))
        return len(theirs)

    def postpone_notice(self, notice_id: str, next_check_at_ms: Millis | None) -> None:
        path = f"notices/{notice_id}"
        new = replace(self.notices[notice_id], next_check_at_ms=next_check_at_ms)
        self._write(path, lambda: self.notices.update({notice_id: new}))
