"""What is needed to take a meter's reports, and to make reports of meters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lipamita.domain.ids import MeterId
from lipamita.domain.meter import Meter
from lipamita.domain.report import BalanceReport
from lipamita.domain.units import Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Accounting days, both included."""

    from_day: str
    to_day: str


class ReportStore(Protocol):
    """``meters`` as their devices report them."""

    def put_balance(self, seen: Meter, report: BalanceReport) -> bool:
        """Compare-and-set: False if a total is not as it was seen; the last report wins."""
        ...

    def put_status(
        self, meter_id: MeterId, status: Mapping[str, object], *, now_ms: Millis
    ) -> None:
        """These fields of the status, and when they came; by meter_id, the last word wins."""
        ...

    def meters_after(
        self, after: MeterId | None, *, limit: int
    ) -> Sequence[tuple[MeterId, Meter | None]]:
        """A page of all meters by number, those after the named one; None for a damaged node."""
        ...

    def meters_silent_since(self, before_ms: Millis, *, limit: int) -> Sequence[Meter]:
        """Meters that reported last before then, the longest silent first, by an index."""
        ...
