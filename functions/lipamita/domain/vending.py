"""Energy for a prepaid meter that is reached through somebody else's cloud (Tuya).

A charge adds to the meter's balance each time it is sent, so it is sent once for each intent. What
became of it is read from the meter itself: what it was ever charged is its balance and what it has
consumed. Where that does not tell, a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lipamita.domain.ids import MeterId
from lipamita.domain.recharge import SoldEntry
from lipamita.domain.units import MINUTE_MS, Millis

UNIT_WH = 10  # these meters count hundredths of a kWh
JITTER_UNITS = 1  # balance and consumption are reported one after the other
MIN_UNITS = 3  # less cannot be told from jitter
UNCERTAIN_AFTER_MS = 30 * MINUTE_MS


class VendStatus(StrEnum):
    """Where one charge stands."""

    SENT = "sent"
    UNCERTAIN = "uncertain"
    APPLIED = "applied"


class VendOutcome(StrEnum):
    """What the meter's totals say about a charge."""

    APPLIED = "applied"
    NOT_KNOWN = "not_known"
    UNCERTAIN = "uncertain"


class VendDecision(StrEnum):
    """What a person found out at the meter."""

    DELIVERED = "delivered"
    SEND_AGAIN = "send_again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the meter last reported, in units; ``at_ms`` is when it reported its balance."""

    balance_units: int
    consumed_units: int
    at_ms: Millis

    @property
    def charged_units(self) -> int:
        """All that the meter was ever charged."""
        return self.balance_units + self.consumed_units


@dataclass(frozen=True, slots=True, kw_only=True)
class Vend:
    """The intent to charge a meter, stored before it is sent, with what the meter said before."""

    meter_id: MeterId
    attempt: int
    units: int
    before_units: int
    before_at_ms: Millis
    intended_at_ms: Millis
    status: VendStatus = VendStatus.SENT


def units_of(entry: SoldEntry) -> int:
    """The whole units of a sale; what is below one is carried into the meter's next sale."""
    before_wh = entry.credited_total_wh - entry.energy_wh
    return entry.credited_total_wh // UNIT_WH - before_wh // UNIT_WH


def judge_vend(vend: Vend, reading: Reading | None, *, now_ms: Millis) -> VendOutcome:
    """What became of the charge. A report from before it proves nothing, whatever it shows."""
    if reading is not None and reading.at_ms > vend.before_at_ms:
        missing = vend.before_units + vend.units - reading.charged_units
        if abs(missing) <= JITTER_UNITS:
            return VendOutcome.APPLIED
    too_long = now_ms - vend.intended_at_ms >= UNCERTAIN_AFTER_MS
    return VendOutcome.UNCERTAIN if too_long else VendOutcome.NOT_KNOWN
