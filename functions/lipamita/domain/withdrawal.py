"""Take energy back from a meter: one withdrawal at a time, noted in its register before it is told.

The meter's withdrawn total may never be above the register's, so the register rises first. If the
meter refuses, the register falls back: nothing else can have raised it meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lipamita.domain.units import HOUR_MS, Millis, Wh

KEEP_CLOSED_WITHDRAWAL_MS = 24 * HOUR_MS  # outlives every process that may still repeat it


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """Energy on its way back: the total that the meter is told, and when it had answered."""

    energy_wh: Wh
    withdrawn_total_wh: Wh
    started_at_ms: Millis
    closed_at_ms: Millis | None = None


Withdrawals = Mapping[str, Withdrawal]


def open_withdrawal(withdrawals: Withdrawals) -> str | None:
    """The key of the one that the meter has not answered, if there is one."""
    waiting = [key for key, one in withdrawals.items() if one.closed_at_ms is None]
    return waiting[0] if waiting else None


def still_needed(withdrawals: Withdrawals, now_ms: Millis) -> dict[str, Withdrawal]:
    """Those that somebody may still ask for."""
    return {
        key: one
        for key, one in withdrawals.items()
        if one.closed_at_ms is None or now_ms - one.closed_at_ms < KEEP_CLOSED_WITHDRAWAL_MS
    }
