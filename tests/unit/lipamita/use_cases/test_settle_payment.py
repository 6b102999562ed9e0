"""Settling: one credit whatever is told how often, and wherever the process dies."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lipamita.domain.ids import Receipt
from lipamita.domain.payment import DeliveryStatus, Payment, Status
from lipamita.domain.units import HOUR_MS
from lipamita.use_cases.close_recharge import close_recharge
from lipamita.use_cases.reconcile import reconcile
from lipamita.use_cases.request_payment import request_payment
from lipamita.use_cases.settle_payment import settle_payment

from tests.fakes.estate import METER, Estate, ask, refusal, success
from tests.fakes.memory_nodes import ProcessDiedError

ENERGY_WH = 20_000  # 500 shillings at 25 shillings per kWh


def prompted(estate: Estate, key: str = "key-1") -> Payment:
    return request_payment(ask(key=key), estate.world)


def sold_wh(estate: Estate) -> int:
    register = estate.store.registers.get(METER)
    return 0 if register is None else register.credited_total_wh


def test_a_success_is_credited_once_and_queued_for_the_meter() -> None:
    estate = Estate()
    payment = prompted(estate)
    estate.tell(payment, success(payment))
    settled = settle_payment(payment.transaction_id, estate.world)
    assert (settled.status, settled.delivery.status) == (Status.PAID, DeliveryStatus.QUEUED)
    assert settled.mpesa_receipt == "UKL1AAAA01"
    assert estate.recharge(payment.transaction_id).credited_total_wh == sold_wh(estate) == ENERGY_WH


@pytest.mark.parametrize("later_ms", [0, HOUR_MS, 30 * HOUR_MS])
def test_a_duplicate_changes_nothing(later_ms: int) -> None:
    estate = Estate()
    payment = prompted(estate)
    estate.tell(payment, success(payment))
    first = settle_payment(payment.transaction_id, estate.world)
    estate.wait(later_ms)
    estate.tell(payment, success(payment))  # the same body
    estate.tell(payment, success(payment, amount=f"{payment.amount_kes}.00"))  # another body
    second = settle_payment(payment.transaction_id, estate.world)
    assert (second.status, second.delivery) == (first.status, first.delivery)
    assert sold_wh(estate) == ENERGY_WH
    assert not estate.store.reviews


def test_a_success_after_a_failure_counts() -> None:
    estate = Estate()
    payment = prompted(estate)
    estate.tell(payment, refusal(payment))
    assert settle_payment(payment.transaction_id, estate.world).status is Status.FAILED
    estate.wait(5_000)
    estate.tell(payment, success(payment))
    assert settle_payment(payment.transaction_id, estate.world).status is Status.PAID


def test_a_failure_after_a_success_lowers_nothing() -> None:
    estate = Estate()
    payment = prompted(estate)
    estate.tell(payment, success(payment))
    estate.wait(1)
    estate.tell(payment, refusal(payment))
    assert settle_payment(payment.transaction_id, estate.world).status is Status.PAID


@pytest.mark.parametrize(
    "code", ["SFC_IC9999", "", None, True, "00", 0.0, 4999, "500.001.1001", [], {}]
)
def test_a_code_that_is_not_known_leaves_the_payment_open_with_an_alarm(code: object) -> None:
    estate = Estate()
    payment = prompted(estate)
    estate.tell(payment, success(payment, code=code))
    assert settle_payment(payment.transaction_id, estate.world).status is Status.PROMPTED
    assert [alarm.kind for alarm in estate.store.alarms] == ["unknown_result_code"]
    assert sold_wh(estate) == 0


@pytest.mark.parametrize("amount", [1.00, 100.5, 0, "", "five hundred", None, [500]])
def test_another_amount_waits_in_review_with_its_receipt_claimed(amount: object) -> None:
    estate = Estate()
    payment = prompted(estate)
    node = success(payment, amount="" if amount is None else amount)
    estate.tell(payment, node)
    settled = settle_payment(payment.transaction_id, estate.world)
    assert (settled.status, settled.reason) == (Status.REVIEW, "amount_differs")
    assert estate.store.receipts == {Receipt("UKL1AAAA01"): payment.transaction_id}
    [review] = estate.store.reviews[payment.transaction_id].values()
    assert review.receipt == "UKL1AAAA01"
    assert sold_wh(estate) == 0


@pytest.mark.parametrize("amount", [500.00, "500", "500.00", 500])
def test_every_exact_shape_of_the_amount_is_credited(amount: object) -> None:
    estate = Estate()
    payment = prompted(estate)
    estate.tell(payment, success(payment, amount=amount))
    assert settle_payment(payment.transaction_id, estate.world).status is Status.PAID


def test_a_body_of_another_payment_on_this_path_is_an_alarm_and_the_payment_goes_on() -> None:
    estate = Estate()
    first, second = prompted(estate), prompted(estate, key="key-2")
    estate.tell(second, success(first))
    settled = settle_payment(second.transaction_id, estate.world)
    assert settled.status is Status.PROMPTED
    assert [alarm.kind for alarm in estate.store.alarms] == ["callback_mismatch"]
    assert sold_wh(estate) == 0


def test_a_receipt_that_paid_for_another_transaction_is_not_credited_again() -> None:
    estate = Estate()
    first, second = prompted(estate), prompted(estate, key="key-2")
    estate.tell(first, success(first))
    settle_payment(first.transaction_id, estate.world)
    estate.tell(second, success(second))  # its own prompt, but the first one's receipt
    settled = settle_payment(second.transaction_id, estate.world)
    assert (settled.status, settled.reason) == (Status.REVIEW, "receipt_claimed_elsewhere")
    assert sold_wh(estate) == ENERGY_WH


def test_a_second_receipt_of_a_paid_payment_waits_in_review_beside_it() -> None:
    estate = Estate()
    payment = prompted(estate)
    estate.tell(payment, success(payment))
    settle_payment(payment.transaction_id, estate.world)
    estate.wait(1)
    estate.tell(payment, success(payment, receipt="UKL2BBBB02"))
    settled = settle_payment(payment.transaction_id, estate.world)
    assert settled.status is Status.PAID
    [review] = estate.store.reviews[payment.transaction_id].values()
    assert (review.reason, review.receipt) == ("second_receipt", "UKL2BBBB02")
    assert sold_wh(estate) == ENERGY_WH


def test_evidence_stored_while_another_is_settled_is_not_forgotten() -> None:
    estate = Estate()
    payment = prompted(estate)
    estate.tell(payment, refusal(payment))
    late = [success(payment)]

    def callback_comes_in(path: str) -> None:
        if path == "callbacks" and late:
            estate.wait(1)
            node = late.pop()
            estate.store.on_read = lambda _: None
            evidence = estate.store.callbacks[payment.transaction_id].copy()
            estate.tell(payment, node)
            # this read still returns what was there before
            estate.store.callbacks[payment.transaction_id], later = (
                evidence,
                estate.store.callbacks[payment.transaction_id],
            )
            estate.store.on_read = lambda path: (
                estate.store.callbacks.update({payment.transaction_id: later})
                if path.startswith("transactions/")
                else None
            )

    estate.store.on_read = callback_comes_in
    settle_payment(payment.transaction_id, estate.world)
    reconcile(estate.world)
    assert estate.store.payments[payment.transaction_id].status is Status.PAID


def run_to_the_end(estate: Estate, payment: Payment) -> None:
    settle_payment(payment.transaction_id, estate.world)
    recharge = estate.recharge(payment.transaction_id)
    estate.acknowledge(recharge, balance_after_wh=recharge.energy_wh + 100)
    close_recharge(METER, payment.transaction_id, estate.world)


def writes_of(work: Callable[[Estate, Payment], None]) -> int:
    estate = Estate()
    payment = prompted(estate)
    estate.tell(payment, success(payment))
    count = 0

    def counted(_: str) -> None:
        nonlocal count
        count += 1

    estate.store.after_write = counted
    work(estate, payment)
    return count


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("write", range(1, writes_of(run_to_the_end) + 1))
def test_dying_around_any_write_ends_in_the_same_state(write: int, moment: str) -> None:
    estate = Estate()
    payment = prompted(estate)
    estate.tell(payment, success(payment))
    count = 0

    def die(_: str) -> None:
        nonlocal count
        count += 1
        if count == write:
            raise ProcessDiedError

    setattr(estate.store, f"{moment}_write", die)
    with pytest.raises(ProcessDiedError):
        run_to_the_end(estate, payment)
    setattr(estate.store, f"{moment}_write", lambda _: None)
    if payment.transaction_id in estate.store.recharges.get(METER, {}):
        recharge = estate.recharge(payment.transaction_id)
        estate.acknowledge(recharge, balance_after_wh=recharge.energy_wh + 100)
    for _ in range(4):  # nothing but the schedule: every trigger was lost with the process
        estate.wait(HOUR_MS)
        reconcile(estate.world)
        if payment.transaction_id in estate.store.recharges.get(METER, {}):
            estate.acknowledge(estate.recharge(payment.transaction_id), ENERGY_WH + 100)
    final = estate.store.payments[payment.transaction_id]
    assert (final.status, final.delivery.status) == (Status.PAID, DeliveryStatus.DELIVERED)
    assert (final.delivery.balance_before_wh, final.delivery.balance_after_wh) == (100, 20_100)
    register = estate.store.registers[METER]
    assert (register.credited_total_wh, register.sequence) == (ENERGY_WH, 1)


def test_payments_settled_in_any_order_give_the_meter_exact_totals() -> None:
    estate = Estate()
    payments = [prompted(estate, key=f"key-{number}") for number in range(3)]
    for number, payment in enumerate(reversed(payments)):
        estate.tell(payment, success(payment, receipt=f"UKL1AAAA{number:02}"))
        settle_payment(payment.transaction_id, estate.world)
    totals = sorted(
        (recharge.sequence, recharge.credited_total_wh)
        for recharge in estate.store.recharges[METER].values()
    )
    assert totals == [(1, 20_000), (2, 40_000), (3, 60_000)]
