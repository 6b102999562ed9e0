"""How often a dying worker is started again: at once, but only so often in a minute."""

from __future__ import annotations

from collections import deque

WINDOW_S = 60.0


class RestartBudget:
    """At most `limit` restarts in any 60 seconds; beyond that, the time to wait."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._taken: deque[float] = deque(maxlen=limit)

    def wait_s(self, now_s: float) -> float:
        """Take the next restart and tell how long it has to wait (usually 0)."""
        wait_s = 0.0
        if len(self._taken) == self._limit:
            wait_s = max(0.0, self._taken[0] + WINDOW_S - now_s)
        self._taken.append(now_s + wait_s)
        return wait_s
