"""One run: a plan carried out over the use cases with faults, then peace, then the judgement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tests.simulation.chance import NEVER, Faults, draw_rates
from tests.simulation.draw import draw_plan
from tests.simulation.estate import SimulatedEstate
from tests.simulation.plan import trouble_of, troubles_of_clocks


@dataclass(frozen=True)
class Outcome:
    """What one run showed."""

    seed: int
    violations: tuple[str, ...]
    events: int
    faults: tuple[str, ...]
    acts: tuple[str, ...]
    troubles: tuple[str, ...]
    ended: Counter[str]
    trace: tuple[str, ...]


def run(
    seed: int,
    *,
    removed_faults: frozenset[str] = NEVER,
    removed_acts: frozenset[str] = NEVER,
    rates: Mapping[str, float] | None = None,
    traced: bool = False,
) -> Outcome:
    """The run of that seed; what was removed is left out and nothing else changes.

    ``rates`` stand for the kinds and strengths of faults that the seed would have drawn.
    """
    faults = Faults(seed, removed_faults)
    plan = draw_plan(faults.stream("plan")).without(removed_acts)
    faults.enable(draw_rates(faults.stream("rates")) if rates is None else dict(rates))
    estate = SimulatedEstate(plan, faults, traced=traced)
    estate.carry_out()
    violations = estate.violations()
    return Outcome(
        seed=seed,
        violations=tuple(violations),
        events=estate.timeline.events,
        faults=tuple(faults.struck),
        acts=tuple(act.name for act in plan.acts),
        troubles=(
            *(trouble for act in plan.acts if (trouble := trouble_of(act))),
            *troubles_of_clocks(plan),
            *estate.timeline.noticed,
        ),
        ended=Counter((*estate.judge.outcomes(), *estate.vend_desk.outcomes())),
        trace=tuple(estate.timeline.trace or ()),
    )
