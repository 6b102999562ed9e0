"""``python -m tests.simulation``: many runs, one line of result, and the trace of what failed."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.chance import kind_of
from tests.simulation.run import Outcome, run
from tests.simulation.shrink import shrink

MAX_SHOWN = 3
MAX_TRACE_LINES = 200
CHUNK = 20  # runs handed to a process at a time
SEED_STEP = 1_000_003  # runs of neighbouring seeds have no seed in common


def main(arguments: Sequence[str] | None = None) -> int:
    """0 if no run violated anything."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes")
    parser.add_argument("--replay", type=int, metavar="RUN", help="one run, by the seed it printed")
    options = parser.parse_args(arguments)
    if options.replay is not None:
        return _replay(options.replay)
    total = Total()
    seeds = [options.seed * SEED_STEP + number for number in range(options.runs)]
    with ProcessPoolExecutor(max_workers=options.jobs) as pool:
        for outcome in pool.map(run, seeds, chunksize=CHUNK):  # in the seeds' order
            total.add(outcome)
    total.report()
    for outcome in total.failed[:MAX_SHOWN]:
        _show(outcome)
    return 1 if total.failed else 0


class Total:
    """What many runs add up to."""

    def __init__(self) -> None:
        self.failed: list[Outcome] = []
        self._started_s = time.perf_counter()
        self._runs = self._events = 0
        self._faults: Counter[str] = Counter()
        self._ended: Counter[str] = Counter()

    def add(self, outcome: Outcome) -> None:
        self._runs += 1
        self._events += outcome.events
        self._faults.update(kind_of(fault) for fault in outcome.faults)
        self._faults.update(outcome.troubles)
        self._ended.update(outcome.ended)
        if outcome.violations:
            self.failed.append(outcome)

    def report(self) -> None:
        _print(
            f"{self._runs} runs, {self._events} events, {self._faults.total()} faults of "
            f"{len(self._faults)} kinds, {len(self.failed)} runs with violations, "
            f"{time.perf_counter() - self._started_s:.1f} s"
        )
        for title, counts in (("Faults injected", self._faults), ("Ended as", self._ended)):
            _print(f"{title}:")
            for name, count in counts.most_common():
                _print(f"  {count:>8}  {name}")


def _replay(seed: int) -> int:
    outcome = run(seed, traced=True)
    for line in outcome.trace:
        _print(line)
    for violation in outcome.violations:
        _print(f"VIOLATION {violation}")
    return 1 if outcome.violations else 0


def _show(outcome: Outcome) -> None:
    _print(f"\nVIOLATION in run {outcome.seed}: {'; '.join(outcome.violations)}")
    smallest = shrink(outcome)
    _print(f"  smallest: {'; '.join(smallest.violations)}")
    _print(f"  acts: {', '.join(smallest.acts)}")
    _print(f"  faults: {'; '.join(smallest.faults) or 'none'}")
    for line in smallest.trace[:MAX_TRACE_LINES]:
        _print(line)
    _print(f"  whole run: python -m tests.simulation --replay {outcome.seed}")


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
