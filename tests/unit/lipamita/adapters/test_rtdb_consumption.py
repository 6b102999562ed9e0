"""Hours in a real database, whichever way it shows a day."""

from __future__ import annotations

from lipamita.adapters.rtdb_consumption import RtdbConsumption
from lipamita.domain.consumption import parse_span
from lipamita.domain.ids import MeterId

from tests.unit.lipamita.adapters.live_rtdb import LiveDatabase

METER = MeterId("MTR-001")


def test_the_days_of_a_span_are_read_and_no_others(database: LiveDatabase) -> None:
    days = {
        "2026-11-18": {"08": 1},
        "2026-11-19": {"08": 310, "09": 0},
        "2026-11-20": {str(hour): hour for hour in range(10, 24)},  # comes back as a list
        "2026-11-21": {"00": 5},
    }
    database.write("consumption_history", {METER: days, "MTR-002": days})
    hours = RtdbConsumption(database.app).read_hours(
        METER, parse_span("2026-11-19", "2026-11-20", "hour")
    )
    assert hours == {
        "2026-11-19": {8: 310, 9: 0},
        "2026-11-20": {hour: hour for hour in range(10, 24)},
    }


def test_a_meter_that_never_reported_has_no_hours(database: LiveDatabase) -> None:
    assert (
        RtdbConsumption(database.app).read_hours(
            METER, parse_span("2026-11-19", "2026-11-20", "day")
        )
        == {}
    )
