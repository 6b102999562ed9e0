"""Days and months are the sums of their hours, however the hours came."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lipamita.domain.consumption import Hours, parse_span
from lipamita.domain.ids import MeterId
from lipamita.domain.roll_up import DayUse, MonthUse, by_month, first_kept_month, merged, months_of
from lipamita.domain.units import Millis

METER = MeterId("MTR-001")
DAYS = st.tuples(st.integers(9, 12), st.integers(1, 28)).map(
    lambda one: f"2026-{one[0]:02}-{one[1]:02}"
)
ROW = st.dictionaries(st.integers(0, 23), st.integers(0, 5_000), min_size=1, max_size=4)
HOURS = st.dictionaries(DAYS, ROW, max_size=4)


@given(HOURS)
def test_months_add_up_to_their_hours(hours: Hours) -> None:
    months = by_month(METER, hours)
    assert sum(month.total.energy_wh for month in months) == sum(
        sum(row.values()) for row in hours.values()
    )
    assert sum(month.total.hours for month in months) == sum(len(row) for row in hours.values())
    assert {day: row for month in months for day, row in month.hours.items()} == hours


@given(HOURS, HOURS, HOURS)
def test_neither_order_nor_repetition_changes_what_is_gathered(
    one: Hours, other: Hours, third: Hours
) -> None:
    assert merged(one, other) == merged(other, one)
    assert merged(merged(one, other), third) == merged(one, merged(other, third))
    assert merged(merged(one, other), other) == merged(one, other)


def test_a_gap_is_no_zero() -> None:
    hours = {"2026-11-20": {8: 0, 9: 310}, "2026-11-21": {0: 5}}
    month = MonthUse(meter_id=METER, month="2026-11", hours=hours)
    assert month.days["2026-11-20"] == DayUse(energy_wh=310, hours=2)
    assert month.total == DayUse(energy_wh=315, hours=3)


def test_a_span_touches_its_months() -> None:
    span = parse_span("2026-10-31", "2026-12-01", "day")
    assert months_of(span) == ["2026-10", "2026-11", "2026-12"]


def test_seven_whole_years_are_kept() -> None:
    assert first_kept_month(Millis(1_795_000_000_000), 7) == "2019-11"
