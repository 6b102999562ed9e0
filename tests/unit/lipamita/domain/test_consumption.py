"""Sums that know their gaps, and a guess that is made of enough."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lipamita.domain.consumption import (
    MAX_DAYS,
    MIN_HOURS_KNOWN,
    Span,
    Step,
    days_left,
    parse_span,
    used,
)
from lipamita.domain.errors import InvalidInputError
from lipamita.domain.units import EAT, Millis

NOW = Millis(int(datetime(2026, 11, 21, 10, 30, tzinfo=EAT).timestamp()) * 1000)
HOURS = st.dictionaries(
    st.integers(1, 28).map(lambda day: f"2026-10-{day:02}"),
    st.dictionaries(st.integers(0, 23), st.integers(0, 5_000)),
)


def span(first: str, last: str, step: str = "day") -> Span:
    return parse_span(first, last, step)


@given(HOURS)
def test_every_step_adds_up_to_the_same(hours: dict[str, dict[int, int]]) -> None:
    total_wh = sum(sum(day.values()) for day in hours.values())
    for step in Step:
        rows = used(hours, span("2026-10-01", "2026-10-28", step.value), now_ms=NOW)
        assert sum(row.energy_wh or 0 for row in rows) == total_wh
        assert sum(row.hours for row in rows) == sum(len(day) for day in hours.values())
        assert sum(row.of_hours for row in rows) == 28 * 24


def test_an_hour_without_a_report_is_a_gap_and_no_zero() -> None:
    rows = used({"2026-11-20": {8: 0}}, span("2026-11-20", "2026-11-20", "hour"), now_ms=NOW)
    assert (rows[8].energy_wh, rows[9].energy_wh) == (0, None)
    assert [row.start for row in rows[8:10]] == ["2026-11-20T08", "2026-11-20T09"]


def test_hours_to_come_are_not_expected() -> None:
    today = used({}, span("2026-11-21", "2026-11-22"), now_ms=NOW)
    assert [(row.start, row.hours, row.of_hours) for row in today] == [("2026-11-21", 0, 11)]


def test_months_are_those_of_the_calendar() -> None:
    rows = used({}, span("2026-09-30", "2026-11-01", "month"), now_ms=NOW)
    assert [(row.start, row.of_hours) for row in rows] == [
        ("2026-09", 24),
        ("2026-10", 31 * 24),
        ("2026-11", 24),
    ]


WEEK = {f"2026-11-{day}": dict.fromkeys(range(24), 100) for day in range(14, 21)}


@pytest.mark.parametrize(
    ("balance_wh", "left"), [(2_400, 1), (2_399, 0), (24_000, 10), (0, 0), (-5, 0), (None, None)]
)
def test_credit_lasts_as_long_as_the_last_week_says(
    balance_wh: int | None, left: int | None
) -> None:
    assert days_left(WEEK, balance_wh, now_ms=NOW) == left


def test_gaps_do_not_make_a_meter_frugal() -> None:
    half = {day: dict.fromkeys(range(12), 100) for day in WEEK}
    assert days_left(half, 24_000, now_ms=NOW) == days_left(WEEK, 24_000, now_ms=NOW)


def test_too_few_hours_say_nothing() -> None:
    few = {"2026-11-20": dict.fromkeys(range(24), 100)}
    assert len(few["2026-11-20"]) < MIN_HOURS_KNOWN
    assert days_left(few, 24_000, now_ms=NOW) is None
    assert days_left({day: dict.fromkeys(range(24), 0) for day in WEEK}, 5, now_ms=NOW) is None


@pytest.mark.parametrize(
    ("first", "last", "step", "field"),
    [
        ("2026-11-21", "2026-11-20", "day", "to"),
        ("2026-1-21", "2026-11-20", "day", "from"),
        (None, "2026-11-20", "day", "from"),
        ("2026-11-01", "2026-11-31", "day", "to"),
        ("20261101--", "2026-11-20", "day", "from"),
        ("0001-01-01", "2026-11-20", "day", "from"),
        ("2026-11-01", "2026-11-20", "week", "step"),
        ("2026-01-01", "2026-11-20", "hour", "to"),
    ],
)
def test_a_span_that_is_none_is_refused_by_field(
    first: object, last: object, step: object, field: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_span(first, last, step)
    assert refused.value.field == field


@pytest.mark.parametrize("step", Step)
def test_a_span_may_be_as_long_as_its_limit(step: Step) -> None:
    last = date.fromordinal(date(2024, 1, 1).toordinal() + MAX_DAYS[step] - 1)
    assert len(parse_span("2024-01-01", last.isoformat(), step).days()) == MAX_DAYS[step]
