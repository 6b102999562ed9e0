"""Bad weather, in small: what was paid is what each meter holds. `make soak` is the large one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.lab.stack import start_apart
from tools.soak import Plan, soak

pytestmark = pytest.mark.journey
PLAN = Plan(meters=6, steps=36, seed=20261121, pace_s=0.1, deaths=2, cuts=9)


def test_in_bad_weather_every_meter_holds_what_was_paid(tmp_path: Path) -> None:
    stack = start_apart(tmp_path)
    try:
        happened = soak(stack, PLAN)
    finally:
        stack.stop()
    assert happened["payments"] == PLAN.steps
    assert happened["kills"]
    assert happened["cuts"]
    assert happened["faults"]
