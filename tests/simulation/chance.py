"""Chance that can be replayed: every actor draws from a stream of its own, named by the seed.

A fault is one named opportunity at which an actor's stream said yes. Removing a fault or an actor
leaves the draws of all others as they were, so that a failing run can be made smaller.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

# kind of fault -> how often its opportunity becomes one, in runs that have it at all
RATES: dict[str, float] = {
    "crash before a write": 0.04,
    "crash after a write": 0.04,
    "write refused": 0.03,
    "write answer lost": 0.03,
    "own write looks like another's": 0.04,
    "stall": 0.02,
    "crash while pushing": 0.12,
    "crash while querying": 0.12,
    "schedule missed": 0.25,
    "schedule doubled": 0.25,
    "trigger lost": 0.4,
    "trigger doubled": 0.3,
    "trigger late": 0.3,
    "push not connected": 0.1,
    "push lost": 0.12,
    "push refused": 0.15,
    "push answer lost": 0.25,
    "push answer odd": 0.15,
    "push slow": 0.4,
    "callback lost": 0.4,
    "callback late": 0.3,
    "callback doubled": 0.3,
    "callback copy rewritten": 0.4,
    "refusal told before paid": 0.15,
    "refusal told after paid": 0.25,
    "odd code told": 0.2,
    "wrong amount paid": 0.15,
    "amount unreadable": 0.12,
    "paid twice": 0.06,
    "receipt missing": 0.1,
    "callback on another's path": 0.2,
    "callback forged": 0.25,
    "confirmation lost": 0.3,
    "confirmation late": 0.3,
    "confirmation doubled": 0.3,
    "confirmation forged": 0.2,
    "query dead": 0.3,
    "query slow": 0.3,
    "query random error": 0.3,
    "query odd code": 0.1,
    "query contradicts": 0.15,
    "query says paid falsely": 0.4,
    "pull broken off": 0.3,
    "money out not connected": 0.2,
    "money out lost": 0.2,
    "money out refused": 0.25,
    "money out answer lost": 0.35,
    "money out answer odd": 0.3,
    "money out slow": 0.4,
    "money out refused later": 0.3,
    "crash while sending": 0.25,
    "queue timeout": 0.35,
    "result lost": 0.35,
    "result late": 0.35,
    "result doubled": 0.35,
    "result odd": 0.25,
    "result with another amount": 0.25,
    "result forged": 0.35,
    "refusal of money out told falsely": 0.3,
    "reversed already told of our own": 0.5,
    "status question lost": 0.3,
    "status answer lost": 0.3,
    "status knows nothing": 0.4,
    "charge refused": 0.3,
    "charge lost": 0.2,
    "charge answer lost": 0.3,
    "charge late": 0.4,
    "charge forgotten": 0.2,
    "crash while charging": 0.2,
    "old report shown": 0.3,
    "cloud does not say": 0.2,
    "command answer lost": 0.35,
    "meter report late": 0.35,
    "meter crash": 0.1,
    "meter storage erased": 0.3,
    "stale snapshot": 0.25,
    "acknowledgement lost": 0.2,
}
MAX_STRIKES = 20  # of one kind in one run: then it is over, or a retry could go on for ever
NEVER: frozenset[str] = frozenset()
_SCALE = 1 << 32
_MASK = (1 << 64) - 1
T = TypeVar("T")


class Stream:
    """The chance of one actor: a linear congruential generator (Knuth's MMIX constants)."""

    def __init__(self, faults: Faults, name: str) -> None:
        self.name = name
        self._faults = faults
        self._turns = 0
        seed = blake2b(f"{faults.seed}|{name}".encode(), digest_size=8)
        self._state = int.from_bytes(seed.digest(), "big")

    def share(self) -> float:
        """From 0 up to but not including 1."""
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) & _MASK
        return (self._state >> 32) / _SCALE

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.share() * (high - low + 1))

    def one_of(self, choices: Sequence[T]) -> T:
        return choices[int(self.share() * len(choices))]

    def likely(self, probability: float) -> bool:
        """A choice that is no fault."""
        return self.share() < probability

    def bytes(self, count: int) -> bytes:
        return bytes(self.between(0, 255) for _ in range(count))

    def fails(self, kind: str) -> bool:
        """Whether this fault strikes here and now."""
        rate = self._faults.rates.get(kind)
        if rate is None or not self._faults.on:
            return False
        self._turns += 1
        return self.share() < rate and self._faults.strike(kind, f"{self.name} #{self._turns}")


class Faults:
    """Which faults this run has, which of them struck, and which were removed to shrink it."""

    def __init__(self, seed: int, removed: frozenset[str] = NEVER) -> None:
        self.seed = seed
        self.on = True
        self.rates: dict[str, float] = {}
        self.struck: list[str] = []
        self._removed = removed
        self._counts: Counter[str] = Counter()

    def enable(self, rates: dict[str, float]) -> None:
        self.rates = rates

    def strike(self, kind: str, where: str) -> bool:
        fault = f"{kind} @ {where}"
        if fault in self._removed or self._counts[kind] >= MAX_STRIKES:
            return False
        self._counts[kind] += 1
        self.struck.append(fault)
        return True

    def stream(self, name: str) -> Stream:
        return Stream(self, name)


def kind_of(fault: str) -> str:
    return fault.partition(" @ ")[0]


def draw_rates(chance: Stream) -> dict[str, float]:
    """Some kinds of faults, each at some strength: runs that differ find more than equal ones."""
    style = chance.share()
    if style < 0.04:
        return {}
    share_of_kinds = chance.one_of((0.1, 0.25, 0.5, 0.9))
    strength = chance.one_of((0.5, 1.0, 1.0, 2.0))
    return {
        kind: min(0.9, rate * strength)
        for kind, rate in RATES.items()
        if chance.likely(share_of_kinds)
    }
