"""Close the days that are over: count each again, entry by entry, and chain it to the day before.

A day is closed to new entries first and counted afterwards, so nothing can come while it is
counted. Dying in between is found by the next run: the last closed day has no closing yet.
"""

from __future__ import annotations

from dataclasses import dataclass

from lipamita.domain.closing import Closing, DayHash, close_day, day_after, day_before
from lipamita.domain.ledger import Tally, Totals
from lipamita.domain.units import DAY_MS, HOUR_MS, Millis, day_eat
from lipamita.domain.verdict import Alarm
from lipamita.use_cases.record_ports import Record
from lipamita.use_cases.world import World

CLOSE_AFTER_MS = 2 * HOUR_MS  # after midnight: what happened yesterday is on the books by then
MAX_DAYS = 40  # of one run; a longer backlog is closed run by run
PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A day's entries, counted one by one."""

    totals: Totals
    entries_hash: str


def close_days(world: World) -> list[Closing]:
    """The closings that were made. Raises UnreadableError for an entry that was damaged."""
    last = day_eat(Millis(world.clock() - DAY_MS - CLOSE_AFTER_MS))
    made: list[Closing] = []
    day = _next_day(world.record)
    while day is not None and day <= last and len(made) < MAX_DAYS:
        made.append(_close(day, world))
        day = day_after(day)
    return made


def count_day(day: str, record: Record) -> Counted:
    """Read the whole day, page by page, in constant memory."""
    tally, entries_hash = Tally(), DayHash()
    after: str | None = None
    while True:
        page = record.entries_of(day, after=after, limit=PAGE)
        for entry in page:
            tally.take(entry)
            entries_hash.take(entry)
        if len(page) < PAGE:
            return Counted(totals=tally.totals(), entries_hash=entries_hash.hex())
        after = page[-1].entry_id


def _next_day(record: Record) -> str | None:
    """The first day without a closing; None while the books are empty."""
    through = record.closed_through()
    if through is None:
        return record.first_day()
    return day_after(through) if record.read_closing(through) else through


def _close(day: str, world: World) -> Closing:
    record, now_ms = world.record, world.clock()
    record.close_through(day)  # by the day; repeating it changes nothing
    counted = count_day(day, record)
    kept = record.totals_of(day)
    if kept != counted.totals:
        _raise_imbalance(f"{day}: the kept totals differ from its entries", world, now_ms)
    closing = close_day(
        day,
        record.read_closing(day_before(day)),
        totals=counted.totals,
        entries_hash=counted.entries_hash,
        now_ms=now_ms,
    )
    if not closing.totals.balanced:
        _raise_imbalance(f"{day}: debits and credits differ", world, now_ms)
    return record.create_closing(closing)  # by the day; the first one stands


def _raise_imbalance(detail: str, world: World, now_ms: Millis) -> None:
    alarm = Alarm(kind="ledger_imbalance", detail=detail)
    world.store.raise_alarm(alarm, transaction_id=None, now_ms=now_ms)
