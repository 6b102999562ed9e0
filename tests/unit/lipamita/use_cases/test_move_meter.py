"""What a move leaves with the former owner, and what it hands on to the new one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.ids import MeterId, TransactionId, Uid
from lipamita.domain.payment import DeliveryStatus, Payment
from lipamita.domain.units import DAY_MS, Millis
from lipamita.use_cases.check_payment import check_payment
from lipamita.use_cases.close_recharge import close_recharge
from lipamita.use_cases.deliver import deliver
from lipamita.use_cases.move_meter import move_meter
from lipamita.use_cases.settle_payment import settle_payment

from tests.fakes.estate import METER, OWNER, Estate
from tests.unit.lipamita.use_cases.test_archive import delivered, paid
from tests.unit.lipamita.use_cases.test_register_meter import BRIAN, estate, moved, to


def shown_first(place: Estate, uid: Uid) -> object:
    return place.store.profiles[uid].get("meter_no")


def owned_too(place: Estate, number: str, *, retired_at_ms: int | None = None) -> MeterId:
    """Another meter of the owner."""
    meter_id = MeterId(number)
    retired = None if retired_at_ms is None else Millis(retired_at_ms)
    meter = replace(place.store.meters[METER], meter_id=meter_id, retired_at_ms=retired)
    place.store.meters[meter_id] = meter
    return meter_id


@pytest.mark.parametrize("new", [BRIAN.uid, None])
def test_somebody_who_keeps_another_meter_is_shown_that_one(new: Uid | None) -> None:
    place = estate()
    other = owned_too(place, "MTR-007")
    move_meter(to(new), place.world)
    assert shown_first(place, OWNER.uid) == other


def test_a_meter_in_service_is_shown_before_a_retired_one() -> None:
    place = estate()
    owned_too(place, "MTR-000", retired_at_ms=1)
    in_service = owned_too(place, "MTR-007")
    move_meter(to(None), place.world)
    assert shown_first(place, OWNER.uid) == in_service


def test_a_meter_that_was_not_shown_first_leaves_the_one_that_is() -> None:
    place = estate()
    place.store.profiles[OWNER.uid]["meter_no"] = owned_too(place, "MTR-007")
    owned_too(place, "MTR-005")
    move_meter(to(BRIAN.uid), place.world)
    assert shown_first(place, OWNER.uid) == "MTR-007"


def queue(place: Estate) -> set[TransactionId]:
    return set(place.store.recharges[METER])


def acknowledged(place: Estate, key: str, receipt: str) -> Payment:
    """A payment whose recharge the meter applied, and that no function has closed yet."""
    payment = paid(place, key, receipt)
    place.acknowledge(place.recharge(payment.transaction_id), 20_000)
    return payment


def test_a_new_owner_finds_no_recharge_that_was_closed_before() -> None:
    place = estate()
    delivered(place)
    move_meter(to(BRIAN.uid), place.world)
    assert queue(place) == set()


def test_recharges_under_way_stay_in_the_queue_of_a_moved_meter() -> None:
    place = estate()
    queued = paid(place)
    applied = acknowledged(place, "key-2", "UKL1AAAA02")
    move_meter(to(BRIAN.uid), place.world)
    assert queue(place) == {queued.transaction_id, applied.transaction_id}


def test_what_the_meter_applied_before_the_move_is_closed_after_it() -> None:
    place = estate()
    applied = acknowledged(place, "key-1", "UKL1AAAA01")
    move_meter(to(BRIAN.uid), place.world)
    closed = close_recharge(METER, applied.transaction_id, place.world)
    assert closed is not None
    assert closed.delivery.status is DeliveryStatus.DELIVERED


def test_a_removed_recharge_is_neither_sold_nor_queued_again() -> None:
    place = estate()
    payment = delivered(place)
    move_meter(to(BRIAN.uid), place.world)
    sold = place.store.registers[METER].credited_total_wh
    for _ in range(3):
        settle_payment(payment.transaction_id, place.world)
        close_recharge(METER, payment.transaction_id, place.world)
        check_payment(payment.transaction_id, place.world, may_query=False)
        place.wait(DAY_MS)
    now = place.store.payments[payment.transaction_id]
    assert (now.delivery.status, now.next_check_at_ms) == (DeliveryStatus.DELIVERED, None)
    assert (queue(place), place.store.registers[METER].credited_total_wh) == (set(), sold)


def test_a_process_that_still_believes_it_queued_sells_nothing_more() -> None:
    place = estate()
    queued = paid(place)
    place.acknowledge(place.recharge(queued.transaction_id), 20_000)
    close_recharge(METER, queued.transaction_id, place.world)
    move_meter(to(BRIAN.uid), place.world)
    sold = place.store.registers[METER].credited_total_wh
    after = deliver(queued, place.world)
    assert (after.delivery.status, place.store.registers[METER].credited_total_wh) == (
        DeliveryStatus.DELIVERED,
        sold,
    )


def test_a_sale_that_the_register_did_not_hear_the_end_of_is_closed_by_the_move() -> None:
    place = estate()
    payment = delivered(place)
    register = place.store.registers[METER]
    entry = replace(register.entries[payment.transaction_id], closed_at_ms=None)
    entries = {**register.entries, payment.transaction_id: entry}
    place.store.registers[METER] = replace(register, entries=entries)
    move_meter(to(BRIAN.uid), place.world)
    assert place.store.registers[METER].entries[payment.transaction_id].closed_at_ms is not None


def test_another_name_leaves_the_queue_as_it_is() -> None:
    place = estate()
    payment = delivered(place)
    move_meter(moved(name="Shop"), place.world)
    assert queue(place) == {payment.transaction_id}
