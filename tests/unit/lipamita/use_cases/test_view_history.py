from __future__ import annotations

import random
from dataclasses import replace

import pytest
from lipamita.domain.errors import ForbiddenError, NotFoundError
from lipamita.domain.ids import MeterId, TransactionId, Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.payment import Payment, Status
from lipamita.use_cases import view_history
from lipamita.use_cases.view_history import (
    MAX_PAGE,
    Asked,
    HistoryPage,
    history_of_meter,
    history_of_user,
)

from tests.fakes.estate import METER, OWNER, Estate
from tests.unit.lipamita.domain.samples import TRANSACTION, a_payment

OPERATOR = Caller(uid=Uid("operator-grace"), role=Role.OPERATOR)
STRANGER = Caller(uid=Uid("tenant-brian"), role=Role.TENANT)
DEVICE = Caller(uid=Uid("device-mtr-001"), role=Role.METER, meter_id=METER)


@pytest.fixture
def estate() -> Estate:
    return Estate()


def numbered(number: int, status: Status = Status.FAILED) -> Payment:
    return replace(
        a_payment(status), transaction_id=TransactionId(f"{TRANSACTION[:-4]}{number:04d}")
    )


def put(estate: Estate, number: int, *, live: bool, recorded: bool) -> Payment:
    payment = numbered(number)
    if live:
        estate.store.payments[payment.transaction_id] = payment
    if recorded:
        estate.record.payments[payment.transaction_id] = payment
    return payment


def all_pages(estate: Estate, limit: int) -> list[Payment]:
    payments: list[Payment] = []
    asked = Asked(limit=limit)
    for _ in range(1_000):
        page: HistoryPage = history_of_user(OWNER.uid, asked, OWNER, estate.world)
        payments += page.payments
        if page.next_before is None:
            return payments
        asked = Asked(before=page.next_before, limit=limit)
    raise AssertionError("the pages never end")


@pytest.mark.parametrize("limit", [1, 3, 50])
def test_live_and_recorded_payments_are_one_list_newest_first(estate: Estate, limit: int) -> None:
    placed = random.Random(1)
    wanted = []
    for number in range(60):
        where = placed.choice([(True, False), (False, True), (True, True)])
        wanted.append(put(estate, number, live=where[0], recorded=where[1]))
    assert all_pages(estate, limit) == wanted[::-1]


def test_a_payment_that_moves_while_pages_are_read_is_neither_missed_nor_doubled(
    estate: Estate,
) -> None:
    wanted = [put(estate, number, live=True, recorded=False) for number in range(12)]
    moving = iter(wanted)
    read_live = estate.store.live_payments

    def archive_and_forget_one() -> None:
        payment = next(moving, None)
        if payment is not None:
            estate.record.payments[payment.transaction_id] = payment
            del estate.store.payments[payment.transaction_id]

    def moved(*args: object, **named: object) -> object:
        found = read_live(*args, **named)  # type: ignore[arg-type]
        archive_and_forget_one()
        return found

    estate.store.live_payments = moved  # type: ignore[method-assign,assignment]
    assert all_pages(estate, 2) == wanted[::-1]


def test_the_live_payment_is_shown_where_it_has_gone_on_since(estate: Estate) -> None:
    old = put(estate, 1, live=False, recorded=True)
    gone_on = replace(old, status=Status.PAID)
    estate.store.payments[old.transaction_id] = gone_on
    assert all_pages(estate, 5) == [gone_on]


def test_a_page_beyond_the_first_live_ones_reads_more_of_them(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view_history, "LIVE_LIMITS", (3, 100))
    wanted = [put(estate, number, live=True, recorded=False) for number in range(10)]
    assert all_pages(estate, 2) == wanted[::-1]


def test_a_page_reads_at_most_fifty_one_recorded_payments(estate: Estate) -> None:
    for number in range(200):
        put(estate, number, live=False, recorded=True)
    limits: list[int] = []
    read = estate.record.payments_of

    def counted(*args: object, **named: object) -> object:
        limits.append(named["limit"])  # type: ignore[arg-type]
        return read(*args, **named)  # type: ignore[arg-type]

    estate.record.payments_of = counted  # type: ignore[method-assign,assignment]
    page = history_of_user(OWNER.uid, Asked(limit=500), OWNER, estate.world)
    assert len(page.payments) == MAX_PAGE
    assert limits == [MAX_PAGE + 1]


def test_a_user_and_staff_see_a_users_payments(estate: Estate) -> None:
    put(estate, 1, live=True, recorded=False)
    for caller in (OWNER, OPERATOR):
        assert len(history_of_user(OWNER.uid, Asked(), caller, estate.world).payments) == 1


@pytest.mark.parametrize("caller", [STRANGER, DEVICE])
def test_nobody_else_sees_them(estate: Estate, caller: Caller) -> None:
    with pytest.raises(ForbiddenError):
        history_of_user(OWNER.uid, Asked(), caller, estate.world)


def test_a_meters_owner_and_staff_see_its_payments(estate: Estate) -> None:
    put(estate, 1, live=False, recorded=True)
    for caller in (OWNER, OPERATOR):
        assert len(history_of_meter(METER, Asked(), caller, estate.world).payments) == 1


@pytest.mark.parametrize("caller", [STRANGER, DEVICE])
def test_nobody_else_sees_a_meters_payments(estate: Estate, caller: Caller) -> None:
    with pytest.raises(ForbiddenError):
        history_of_meter(METER, Asked(), caller, estate.world)


def test_a_meter_that_does_not_exist_has_no_history(estate: Estate) -> None:
    with pytest.raises(NotFoundError):
        history_of_meter(MeterId("MTR-999"), Asked(), OPERATOR, estate.world)
