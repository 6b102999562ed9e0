"""Each safety rule broken in turn: a simulation that does not notice proves nothing."""

from __future__ import annotations

import pytest

from tests.simulation import broken_belief, broken_work
from tests.simulation.run import run
from tests.simulation.sabotage import SABOTAGES

FIRST_SEED = 7_000_000
MAX_RUNS = 400

assert broken_belief
assert broken_work


@pytest.mark.parametrize("rule", SABOTAGES)
def test_the_simulation_notices(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sabotage = SABOTAGES[rule]
    sabotage.breaks(monkeypatch)
    assert any(run(FIRST_SEED + n, rates=sabotage.rates).violations for n in range(MAX_RUNS))


@pytest.mark.parametrize("rule", SABOTAGES)
def test_the_same_runs_are_sound_when_the_rule_is_kept(rule: str) -> None:
    rates = SABOTAGES[rule].rates
    for number in range(3):
        assert not run(FIRST_SEED + number, rates=rates).violations
