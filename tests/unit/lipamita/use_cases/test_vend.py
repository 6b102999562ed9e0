"""Charges through another cloud: intended first, sent once, believed when the meter shows them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest
from lipamita.domain.errors import BusyError, ConflictError, ForbiddenError, NotFoundError
from lipamita.domain.ids import Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.payment import DeliveryStatus, Payment
from lipamita.domain.units import MINUTE_MS, Cents
from lipamita.domain.vending import UNCERTAIN_AFTER_MS, Reading, VendDecision, VendStatus
from lipamita.use_cases.decide_delivery import DeliveryDecision, decide_delivery
from lipamita.use_cases.find_money import find_money
from lipamita.use_cases.reconcile import reconcile
from lipamita.use_cases.request_payment import request_payment
from lipamita.use_cases.settle_payment import settle_payment

from tests.fakes.estate import METER, OWNER, Estate, ask, make_meter, success
from tests.fakes.memory_nodes import ProcessDiedError
from tests.fakes.memory_vends import FakeVendingCloud

GRACE = Caller(uid=Uid("operator-grace"), role=Role.OPERATOR)
UNITS = 2_000  # KES 500 at 25 shillings


def estate_with_cloud(**told: bool) -> tuple[Estate, FakeVendingCloud]:
    cloud = FakeVendingCloud(**told)  # type: ignore[arg-type]
    estate = Estate(vending=cloud)
    estate.store.meters[METER] = replace(make_meter(), kind="tuya")
    return estate, cloud


def paid(estate: Estate, amount_kes: int = 500, key: str = "key-1", number: int = 1) -> Payment:
    payment = request_payment(ask(amount_kes, key), estate.world)
    estate.tell(payment, success(payment, receipt=f"UKL1AAAA{number:02}"))
    return settle_payment(payment.transaction_id, estate.world)


def status(estate: Estate, payment: Payment) -> DeliveryStatus:
    return estate.store.payments[payment.transaction_id].delivery.status


def later(estate: Estate, wait_ms: int = 2 * 60 * MINUTE_MS) -> None:
    estate.wait(wait_ms)
    reconcile(estate.world)


def decide(estate: Estate, payment: Payment, word: VendDecision, who: Caller = GRACE) -> Payment:
    return decide_delivery(
        DeliveryDecision(
            transaction_id=payment.transaction_id, decision=word, why="looked", caller=who
        ),
        estate.world,
    )


def test_a_charge_that_the_meter_shows_is_delivered_whatever_was_answered() -> None:
    for answer in (True, False, None):
        estate, cloud = estate_with_cloud()
        cloud.answers = answer
        assert paid(estate).delivery.status is DeliveryStatus.DELIVERED
        later(estate)
        assert cloud.charges == [UNITS]


def test_a_charge_that_the_meter_does_not_show_is_never_sent_again_by_itself() -> None:
    estate, cloud = estate_with_cloud(applies=False)
    payment = paid(estate)
    for _ in range(5):
        later(estate)
    assert (status(estate, payment), cloud.charges) == (DeliveryStatus.QUEUED, [UNITS])
    assert estate.store.vends[payment.transaction_id].status is VendStatus.UNCERTAIN
    [review] = estate.store.reviews[payment.transaction_id].values()
    assert review.reason == "delivery_uncertain"
    assert [alarm.kind for alarm in estate.store.alarms] == ["delivery_uncertain"]


def test_a_report_from_before_the_charge_proves_nothing() -> None:
    estate, cloud = estate_with_cloud(reports=False)
    payment = paid(estate)
    assert status(estate, payment) is DeliveryStatus.QUEUED
    cloud.reports, cloud.balance_units, cloud.consumed_units = True, UNITS - 7, 7
    cloud.report()
    later(estate)
    assert status(estate, payment) is DeliveryStatus.DELIVERED
    assert cloud.charges == [UNITS]


def test_a_meter_that_cannot_be_read_is_not_charged_until_it_can() -> None:
    estate, cloud = estate_with_cloud(readable=False)
    payment = paid(estate)
    assert cloud.charges == []
    cloud.readable = True
    later(estate)
    assert (status(estate, payment), cloud.charges) == (DeliveryStatus.DELIVERED, [UNITS])


def test_the_next_charge_of_a_meter_waits_for_the_one_before() -> None:
    estate, cloud = estate_with_cloud(applies=False)
    first = paid(estate)
    second = paid(estate, key="key-2", number=2)
    later(estate)
    assert cloud.charges == [UNITS]
    cloud.balance_units = UNITS  # it arrived, and a person saw it at the meter
    decide(estate, first, VendDecision.DELIVERED)
    cloud.applies = True
    later(estate)
    assert (status(estate, second), cloud.charges) == (DeliveryStatus.DELIVERED, [UNITS, UNITS])


def test_a_late_charge_that_a_person_saw_does_not_pass_for_the_next_one() -> None:
    estate, cloud = estate_with_cloud(applies=False)
    first = paid(estate)
    second = paid(estate, key="key-2", number=2)
    later(estate)
    cloud.balance_units = UNITS  # late, and not yet in any report
    decide(estate, first, VendDecision.DELIVERED)
    later(estate)  # the second is asked for, and lost
    cloud.report()
    later(estate)
    assert status(estate, second) is DeliveryStatus.QUEUED
    assert estate.store.vends[second.transaction_id].status is VendStatus.UNCERTAIN


def test_a_report_from_after_the_sale_before_is_believed() -> None:
    """A meter that was exchanged counts from nothing again."""
    estate, cloud = estate_with_cloud()
    paid(estate)
    cloud.balance_units = cloud.consumed_units = 0
    later(estate)
    cloud.reported = Reading(balance_units=0, consumed_units=0, at_ms=estate.now_ms)
    second = paid(estate, key="key-2", number=2)
    assert status(estate, second) is DeliveryStatus.DELIVERED


def as_if_died_before_closing(estate: Estate, payment: Payment) -> None:
    """The process that saw it delivered died before the register knew."""
    register = estate.store.registers[METER]
    still_open = replace(register.entries[payment.transaction_id], closed_at_ms=None)
    entries = {**register.entries, payment.transaction_id: still_open}
    estate.store.registers[METER] = replace(register, entries=entries)


def test_nobody_waits_behind_a_delivered_sale_that_the_register_calls_open() -> None:
    estate, cloud = estate_with_cloud()
    as_if_died_before_closing(estate, paid(estate))
    second = paid(estate, key="key-2", number=2)
    assert (status(estate, second), cloud.charges) == (DeliveryStatus.DELIVERED, [UNITS, UNITS])
    assert all(entry.closed_at_ms for entry in estate.store.registers[METER].entries.values())


def test_a_delivered_sale_is_closed_in_the_register_at_the_latest_after_a_day() -> None:
    estate, _ = estate_with_cloud()
    payment = paid(estate)
    as_if_died_before_closing(estate, payment)
    later(estate, 25 * 60 * MINUTE_MS)
    assert estate.store.registers[METER].entries[payment.transaction_id].closed_at_ms


def test_what_is_below_a_unit_is_carried_into_the_next_charge() -> None:
    estate, cloud = estate_with_cloud()
    tariff = estate.store.tariffs["flat"]
    block = replace(tariff.blocks[0], price_cents_per_kwh=1_999)  # type: ignore[arg-type]
    estate.store.tariffs["flat"] = replace(tariff, blocks=(block,))
    for number in range(1, 6):
        paid(estate, amount_kes=100, key=f"key-{number}", number=number)
        estate.wait(10 * MINUTE_MS)
    assert sum(cloud.charges) == estate.store.registers[METER].credited_total_wh // 10
    assert len(set(cloud.charges)) == 2


def test_a_charge_too_small_to_be_told_from_jitter_is_a_persons_and_not_sent() -> None:
    estate, cloud = estate_with_cloud()
    tariff = estate.store.tariffs["flat"]
    block = replace(tariff.blocks[0], price_cents_per_kwh=50_000)  # type: ignore[arg-type]
    estate.store.tariffs["flat"] = replace(tariff, blocks=(block,))
    payment = paid(estate, amount_kes=10)
    assert (status(estate, payment), cloud.charges) == (DeliveryStatus.QUEUED, [])
    assert payment.transaction_id in estate.store.reviews


def test_a_charge_too_small_waits_for_a_person_before_its_intent_says_so() -> None:
    estate, cloud = estate_with_cloud()
    tariff = estate.store.tariffs["flat"]
    block = replace(tariff.blocks[0], price_cents_per_kwh=50_000)  # type: ignore[arg-type]
    estate.store.tariffs["flat"] = replace(tariff, blocks=(block,))

    def die(path: str) -> None:
        if path.startswith("vends/"):
            raise ProcessDiedError

    estate.store.after_write = die
    with pytest.raises(ProcessDiedError):
        paid(estate, amount_kes=10)
    assert len(estate.store.reviews) == 1
    assert cloud.charges == []


@contextmanager
def dying(estate: Estate, write: int, moment: str) -> Iterator[None]:
    """The process dies around that write, if it comes so far."""
    count = 0

    def die(_: str) -> None:
        nonlocal count
        count += 1
        if count == write:
            raise ProcessDiedError

    setattr(estate.store, moment, die)
    with suppress(ProcessDiedError):
        yield
    setattr(estate.store, moment, lambda _: None)


@pytest.mark.parametrize("write", range(1, 30))
@pytest.mark.parametrize("moment", ["before_write", "after_write"])
def test_dying_around_any_write_charges_at_most_once(write: int, moment: str) -> None:
    estate, cloud = estate_with_cloud()
    payment = request_payment(ask(), estate.world)
    estate.tell(payment, success(payment))
    with dying(estate, write, moment):
        settle_payment(payment.transaction_id, estate.world)
    for _ in range(4):
        later(estate)
    waits = payment.transaction_id in estate.store.reviews
    delivered = status(estate, payment) is DeliveryStatus.DELIVERED
    assert len(cloud.charges) <= 1
    assert delivered != waits
    assert delivered <= bool(cloud.charges)


def test_a_person_has_it_sent_again_once() -> None:
    estate, cloud = estate_with_cloud(applies=False)
    payment = paid(estate)
    later(estate)
    cloud.applies = True
    assert decide(estate, payment, VendDecision.SEND_AGAIN).delivery.status == "delivered"
    assert cloud.charges == [UNITS, UNITS]
    with pytest.raises(ConflictError):
        decide(estate, payment, VendDecision.SEND_AGAIN)
    assert payment.transaction_id in estate.store.decided


def waits_for_a_person(estate: Estate, payment: Payment) -> bool:
    case = estate.store.read_review(payment.transaction_id)
    return case is not None and case.place is not None


@pytest.mark.parametrize("word", VendDecision)
@pytest.mark.parametrize("moment", ["before_write", "after_write"])
@pytest.mark.parametrize("write", range(1, 12))
def test_a_person_who_dies_around_any_write_leaves_no_review_that_nobody_can_close(
    write: int, moment: str, word: VendDecision
) -> None:
    estate, cloud = estate_with_cloud(applies=False)
    payment = paid(estate)
    later(estate)
    cloud.applies = True
    with dying(estate, write, moment):
        decide(estate, payment, word)
    for _ in range(3):
        later(estate)
    if waits_for_a_person(estate, payment):  # nothing was decided yet
        decide(estate, payment, word)
        later(estate)
    assert not waits_for_a_person(estate, payment)
    assert status(estate, payment) is DeliveryStatus.DELIVERED


def test_a_review_of_a_charge_that_is_there_is_closed_by_whoever_says_so() -> None:
    estate, _ = estate_with_cloud(applies=False)
    payment = paid(estate)
    later(estate)
    standing = estate.store.vends[payment.transaction_id]
    estate.store.vends[payment.transaction_id] = replace(standing, status=VendStatus.APPLIED)
    with pytest.raises(ConflictError):
        decide(estate, payment, VendDecision.SEND_AGAIN)
    decide(estate, payment, VendDecision.DELIVERED)
    assert estate.store.decided[payment.transaction_id].by == GRACE.uid


def test_what_is_sent_again_in_vain_waits_for_a_person_again() -> None:
    estate, cloud = estate_with_cloud(applies=False)
    payment = paid(estate)
    later(estate)
    decide(estate, payment, VendDecision.SEND_AGAIN)
    later(estate, UNCERTAIN_AFTER_MS)
    later(estate)
    assert len(cloud.charges) == 2
    assert payment.transaction_id not in estate.store.decided
    assert estate.store.vends[payment.transaction_id].attempt == 2


def test_a_delivery_is_decided_by_staff_where_one_is_uncertain() -> None:
    estate, _ = estate_with_cloud()
    payment = paid(estate)
    with pytest.raises(ForbiddenError):
        decide(estate, payment, VendDecision.DELIVERED, OWNER)
    with pytest.raises(ConflictError):
        decide(estate, payment, VendDecision.DELIVERED)
    del estate.store.vends[payment.transaction_id]
    with pytest.raises(NotFoundError):
        decide(estate, payment, VendDecision.DELIVERED)


def test_nothing_is_sent_again_to_a_meter_that_cannot_be_read() -> None:
    estate, cloud = estate_with_cloud(applies=False)
    payment = paid(estate)
    later(estate)
    cloud.readable = False
    with pytest.raises(BusyError):
        decide(estate, payment, VendDecision.SEND_AGAIN)
    assert cloud.charges == [UNITS]


def test_without_a_cloud_nothing_is_sold_to_such_a_meter() -> None:
    estate, _ = estate_with_cloud()
    estate.vending = None
    with pytest.raises(ConflictError) as raised:
        request_payment(ask(), estate.world)
    assert raised.value.code == "meter_not_ready"


def test_energy_that_such_a_meter_was_sold_is_not_refunded_because_it_cannot_give_it_back() -> None:
    estate, _ = estate_with_cloud()
    payment = paid(estate)
    assert payment.mpesa_receipt is not None
    with pytest.raises(ConflictError) as raised:
        find_money(payment.mpesa_receipt, None, estate.world)
    assert raised.value.code == "not_refundable"


def test_a_payment_that_its_monthly_charge_took_is_delivered_without_any_charge() -> None:
    estate, cloud = estate_with_cloud()
    charged = replace(estate.store.tariffs["flat"], fixed_charge_cents_per_month=Cents(100_000))
    estate.store.tariffs["flat"] = charged
    payment = paid(estate)
    assert (payment.quote.energy_wh, status(estate, payment)) == (0, DeliveryStatus.DELIVERED)
    assert (cloud.charges, estate.store.reviews) == ([], {})
