"""Schedules as Cloud Scheduler reads them: `every 5 minutes`, `every day 09:00`, unix-cron.

Supported: `every N minutes|mins|hours` (counted from the epoch, so that runs fall on round
times), `every minute`, `every hour`, `every day HH:MM`, and five-field cron with `*`, lists,
ranges, steps and names. Anything else is refused by name and can still be called by hand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MAX_SEARCH_DAYS = 5 * 366
"""A cron expression without a date in this span (30 February) never runs."""
EVERY = re.compile(r"every\s+(?:(\d+)\s*)?(minutes?|mins?|hours?)", re.IGNORECASE)
EVERY_DAY = re.compile(r"every\s+day\s+(\d{1,2}):(\d{2})", re.IGNORECASE)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


class Schedule(Protocol):
    """When a job runs."""

    def next_after(self, now: datetime) -> datetime | None:
        """The first run strictly after `now` (aware), in UTC; None when there is none."""


class BadSchedule(ValueError):  # noqa: N818 (it names what was read)
    """A schedule that cannot be read; the message says which part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Every so many seconds, on multiples since the epoch."""

    seconds: int

    def next_after(self, now: datetime) -> datetime | None:
        """The next multiple."""
        passed = int(now.timestamp()) // self.seconds
        return datetime.fromtimestamp((passed + 1) * self.seconds, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """Unix-cron in a time zone. With both days restricted, either one suffices."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool
    zone: ZoneInfo

    def next_after(self, now: datetime) -> datetime | None:
        """Search day by day; local times that a clock change skips are left out."""
        local = now.astimezone(self.zone)
        for ahead in range(MAX_SEARCH_DAYS):
            day = local.date() + timedelta(days=ahead)
            if self._runs_on(day):
                for moment in self._moments(day):
                    if moment > now:
                        return moment
        return None

    def _runs_on(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        by_date = day.day in self.days
        by_weekday = day.isoweekday() % 7 in self.weekdays
        if self.any_day or self.any_weekday:
            return by_date and by_weekday
        return by_date or by_weekday

    def _moments(self, day: date) -> list[datetime]:
        moments = []
        for hour in sorted(self.hours):
            for minute in sorted(self.minutes):
                wall = datetime.combine(day, time(hour, minute), self.zone)
                moment = wall.astimezone(UTC)
                if moment.astimezone(self.zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
                    moments.append(moment)
        return sorted(moments)


def parse_schedule(text: str, time_zone: str | None = None) -> Schedule:
    """Read a schedule. Raises BadSchedule."""
    text = text.strip()
    if match := EVERY.fullmatch(text):
        count, unit = int(match[1] or 1), 60 if match[2].lower().startswith("m") else 3600
        if count < 1:
            raise BadSchedule(f"{text!r}: expected at least every 1")
        return Interval(seconds=count * unit)
    zone = _zone(time_zone)
    if match := EVERY_DAY.fullmatch(text):
        return _cron(f"{int(match[2])} {int(match[1])} * * *", zone)
    if len(text.split()) == 5:
        return _cron(text, zone)
    raise BadSchedule(
        f"{text!r}: expected 'every N minutes', 'every N hours', 'every day HH:MM' "
        "or five cron fields"
    )


def _cron(text: str, zone: ZoneInfo) -> Cron:
    minute, hour, day, month, weekday = text.split()
    weekdays = _field(weekday, 0, 7, WEEKDAYS)
    return Cron(
        minutes=_field(minute, 0, 59),
        hours=_field(hour, 0, 23),
        days=_field(day, 1, 31),
        months=_field(month, 1, 12, ("", *MONTHS)),
        weekdays=frozenset(value % 7 for value in weekdays),
        any_day=day.startswith("*"),
        any_weekday=weekday.startswith("*"),
        zone=zone,
    )


def _field(text: str, low: int, high: int, names: tuple[str, ...] = ()) -> frozenset[int]:
    values: set[int] = set()
    for part in text.split(","):
        span, slash, step_text = part.partition("/")
        step = _number(step_text, 1, high, (), text) if slash else 1
        if span == "*":
            first, last = low, high
        else:
            first_text, dash, last_text = span.partition("-")
            first = _number(first_text, low, high, names, text)
            last = _number(last_text, low, high, names, text) if dash else first
            last = high if slash and not dash else last
        if first > last:
            raise BadSchedule(f"{text!r}: {first} to {last} is no range")
        values.update(range(first, last + 1, step))
    return frozenset(values)


def _number(text: str, low: int, high: int, names: tuple[str, ...], whole: str) -> int:
    if text.lower() in names and text:
        return names.index(text.lower())
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise BadSchedule(f"{whole!r}: expected {low} to {high}, found {text!r}")
    return int(text)


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadSchedule(f"unknown time zone {name!r}") from error
