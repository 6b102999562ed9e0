"""Make a failing run smaller: leave out acts and faults while it still fails in the same way."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from tests.simulation.run import Outcome, run

MAX_RUNS = 600
_NAMES = re.compile(r"UKL\w+|[-\w]{20}|MTR-\w+|\b[ph]\d\b|\d+")


def kind_of_violation(violation: str) -> str:
    """A violation without the ids, names and numbers of its run."""
    return _NAMES.sub("*", violation)


def shrink(failed: Outcome) -> Outcome:
    """The smallest run found that fails as this one did, with its trace."""
    wanted = {kind_of_violation(violation) for violation in failed.violations[:1]}
    tries = 0

    def fails(acts: frozenset[str], faults: frozenset[str]) -> bool:
        nonlocal tries
        tries += 1
        if tries > MAX_RUNS:
            return False
        outcome = run(failed.seed, removed_acts=acts, removed_faults=faults)
        return bool(wanted & {kind_of_violation(found) for found in outcome.violations})

    acts: frozenset[str] = frozenset()
    faults: frozenset[str] = frozenset()
    before = -1
    while before != len(acts) + len(faults):  # what was needed once may not be any more
        before = len(acts) + len(faults)
        acts = _remove(failed.acts, acts, partial(fails, faults=faults))
        now = run(failed.seed, removed_acts=acts, removed_faults=faults)
        faults = _remove(now.faults, faults, partial(fails, acts))
    return run(failed.seed, removed_acts=acts, removed_faults=faults, traced=True)


def _remove(
    candidates: tuple[str, ...], removed: frozenset[str], fails: Callable[[frozenset[str]], bool]
) -> frozenset[str]:
    """As many candidates removed as possible: all at once, then halves, down to single ones."""
    left = [name for name in dict.fromkeys(candidates) if name not in removed]
    size = len(left)
    while size:
        for start in range(0, len(left), size):
            less = removed | frozenset(left[start : start + size])
            if less != removed and fails(less):
                removed = less
        left = [name for name in left if name not in removed]
        size = min(size // 2, len(left)) if size > 1 else 0
    return removed
