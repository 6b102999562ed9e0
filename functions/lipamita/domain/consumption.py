"""Consumption by hour, day and month of East Africa, with its gaps, and how long credit will last.

A meter reports each hour once it counts in it; an hour without a report is a gap, not a zero. Sums
say how many hours they are made of, so that nobody takes half a day for a frugal one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from lipamita.domain.errors import InvalidInputError
from lipamita.domain.units import EAT, HOUR_MS, SECOND_MS, Millis

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
HOURS_OF_DAY = 24
AVERAGE_DAYS = 7
MIN_HOURS_KNOWN = 48  # fewer say nothing about a week
MIN_HOURS_OF_DAY = 20  # fewer say nothing about a day


class Step(StrEnum):
    """How finely consumption is told."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


MAX_DAYS: Mapping[Step, int] = {Step.HOUR: 31, Step.DAY: 366, Step.MONTH: 732}
Hours = Mapping[str, Mapping[int, int]]  # Wh by day (yyyy-mm-dd) and hour (0 to 23)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days from the first to the last, both included, told in steps."""

    first: date
    last: date
    step: Step

    def days(self) -> list[date]:
        """Every day of the span, in order."""
        count = (self.last - self.first).days + 1
        return [self.first + timedelta(days=number) for number in range(count)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What was used from ``start`` (yyyy-mm-ddThh, yyyy-mm-dd or yyyy-mm) on for one step.

    ``energy_wh`` is None when nothing was reported; ``hours`` of ``of_hours`` were.
    """

    start: str
    energy_wh: int | None
    hours: int
    of_hours: int


def parse_span(first: object, last: object, step: object) -> Span:
    """The span that was asked for. Raises InvalidInputError: invalid_step, _from, _to, _span."""
    if step not in list(Step):
        known = ", ".join(Step)
        raise InvalidInputError("invalid_step", f"step must be one of {known}", field="step")
    span = Span(first=_day(first, "from"), last=_day(last, "to"), step=Step(str(step)))
    most = MAX_DAYS[span.step]
    if not 0 <= (span.last - span.first).days < most:
        raise InvalidInputError(
            "invalid_span",
            f"to must not be before from, and a {span.step} span has at most {most} days",
            field="to",
        )
    return span


def used(hours: Hours, span: Span, *, now_ms: Millis, since_ms: Millis | None = None) -> list[Used]:
    """One row for each step; hours before ``since_ms`` or still to come are not expected."""
    now = datetime.fromtimestamp(now_ms // SECOND_MS, UTC).astimezone(EAT)
    first = _first_hour(since_ms)
    rows: dict[str, Used] = {}
    for day in span.days():
        reported = hours.get(day.isoformat(), {})
        for hour in range(_expected_hours(day, now)):
            if (day.isoformat(), hour) < first:
                continue
            key = _key(day, hour, span.step)
            rows[key] = _added(rows.get(key), key, reported.get(hour))
    return list(rows.values())


def own_hours(hours: Hours, since_ms: Millis | None) -> Hours:
    """Only the whole hours that began at ``since_ms`` or later; all of them for None."""
    first = _first_hour(since_ms)
    own = {
        day: {hour: energy_wh for hour, energy_wh in row.items() if (day, hour) >= first}
        for day, row in hours.items()
    }
    return {day: row for day, row in own.items() if row}


def days_left(hours: Hours, balance_wh: int | None, *, now_ms: Millis) -> int | None:
    """Whole days that the balance lasts at the average of the last seven days, rounded down.

    The average is of the hours that were reported. None when they are too few, or nothing was used.
    """
    left = hours_left(hours, balance_wh, now_ms=now_ms)
    return None if left is None else left // HOURS_OF_DAY


def hours_left(hours: Hours, balance_wh: int | None, *, now_ms: Millis) -> int | None:
    """The same in whole hours."""
    today = datetime.fromtimestamp(now_ms // SECOND_MS, UTC).astimezone(EAT).date()
    known = [
        energy_wh
        for number in range(1, AVERAGE_DAYS + 1)
        for energy_wh in hours.get((today - timedelta(days=number)).isoformat(), {}).values()
    ]
    total_wh = sum(known)
    if balance_wh is None or len(known) < MIN_HOURS_KNOWN or total_wh <= 0:
        return None
    return max(0, balance_wh) * len(known) // total_wh


def latest_day(hours: Hours, *, now_ms: Millis) -> tuple[int | None, int | None]:
    """Energy of the last 24 whole hours, and of a usual day in the seven days before them, in Wh.

    Each is None when too few of its hours were reported. The last is an average, rounded down.
    """
    this_hour = datetime.fromtimestamp(now_ms // SECOND_MS, UTC).astimezone(EAT)
    lately: list[int] = []
    before: list[int] = []
    for ago in range(1, HOURS_OF_DAY * (AVERAGE_DAYS + 1) + 1):
        hour = this_hour - timedelta(hours=ago)
        energy_wh = hours.get(hour.date().isoformat(), {}).get(hour.hour)
        if energy_wh is not None:
            (lately if ago <= HOURS_OF_DAY else before).append(energy_wh)
    day_wh = sum(lately) if len(lately) >= MIN_HOURS_OF_DAY else None
    if len(before) < MIN_HOURS_KNOWN:
        return day_wh, None
    return day_wh, sum(before) * HOURS_OF_DAY // len(before)


def lately(now_ms: Millis) -> Span:
    """The days that days_left, hours_left and latest_day look at, today included."""
    today = datetime.fromtimestamp(now_ms // SECOND_MS, UTC).astimezone(EAT).date()
    return Span(first=today - timedelta(days=AVERAGE_DAYS + 1), last=today, step=Step.HOUR)


def average_span(now_ms: Millis) -> Span:
    """The days that the average looks at."""
    today = datetime.fromtimestamp(now_ms // SECOND_MS, UTC).astimezone(EAT).date()
    first = today - timedelta(days=AVERAGE_DAYS)
    return Span(first=first, last=today - timedelta(days=1), step=Step.HOUR)


def _first_hour(since_ms: Millis | None) -> tuple[str, int]:
    """Day and number of the first whole hour from then on."""
    if since_ms is None:
        return ("", 0)
    whole_ms = -(-since_ms // HOUR_MS) * HOUR_MS  # EAT is whole hours ahead of UTC
    start = datetime.fromtimestamp(whole_ms // SECOND_MS, UTC).astimezone(EAT)
    return (start.date().isoformat(), start.hour)


def _expected_hours(day: date, now: datetime) -> int:
    if day < now.date():
        return HOURS_OF_DAY
    return now.hour + 1 if day == now.date() else 0


def _key(day: date, hour: int, step: Step) -> str:
    if step is Step.HOUR:
        return f"{day.isoformat()}T{hour:02}"
    return day.isoformat() if step is Step.DAY else f"{day:%Y-%m}"


def _added(old: Used | None, key: str, energy_wh: int | None) -> Used:
    before = old or Used(start=key, energy_wh=None, hours=0, of_hours=0)
    total_wh = before.energy_wh if energy_wh is None else (before.energy_wh or 0) + energy_wh
    return Used(
        start=key,
        energy_wh=total_wh,
        hours=before.hours + (energy_wh is not None),
        of_hours=before.of_hours + 1,
    )


def _day(value: object, field: str) -> date:
    try:
        if isinstance(value, str) and _ISO_DAY.fullmatch(value):
            found = date.fromisoformat(value)
            if 2020 <= found.year <= 2999:
                return found
    except ValueError:
        pass
    raise InvalidInputError(
        f"invalid_{field}", f"{field} must be a day such as 2026-11-21", field=field
    )
