"""Ten thousand at once: everything drains, run by run, and nobody starves behind the others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest
from lipamita.domain.evidence import PushUnclear
from lipamita.domain.ids import MeterId, TransactionId
from lipamita.domain.payment import DeliveryStatus, Payment, Status
from lipamita.domain.prompt import Prompt
from lipamita.domain.query_pace import QUERIES_PER_WINDOW
from lipamita.domain.schedule import first_in_line
from lipamita.domain.units import HOUR_MS, MINUTE_MS, Millis
from lipamita.use_cases import reconcile as reconciling
from lipamita.use_cases.ports import Store
from lipamita.use_cases.reconcile import (
    MAX_BATCH,
    MAX_URGENT,
    MAX_WORKERS,
    RETRY_AFTER_MS,
    reconcile,
)
from lipamita.use_cases.request_payment import request_payment

from tests.fakes.estate import START_MS, Estate, ask, checkout_of, make_meter, success
from tests.fakes.memory_store import MemoryStore

BACKLOG = 10_000
LINE = 2_000
METERS = 500


class OneAtATime:
    """The store as a database answers it: call by call, whoever calls."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Callable[..., object]:
        method = getattr(self._store, name)

        def call(*args: object, **named: object) -> object:
            with self._lock:
                return method(*args, **named)

        return call


def backlog(estate: Estate, status: Status, count: int, *, prefix: str) -> list[Payment]:
    """That many payments due for a while, spread over many meters, made without any request."""
    one = request_payment(ask(key=prefix), estate.world)
    del estate.store.payments[one.transaction_id]
    made = []
    for number in range(count):
        meter_id = MeterId(f"MTR-{number % METERS:04}")
        estate.store.meters.setdefault(meter_id, replace(make_meter(), meter_id=meter_id))
        made.append(
            replace(
                one,
                transaction_id=TransactionId(f"-O{prefix}{number:012}".ljust(20, "x")),
                meter_id=meter_id,
                status=status,
                next_check_at_ms=Millis(estate.now_ms - HOUR_MS + number),
            )
        )
    estate.store.payments.update({payment.transaction_id: payment for payment in made})
    for payment in made if status is not Status.CREATED else ():
        prompt = Prompt(
            merchant_request_id="29115-1",
            checkout_request_id=checkout_of(payment.transaction_id),
        )
        estate.store.record_prompt(payment.transaction_id, prompt)
    return made


def now(estate: Estate, payments: list[Payment]) -> list[Payment]:
    return [estate.store.payments[payment.transaction_id] for payment in payments]


def a_minute(estate: Estate) -> None:
    estate.wait(MINUTE_MS)
    reconcile(estate.world)


def test_ten_thousand_callbacks_whose_triggers_were_lost_drain_in_full_runs() -> None:
    estate = Estate()
    payments = backlog(estate, Status.PROMPTED, BACKLOG, prefix="told")
    for number, payment in enumerate(payments):
        estate.tell(payment, success(payment, receipt=f"UKL{number:07}"))
    runs = 0
    while any(payment.status is not Status.PAID for payment in now(estate, payments)):
        a_minute(estate)
        runs += 1
        assert runs <= BACKLOG // MAX_URGENT + 1
    assert {payment.delivery.status for payment in now(estate, payments)} == {DeliveryStatus.QUEUED}
    sold = sum(register.credited_total_wh for register in estate.store.registers.values())
    assert sold == BACKLOG * payments[0].quote.energy_wh
    assert not estate.daraja.queries


def test_eight_workers_sell_every_payment_once_and_each_meter_in_order() -> None:
    estate = Estate()
    payments = backlog(estate, Status.PROMPTED, MAX_URGENT, prefix="many")
    for number, payment in enumerate(payments):
        changed = replace(payment, meter_id=MeterId(f"MTR-{number % 3:04}"))
        estate.store.payments[payment.transaction_id] = changed
        estate.tell(payment, success(payment, receipt=f"UKL{number:07}"))
    world = replace(estate.world, store=cast("Store", OneAtATime(estate.store)))
    run = reconcile(world, workers=MAX_WORKERS)
    assert (run.due, run.left) == (MAX_URGENT, 0)
    for _ in range(RETRY_AFTER_MS // MINUTE_MS + 1):
        a_minute(estate)  # those that lost to others at a meter's register too often
    sold = now(estate, payments)
    assert {payment.delivery.status for payment in sold} == {DeliveryStatus.QUEUED}
    for meter_id in {payment.charged_meter for payment in sold}:
        numbers = [one.delivery.sequence for one in sold if one.meter_id == meter_id]
        assert sorted(filter(None, numbers)) == list(range(1, len(numbers) + 1))
        register = estate.store.registers[meter_id]
        assert register.credited_total_wh == len(numbers) * payments[0].quote.energy_wh


def test_evidence_and_unknown_pushes_do_not_wait_behind_thousands_who_wait_for_daraja() -> None:
    estate = Estate()
    waiting = backlog(estate, Status.PROMPTED, LINE, prefix="wait")
    estate.daraja.push_answer = PushUnclear(why="ReadTimeout")
    unknown = backlog(estate, Status.CREATED, 40, prefix="open")
    told = backlog(estate, Status.PROMPTED, 40, prefix="paid")
    paid = backlog(estate, Status.PAID, 40, prefix="owed")
    for payment in paid:  # a process died between paid and delivered
        due = replace(payment, next_check_at_ms=first_in_line(estate.now_ms), paid_at_ms=START_MS)
        estate.store.payments[payment.transaction_id] = due
    for number, payment in enumerate(told):
        estate.tell(payment, success(payment, receipt=f"UKL{number:07}"))
    a_minute(estate)
    delivered = {payment.delivery.status for payment in now(estate, told + paid)}
    assert delivered == {DeliveryStatus.QUEUED}
    assert {payment.delivery.status for payment in now(estate, waiting)} == {DeliveryStatus.NONE}
    for _ in range(LINE // (MAX_BATCH - MAX_URGENT)):
        a_minute(estate)
    assert all(payment.check_count > 0 for payment in now(estate, unknown))


def test_everybody_in_a_long_line_is_asked_about_in_the_end_at_full_pace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reconciling, "MAX_BATCH", 200)  # the line is three times as long
    monkeypatch.setattr(reconciling, "MAX_URGENT", 150)
    estate = Estate()
    count = 600
    waiting = backlog(estate, Status.PROMPTED, count, prefix="line")
    estate.daraja.query_answers = ["1032"] * count
    runs = 0
    while any(payment.status is Status.PROMPTED for payment in now(estate, waiting)):
        a_minute(estate)
        runs += 1
        assert runs <= count // QUERIES_PER_WINDOW * 3 // 2
    assert {payment.status for payment in now(estate, waiting)} == {Status.FAILED}
