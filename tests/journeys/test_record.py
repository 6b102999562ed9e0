"""A payment ends in the record, with balanced entries, and stays in sight there."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

import pytest
import requests

from tests.journeys import scene
from tests.journeys.judge import check_books
from tools.lab.people import Person
from tools.lab.stack import Stack

pytestmark = pytest.mark.journey
MONTH_MS = 31 * 24 * scene.HOUR_MS


def delivered(
    stack: Stack, tenant: Person, phone: str = scene.PHONE, msisdn: str = scene.MSISDN
) -> str:
    """A payment that its meter has applied and acknowledged."""
    paid = scene.prompted(stack, tenant, phone=phone)
    stack.simulator.enter_pin(msisdn)
    scene.wait_for_delivery(stack, paid, "delivered")
    return paid


def let_it_rest(stack: Stack, transaction_id: str) -> None:
    """As if it had been delivered, and recorded, more than a month ago."""
    node = scene.transaction(stack, transaction_id)
    stack.database.patch(
        f"transactions/{transaction_id}",
        {
            "updated_at": node["updated_at"] - MONTH_MS,
            "archived_at": node["updated_at"] - MONTH_MS,
            "record_at": 1,
            "next_check_at": None,
        },
    )


def test_a_delivered_payment_ends_in_the_record_with_balanced_entries(stack: Stack) -> None:
    meter = stack.meter(scene.METER)
    meter.wait_for("streaming")
    paid = delivered(stack, scene.amina(stack))
    stack.run_schedule("archive")
    record = stack.record.collections()
    kept = record["payments"][paid]
    live = scene.transaction(stack, paid)
    assert (kept["status"], kept["delivery"]) == ("paid", live["delivery"])
    receipt = kept["mpesa_receipt"]
    assert set(record["ledger"]) == {
        f"{receipt}_received",
        f"{paid}_sold",
        f"{paid}_delivered",
    }
    again = _ledger_after_another_run(stack)
    assert again == record["ledger"]


def test_functions_killed_while_they_record_leave_whole_entries_and_resume(stack: Stack) -> None:
    meter = stack.meter(scene.METER)
    meter.wait_for("streaming")
    tenant = scene.amina(stack)
    paid = delivered(stack, tenant)
    running = threading.Thread(target=_run_archive_and_lose_it, args=(stack,))
    running.start()
    before = _worker_pid(stack)
    os.kill(before, signal.SIGKILL)
    running.join(timeout=30)
    stack.processes[1].wait_for(lambda: _worker_pid(stack) not in (before, None), limit_s=20)
    check_books(stack)
    let_it_rest(stack, paid)
    stack.run_schedule("archive")
    assert scene.transaction(stack, paid) is None
    assert tenant.payment(paid)["status"] == "paid"
    check_books(stack)


def test_a_history_shows_what_left_and_what_is_live_as_one_list(stack: Stack) -> None:
    meter = stack.meter(scene.METER)
    meter.wait_for("streaming")
    tenant = scene.amina(stack)
    gone = delivered(stack, tenant)
    stack.run_schedule("archive")
    let_it_rest(stack, gone)
    stack.run_schedule("archive")
    assert scene.transaction(stack, gone) is None
    recorded = delivered(stack, tenant, scene.OTHER_PHONE, scene.OTHER_MSISDN)
    stack.run_schedule("archive")
    open_one = scene.prompted(stack, tenant, 50, phone=scene.OTHER_PHONE)
    for path in (f"/api/transactions/{tenant.uid}", f"/api/transactions/meter/{scene.METER}"):
        assert _pages(tenant, path, limit=1)[:3] == [open_one, recorded, gone]
        assert _pages(tenant, path, limit=2)[:3] == [open_one, recorded, gone]
    stack.simulator.enter_pin(scene.OTHER_MSISDN)
    scene.wait_for_delivery(stack, open_one, "delivered")


def _pages(person: Person, path: str, *, limit: int) -> list[str]:
    found: list[str] = []
    query = f"?limit={limit}"
    for _ in range(20):
        answer = person.get(path + query)
        answer.raise_for_status()
        told = answer.json()
        found += [row["transaction_id"] for row in told["payments"]]
        if told["next_before"] is None:
            return found
        query = f"?limit={limit}&before={told['next_before']}"
    raise AssertionError("the pages never end")


def _ledger_after_another_run(stack: Stack) -> dict[str, Any]:
    for transaction_id in stack.record.collections()["payments"]:
        stack.database.patch(f"transactions/{transaction_id}", {"record_at": 1})
    stack.run_schedule("archive")
    return stack.record.collections()["ledger"]


def _run_archive_and_lose_it(stack: Stack) -> None:
    try:
        stack.run_schedule("archive")
    except requests.RequestException:
        return  # it died with its worker


def _worker_pid(stack: Stack) -> int:
    pid: int = requests.get(f"{stack.url('functions')}/backends", timeout=(3, 10)).json()[
        "worker_pid"
    ]
    return pid
