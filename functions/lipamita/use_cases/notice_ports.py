"""What telling people needs: a store of notices, and channels that take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from lipamita.domain.ids import Uid
from lipamita.domain.notice import AlarmCount, Notice, NoticeAnswer
from lipamita.domain.units import Millis
from lipamita.use_cases.records import Versioned


class NoticeStore(Protocol):
    """``notices``, and how much of ``alarms`` was told."""

    def create_notice(self, notice: Notice) -> None:
        """Create if absent by notice_id; one that stands is left as it is."""
        ...

    def read_notice(self, notice_id: str) -> Versioned[Notice] | None:
        """The notice, or None. Raises UnreadableError for a node that is no notice."""
        ...

    def replace_notice(self, old: Versioned[Notice], new: Notice) -> bool:
        """Compare-and-set; False if anybody wrote since ``old`` was read."""
        ...

    def due_notices(self, *, now_ms: Millis, limit: int) -> Sequence[str]:
        """Ids of notices whose next_check_at has passed, the longest due first, by an index."""
        ...

    def postpone_notice(self, notice_id: str, next_check_at_ms: Millis | None) -> None:
        """Set or clear next_check_at alone; used when a notice cannot be worked on."""
        ...

    def forget_notices_of(self, uid: Uid, *, limit: int) -> int:
        """Remove notices that are for that user, by an index; how many went. Safe to repeat."""
        ...

    def recent_alarms(self) -> Sequence[AlarmCount]:
        """The counts of the last two days on which alarms were raised."""
        ...

    def mark_alarm_told(self, told: AlarmCount, *, now_ms: Millis) -> None:
        """Remember that ``told.count`` of the day and kind was told; the last word wins."""
        ...


class Notifier(Protocol):
    """One channel: a log, a webhook, SMS. A notice may come twice; its id tells so."""

    def tell(self, notice: Notice, *, now_ms: Millis) -> NoticeAnswer:
        """Deliver, within a few seconds. Never raises for the channel's own faults."""
        ...
