"""Each safety rule broken in turn: a simulation that does not notice proves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation import (
    broken_belief,
    broken_books,
    broken_charges,
    broken_refunds,
    broken_rules,
    broken_vends,
    broken_work,
)
from tests.simulation.run import run
from tests.simulation.sabotage import SABOTAGES

MONEY_SAFETY = Path(__file__).parents[2] / "docs" / "money-safety.md"
FIRST_SEED = 7_000_000
MAX_RUNS = 400
BY_ITSELF = "failed by itself"

assert broken_belief
assert broken_books
assert broken_charges
assert broken_refunds
assert broken_rules
assert broken_vends
assert broken_work


def test_the_rules_that_are_broken_stand_in_the_docs() -> None:
    table = MONEY_SAFETY.read_text().partition("## Simulated faults")[2].partition("\n## ")[0]
    rows = [line.split("|")[2] for line in table.splitlines() if line.startswith("| ")][1:]
    listed = [name.strip() for row in rows for name in row.split(",")]
    assert sorted(listed) == sorted(SABOTAGES)


@pytest.mark.parametrize("rule", SABOTAGES)
def test_the_simulation_notices(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sabotage = SABOTAGES[rule]
    sabotage.breaks(monkeypatch)
    runs = (run(FIRST_SEED + number, rates=sabotage.rates) for number in range(MAX_RUNS))
    found = (violation for outcome in runs for violation in outcome.violations)
    # What fails by itself has only shown that the sabotage is no code that could have been written.
    assert any(BY_ITSELF not in violation for violation in found)


@pytest.mark.parametrize("rule", SABOTAGES)
def test_the_same_runs_are_sound_when_the_rule_is_kept(rule: str) -> None:
    rates = SABOTAGES[rule].rates
    for number in range(3):
        assert not run(FIRST_SEED + number, rates=rates).violations
