"""What looking after meters needs from the live database: who is due, and their live hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lipamita.domain.consumption import Hours
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Meter
from lipamita.domain.meter_alert import Alert
from lipamita.domain.units import Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class DueMeter:
    """A meter that is to be looked at. ``meter`` is None where its node cannot be read.

    ``rolled_through`` is the last day (EAT) whose hours were gathered into the record, and
    ``boots_seen`` how many starts it counted when it was looked at last.
    """

    meter_id: MeterId
    meter: Meter | None
    alerts: tuple[Alert, ...] = ()
    rolled_through: str | None = None
    boots_seen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """When a meter is due again, through which day its hours were gathered, and its starts."""

    next_look_at_ms: Millis
    rolled_through: str | None = None
    boots_seen: int | None = None


class LookStore(Protocol):
    """``meters`` by when they are due, and the live hours of one."""

    def due_meters(self, *, now_ms: Millis, limit: int) -> Sequence[DueMeter]:
        """Meters never looked at, then those whose next_look_at has passed, by an index."""
        ...

    def note_looks(self, looked: Mapping[MeterId, Looked]) -> None:
        """When each is due again, in one write; by meter_id, the last word wins."""
        ...

    def note_boots(self, meter_id: MeterId, boots_seen: int) -> None:
        """So many starts were noticed, and fewer would be a reset; the last word wins."""
        ...

    def meters_last_seen(
        self, *, after_ms: Millis, through_ms: Millis, limit: int
    ) -> Sequence[tuple[MeterId, Millis]]:
        """Meters last seen in that time, both ends included, the longest silent first, by an index;
        each with when.
        """
        ...

    def hasten_looks(self, meter_ids: Sequence[MeterId], *, now_ms: Millis) -> None:
        """Make them due now, in one write."""
        ...

    def read_silent_mark(self) -> Millis:
        """Up to which time of being last seen silent meters were found; 0 at first."""
        ...

    def set_silent_mark(self, last_seen_ms: Millis) -> None:
        """Remember it; the last word wins."""
        ...

    def read_alert(self, meter_id: MeterId, alert_id: str) -> Alert | None:
        """The alert, or None."""
        ...

    def read_alerts(self, meter_id: MeterId) -> Sequence[Alert]:
        """All alerts of the meter."""
        ...

    def forget_alerts(self, meter_id: MeterId, alert_ids: Sequence[str]) -> None:
        """Remove them, in one write."""
        ...

    def meters_of(self, uid: Uid, *, limit: int) -> Sequence[Meter]:
        """Meters whose owner that is, by an index."""
        ...

    def live_hours(self, meter_id: MeterId, *, through: str, limit: int) -> Hours:
        """The hours of the oldest ``limit`` days that are live, none after ``through``."""
        ...

    def remove_hours(self, meter_id: MeterId, day: str, hours: Mapping[int, int]) -> bool:
        """Compare-and-set that day to nothing; False if it has other hours than these."""
        ...
