"""Reports by name, for staff. Rows are made one at a time; their number and days have a limit.

What sums up days is read from the kept totals of each day, and takes as long whether ten payments
were made or a hundred thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lipamita.domain.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from lipamita.domain.meter import Caller
from lipamita.domain.report_table import Report
from lipamita.domain.units import day_eat
from lipamita.use_cases.report_books import (
    daily_sales,
    ledger_lines,
    reconciliation,
    trial_balance_report,
    vat,
)
from lipamita.use_cases.report_estate import meter_list, silent_meters
from lipamita.use_cases.report_ports import Period
from lipamita.use_cases.world import World

MAX_DAYS = 366
SILENT_DAYS, MAX_SILENT_DAYS = 7, 3650


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportQuery:
    """What is asked for. ``silent_days``: how long a meter was not heard from."""

    period: Period
    silent_days: int = SILENT_DAYS


REPORTS: Mapping[str, Callable[[ReportQuery, World], Report]] = {
    "daily-sales": lambda asked, world: daily_sales(asked.period, world),
    "ledger": lambda asked, world: ledger_lines(asked.period, world),
    "meters": lambda _, world: meter_list(world),
    "reconciliation": lambda asked, world: reconciliation(asked.period, world),
    "silent-meters": lambda asked, world: silent_meters(asked.silent_days, world),
    "trial-balance": lambda _, world: trial_balance_report(world),
    "vat": lambda asked, world: vat(asked.period, world),
}


def make_report(name: str, asked: ReportQuery, caller: Caller, world: World) -> Report:
    """The report of that name. Raises ForbiddenError and NotFoundError (unknown_report)."""
    if not caller.is_staff:
        raise ForbiddenError("staff_only", "only staff may read reports")
    make = REPORTS.get(name)
    if make is None:
        raise NotFoundError(
            "unknown_report", f"there are {', '.join(sorted(REPORTS))}", field="name"
        )
    return make(asked, world)


def parse_query(given: Mapping[str, str], world: World) -> ReportQuery:
    """``from``, ``to`` and ``days`` as they were asked for; this month and SILENT_DAYS without.

    Raises InvalidInputError and ConflictError naming the field.
    """
    today = day_eat(world.clock())
    period = parse_period(given.get("from", f"{today[:7]}-01"), given.get("to", today))
    return ReportQuery(period=period, silent_days=_whole(given.get("days", str(SILENT_DAYS))))


def parse_period(from_day: object, to_day: object) -> Period:
    """Two days as ``yyyy-mm-dd``; there are none between them if the second is earlier.

    Raises InvalidInputError naming ``from`` or ``to``, and ConflictError for more than a year.
    """
    first, last = _day(from_day, "from"), _day(to_day, "to")
    if (last - first).days >= MAX_DAYS:
        raise ConflictError("period_too_long", f"ask for at most {MAX_DAYS} days", field="to")
    return Period(from_day=first.isoformat(), to_day=last.isoformat())


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_SILENT_DAYS):
        raise InvalidInputError(
            "invalid_days", f"days must be a whole number from 1 to {MAX_SILENT_DAYS}", field="days"
        )
    return int(text)


def _day(value: object, field: str) -> date:
    shape: Sequence[str] = value.split("-") if isinstance(value, str) else ()
    try:
        if [len(part) for part in shape] != [4, 2, 2]:
            raise ValueError
        return date.fromisoformat(str(value))
    except ValueError:
        raise InvalidInputError(
            "invalid_day", f"{field} must be a day such as 2026-11-21", field=field
        ) from None
