"""Small measuring tools: medians of alternating runs, so that both sides meet the same machine."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One comparison; both medians are in the same unit."""

    what: str
    ours: float
    peer_name: str
    peer: float
    unit: str

    def __str__(self) -> str:
        ratio = self.peer / self.ours if self.ours else float("inf")
        return (
            f"  {self.what:<44} {self.ours:>9.1f} {self.unit:<3} "
            f"{self.peer:>9.1f} {self.unit:<3} {ratio:>7.2f}x  {self.peer_name}"
        )


HEADER = f"  {'':<44} {'ours':>13} {'peer':>13} {'ratio':>8}  peer (ratio: peer / ours)"


def alternating(
    ours: Callable[[], float], peer: Callable[[], float], *, rounds: int
) -> tuple[float, float]:
    """The medians of two measurements that take turns."""
    pairs = [(ours(), peer()) for _ in range(rounds)]
    return median([mine for mine, _ in pairs]), median([theirs for _, theirs in pairs])


def timed_ms(work: Callable[[], object]) -> float:
    """How long one call took."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1_000


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return statistics.median(values)
