from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.functions.schedule import BadSchedule, parse_schedule


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "zone", "now", "due"),
    [
        ("every 1 minutes", None, "2026-11-21 10:00:00", "2026-11-21 10:01:00"),
        ("every minute", None, "2026-11-21 10:00:59", "2026-11-21 10:01:00"),
        ("every 5 mins", None, "2026-11-21 10:01:00", "2026-11-21 10:05:00"),
        ("every 2 hours", None, "2026-11-21 10:00:00", "2026-11-21 12:00:00"),
        ("every day 06:30", "Africa/Nairobi", "2026-11-21 10:00:00", "2026-11-22 03:30:00"),
        ("*/15 * * * *", None, "2026-11-21 10:14:59", "2026-11-21 10:15:00"),
        ("0 9 * * *", "Africa/Nairobi", "2026-11-21 05:59:00", "2026-11-21 06:00:00"),
        ("0 9 * * mon-fri", None, "2026-11-21 10:00:00", "2026-11-23 09:00:00"),
        ("30 0 1 jan,jul *", None, "2026-11-21 10:00:00", "2027-01-01 00:30:00"),
        ("0 0 13 * 5", None, "2026-11-21 00:00:00", "2026-11-27 00:00:00"),
        ("0 0 * * 7", None, "2026-11-21 10:00:00", "2026-11-22 00:00:00"),
        ("0 0 29 2 *", None, "2026-11-21 10:00:00", "2028-02-29 00:00:00"),
        ("30 2 * * *", "Europe/Berlin", "2027-03-28 00:00:00", "2027-03-29 00:30:00"),
    ],
)
def test_the_next_run_is_the_first_after_now(
    text: str, zone: str | None, now: str, due: str
) -> None:
    assert parse_schedule(text, zone).next_after(at(now)) == at(due)


def test_a_date_that_never_comes_has_no_next_run() -> None:
    assert parse_schedule("0 0 30 2 *").next_after(at("2026-11-21 10:00:00")) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "every 0 minutes",
        "every now and then",
        "* * * *",
        "60 * * * *",
        "5-1 * * * *",
        "x * * * *",
    ],
)
def test_an_unreadable_schedule_is_refused(text: str) -> None:
    with pytest.raises(BadSchedule):
        parse_schedule(text)


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(BadSchedule, match="Africa/Nowhere"):
        parse_schedule("0 0 * * *", "Africa/Nowhere")


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 (made aware below)
    st.sampled_from(["*/7 3-9 * * *", "0 0 1,15 * 2", "59 23 * 2 *", "every 7 minutes"]),
    st.sampled_from(["UTC", "Africa/Nairobi", "America/New_York"]),
)
def test_a_run_is_always_later_and_on_a_whole_minute(
    moment: datetime, text: str, zone: str
) -> None:
    now = moment.replace(tzinfo=UTC)
    due = parse_schedule(text, zone).next_after(now)
    assert due is not None
    assert due > now
    assert (due.second, due.microsecond) == (0, 0)
    assert due - now < timedelta(days=400)
