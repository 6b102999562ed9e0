"""Reports over HTTP are held to the laws of the rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from lipamita.domain.errors import LipamitaError
from lipamita.domain.ids import Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.recharge import empty_register
from lipamita.domain.report import BalanceReport, parse_balance, parse_status
from lipamita.domain.units import Wh
from lipamita.use_cases.report_meter import report_balance, report_status

from tests.fakes.estate import METER, OWNER, Estate

DEVICE = Caller(uid=Uid("device-mtr-001"), role=Role.METER, meter_id=METER)
SOLD = replace(
    empty_register("2026-11"), credited_total_wh=Wh(1_000), withdrawn_total_wh=Wh(100), sequence=3
)
GOOD: dict[str, object] = {
    "current_balance": 600,
    "credited_total": 1_000,
    "withdrawn_total": 100,
    "energy_consumed_total": 300,
    "sequence": 3,
    "consumption_rate": 40,
}


def estate() -> Estate:
    made = Estate()
    made.store.registers[METER] = SOLD
    return made


def report(**changes: object) -> BalanceReport:
    return parse_balance({**GOOD, **changes})


def refused(do: Any) -> str:
    with pytest.raises(LipamitaError) as told:
        do()
    return told.value.code


def test_a_report_is_kept_and_repeating_it_changes_nothing() -> None:
    place = estate()
    for _ in range(2):
        report_balance(METER, report(), DEVICE, place.world)
    meter = place.store.meters[METER]
    assert (meter.current_balance_wh, meter.sequence, meter.consumption_rate_w) == (600, 3, 40)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"credited_total": 1_001, "current_balance": 601}, "more_than_sold"),
        ({"withdrawn_total": 101, "current_balance": 599}, "more_than_sold"),
        ({"sequence": 4}, "more_than_sold"),
    ],
)
def test_a_meter_cannot_have_more_than_it_was_sold(changes: dict[str, object], code: str) -> None:
    place = estate()
    told = report(**changes)
    assert refused(lambda: report_balance(METER, told, DEVICE, place.world)) == code
    assert place.store.meters[METER].credited_total_wh is None


def test_totals_that_fell_are_a_reset_and_are_not_believed() -> None:
    place = estate()
    report_balance(METER, report(), DEVICE, place.world)
    lost = report(
        credited_total=0, withdrawn_total=0, energy_consumed_total=0, sequence=0, current_balance=0
    )
    for _ in range(2):
        assert refused(lambda: report_balance(METER, lost, DEVICE, place.world)) == "totals_fell"
    assert place.store.meters[METER].credited_total_wh == 1_000
    [command] = place.store.commands[METER].values()
    assert command.arguments == (
        "credited_total_wh=1000;withdrawn_total_wh=100;consumed_total_wh=300;sequence=3"
    )
    assert [alarm.kind for alarm in place.store.alarms] == ["meter_reset"]


@pytest.mark.parametrize(
    "caller",
    [
        OWNER,
        Caller(uid=Uid("operator-grace"), role=Role.OPERATOR),
        replace(DEVICE, uid=Uid("device-old")),
        replace(DEVICE, meter_id=None),
    ],
    ids=["owner", "staff", "another-board", "no-claim"],
)
def test_only_its_own_device_reports_for_a_meter(caller: Caller) -> None:
    world = estate().world
    assert refused(lambda: report_balance(METER, report(), caller, world)) == "not_its_device"
    assert refused(lambda: report_status(METER, {}, caller, world)) == "not_its_device"


@pytest.mark.parametrize("field", GOOD)
@pytest.mark.parametrize("value", [None, "1", 1.5, True, -(10**10), 10**13])
def test_a_register_is_a_whole_number_in_its_range(field: str, value: object) -> None:
    with pytest.raises(LipamitaError) as told:
        report(**{field: value})
    assert told.value.field == field


def test_the_balance_is_the_difference_of_the_totals() -> None:
    assert refused(lambda: report(current_balance=601)) == "invalid_current_balance"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("online", 1),
        ("switch", "open"),
        ("supply", True),
        ("firmware", ""),
        ("firmware", "x" * 33),
        ("rssi", -151),
        ("boot_count", -1),
        ("reason", "x" * 65),
        ("reason", "\x00"),
    ],
)
def test_a_status_has_its_documented_words(field: str, value: object) -> None:
    assert refused(lambda: parse_status({field: value})) == f"invalid_{field}"


def test_a_status_is_kept_with_its_time() -> None:
    place = estate()
    said = parse_status({"online": True, "switch": "ready", "reason": ""})
    report_status(METER, said, DEVICE, place.world)
    status = place.store.meters[METER].status
    assert (status.online, status.switch, status.last_seen_ms) == (True, "ready", place.now_ms)
