"""A home's consumption and alerts: kept when it leaves the live database, told once by SMS."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.sms_gateway import SmsGateway
from tests.journeys import scene
from tests.journeys.conftest import telling
from tools.lab.stack import Stack

pytestmark = pytest.mark.journey
EAT = timezone(timedelta(hours=3))
HOURS = {f"{hour:02}": 100 for hour in range(24)}


@pytest.fixture
def stack(tmp_path: Path, gateway: SmsGateway) -> Iterator[Stack]:
    """A system of its own that tells tenants by SMS, at any hour."""
    with telling(tmp_path, gateway, QUIET_FROM_HOUR="0", QUIET_TO_HOUR="0") as running:
        yield running


def today() -> date:
    return datetime.now(EAT).date()


def day(ago: int) -> str:
    return (today() - timedelta(days=ago)).isoformat()


def look(stack: Stack) -> None:
    """As the clock would, when the meter is due."""
    stack.database.patch(f"meters/{scene.METER}", {"next_look_at": 1})
    stack.run_schedule("look_at_meters")


def told(stack: Stack) -> Any:
    """What the owner is told of the last fifty days."""
    query = f"from={day(50)}&to={day(1)}&step=day"
    answer = scene.amina(stack).get(f"/api/meters/{scene.METER}/consumption?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["rows"]


def test_what_a_home_used_is_the_same_after_it_has_left_the_live_database(stack: Stack) -> None:
    history = f"consumption_history/{scene.METER}"
    stack.database.put(history, {day(40): HOURS, day(36): {"07": 5}, day(3): HOURS})
    before = told(stack)
    assert sum(row["hours"] for row in before) == 49
    look(stack)
    assert list(stack.database.get(history)) == [day(3)]
    assert told(stack) == before
    stack.database.patch(f"{history}/{day(36)}", {"08": 6})  # it was offline for weeks
    stack.database.patch(f"meters/{scene.METER}", {"rolled_through": day(2)})
    look(stack)
    rows = {row["start"]: row for row in told(stack)}
    assert (rows[day(36)]["energy_wh"], rows[day(36)]["hours"]) == (11, 2)


def test_a_silent_meter_is_told_once_and_its_alert_ends_when_it_speaks(
    stack: Stack, gateway: SmsGateway
) -> None:
    stack.database.patch("users/tenant-amina/notifications", {"offline": True})
    two_hours_ago = time.time_ns() // 1_000_000 - 2 * scene.HOUR_MS
    stack.database.patch(f"meters/{scene.METER}/status", {"last_seen": two_hours_ago})
    stack.database.patch(f"meters/{scene.METER}", {"next_look_at": two_hours_ago * 2})
    stack.run_schedule("look_at_meters")  # found by its silence: it is not due
    [(alert_id, alert)] = stack.database.get(f"meters/{scene.METER}/alerts").items()
    assert (alert["kind"], alert["value"] >= 120) == ("offline", True)
    for _ in range(2):
        stack.run_schedule()
        look(stack)
    silent = [sent for sent in gateway.messages if "not been heard of" in sent["message"]]
    assert [sent["to"] for sent in silent] == [f"+{scene.MSISDN}"]
    stack.meter(scene.METER).wait_for("streaming")
    stack.database.wait_until(
        f"meters/{scene.METER}/status/last_seen", lambda at_ms: at_ms > two_hours_ago
    )
    look(stack)
    alert = stack.database.get(f"meters/{scene.METER}/alerts/{alert_id}")
    assert alert["cleared_at"] >= alert["raised_at"]
