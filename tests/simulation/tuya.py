"""Meters that only somebody else's cloud reaches: each charge that arrives adds to the balance.

The meter's own count of what it was charged is the truth. The cloud loses charges and answers,
carries them out late, refuses, and shows an old report for a while.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from lipamita.domain.units import Millis
from lipamita.domain.vending import Reading

from tests.simulation.chance import Stream
from tests.simulation.meter_commands import Totals
from tests.simulation.timeline import DiedError, Timeline

UNIT_WH = 10
READ_TIMEOUT_MS = 10_000
LATE_MS = (20_000, 400_000, 2_400_000)
STALE_MS = (60_000, 900_000, 3_000_000)


@dataclass
class VendedMeter:
    """One such meter. It has no queue and no commands: ``wake`` does nothing."""

    meter_id: str
    timeline: Timeline
    charged_units: int = 0
    consumed_units: int = 0
    under_way: int = 0  # charges that the cloud has not carried out yet
    calls: int = 0  # charges that were asked for
    online: bool = True
    refused: list[str] = field(default_factory=list)
    kept: Totals = field(default_factory=Totals)
    given_back_wh: int = 0
    reported: Reading = field(
        default_factory=lambda: Reading(balance_units=0, consumed_units=0, at_ms=Millis(1))
    )

    def applied_wh(self, sold_wh: int) -> int:
        """What it holds of that much energy: whole units, the rest comes with the next sale."""
        missing = sold_wh // UNIT_WH - self.charged_units
        return sold_wh - missing * UNIT_WH

    def wake(self, _: int = 0) -> None:
        """Back on the air it says how it stands."""
        if self.online:
            self.report()

    def reboot(self, *, erased: bool) -> None:
        """Its own storage is not ours to lose."""
        del erased
        self.wake()

    def burn(self, share: float) -> None:
        self.consumed_units += int((self.charged_units - self.consumed_units) * share)
        self.wake()

    def apply(self, units: int) -> None:
        self.under_way -= 1
        self.charged_units += units
        self.timeline.say(f"{self.meter_id} is charged {units} units")

    def report(self) -> None:
        self.reported = Reading(
            balance_units=self.charged_units - self.consumed_units,
            consumed_units=self.consumed_units,
            at_ms=Millis(self.timeline.now_ms),
        )


class SimulatedCloud:
    """Implements use_cases.vend_ports.VendingCloud."""

    def __init__(self, timeline: Timeline) -> None:
        self.meters: dict[str, VendedMeter] = {}  # by device
        self._timeline = timeline

    def charge(self, device_id: str, units: int) -> bool | None:
        meter, chance = self.meters[device_id], self._chance()
        meter.calls += 1
        self._timeline.say(f"charges {meter.meter_id} {units} units")
        self._timeline.pause(chance.between(50, 1_500))
        if chance.fails("charge refused"):
            return False
        if chance.fails("charge lost"):
            self._timeline.pause(READ_TIMEOUT_MS)
            return None
        if not chance.fails("charge forgotten"):  # accepted, and never carried out
            self._carry_out(meter, units, chance)
        if chance.fails("crash while charging"):
            raise DiedError
        if chance.fails("charge answer lost"):
            self._timeline.pause(READ_TIMEOUT_MS)
            return None
        return True

    def read(self, device_id: str) -> Reading | None:
        chance = self._chance()
        self._timeline.pause(chance.between(50, 800))
        return None if chance.fails("cloud does not say") else self.meters[device_id].reported

    def _carry_out(self, meter: VendedMeter, units: int, chance: Stream) -> None:
        meter.under_way += 1
        now_ms = self._timeline.now_ms
        if chance.fails("charge late"):
            applied_ms = now_ms + chance.one_of(LATE_MS)
            self._timeline.at(applied_ms, partial(meter.apply, units))
        else:
            applied_ms = now_ms
            meter.apply(units)
        if chance.fails("old report shown"):  # a report from before, under a new time or the old
            stale_ms = now_ms + chance.one_of(STALE_MS)
            self._timeline.at(
                max(stale_ms, applied_ms), meter.wake
            )  # in the end it shows the truth
        else:
            self._timeline.at(applied_ms + chance.between(200, 20_000), meter.wake)

    def _chance(self) -> Stream:
        process = self._timeline.current
        assert process is not None
        return process.chance
