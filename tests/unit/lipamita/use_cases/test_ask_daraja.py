"""Asking Daraja: one allowance for everybody who asks, and pauses when it refuses to listen."""

from __future__ import annotations

import pytest
from lipamita.domain.errors import NotFoundError, RateLimitedError
from lipamita.domain.ids import Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.payment import Payment, Status
from lipamita.domain.query_pace import QUERIES_PER_WINDOW
from lipamita.domain.schedule import ASK_AGAIN_AFTER_MS
from lipamita.domain.units import HOUR_MS, MINUTE_MS
from lipamita.use_cases.reconcile import reconcile
from lipamita.use_cases.request_payment import request_payment
from lipamita.use_cases.view import query_payment, view_payment

from tests.fakes.estate import OWNER, Estate, ask, success

STRANGER = Caller(uid=Uid("tenant-brian"), role=Role.TENANT)


def prompted(estate: Estate, count: int = 1) -> list[Payment]:
    return [request_payment(ask(key=f"key-{number}"), estate.world) for number in range(count)]


def state(estate: Estate, payment: Payment) -> Payment:
    return estate.store.payments[payment.transaction_id]


def query(estate: Estate, payment: Payment, caller: Caller = OWNER) -> Payment:
    return query_payment(payment.transaction_id, caller, estate.world).payment


def test_reconciliation_pages_and_people_share_one_allowance() -> None:
    estate = Estate()
    payments = prompted(estate, 10)
    estate.wait(MINUTE_MS)
    for payment in payments[:2]:
        query(estate, payment)
    for payment in payments[2:4]:
        view_payment(payment.transaction_id, OWNER, estate.world)
    reconcile(estate.world)
    assert len(estate.daraja.queries) == QUERIES_PER_WINDOW
    view_payment(payments[9].transaction_id, OWNER, estate.world)
    assert len(estate.daraja.queries) == QUERIES_PER_WINDOW
    with pytest.raises(RateLimitedError) as refused:
        query(estate, payments[9])
    assert refused.value.retry_after_ms == MINUTE_MS
    estate.wait(MINUTE_MS)
    query(estate, payments[9])
    assert len(estate.daraja.queries) == QUERIES_PER_WINDOW + 1


def test_asking_now_says_when_the_same_payment_may_be_asked_about_again() -> None:
    estate = Estate()
    (payment,) = prompted(estate)
    estate.wait(MINUTE_MS)
    query(estate, payment)
    estate.wait(5_000)
    with pytest.raises(RateLimitedError) as refused:
        query(estate, payment)
    assert refused.value.retry_after_ms == ASK_AGAIN_AFTER_MS - 5_000
    estate.wait(ASK_AGAIN_AFTER_MS - 5_000)
    query(estate, payment)
    assert len(estate.daraja.queries) == 2


def test_asking_about_a_payment_that_is_over_asks_nobody() -> None:
    estate = Estate()
    (payment,) = prompted(estate)
    estate.tell(payment, success(payment))
    estate.wait(MINUTE_MS)
    assert query(estate, payment).status is Status.PAID
    assert query(estate, payment).status is Status.PAID
    assert not estate.daraja.queries


def test_a_stranger_is_told_nothing_and_asks_nobody() -> None:
    estate = Estate()
    (payment,) = prompted(estate)
    estate.wait(MINUTE_MS)
    with pytest.raises(NotFoundError):
        query(estate, payment, STRANGER)
    assert not estate.daraja.queries


def test_a_spike_arrest_pauses_everybody_and_is_an_alarm() -> None:
    estate = Estate()
    payments = prompted(estate, 3)
    estate.wait(MINUTE_MS)
    estate.daraja.throttled = True
    reconcile(estate.world)
    assert len(estate.daraja.queries) == 1
    assert [alarm.kind for alarm in estate.store.alarms] == ["spike_arrest"]
    with pytest.raises(RateLimitedError):
        query(estate, payments[2])
    assert len(estate.daraja.queries) == 1


def test_queries_are_few_while_daraja_does_not_listen_and_go_on_when_it_does() -> None:
    estate = Estate()
    payments = prompted(estate, 3)
    estate.daraja.throttled = True
    for _ in range(60):
        estate.wait(MINUTE_MS)
        reconcile(estate.world)
    assert len(estate.daraja.queries) <= 8  # after 1, 2, 5, and then every 15 minutes
    assert {state(estate, payment).status for payment in payments} == {Status.PROMPTED}
    estate.daraja.throttled = False
    estate.daraja.query_answers = ["1032"] * 3
    for _ in range(3 * HOUR_MS // MINUTE_MS):
        estate.wait(MINUTE_MS)
        reconcile(estate.world)
    assert {state(estate, payment).status for payment in payments} == {Status.FAILED}


def test_a_query_that_was_not_listened_to_costs_no_patience() -> None:
    estate = Estate()
    (payment,) = prompted(estate)
    estate.daraja.throttled = True
    estate.wait(MINUTE_MS)
    reconcile(estate.world)
    assert state(estate, payment).check_count == 0
