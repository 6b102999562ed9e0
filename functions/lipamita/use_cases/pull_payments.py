"""Ask M-Pesa what it holds for us, and take in what nobody told us. Only the last 48 h are kept.

A row is recorded as a confirmation unless its receipt is known, so asking again changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lipamita.domain.ids import parse_receipt
from lipamita.domain.units import DAY_MS, Millis
from lipamita.use_cases.record_confirmation import record_confirmation
from lipamita.use_cases.world import World

WINDOW_MS = 2 * DAY_MS
MAX_PAGES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What one Pull brought. ``complete``: M-Pesa answered to the end."""

    rows: int
    new: int
    complete: bool


def pull_payments(world: World) -> Pulled:
    """One Pull over the last 48 hours; what is new is recorded, due at once."""
    now_ms = world.clock()
    from_ms = Millis(now_ms - WINDOW_MS)
    rows = new = 0
    for _ in range(MAX_PAGES):
        page = world.daraja.pull(from_ms=from_ms, to_ms=now_ms, offset=rows)
        if page is None:
            return Pulled(rows=rows, new=new, complete=False)
        if not page.rows:
            break
        rows += len(page.rows)
        for row in page.rows:
            receipt = parse_receipt(row.confirmation_id)
            if receipt is not None and world.store.receipt_owner(receipt) is not None:
                continue
            if world.store.read_confirmation(row.confirmation_id) is None:
                record_confirmation(replace(row, received_at_ms=now_ms), world)
                new += 1
    return Pulled(rows=rows, new=new, complete=True)
