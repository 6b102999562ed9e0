"""What a device reports about itself: registers and status, leaf by leaf or many in one PATCH."""

import pytest

from tests.rules.database import Request, RulesDatabase, delete, patch, post, put
from tests.rules.identities import DEVICE, OTHER_DEVICE, only
from tests.rules.reference import at
from tests.rules.values import (
    NOT_BOOLEANS,
    NOT_INTEGERS,
    NOT_STRINGS,
    two_days_ahead_ms,
    with_priority,
)
from tests.rules.world import EARLIER, world

METER = "meters/MTR-001"
SERVER_TIME = {".sv": "timestamp"}
SOLD_A_LOT = {"credited_total_wh": 10**15, "withdrawn_total_wh": 10**15, "sequence": 10**15}

# The world: credited 20,000 - withdrawn 0 - consumed 9,500 = balance 10,500.
# The server's registers: 30,000 sold in 3 entries, 2,000 withdrawn.
REPORTS: list[dict[str, object]] = [
    {"consumption_rate": 0},
    {"consumption_rate": 1_000_000},
    {"sequence": 2},
    {"sequence": 3},
    {"current_balance": 10500},
    {"energy_consumed_total": 9501, "current_balance": 10499},
    {"energy_consumed_total": 20100, "current_balance": -100},
    {"credited_total": 30000, "current_balance": 20500, "sequence": 3},
    {"credited_total": 30000, "energy_consumed_total": 19500, "sequence": 3},
    {"withdrawn_total": 2000, "current_balance": 8500},
    {
        "current_balance": 17500,
        "consumption_rate": 410,
        "energy_consumed_total": 10500,
        "credited_total": 30000,
        "withdrawn_total": 2000,
        "sequence": 3,
        "status/online": True,
        "status/switch": "connected",
        "status/supply": "on",
        "status/firmware": "0.2.0",
        "status/rssi": -70,
        "status/last_seen": SERVER_TIME,
        "status/boot_count": 4,
        "status/reason": "",
    },
]

UNFIT_REPORTS: list[dict[str, object]] = [
    # Totals that fall.
    {"sequence": 1},
    {"energy_consumed_total": 9499, "current_balance": 10501},
    {"credited_total": 19999, "current_balance": 10499},
    {"credited_total": 0, "withdrawn_total": 0, "energy_consumed_total": 0, "current_balance": 0},
    # More than was sold, withdrawn or queued.
    {"credited_total": 30001, "current_balance": 20501},
    {"withdrawn_total": 2001, "current_balance": 8499},
    {"sequence": 4},
    # A balance that is not the difference of the totals.
    {"current_balance": 10501},
    {"current_balance": 0},
    {"energy_consumed_total": 9600},
    {"credited_total": 30000},
    {"withdrawn_total": 2000},
    {"energy_consumed_total": 9501, "current_balance": 10500},
    # One unfit field spoils the write.
    {"energy_consumed_total": 9501, "current_balance": 10499, "status/switch": "open"},
    {"energy_consumed_total": 9501, "current_balance": 10499, "owner_uid": "device-mtr-001"},
    {"energy_consumed_total": 9501, "current_balance": 10499, "status/unknown": 1},
    {"consumption_rate": 10, "extra": 1},
    # Fields that are not the device's.
    {"tariff_id": "business"},
    {"owner_uid": "tenant-brian"},
    {"device_uid": "device-mtr-002"},
    {"name": "Renamed"},
    {"kind": "tuya"},
    {"site": "Elsewhere"},
    {"status": {"online": True}},
]

STATUS_VALUES: dict[str, list[object]] = {
    "online": [True, False],
    "switch": ["connected", "disconnected", "ready"],
    "supply": ["on", "off"],
    "firmware": ["1", "1.2.3-rc.1", "x" * 32],
    "rssi": [-150, -61, 0, 20],
    "last_seen": [0, EARLIER, SERVER_TIME],
    "boot_count": [0, 1, 1_000_000_000],
    "reason": ["", "out_of_credit", "x" * 64],
}

UNFIT_STATUS_VALUES: dict[str, list[object]] = {
    "online": [*NOT_BOOLEANS],
    "switch": [*NOT_STRINGS, "", "open", "Connected", "connected ", "connected\n", "xready"],
    "supply": [*NOT_STRINGS, "", "ON", "off\n"],
    "firmware": [*NOT_STRINGS, "", "x" * 33],
    "rssi": [*NOT_INTEGERS, -151, 21],
    "last_seen": [*NOT_INTEGERS, -1, two_days_ahead_ms(), 1e18],
    "boot_count": [*NOT_INTEGERS, -1, 1_000_000_001],
    "reason": [*NOT_STRINGS, "x" * 65],
    "unknown": [1, "x", True],
}

UNFIT_REGISTER_VALUES: dict[str, list[object]] = {
    "current_balance": [*NOT_INTEGERS, -1_000_000_001, 1e13],
    "consumption_rate": [*NOT_INTEGERS, -1, 1_000_001],
    "energy_consumed_total": [*NOT_INTEGERS, -1, 1e13],
    "credited_total": [*NOT_INTEGERS, -1, 1e13],
    "withdrawn_total": [*NOT_INTEGERS, -1, 1e13],
    "sequence": [*NOT_INTEGERS, -1, 1e13],
    "unknown": [1, "x"],
}

REGISTER_FIELDS = [name for name in UNFIT_REGISTER_VALUES if name != "unknown"]
REPORTED = [*REGISTER_FIELDS, *(f"status/{field}" for field in STATUS_VALUES)]


@pytest.mark.parametrize("report", REPORTS, ids=str)
def test_a_fit_report_is_taken_from_its_device_alone(
    database: RulesDatabase, report: dict[str, object]
) -> None:
    assert database.expect_only(only(DEVICE), [patch(METER, report)]) == []


@pytest.mark.parametrize("report", UNFIT_REPORTS, ids=str)
def test_an_unfit_report_is_refused_whole(
    database: RulesDatabase, report: dict[str, object]
) -> None:
    before = database.tree()
    assert database.expect(DEVICE, patch(METER, report), allowed=False) == []
    assert database.tree() == before


@pytest.mark.parametrize("field", STATUS_VALUES)
def test_a_status_field_takes_its_values_from_its_device_alone(
    database: RulesDatabase, field: str
) -> None:
    path = f"{METER}/status/{field}"
    requests: list[Request] = [put(path, value) for value in STATUS_VALUES[field]]
    requests += [patch(METER, {f"status/{field}": value}) for value in STATUS_VALUES[field]]
    requests += [patch(f"{METER}/status", {field: value}) for value in STATUS_VALUES[field]]
    assert database.expect_only(only(DEVICE), requests) == []


@pytest.mark.parametrize("field", UNFIT_STATUS_VALUES)
def test_a_status_field_refuses_what_it_is_not(database: RulesDatabase, field: str) -> None:
    path = f"{METER}/status/{field}"
    breaches: list[str] = []
    for value in UNFIT_STATUS_VALUES[field]:
        breaches += database.expect(DEVICE, put(path, value), allowed=False)
        breaches += database.expect(DEVICE, patch(METER, {f"status/{field}": value}), allowed=False)
    assert breaches == []


@pytest.mark.parametrize("field", UNFIT_REGISTER_VALUES)
def test_a_register_refuses_what_it_is_not(database: RulesDatabase, field: str) -> None:
    # Without the other registers no difference holds it, so the type alone decides.
    breaches: list[str] = []
    for value in UNFIT_REGISTER_VALUES[field]:
        breaches += database.expect(DEVICE, put(f"{METER}/{field}", value), allowed=False)
        database.given({f"meters/MTR-002/{field}": None, "meter_registers/MTR-002": SOLD_A_LOT})
        if database.attempt(OTHER_DEVICE, put(f"meters/MTR-002/{field}", value)):
            breaches.append(f"meters/MTR-002/{field} took {value!r}")
    assert breaches == []


@pytest.mark.parametrize("field", REPORTED)
def test_nobody_deletes_or_breaks_up_a_reported_field(database: RulesDatabase, field: str) -> None:
    path = f"{METER}/{field}"
    requests = [
        delete(path),
        put(path, None),
        patch(METER, {field: None}),
        put(f"{path}/below", 1),
        put(path, {"below": 1}),
        post(path, 1),
    ]
    assert database.expect_none(requests) == []


@pytest.mark.parametrize("field", REPORTED)
def test_what_was_reported_may_be_repeated_by_its_device_alone(
    database: RulesDatabase, field: str
) -> None:
    again = put(f"{METER}/{field}", at(world(), *METER.split("/"), *field.split("/")))
    assert database.expect_only(only(DEVICE), [again]) == []


@pytest.mark.parametrize("field", REPORTED)
def test_a_priority_is_refused(database: RulesDatabase, field: str) -> None:
    path = f"{METER}/{field}"
    value = at(world(), *path.split("/"))
    assert database.expect(DEVICE, put(path, with_priority(value)), allowed=False) == []
    assert database.expect(DEVICE, put(f"{path}/.priority", "x"), allowed=False) == []


@pytest.mark.parametrize("path", [METER, f"{METER}/status", "meters"])
def test_nobody_replaces_or_deletes_a_whole_node(database: RulesDatabase, path: str) -> None:
    whole = {"online": True, "switch": "ready"}
    requests = [put(path, whole), put(path, "x"), delete(path), post(path, 1)]
    assert database.expect_none(requests) == []


def test_a_new_device_reports_zeros_before_anything_was_sold(database: RulesDatabase) -> None:
    zeros: dict[str, object] = dict.fromkeys(REGISTER_FIELDS, 0)
    database.given({"meter_registers/MTR-002": None})
    assert database.attempt(OTHER_DEVICE, patch("meters/MTR-002", zeros))
    assert not database.attempt(OTHER_DEVICE, patch("meters/MTR-002", {**zeros, "sequence": 1}))
    credit = {**zeros, "credited_total": 1, "current_balance": 1}
    assert not database.attempt(OTHER_DEVICE, patch("meters/MTR-002", credit))


def test_a_balance_alone_never_exceeds_what_was_sold(database: RulesDatabase) -> None:
    database.given({"meter_registers/MTR-002/credited_total_wh": 5000})
    balance = "meters/MTR-002/current_balance"
    assert not database.attempt(OTHER_DEVICE, put(balance, 5001))
    assert database.attempt(OTHER_DEVICE, put(balance, 5000))


def test_what_was_withdrawn_is_not_taken_back(database: RulesDatabase) -> None:
    database.given({f"{METER}/withdrawn_total": 500, f"{METER}/current_balance": 10000})
    less = {"withdrawn_total": 499, "current_balance": 10001}
    more = {"withdrawn_total": 501, "current_balance": 9999}
    assert not database.attempt(DEVICE, patch(METER, less))
    assert database.attempt(DEVICE, patch(METER, more))


def test_a_second_boot_repeats_the_same_report(database: RulesDatabase) -> None:
    report = REPORTS[-1]
    assert database.attempt(DEVICE, patch(METER, report))
    assert database.attempt(DEVICE, patch(METER, report))


@pytest.mark.parametrize("meter_id", ["MTR-003", "MTR-404"])
def test_a_meter_without_a_device_takes_no_report(database: RulesDatabase, meter_id: str) -> None:
    requests = [put(f"meters/{meter_id}/consumption_rate", 1)]
    assert database.expect_none(requests) == []
