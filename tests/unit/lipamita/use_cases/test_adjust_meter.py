"""Staff give and take energy without money: once, by two people above a limit, in the books."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.adjustment import Adjustment
from lipamita.domain.errors import ConflictError, ForbiddenError, InvalidInputError
from lipamita.domain.ids import Uid
from lipamita.domain.ledger import totals_of
from lipamita.domain.meter import Caller, Role
from lipamita.domain.payment import DeliveryStatus, Payment, Status
from lipamita.domain.units import DAY_MS, HOUR_MS, Wh
from lipamita.use_cases.adjust_meter import AdjustmentOrder, adjust_meter
from lipamita.use_cases.archive import archive
from lipamita.use_cases.close_recharge import close_recharge
from lipamita.use_cases.reconcile import reconcile
from lipamita.use_cases.request_payment import request_payment
from lipamita.use_cases.settle_payment import settle_payment

from tests.fakes.estate import METER, OWNER, ask, success
from tests.fakes.memory_nodes import ProcessDiedError
from tests.unit.lipamita.use_cases.refunding import GRACE, HENRY, Refunding

HOPE = Caller(uid=Uid("admin-hope"), role=Role.ADMIN)
MUCH_WH = 500_000  # at KES 25 a kWh: above the limit of one person


def order(
    energy_wh: int = 8_000,
    *,
    take: bool = False,
    caller: Caller = GRACE,
    key: str = "key-1",
) -> AdjustmentOrder:
    return AdjustmentOrder(
        meter_id=METER,
        direction=Adjustment.TAKEN if take else Adjustment.GIVEN,
        energy_wh=Wh(energy_wh),
        why="the supply failed for a day",
        idempotency_key=key,
        caller=caller,
    )


def adjusted(estate: Refunding, asked: AdjustmentOrder) -> Payment:
    payment = adjust_meter(asked, estate.world)
    assert payment is not None
    return payment


def credited_wh(estate: Refunding) -> int:
    register = estate.store.registers.get(METER)
    return 0 if register is None else register.credited_total_wh


def stored(estate: Refunding, payment: Payment) -> Payment:
    return estate.store.payments[payment.transaction_id]


def test_energy_that_is_given_goes_the_way_of_a_payment() -> None:
    estate = Refunding()
    payment = adjusted(estate, order())
    assert (payment.status, payment.channel, payment.mpesa_receipt) == ("paid", "manual", None)
    assert payment.delivery.status is DeliveryStatus.QUEUED
    assert credited_wh(estate) == 8_000
    assert payment.history[-1].source == "operator-grace: the supply failed for a day"
    estate.acknowledge(estate.recharge(payment.transaction_id), 8_000)
    close_recharge(METER, payment.transaction_id, estate.world)
    archive(estate.world)
    books = totals_of(estate.record.entries.values())
    assert books.cents == {}
    assert books.energy_wh == {"energy_delivered": 8_000, "energy_given": -8_000}


def test_what_is_given_climbs_no_blocks() -> None:
    estate = Refunding()
    adjusted(estate, order())
    assert estate.store.registers[METER].month_wh == 0


def test_the_same_request_is_one_adjustment() -> None:
    estate = Refunding()
    first = adjusted(estate, order())
    assert adjusted(estate, order()).transaction_id == first.transaction_id
    assert credited_wh(estate) == 8_000
    with pytest.raises(ConflictError) as refused:
        adjust_meter(order(9_000), estate.world)
    assert refused.value.code == "idempotency_key_reused"
    adjusted(estate, order(key="another day"))
    assert credited_wh(estate) == 16_000


def test_energy_is_taken_once_the_meter_gave_it_back() -> None:
    estate = Refunding()
    estate.paid()
    payment = adjusted(estate, order(take=True))
    assert payment.delivery.status is DeliveryStatus.NONE
    assert estate.meter_answers() == ["ok"]
    estate.wait(HOUR_MS)
    reconcile(estate.world)
    taken = stored(estate, payment)
    assert (taken.delivery.status, taken.delivery.withdrawn_wh) == ("withdrawn", 8_000)
    register = estate.store.registers[METER]
    assert (register.credited_total_wh, register.withdrawn_total_wh) == (20_000, 8_000)
    archive(estate.world)
    archive(estate.world)
    books = totals_of(estate.record.entries.values())
    assert books.energy_wh["energy_given"] == 8_000
    assert books.balanced


def test_a_meter_that_has_burnt_it_refuses_and_nothing_is_booked() -> None:
    estate = Refunding()
    estate.paid()
    payment = adjusted(estate, order(take=True))
    estate.burn(19_000)
    assert estate.meter_answers() == ["already used"]
    estate.wait(HOUR_MS)
    reconcile(estate.world)
    refused = stored(estate, payment)
    assert (refused.status, refused.reason) == (Status.FAILED, "already_used")
    assert estate.store.registers[METER].withdrawn_total_wh == 0
    archive(estate.world)
    assert f"{payment.transaction_id}_adjusted" not in estate.record.entries


def test_more_than_was_ever_sold_is_not_taken() -> None:
    estate = Refunding()
    assert adjusted(estate, order(take=True)).status is Status.FAILED


def test_above_the_limit_each_adjustment_takes_two_people() -> None:
    estate = Refunding()
    assert adjust_meter(order(MUCH_WH), estate.world) is None
    assert adjust_meter(order(MUCH_WH), estate.world) is None  # again she
    assert credited_wh(estate) == 0
    with pytest.raises(ConflictError) as refused:
        adjust_meter(order(MUCH_WH + 1, caller=HENRY, key="h0"), estate.world)
    assert refused.value.code == "another_proposal"
    adjusted(estate, order(MUCH_WH, caller=HENRY))
    adjusted(estate, order(MUCH_WH, caller=HENRY))  # again he
    assert credited_wh(estate) == MUCH_WH
    assert adjust_meter(order(MUCH_WH, caller=HENRY, key="next"), estate.world) is None
    assert adjust_meter(order(MUCH_WH, caller=HENRY, key="next"), estate.world) is None
    assert credited_wh(estate) == MUCH_WH
    adjusted(estate, order(MUCH_WH, caller=HOPE, key="next"))
    assert credited_wh(estate) == 2 * MUCH_WH


def test_only_staff_adjust_and_only_meters_that_can_be_sold_to() -> None:
    estate = Refunding()
    with pytest.raises(ForbiddenError):
        adjust_meter(order(caller=OWNER), estate.world)
    with pytest.raises(InvalidInputError):
        adjust_meter(order(10_000_001), estate.world)
    estate.store.meters[METER] = replace(estate.store.meters[METER], retired_at_ms=estate.now_ms)
    with pytest.raises(ConflictError) as refused:
        adjust_meter(order(), estate.world)
    assert refused.value.code == "meter_not_ready"


def test_a_top_up_racing_the_retry_shows_both_and_credits_the_receipt_once() -> None:
    """Paid, its callback stored, nothing credited yet; staff top up; then the retry credits."""
    estate = Refunding()
    payment = request_payment(ask(), estate.world)
    estate.tell(payment, success(payment))
    given: list[Payment] = []

    def top_up(path: str) -> None:
        if path.startswith("receipts") and not given:
            given.append(adjusted(estate, order(20_000)))

    estate.store.after_write = top_up
    settle_payment(payment.transaction_id, estate.world)
    for _ in range(3):
        estate.wait(DAY_MS)
        reconcile(estate.world)
    [top] = given
    assert credited_wh(estate) == 40_000
    assert stored(estate, payment).mpesa_receipt is not None
    assert stored(estate, top).mpesa_receipt is None
    assert {one.channel for one in estate.store.payments.values()} == {"stk", "manual"}


@pytest.mark.parametrize("moment", ["before_write", "after_write"])
@pytest.mark.parametrize("write", range(1, 6))
def test_dying_around_any_write_gives_once(write: int, moment: str) -> None:
    estate = Refunding()
    left = [write]

    def die(_: str) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise ProcessDiedError

    setattr(estate.store, moment, die)
    with pytest.raises(ProcessDiedError):
        adjust_meter(order(), estate.world)
    setattr(estate.store, moment, lambda _: None)
    estate.wait(HOUR_MS)
    reconcile(estate.world)
    assert credited_wh(estate) in (0, 8_000)
    assert adjusted(estate, order()).delivery.status is DeliveryStatus.QUEUED
    reconcile(estate.world)
    assert credited_wh(estate) == 8_000
