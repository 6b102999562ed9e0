"""What a person reads on the meter's front."""

from __future__ import annotations

import os
import signal

import pytest

from tests.journeys import scene
from tools.lab.meter import Meter
from tools.lab.stack import Stack

pytestmark = pytest.mark.journey


def press(meter: Meter, button: signal.Signals) -> None:
    os.kill(meter.process.pid, button)


def test_the_display_tells_balance_and_recharge_in_two_languages(stack: Stack) -> None:
    meter = stack.meter(scene.METER, options={"show": 1})
    _, ready = meter.wait_for("screen", row2="Balance", row3="2.50 kWh")
    paid = scene.prompted(stack, scene.amina(stack))
    stack.simulator.enter_pin(scene.MSISDN)
    scene.wait_for_delivery(stack, paid, "delivered")
    energy_wh = scene.transaction(stack, paid)["quote"]["energy_wh"]
    balance_wh = 2_500 + energy_wh
    kwh = f"{balance_wh // 1000}.{balance_wh % 1000 // 10:02} kWh"
    _, told = meter.wait_for("screen", after=ready, row3=kwh)
    press(meter, signal.SIGUSR2)
    _, swahili = meter.wait_for("screen", after=told, row2="Salio")
    press(meter, signal.SIGUSR1)
    meter.wait_for("screen", after=swahili, row2="Matumizi sasa")
