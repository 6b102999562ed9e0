"""Let one more request in at the rate of its kind, or say when the next one may come."""

from __future__ import annotations

from lipamita.domain.errors import BusyError, RateLimitedError
from lipamita.domain.guard import RATES, RateKind, admit
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.world import World


def limit_rate(kind: RateKind, key: str, world: World) -> None:
    """Count a request. Raises RateLimitedError, and BusyError when many came at one moment."""
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = world.store.read_rate(kind, key)
        admission = admit(RATES[kind], old.value, now_ms=world.clock())
        if admission.wait_ms:
            raise RateLimitedError(
                "rate_limited",
                f"too many requests for this {kind}; wait a moment",
                retry_after_ms=admission.wait_ms,
            )
        if world.store.replace_rate(kind, key, old, admission.on_schedule_at_ms):
            return
    raise BusyError("busy", "too many requests at the same moment; try again")
