"""The payment core under faults: no run violates anything, and every run can be replayed."""

from __future__ import annotations

import pytest

from tests.simulation import broken_work
from tests.simulation.chance import RATES, kind_of
from tests.simulation.command import main
from tests.simulation.run import Outcome, run
from tests.simulation.sabotage import SABOTAGES
from tests.simulation.shrink import kind_of_violation, shrink

RUNS = 600  # fewer, and a kind of fault may be missed
FIRST_SEED = 20_261_121
FAULT_FREE_RUNS = 60
MANY_FAULTS = 12

assert broken_work  # registers its sabotages


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    return [run(FIRST_SEED + number) for number in range(RUNS)]


def test_no_run_violates_anything(outcomes: list[Outcome]) -> None:
    failed = {outcome.seed: outcome.violations for outcome in outcomes if outcome.violations}
    assert not failed


def test_every_kind_of_fault_strikes(outcomes: list[Outcome]) -> None:
    struck = {kind_of(fault) for outcome in outcomes for fault in outcome.faults}
    assert set(RATES) - struck == set()


def test_the_runs_end_in_every_way(outcomes: list[Outcome]) -> None:
    ended = {way for outcome in outcomes for way in outcome.ended}
    assert {
        "stk paid",
        "c2b paid",
        "pull paid",
        "stk failed",
        "stk review",
        "review, open",
        "review, decided",
        "suspense, open",
        "suspense, assigned",
        "refund refunded of payment",
        "refund refunded of suspense",
        "refund refunded of beside",
        "refund failed of payment",
        "charge applied",
        "charge applied in the end",
    } <= ended


def test_without_faults_nothing_is_left_to_a_person_but_money_for_no_known_meter() -> None:
    for seed in range(FAULT_FREE_RUNS):
        outcome = run(seed, rates={})
        assert not outcome.violations
        if "instance lost" not in outcome.troubles:  # a push may go with it
            assert "stk review" not in outcome.ended, seed


@pytest.mark.parametrize("seed", [FIRST_SEED, FIRST_SEED + 7, FIRST_SEED + 11])
def test_a_run_comes_from_its_seed_alone(seed: int) -> None:
    first, again = run(seed, traced=True), run(seed, traced=True)
    assert first == again
    assert first.trace
    assert run(seed + 1, traced=True).trace != first.trace


def test_a_failing_run_is_made_smaller_and_still_fails_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    SABOTAGES["sell_without_looking_for_the_own_entry"].breaks(monkeypatch)
    runs = (run(seed) for seed in range(RUNS))
    failed = next(one for one in runs if one.violations and len(one.faults) > MANY_FAULTS)
    smallest = shrink(failed)
    wanted = kind_of_violation(failed.violations[0])
    assert wanted in map(kind_of_violation, smallest.violations)
    assert len(smallest.acts) <= 3
    assert len(smallest.faults) <= MANY_FAULTS // 2
    assert any("Wh sold in" in line for line in smallest.trace)


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--runs", "20", "--seed", "3"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("20 runs, ")
    assert "0 runs with violations" in said


def test_the_command_fails_and_shows_the_seed_and_a_trace_of_a_violation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    SABOTAGES["add_on_the_meter_instead_of_taking_the_larger_total"].breaks(monkeypatch)
    assert main(["--runs", "5", "--seed", "3"]) == 1
    said = capsys.readouterr().out
    assert "reports more than was sold" in said
    seed = said.partition("VIOLATION in run ")[2].partition(":")[0]
    assert main(["--replay", seed]) == 1
    assert "VIOLATION" in capsys.readouterr().out
