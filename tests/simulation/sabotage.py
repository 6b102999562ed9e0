"""Safety rules, each broken in one place. The simulation has to notice every one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from tests.simulation.chance import RATES

Break = Callable[[pytest.MonkeyPatch], None]
Rates = Mapping[str, float]

# Faults that make a breach show soon; each sabotage names the mixture that suits it.
ANY: Rates = dict(RATES)
NONE: Rates = {}
CRASHES: Rates = {
    "crash before a write": 0.1,
    "crash after a write": 0.1,
    "trigger doubled": 0.5,
    "schedule doubled": 0.5,
}
RACES: Rates = {"trigger doubled": 0.7, "schedule doubled": 0.7, "callback doubled": 0.7}
STALLS: Rates = {"stall": 0.08, "trigger doubled": 0.8, "callback doubled": 0.8}
LOST: Rates = {"trigger lost": 0.8, "callback late": 0.5}
LIES: Rates = {
    "odd code told": 0.6,
    "refusal told before paid": 0.5,
    "refusal told after paid": 0.5,
    "wrong amount paid": 0.5,
    "callback forged": 0.5,
    "confirmation forged": 0.5,
}
QUERIES: Rates = {
    "callback late": 0.9,
    "query contradicts": 0.4,
    "query says paid falsely": 0.5,
    "query odd code": 0.2,
    "query slow": 0.5,
    "trigger lost": 0.7,
}
MISLED: Rates = {"callback on another's path": 0.8}
PUSHES: Rates = {"push lost": 0.4, "push answer lost": 0.4, "push answer odd": 0.4}
METERS: Rates = {"meter crash": 0.2, "stale snapshot": 0.4, "meter storage erased": 0.4}


@dataclass(frozen=True)
class Sabotage:
    """One rule broken, and the faults under which that should show."""

    breaks: Break
    rates: Rates


SABOTAGES: dict[str, Sabotage] = {}


def under(rates: Rates) -> Callable[[Break], Break]:
    """Registers a sabotage by the name of its function."""

    def register(breaks: Break) -> Break:
        SABOTAGES[breaks.__name__] = Sabotage(breaks, rates)
        return breaks

    return register
