"""Ordering a place: a seat is held for a time, never sold twice, and given back once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    RateLimitedError,
)
from lipamita.domain.guard import RATES, RateKind
from lipamita.domain.ids import Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.order import HOLD_MS, LAST_PROMPT_BEFORE_END_MS, OrderStatus
from lipamita.domain.units import DAY_MS, HOUR_MS, MINUTE_MS, Millis
from lipamita.use_cases.place_order import (
    PlaceRequest,
    cancel_order,
    list_orders,
    place_order,
    view_order,
)
from lipamita.use_cases.reconcile import reconcile

from tests.fakes.estate import OWNER, refusal
from tests.fakes.memory_nodes import ProcessDiedError
from tests.unit.lipamita.use_cases.ordering import BRIAN, COURT, YARD, Ordering
from tests.unit.lipamita.use_cases.refunding import GRACE


def test_an_order_holds_a_seat_at_a_frozen_price() -> None:
    estate = Ordering()
    order = estate.order(slots=2)
    assert (order.status, order.amount_kes) == (OrderStatus.HELD, 600)
    assert order.hold_until_ms == estate.now_ms + HOLD_MS
    assert sum(line.amount_cents for line in order.quote.lines) == 60_000
    assert estate.seats == {order.order_id: None}


def test_the_same_request_makes_one_order() -> None:
    estate = Ordering()
    assert estate.order() == estate.order()
    assert len(estate.store.orders) == 1
    with pytest.raises(ConflictError, match="another order"):
        estate.order(slots=2)


def test_a_person_sees_their_own_orders_the_newest_first_and_staff_anybodys() -> None:
    estate = Ordering()
    first = estate.order(place=YARD, key="first")
    estate.order(BRIAN, key="brians")
    estate.wait(MINUTE_MS)
    second = estate.order(place=YARD, key="second")
    for caller in (OWNER, GRACE):
        assert list_orders(OWNER.uid, caller, estate.world) == [second, first]
    device = Caller(uid=OWNER.uid, role=Role.METER)
    for caller in (BRIAN, device):
        with pytest.raises(ForbiddenError) as refused:
            list_orders(OWNER.uid, caller, estate.world)
        assert refused.value.code == "not_your_orders"


def test_a_place_is_not_sold_twice() -> None:
    estate = Ordering()
    estate.order()
    with pytest.raises(ConflictError, match="taken at that time") as refused:
        estate.order(BRIAN, key="order-2")
    assert refused.value.code == "no_room"
    with pytest.raises(ConflictError):  # nor when the request is repeated
        estate.order(BRIAN, key="order-2")
    assert len(estate.seats) == 1


def test_capacity_counts_those_who_overlap() -> None:
    estate = Ordering()
    estate.order(place=YARD, slots=2, key="a")
    estate.order(place=YARD, slots=1, key="b")
    with pytest.raises(ConflictError):
        estate.order(place=YARD, slots=1, key="c")
    assert len(estate.seats) == 2


@pytest.mark.parametrize(
    ("starts_in_ms", "slots", "field"),
    [
        (MINUTE_MS, 1, "starts_at_ms"),  # not where a slot begins
        (-6 * HOUR_MS, 1, "starts_at_ms"),  # over
        (91 * DAY_MS, 1, "starts_at_ms"),
        (0, 0, "slots"),
        (0, 7, "slots"),  # beyond midnight
    ],
)
def test_an_order_that_does_not_fit_is_refused_by_its_field(
    starts_in_ms: int, slots: int, field: str
) -> None:
    estate = Ordering()
    request = PlaceRequest(
        caller=OWNER,
        place_id=COURT.place_id,
        starts_at_ms=Millis(estate.begins_ms + starts_in_ms),
        slots=slots,
        note=None,
        idempotency_key="order-1",
    )
    with pytest.raises(InvalidInputError) as refused:
        place_order(request, estate.world)
    assert refused.value.field == field
    assert not estate.store.orders


def test_a_closed_or_unknown_place_is_not_sold() -> None:
    estate = Ordering()
    estate.store.sold_places["court-1"] = replace(COURT, active=False)
    with pytest.raises(ConflictError, match="not sold"):
        estate.order()
    del estate.store.sold_places["court-1"]
    with pytest.raises(NotFoundError):
        estate.order()


def test_a_device_orders_nothing_and_nobody_holds_everything() -> None:
    estate = Ordering()
    with pytest.raises(ForbiddenError):
        estate.order(Caller(uid=Uid("device"), role=Role.METER))
    for number in range(RATES[RateKind.ORDER].count):
        order = estate.order(key=f"order-{number}")
        cancel_order(order.order_id, OWNER, estate.world)
    with pytest.raises(RateLimitedError):
        estate.order(key="one too many")


def test_an_order_is_seen_by_its_user_and_staff() -> None:
    estate = Ordering()
    order = estate.order()
    assert view_order(order.order_id, OWNER, estate.world) == order
    assert view_order(order.order_id, GRACE, estate.world) == order
    with pytest.raises(NotFoundError):
        view_order(order.order_id, BRIAN, estate.world)


def test_an_unpaid_hold_ends_and_its_seat_is_free_again() -> None:
    estate = Ordering()
    order = estate.order()
    estate.wait(HOLD_MS - 1)
    reconcile(estate.world)
    assert estate.see(order).status is OrderStatus.HELD
    estate.wait(1)
    reconcile(estate.world)
    assert estate.see(order).status is OrderStatus.EXPIRED
    assert estate.see(order).next_check_at_ms is None
    assert estate.seats == {}
    assert estate.order(BRIAN, key="order-2").status is OrderStatus.HELD


def test_a_hold_waits_for_a_prompt_whose_end_is_not_known() -> None:
    estate = Ordering()
    order = estate.order()
    estate.wait(HOLD_MS - LAST_PROMPT_BEFORE_END_MS)
    payment = estate.prompt(order)
    estate.wait(LAST_PROMPT_BEFORE_END_MS)
    reconcile(estate.world)
    assert estate.see(order).status is OrderStatus.HELD
    estate.tell(payment, refusal(payment))
    estate.wait(MINUTE_MS)
    reconcile(estate.world)
    assert estate.see(order).status is OrderStatus.EXPIRED


def test_a_prompt_that_could_outlive_the_hold_is_not_sent() -> None:
    estate = Ordering()
    order = estate.order()
    estate.wait(HOLD_MS - LAST_PROMPT_BEFORE_END_MS + 1)
    with pytest.raises(ConflictError) as refused:
        estate.prompt(order)
    assert refused.value.code == "order_hold_ending"
    assert not estate.daraja.pushes


def test_its_user_cancels_what_is_not_being_paid() -> None:
    estate = Ordering()
    order = estate.order()
    with pytest.raises(NotFoundError):
        cancel_order(order.order_id, BRIAN, estate.world)
    with pytest.raises(ForbiddenError):
        cancel_order(order.order_id, GRACE, estate.world)
    payment = estate.prompt(order)
    with pytest.raises(ConflictError) as refused:
        cancel_order(order.order_id, OWNER, estate.world)
    assert refused.value.code == "prompt_open"
    estate.tell(payment, refusal(payment))
    reconcile(estate.world)
    assert cancel_order(order.order_id, OWNER, estate.world).status is OrderStatus.CANCELLED
    assert cancel_order(order.order_id, OWNER, estate.world).status is OrderStatus.CANCELLED
    assert estate.seats == {}
    with pytest.raises(ConflictError) as closed:
        estate.prompt(order)
    assert closed.value.code == "order_not_open"


def test_a_process_that_dies_while_ordering_leaves_no_seat_behind() -> None:
    writes: list[str] = []
    whole = Ordering()
    whole.store.before_write = writes.append
    whole.order()
    for number in range(len(writes)):
        estate = Ordering()
        left = [number]

        def die(_: str, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise ProcessDiedError

        estate.store.before_write = die
        with pytest.raises(ProcessDiedError):
            estate.order()
        estate.store.before_write = lambda _: None
        estate.wait(HOLD_MS)
        reconcile(estate.world)
        assert estate.seats == {}, f"died before write {number}: {writes[number]}"
        assert all(order.next_check_at_ms is None for order in estate.store.orders.values())
