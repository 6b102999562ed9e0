"""The functions die, triggers are lost: the schedule alone must bring everything to its end."""

from __future__ import annotations

import os
import signal

import pytest
import requests

from tests.journeys import scene
from tools.lab.stack import Stack

pytestmark = pytest.mark.journey


def triggers(stack: Stack, verb: str) -> None:
    answer = requests.put(f"{stack.url('hub')}/functions/{verb}BackgroundTriggers", timeout=(3, 10))
    answer.raise_for_status()


def worker_pid(stack: Stack) -> int:
    pid: int = requests.get(f"{stack.url('functions')}/backends", timeout=(3, 10)).json()[
        "worker_pid"
    ]
    return pid


def test_every_trigger_lost_and_still_one_credit(stack: Stack) -> None:
    triggers(stack, "disable")
    paid = scene.prompted(stack, scene.amina(stack))
    stack.simulator.enter_pin(scene.MSISDN)
    stack.simulator.wait_for("callback_delivered")
    assert scene.transaction(stack, paid)["status"] == "prompted"
    triggers(stack, "enable")  # they also hold the schedule back
    stack.run_schedule()
    assert scene.transaction(stack, paid)["delivery"]["status"] == "queued"
    triggers(stack, "disable")
    stack.meter(scene.METER).wait_for("acknowledged", transaction_id=paid)
    assert scene.transaction(stack, paid)["delivery"]["status"] == "queued"
    triggers(stack, "enable")
    scene.let_time_pass(stack, paid, 2 * scene.MINUTE_MS)
    stack.run_schedule()
    assert scene.transaction(stack, paid)["delivery"]["status"] == "delivered"


def test_the_functions_killed_after_the_callback_resume_and_credit_once(stack: Stack) -> None:
    meter = stack.meter(scene.METER)
    meter.wait_for("streaming")
    paid = scene.prompted(stack, scene.amina(stack))
    before = worker_pid(stack)
    with stack.database.watch(f"callbacks/{paid}") as evidence:
        stack.simulator.enter_pin(scene.MSISDN)
        evidence.wait_until(bool)
        os.kill(before, signal.SIGKILL)
    suite = stack.processes[1]
    suite.wait_for(lambda: _serves_again(stack, before), limit_s=20)
    stack.run_schedule()
    meter.wait_for("acknowledged", transaction_id=paid)
    scene.let_time_pass(stack, paid, 2 * scene.MINUTE_MS)
    stack.run_schedule()
    scene.wait_for_delivery(stack, paid, "delivered")
    assert len(meter.events("applied")) == 1


def _serves_again(stack: Stack, before: int) -> bool:
    url = f"{stack.url('hosting')}/api/meters/{scene.METER}"
    answer = requests.get(url, timeout=(3, 10))
    return answer.status_code == 401 and worker_pid(stack) != before
