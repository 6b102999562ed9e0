"""What the use cases need from the store to take a meter's reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from lipamita.domain.ids import MeterId
from lipamita.domain.meter import Meter
from lipamita.domain.report import BalanceReport
from lipamita.domain.units import Millis


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
