"""Read the books: a trial balance, days one by one, and whether everything still adds up.

A trial balance reads the last closing and the kept totals of the days since, however many entries
there are. A full count reads them all, page by page, and must come to the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lipamita.domain.closing import Closing, broken_links, day_after, day_before
from lipamita.domain.errors import ConflictError, UnreadableError
from lipamita.domain.ledger import NO_TOTALS, Totals, add
from lipamita.domain.units import day_eat
from lipamita.domain.verdict import Alarm
from lipamita.use_cases.close_days import count_day
from lipamita.use_cases.record_ports import Record
from lipamita.use_cases.world import World

MAX_OPEN_DAYS = 100  # days are closed nightly; more mean that closing has long been failing
CLOSINGS_PAGE = 100
MAX_DAYS = 10_000  # more than 27 years
LAST_DAY = "9999-12-31"
FIRST_DAY = "0000-01-01"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialBalance:
    """Balances by account. ``open_from`` is the first day that is not closed yet."""

    balances: Totals
    closed_through: str | None
    open_from: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotals:
    """What one day's entries add up to."""

    day: str
    totals: Totals
    closed: bool


def trial_balance(world: World) -> TrialBalance:
    """All accounts as they stand now. Raises ConflictError when days were not closed for long."""
    record = world.record
    closing = _last_closing(record)
    open_from = record.first_day() if closing is None else day_after(closing.day)
    balances = NO_TOTALS if closing is None else closing.balances
    for day in _days(open_from, day_eat(world.clock())):
        balances = add(balances, record.totals_of(day))
    return TrialBalance(
        balances=balances,
        closed_through=None if closing is None else closing.day,
        open_from=open_from,
    )


def days(from_day: str, to_day: str, world: World) -> Iterator[DayTotals]:
    """Each day's totals in order: closed ones from their closing, open ones as kept."""
    closed = {closing.day: closing for closing in _closings(world.record, from_day, to_day)}
    first = max(from_day, world.record.first_day() or from_day)
    for day in _days(first, min(to_day, day_eat(world.clock())), limit=MAX_DAYS):
        closing = closed.get(day)
        totals = world.record.totals_of(day) if closing is None else closing.totals
        yield DayTotals(day=day, totals=totals, closed=closing is not None)


def verify_books(
    world: World, *, recount: bool, progress: Callable[[str], None] = lambda _: None
) -> list[str]:
    """What is wrong with the books; nothing if they hold.

    The chain of closings is always followed from the first day. ``recount`` also counts every
    entry of every day again; ``progress`` is told each day.
    """
    wrong: list[str] = []
    before: Closing | None = None
    for closing in _closings(world.record, FIRST_DAY, LAST_DAY):
        wrong += broken_links([closing], before)
        if recount:
            progress(closing.day)
            wrong += _recount(closing.day, closing.totals, closing.entries_hash, world.record)
        before = closing
    open_from = world.record.first_day() if before is None else day_after(before.day)
    for day in _days(open_from, day_eat(world.clock())):
        kept = world.record.totals_of(day)
        if not kept.balanced:
            wrong.append(f"{day}: debits and credits differ")
        if recount:
            progress(day)
            wrong += _recount(day, kept, None, world.record)
    return wrong


def check_books(world: World) -> list[str]:
    """The daily check: what is wrong is also an alarm."""
    wrong = verify_books(world, recount=False)
    if wrong:
        alarm = Alarm(kind="ledger_imbalance", detail="; ".join(wrong)[:500])
        world.store.raise_alarm(alarm, transaction_id=None, now_ms=world.clock())
    return wrong


def _recount(day: str, totals: Totals, entries_hash: str | None, record: Record) -> list[str]:
    try:
        counted = count_day(day, record)
    except UnreadableError as error:
        return [f"{day}: {error.message}"]
    wrong = []
    if counted.totals != totals:
        wrong.append(f"{day}: its entries do not add up to its totals")
    if entries_hash is not None and counted.entries_hash != entries_hash:
        wrong.append(f"{day}: its entries are not those that were closed")
    return wrong


def _last_closing(record: Record) -> Closing | None:
    """That of the last closed day, or of the day before while it is being counted."""
    through = record.closed_through()
    if through is None:
        return None
    return record.read_closing(through) or record.read_closing(day_before(through))


def _closings(record: Record, from_day: str, to_day: str) -> Iterator[Closing]:
    start = from_day
    for _ in range(MAX_DAYS // CLOSINGS_PAGE):
        page = record.closings(from_day=start, to_day=to_day, limit=CLOSINGS_PAGE)
        yield from page
        if len(page) < CLOSINGS_PAGE:
            return
        start = day_after(page[-1].day)


def _days(first: str | None, last: str, *, limit: int = MAX_OPEN_DAYS) -> Iterator[str]:
    """The calendar from the first day to the last. Raises ConflictError for more than ``limit``."""
    day, count = first, 0
    while day is not None and day <= last:
        if count == limit:
            raise ConflictError(
                "days_not_closed", f"more than {limit} days since {first}; close them first"
            )
        yield day
        day, count = day_after(day), count + 1
