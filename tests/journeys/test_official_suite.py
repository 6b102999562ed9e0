"""The same repository under firebase-tools: the payment must get through there as well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys import scene
from tests.journeys.judge import check_invariant
from tools.lab.official import start_official
from tools.lab.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.npm]


@pytest.fixture
def official(tmp_path: Path) -> Iterator[Stack]:
    running = start_official(tmp_path)
    try:
        yield running
    finally:
        running.stop()


def test_a_payment_becomes_energy_under_firebase_tools(official: Stack) -> None:
    meter = official.meter(scene.METER)
    meter.wait_for("streaming")
    tenant = scene.amina(official)
    paid = scene.prompted(official, tenant)
    receipt = official.simulator.enter_pin(scene.MSISDN)["receipt"]
    meter.wait_for("applied", transaction_id=paid, limit_s=60)
    official.database.wait_until(
        f"transactions/{paid}",
        lambda node: node["delivery"]["status"] == "delivered",
        limit_s=60,
    )
    assert tenant.payment(paid)["mpesa_receipt"] == receipt
    check_invariant(official)
