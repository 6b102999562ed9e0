"""Hourly consumption: a device adds to the hours of its own meter and never takes back."""

import pytest

from tests.rules.database import Request, RulesDatabase, delete, patch, post, put
from tests.rules.identities import DEVICE, OTHER_DEVICE, only
from tests.rules.values import NOT_INTEGERS, with_priority
from tests.rules.world import world

OWN = "consumption_history/MTR-001"
DAY = f"{OWN}/2025-06-15"

FIT: list[Request] = [
    put(f"{DAY}/08", 310),
    put(f"{DAY}/08", 311),
    put(f"{DAY}/10", 0),
    put(f"{DAY}/00", 1_000_000),
    put(f"{DAY}/23", 5),
    put(f"{OWN}/2025-12-31/19", 5),
    put(f"{OWN}/2099-10-01/20", 5),
    patch(DAY, {"09": 281, "10": 4}),
    patch(OWN, {"2025-06-15/09": 281, "2025-06-16/00": 4}),
]

UNFIT: list[Request] = [
    put(f"{DAY}/08", 309),
    put(f"{DAY}/08", 0),
    put(f"{DAY}/08", None),
    put(f"{DAY}/10", -1),
    put(f"{DAY}/10", 1_000_001),
    put(f"{DAY}/10", with_priority(5)),
    *(put(f"{DAY}/10", value) for value in NOT_INTEGERS),
    *(
        put(f"{DAY}/{hour}", 5)
        for hour in ["24", "99", "8", "008", "-1", "1a", "aa", " 8", "10 ", "hour"]
    ),
    *(
        put(f"{OWN}/{day}/10", 5)
        for day in [
            "2025-6-15",
            "2025-13-01",
            "2025-00-10",
            "2025-06-32",
            "2025-06-00",
            "1999-06-15",
            "2100-06-15",
            "20250615",
            "2025-06-15x",
            "x2025-06-15",
            "latest",
        ]
    ),
    put(f"{DAY}/08/minutes", 5),
    put(DAY, {"08": 311, "09": 281}),
    put(OWN, {"2025-06-15": {"08": 999}}),
    patch(DAY, {"08": 311, "09": 1}),
    patch(OWN, {"2025-06-15": {"08": 999}}),
    post(DAY, 5),
    post(OWN, {"08": 5}),
    delete(f"{DAY}/08"),
    delete(DAY),
    delete(OWN),
    delete("consumption_history"),
]


@pytest.mark.parametrize("request_", FIT, ids=str)
def test_an_hour_grows_by_its_own_device_alone(database: RulesDatabase, request_: Request) -> None:
    assert database.expect_only(only(DEVICE), [request_]) == []


@pytest.mark.parametrize("request_", UNFIT, ids=str)
def test_an_hour_never_shrinks_and_is_an_hour(database: RulesDatabase, request_: Request) -> None:
    assert database.expect_none([request_]) == []
    assert database.tree() == world()


def test_a_meter_without_a_device_has_no_hours(database: RulesDatabase) -> None:
    assert database.expect_none([put("consumption_history/MTR-003/2025-06-15/08", 1)]) == []


def test_each_device_writes_its_own_meter(database: RulesDatabase) -> None:
    theirs = put("consumption_history/MTR-002/2025-06-15/08", 121)
    assert database.expect_only(only(OTHER_DEVICE), [theirs]) == []
