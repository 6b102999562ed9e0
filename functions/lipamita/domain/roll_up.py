"""Hours of consumption gathered into days and months, which the record keeps.

Hours only grow, so two accounts of the same hours become one by taking the larger of each. It does
not matter how often or in which order hours are gathered: one that comes days late, or again after
the live database forgot its day, leads to the same totals.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from lipamita.domain.consumption import Hours, Span
from lipamita.domain.ids import MeterId
from lipamita.domain.units import DAY_MS, Millis, day_eat

LIVE_DAYS = 35  # that the live database keeps; late hours find their day there for the most part


@dataclass(frozen=True, slots=True, kw_only=True)
class DayUse:
    """A day's total, of how many hours that were reported. The others are gaps, and no zeros."""

    energy_wh: int
    hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthUse:
    """One meter's month (yyyy-mm): its hours by day, and what they add up to."""

    meter_id: MeterId
    month: str
    hours: Hours

    @property
    def days(self) -> dict[str, DayUse]:
        """The total of each day that has hours."""
        return {
            day: DayUse(energy_wh=sum(row.values()), hours=len(row))
            for day, row in self.hours.items()
        }

    @property
    def total(self) -> DayUse:
        """The month's total."""
        days = self.days.values()
        return DayUse(
            energy_wh=sum(day.energy_wh for day in days), hours=sum(day.hours for day in days)
        )


def merged(one: Hours, other: Hours) -> Hours:
    """Both accounts as one, in the order of days and hours: the larger of each hour."""
    together: dict[str, dict[int, int]] = {}
    for day in sorted({*one, *other}):
        mine, theirs = one.get(day, {}), other.get(day, {})
        row = {
            hour: max(mine.get(hour, 0), theirs.get(hour, 0)) for hour in sorted({*mine, *theirs})
        }
        if row:
            together[day] = row
    return together


def by_month(meter_id: MeterId, hours: Hours) -> list[MonthUse]:
    """The same hours, month by month."""
    months: dict[str, dict[str, dict[int, int]]] = {}
    for day in sorted(hours):
        months.setdefault(day[:7], {})[day] = dict(hours[day])
    return [MonthUse(meter_id=meter_id, month=month, hours=days) for month, days in months.items()]


def months_of(span: Span) -> list[str]:
    """The months that a span touches, in order."""
    return _once(f"{day:%Y-%m}" for day in span.days())


def first_live_day(now_ms: Millis) -> str:
    """The first day that is sure to stand in the live database; those before may have gone."""
    return day_eat(Millis(now_ms - LIVE_DAYS * DAY_MS))


def last_whole_day(now_ms: Millis) -> str:
    """Yesterday, in East Africa."""
    return day_eat(Millis(now_ms - DAY_MS))


def first_kept_month(now_ms: Millis, years: int) -> str:
    """The month before which the record forgets."""
    today = date.fromisoformat(day_eat(now_ms))
    return f"{today - timedelta(days=366 * years):%Y-%m}"


def _once(months: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(months))
