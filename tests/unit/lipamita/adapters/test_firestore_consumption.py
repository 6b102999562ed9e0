"""Months of consumption in Firestore: one document each, whole, and the same however often."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from lipamita.adapters.firestore_consumption import FirestoreConsumption
from lipamita.domain.errors import UnreadableError
from lipamita.domain.ids import MeterId
from lipamita.domain.units import Millis

METER = MeterId("MTR-001")
NOW = Millis(1_795_208_404_000)
HOURS = {"2026-10-31": {23: 7}, "2026-11-01": {0: 0, 9: 310}, "2026-11-20": {10: 5}}


@pytest.fixture
def record(project: str) -> FirestoreConsumption:
    return FirestoreConsumption(project)


def test_a_month_is_one_document_with_its_totals(record: FirestoreConsumption, client: Any) -> None:
    assert record.merge_hours(METER, HOURS, now_ms=NOW) == 2
    assert client.document("consumption/MTR-001_2026-11").get().to_dict() == {
        "meter_id": "MTR-001",
        "month": "2026-11",
        "energy_wh": 315,
        "hours": 3,
        "updated_at": NOW,
        "days": {
            "01": {"energy_wh": 310, "hours": 2, "by_hour": {"00": 0, "09": 310}},
            "20": {"energy_wh": 5, "hours": 1, "by_hour": {"10": 5}},
        },
    }


def test_hours_come_back_as_they_were(record: FirestoreConsumption) -> None:
    record.merge_hours(METER, HOURS, now_ms=NOW)
    assert record.recorded_hours(METER, ["2026-09", "2026-10", "2026-11"]) == HOURS
    assert record.recorded_hours(METER, ["2026-10"]) == {"2026-10-31": {23: 7}}
    assert record.recorded_hours(MeterId("MTR-002"), ["2026-10"]) == {}


def test_repeating_changes_nothing_and_late_hours_change_their_month(
    record: FirestoreConsumption,
) -> None:
    record.merge_hours(METER, HOURS, now_ms=NOW)
    assert record.merge_hours(METER, HOURS, now_ms=NOW) == 0
    assert record.merge_hours(METER, {"2026-11-01": {9: 300, 10: 1}}, now_ms=NOW) == 1
    assert record.recorded_hours(METER, ["2026-11"])["2026-11-01"] == {0: 0, 9: 310, 10: 1}


def test_two_who_gather_at_once_lose_nothing_of_each_other(record: FirestoreConsumption) -> None:
    def gather(hour: int) -> int:
        return record.merge_hours(METER, {"2026-11-01": {hour: hour}}, now_ms=NOW)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(gather, range(4))) == 4
    assert record.recorded_hours(METER, ["2026-11"]) == {"2026-11-01": {n: n for n in range(4)}}


def test_the_oldest_months_are_forgotten(record: FirestoreConsumption) -> None:
    record.merge_hours(METER, HOURS, now_ms=NOW)
    assert record.forget_months("2026-11", limit=10) == 1
    assert record.forget_months("2026-11", limit=10) == 0
    assert record.recorded_hours(METER, ["2026-10", "2026-11"]).keys() == {
        "2026-11-01",
        "2026-11-20",
    }


def test_a_damaged_month_is_said_and_not_overwritten(
    record: FirestoreConsumption, client: Any
) -> None:
    client.document("consumption/MTR-001_2026-11").set({"month": "2026-11", "days": {"01": "x"}})
    with pytest.raises(UnreadableError):
        record.merge_hours(METER, HOURS, now_ms=NOW)
