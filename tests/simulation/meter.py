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

from tests.simulation.meter_commands import Command, Totals, is_signed, larger, withdrawn_by
from tests.simulation.timeline import DiedError, Timeline


class PowerLostError(Exception):
    """The meter went dark while this was being done."""


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


@dataclass
class SimulatedMeter:
    """One meter. ``queue`` reads its recharges; ``acknowledge`` marks one processed.

    ``commands`` reads what it is told to do and has not answered; ``answer`` says what it did.
    """

    meter_id: str
    master_secret: str
    timeline: Timeline
    queue: Callable[[], Mapping[str, Entry]]
    acknowledge: Callable[[str, int, Totals], None]
    commands: Callable[[], Mapping[str, Command]]
    report: Callable[[Totals], None]
    answer: Callable[[str, str], None]
    online: bool = True
    totals: Totals = field(default_factory=Totals)  # in memory
    kept: Totals = field(default_factory=Totals)  # durable
    reported: Totals = field(default_factory=Totals)  # on the server
    refused: list[str] = field(default_factory=list)
    wakes: int = 0
    lives: int = 1  # what one life was doing ends with it
    _old: dict[str, Entry] = field(default_factory=dict)

    @property
    def given_back_wh(self) -> int:
        """Durable, here or where it was reported: erased storage takes that."""
        return larger(self.kept, self.reported).withdrawn_wh

    def applied_wh(self, _: int) -> int:
        """All that was ever credited to it, durably."""
        return self.kept.credited_wh

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

    def burn(self, share: float) -> None:
        """Somebody uses that much of what is left, and the meter tells so if it can."""
        used_wh = int(max(0, self.totals.balance_wh) * share)
        self.totals = replace(self.totals, consumed_wh=self.totals.consumed_wh + used_wh)
        self.commit()
        self.wake()

    def _sync(self) -> None:
        process = self.timeline.current
        assert process is not None
        chance = process.chance
        queue = dict(self.queue())
        if chance.fails("stale snapshot"):
            queue = dict(self._old)
        self._old = dict(self.queue())
        life = self.lives
        self.timeline.pause(chance.between(20, 400))
        if self.lives != life:
            return
        try:
            self._apply_and_acknowledge(queue, life)
            self._obey(life)
        except PowerLostError:
            return  # with everything that it was doing
        except DiedError:
            self.lives += 1
            self.timeline.say("meter loses power")
            erased = chance.fails("meter storage erased")
            self.totals = self.kept
            back_ms = self.timeline.now_ms + 5_000
            self.timeline.at(back_ms, lambda: self.reboot(erased=erased))

    def _apply_and_acknowledge(self, queue: Mapping[str, Entry], life: int) -> None:
        for entry in queue.values():
            if self._is_genuine(entry):
                self.apply(entry)
        self._may_lose_power()
        self.commit()
        self._may_lose_power()
        process = self.timeline.current
        assert process is not None
        for transaction_id in self.acknowledgeable(queue):
            entry = queue[transaction_id]
            balance_wh = self.totals.balance_wh
            self._pause(life)
            if not self.online:
                return
            self.acknowledge(transaction_id, balance_wh, self.totals)
            self.reported = larger(self.reported, self.totals)
            self._may_lose_power()
            if process.chance.likely(0.3):
                self.totals = replace(self.totals, consumed_wh=self.totals.consumed_wh + 1)

    def _obey(self, life: int) -> None:
        """Carry out what it is told, make it durable, show its totals, and answer."""
        for key, command in sorted(self.commands().items()):
            self._pause(life)
            if not self.online:
                return
            if not is_signed(
                command, self.meter_id, _device_key(self.master_secret, self.meter_id)
            ):
                self.refused.append(key)
                continue
            withdrawn_wh, result = withdrawn_by(command, self.totals)
            self.totals = replace(
                self.totals,
                withdrawn_wh=withdrawn_wh,
                command_sequence=max(self.totals.command_sequence, command.sequence),
            )
            self.commit()
            self._may_lose_power()
            self._tell(key, result)
            self._may_lose_power()

    def _tell(self, key: str, result: str) -> None:
        """Its totals and its answer are two writes: either may come late, or not at all."""
        assert self.timeline.current is not None
        chance = self.timeline.current.chance
        self.timeline.say(f"{key}: {result}, {self.totals.withdrawn_wh} Wh given back")
        if chance.fails("meter report late"):
            totals, at_ms = self.totals, self.timeline.now_ms + chance.one_of((30_000, 400_000))
            self.timeline.start(at_ms, f"{self.meter_id} reports", lambda: self.report(totals))
        else:
            self.report(self.totals)
        self.reported = larger(self.reported, self.totals)
        if chance.fails("command answer lost"):
            self.wake(60_000)
            return
        self.answer(key, result)

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

    def _pause(self, life: int) -> None:
        """As long as the network takes. Raises PowerLostError when the meter went dark."""
        assert self.timeline.current is not None
        self.timeline.pause(self.timeline.current.chance.between(20, 400))
        if self.lives != life:
            raise PowerLostError

    def _may_lose_power(self) -> None:
        assert self.timeline.current is not None
        if self.timeline.current.chance.fails("meter crash"):
            raise DiedError


@lru_cache(maxsize=64)
def _device_key(master_secret: str, meter_id: str) -> bytes:
    return hmac.new(master_secret.encode(), f"device-key|{meter_id}".encode(), sha256).digest()
