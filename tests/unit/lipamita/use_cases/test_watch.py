"""Watching the whole, and telling staff how it is."""

from __future__ import annotations

import pytest
from lipamita.domain.errors import ForbiddenError
from lipamita.domain.health import Queue, QueueSize, Sign
from lipamita.domain.ids import Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.units import DAY_MS, HOUR_MS, MINUTE_MS
from lipamita.use_cases.reconcile import reconcile
from lipamita.use_cases.report_status import report_status
from lipamita.use_cases.request_payment import request_payment
from lipamita.use_cases.watch import token_failed, watch

from tests.fakes.estate import OWNER, START_MS, Estate, ask, success

OPERATOR = Caller(uid=Uid("operator-grace"), role=Role.OPERATOR)


def kinds(estate: Estate) -> list[str]:
    return [alarm.kind for alarm in watch(estate.world)]


def test_what_waits_is_told_again_each_day_and_only_while_it_waits() -> None:
    estate = Estate()
    estate.store.sizes[Queue.SUSPENSE] = QueueSize(count=2, oldest_ms=START_MS)
    told = []
    for _ in range(3 * 24):
        estate.wait(HOUR_MS)
        told += kinds(estate)
    assert told == ["suspense_age"] * 3
    del estate.store.sizes[Queue.SUSPENSE]
    estate.wait(DAY_MS)
    assert kinds(estate) == []


def test_money_found_by_query_while_no_callback_comes_is_told() -> None:
    estate = Estate()
    request_payment(ask(), estate.world)
    estate.daraja.query_answers = ["0", "0"]
    for _ in range(5):
        estate.wait(MINUTE_MS)
        reconcile(estate.world)
    assert kinds(estate) == ["callbacks_silent"]


def test_money_found_by_query_while_callbacks_come_is_not_told() -> None:
    estate = Estate()
    other = request_payment(ask(key="other"), estate.world)
    request_payment(ask(), estate.world)
    estate.tell(other, success(other))
    estate.daraja.query_answers = ["0", "0"]
    for _ in range(5):
        estate.wait(MINUTE_MS)
        reconcile(estate.world)
    assert kinds(estate) == []


def test_a_failure_to_get_a_token_is_remembered_with_its_reason_and_alarmed() -> None:
    estate = Estate()
    token_failed("HTTP 500 without a token", estate.world)
    assert [alarm.kind for alarm in estate.store.alarms] == ["token_failed"]
    assert estate.store.signs[Sign.TOKEN_FAILURE] == START_MS
    status = report_status(OPERATOR, estate.world)
    assert status.health.token_failure == "HTTP 500 without a token"
    assert [count.kind for count in status.alarms_today] == ["token_failed"]


def test_yesterdays_alarms_are_not_todays() -> None:
    estate = Estate()
    token_failed("x", estate.world)
    estate.wait(DAY_MS)
    assert report_status(OPERATOR, estate.world).alarms_today == []


def test_tenants_are_not_told_the_status() -> None:
    with pytest.raises(ForbiddenError):
        report_status(OWNER, Estate().world)


def test_a_record_that_does_not_answer_leaves_the_rest_of_the_status() -> None:
    estate = Estate()

    def away(_: str) -> None:
        raise ConnectionError("no Firestore")

    estate.record.totals_of = away  # type: ignore[assignment, method-assign]
    status = report_status(OPERATOR, estate.world)
    assert status.books.totals is None
    assert status.queues[Queue.REVIEWS] == QueueSize()
