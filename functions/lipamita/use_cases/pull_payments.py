"""Ask M-Pesa what it holds for us, and take in what nobody told us. Only the last 48 h are kept.

A row is recorded as a confirmation unless its receipt is known, so asking again changes nothing.
A Pull that did not come to its end is an alarm: money that only the rest tells is not known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lipamita.domain.ids import parse_receipt
from lipamita.domain.units import DAY_MS, SECOND_MS, Millis
from lipamita.domain.verdict import Alarm
from lipamita.use_cases.record_confirmation import record_confirmation
from lipamita.use_cases.records import RawConfirmation
from lipamita.use_cases.world import World

WINDOW_MS = 2 * DAY_MS
MAX_PAGES = 20
MAX_RUN_MS = 40 * SECOND_MS  # what is known already costs one look a row; then the next run


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What one Pull brought. ``complete``: M-Pesa answered to the end, and there was time."""

    rows: int
    new: int
    complete: bool


def pull_payments(world: World) -> Pulled:
    """One Pull over the last 48 hours for each short code; what is new is recorded, due at once."""
    now_ms = world.clock()
    pulled = [_pull(merchant, world, now_ms) for merchant in world.merchants.pulled]
    return Pulled(
        rows=sum(one.rows for one in pulled),
        new=sum(one.new for one in pulled),
        complete=all(one.complete for one in pulled),
    )


def _pull(merchant: str | None, world: World, now_ms: Millis) -> Pulled:
    from_ms, why = Millis(now_ms - WINDOW_MS), f"more than {MAX_PAGES} pages"
    rows = new = 0
    for _ in range(MAX_PAGES):
        if world.clock() - now_ms > MAX_RUN_MS:
            why = f"it took more than {MAX_RUN_MS // SECOND_MS} s"
            break
        page = world.daraja.pull(from_ms=from_ms, to_ms=now_ms, offset=rows, merchant=merchant)
        if page is None:
            why = "no answer that can be read"
            break
        if not page.rows:
            return Pulled(rows=rows, new=new, complete=True)
        rows += len(page.rows)
        new += sum(_record_new(row, world, now_ms) for row in page.rows)
    alarm = Alarm(kind="pull_incomplete", detail=f"{merchant or 'main'}, after {rows} rows: {why}")
    world.store.raise_alarm(alarm, transaction_id=None, now_ms=world.clock())
    return Pulled(rows=rows, new=new, complete=False)


def _record_new(row: RawConfirmation, world: World, now_ms: Millis) -> bool:
    """Whether nobody had told it before."""
    receipt = parse_receipt(row.confirmation_id)
    if receipt is not None and world.store.receipt_owner(receipt) is not None:
        return False
    if world.store.read_confirmation(row.confirmation_id) is not None:
        return False
    record_confirmation(replace(row, received_at_ms=now_ms), world)
    return True
