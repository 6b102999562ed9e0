"""What looking after meters needs from the live database: who is due, and their live hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lipamita.domain.consumption import Hours
from lipamita.domain.ids import MeterId
from lipamita.domain.meter import Meter
from lipamita.domain.units import Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class DueMeter:
    """A meter that is to be looked at. ``meter`` is None where its node cannot be read.

    ``rolled_through`` is the last day (EAT) whose hours were gathered into the record.
    """

    meter_id: MeterId
    meter: Meter | None
    rolled_through: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """When a meter is due again, and through which day its hours were gathered."""

    next_look_at_ms: Millis
    rolled_through: str | None = None


class LookStore(Protocol):
    """``meters`` by when they are due, and the live hours of one."""

    def due_meters(self, *, now_ms: Millis, limit: int) -> Sequence[DueMeter]:
        """Meters never looked at, then those whose next_look_at has passed, by an index."""
        ...

    def note_looks(self, looked: Mapping[MeterId, Looked]) -> None:
        """When each is due again, in one write; by meter_id, the last word wins."""
        ...

    def live_hours(self, meter_id: MeterId, *, through: str, limit: int) -> Hours:
        """The hours of the oldest ``limit`` days that are live, none after ``through``."""
        ...

    def remove_hours(self, meter_id: MeterId, day: str, hours: Mapping[int, int]) -> bool:
        """Compare-and-set that day to nothing; False if it has other hours than these."""
        ...
