"""The meter as the judge knows it: totals that only grow, a durable record, an honest report.

It shares no code with the functions: it checks the code of each recharge by itself. Its applied
watt-hours are what was really delivered.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from typing import Protocol

from tests.simulation.timeline import DiedError, Timeline


class Entry(Protocol):
    """A recharge as it is read from the meter's queue."""

    @property
    def transaction_id(self) -> str: ...
    @property
    def sequence(self) -> int: ...
    @property
    def energy_wh(self) -> int: ...
    @property
    def credited_total_wh(self) -> int: ...
    @property
    def mac(self) -> str: ...


@dataclass(frozen=True)
class Totals:
    """What the meter knows."""

    credited_wh: int = 0
    sequence: int = 0
    consumed_wh: int = 0


@dataclass
class SimulatedMeter:
    """One meter. ``queue`` reads its recharges; ``acknowledge`` marks one processed."""

    meter_id: str
    master_secret: str
    timeline: Timeline
    queue: Callable[[], Mapping[str, Entry]]
    acknowledge: Callable[[str, int, Totals], None]
    online: bool = True
    totals: Totals = field(default_factory=Totals)  # in memory
    kept: Totals = field(default_factory=Totals)  # durable
    reported: Totals = field(default_factory=Totals)  # on the server
    refused: list[str] = field(default_factory=list)
    wakes: int = 0
    _old: dict[str, Entry] = field(default_factory=dict)

    def wake(self, delay_ms: int = 300) -> None:
        """Look at the queue soon."""
        if self.online:
            self.wakes += 1
            at_ms = self.timeline.now_ms + delay_ms
            self.timeline.start(at_ms, f"{self.meter_id} sync", self._sync)

    def reboot(self, *, erased: bool) -> None:
        """Start again from storage; an erased one takes what the server last heard."""
        if erased:
            self.kept = Totals()
        self.totals = larger(self.kept, self.reported)
        self.wake()

    def _sync(self) -> None:
        process = self.timeline.current
        assert process is not None
        chance = process.chance
        queue = dict(self.queue())
        if chance.fails("stale snapshot"):
            queue = dict(self._old)
        self._old = dict(self.queue())
        self.timeline.pause(chance.between(20, 400))
        try:
            self._apply_and_acknowledge(queue)
        except DiedError:
            self.timeline.say("meter loses power")
            erased = chance.fails("meter storage erased")
            self.totals = self.kept
            back_ms = self.timeline.now_ms + 5_000
            self.timeline.at(back_ms, lambda: self.reboot(erased=erased))

    def _apply_and_acknowledge(self, queue: Mapping[str, Entry]) -> None:
        for entry in queue.values():
            if self._is_genuine(entry):
                self.apply(entry)
        self._may_lose_power()
        self.commit()
        self._may_lose_power()
        for transaction_id in self.acknowledgeable(queue):
            entry = queue[transaction_id]
            balance_wh = entry.credited_total_wh - self.totals.consumed_wh
            self.timeline.pause(self._latency())
            if not self.online:
                return
            self.acknowledge(transaction_id, balance_wh, self.totals)
            self.reported = larger(self.reported, self.totals)
            self._may_lose_power()
            self.totals = replace(self.totals, consumed_wh=self.totals.consumed_wh + 1)

    def apply(self, entry: Entry) -> None:
        """Growing totals: applying an entry again changes nothing."""
        self.totals = replace(
            self.totals,
            credited_wh=max(self.totals.credited_wh, entry.credited_total_wh),
            sequence=max(self.totals.sequence, entry.sequence),
        )

    def commit(self) -> None:
        """Make it durable: only what is durable is acknowledged."""
        self.kept = self.totals

    def acknowledgeable(self, queue: Mapping[str, Entry]) -> list[str]:
        return [key for key, entry in queue.items() if entry.sequence <= self.kept.sequence]

    def _is_genuine(self, entry: Entry) -> bool:
        text = (
            f"{self.meter_id}|{entry.transaction_id}|{entry.sequence}"
            f"|{entry.credited_total_wh}|{entry.energy_wh}"
        )
        expected = hmac.new(_device_key(self.master_secret, self.meter_id), text.encode(), sha256)
        if expected.hexdigest() == entry.mac:
            return True
        self.refused.append(entry.transaction_id)
        return False

    def _latency(self) -> int:
        assert self.timeline.current is not None
        return self.timeline.current.chance.between(20, 400)

    def _may_lose_power(self) -> None:
        assert self.timeline.current is not None
        if self.timeline.current.chance.fails("meter crash"):
            raise DiedError


def larger(left: Totals, right: Totals) -> Totals:
    return Totals(
        credited_wh=max(left.credited_wh, right.credited_wh),
        sequence=max(left.sequence, right.sequence),
        consumed_wh=max(left.consumed_wh, right.consumed_wh),
    )


@lru_cache(maxsize=64)
def _device_key(master_secret: str, meter_id: str) -> bytes:
    return hmac.new(master_secret.encode(), f"device-key|{meter_id}".encode(), sha256).digest()
