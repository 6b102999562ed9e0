"""Read what M-Pesa tells of the last 48 hours by Pull, to compare it. Nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator

from lipamita.domain.errors import BusyError
from lipamita.domain.units import Millis
from lipamita.use_cases.pull_payments import MAX_PAGES, WINDOW_MS
from lipamita.use_cases.records import RawConfirmation
from lipamita.use_cases.world import World


def read_pull(world: World) -> Iterator[RawConfirmation]:
    """Every row, of each short code. Raises BusyError (pull_unanswered, pull_too_long): half a
    Pull would make the rest look missing.
    """
    to_ms = world.clock()
    for merchant in world.merchants.pulled:
        yield from _pages(merchant, to_ms, world)


def _pages(merchant: str | None, to_ms: Millis, world: World) -> Iterator[RawConfirmation]:
    rows, from_ms = 0, Millis(to_ms - WINDOW_MS)
    for _ in range(MAX_PAGES):
        page = world.daraja.pull(from_ms=from_ms, to_ms=to_ms, offset=rows, merchant=merchant)
        if page is None:
            raise BusyError("pull_unanswered", "M-Pesa did not answer the Pull: is it on?")
        if not page.rows:
            return
        yield from page.rows
        rows += len(page.rows)
    raise BusyError("pull_too_long", f"the Pull has more than {MAX_PAGES} pages")
