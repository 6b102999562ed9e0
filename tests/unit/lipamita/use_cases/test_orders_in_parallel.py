"""Two things happen to one place at once: at every read and compare of the first, the second.

Whatever the pair, nothing is oversold, every seat that is kept was paid for, and every payment that
was told has a seat or a refund, never both.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import product

import pytest
from lipamita.domain.errors import LipamitaError
from lipamita.domain.ids import TransactionId
from lipamita.domain.order import OrderStatus, PlaceOrder
from lipamita.domain.payment import Payment, Status
from lipamita.domain.place import Span
from lipamita.domain.place_day import PlaceDay, Taken, free_seats, leave_seat, take_seat
from lipamita.domain.units import MINUTE_MS
from lipamita.use_cases import check_order as check_order_module
from lipamita.use_cases import seat_order as seat_order_module
from lipamita.use_cases.check_order import check_order
from lipamita.use_cases.place_order import cancel_order
from lipamita.use_cases.reconcile import reconcile

from tests.fakes.estate import OWNER
from tests.fakes.memory_places import MemoryPlaces
from tests.unit.lipamita.use_cases.ordering import BRIAN, TOO_LATE_MS, YARD, Ordering

Act = Callable[[Ordering], object]
SHARED = ("place_days/", "orders/", "transactions/")


def first_payment(estate: Ordering) -> Payment:
    return min(estate.store.payments.values(), key=lambda payment: payment.created_at_ms)


def last_payment(estate: Ordering) -> Payment:
    return max(estate.store.payments.values(), key=lambda payment: payment.created_at_ms)


def amina_cancels(estate: Ordering) -> object:
    return cancel_order(next(iter(estate.store.orders)), OWNER, estate.world)


def amina_is_looked_at(estate: Ordering) -> object:
    return check_order(next(iter(estate.store.orders)), estate.world)


ACTS: dict[str, Act] = {
    "first paid": lambda estate: estate.pay(first_payment(estate), "UKL1AAAA01"),
    "last paid": lambda estate: estate.pay(last_payment(estate), "UKL1AAAA02"),
    "cancelled": amina_cancels,
    "looked at": amina_is_looked_at,
    "amina orders": lambda estate: estate.order(key="order-3"),
    "brian orders": lambda estate: estate.order(BRIAN, key="order-2"),
    "refunded": lambda estate: estate.ask_back(phone=None),
}


def _with_another() -> Ordering:
    """Amina's own order is of another place: both orders of the court are new."""
    estate = Ordering()
    estate.prompt(estate.order(place=YARD))
    return estate


def _held() -> Ordering:
    estate = Ordering()
    order = estate.order()
    estate.prompt(order)
    estate.wait(2 * MINUTE_MS)
    estate.prompt(order)
    return estate


def _over() -> Ordering:
    estate = _held()
    estate.wait(TOO_LATE_MS)
    return estate


def _expired() -> Ordering:
    estate = _held()
    estate.expire(next(iter(estate.store.orders.values())))
    return estate


def _confirmed() -> Ordering:
    estate = _held()
    estate.pay(first_payment(estate), "UKL1AAAA01")
    return estate


BEGINNINGS: tuple[Callable[[], Ordering], ...] = (
    _with_another,
    _held,
    _over,
    _expired,
    _confirmed,
)


@pytest.mark.parametrize("begin", BEGINNINGS)
@pytest.mark.parametrize("second", ACTS)
@pytest.mark.parametrize("first", ACTS)
def test_two_things_at_once_leave_one_owner_of_a_seat(
    first: str, second: str, begin: Callable[[], Ordering]
) -> None:
    _try_every_read(begin, first, second)


def _try_every_read(begin: Callable[[], Ordering], first: str, second: str) -> None:
    for read in range(100):  # far more than any act has
        estate = begin()
        if not _interrupted(estate, first, second, read):
            return
        _check(estate, f"{second} at read {read} of {first}")
    raise AssertionError("an act that reads for ever")


def _interrupted(estate: Ordering, first: str, second: str, read: int) -> bool:
    """Do the first, and before that use of shared state the second; whether it came so far."""
    left = [read]

    def at_read(path: str) -> None:
        if path.startswith(SHARED):
            left[0] -= 1
            if left[0] == -1:
                with suppress(LipamitaError):
                    ACTS[second](estate)

    estate.store.on_read = at_read
    with suppress(LipamitaError):
        ACTS[first](estate)
    estate.store.on_read = lambda _: None
    return left[0] < 0


def _check(estate: Ordering, what: str) -> None:
    span = next(iter(estate.store.orders.values())).span
    for (place_id, _), day in estate.store.days.items():
        capacity = estate.store.sold_places[place_id].capacity
        assert free_seats(day, span, capacity + 1) >= 1, f"oversold: {what}"
    for _ in range(3):
        estate.wait(8 * MINUTE_MS)
        reconcile(estate.world)
    confirmed = {
        order.order_id: order.transaction_id
        for order in estate.store.orders.values()
        if order.status is OrderStatus.CONFIRMED
    }
    assert estate.seats == confirmed, what
    for payment in estate.store.payments.values():
        seated = payment.transaction_id in confirmed.values()
        back = payment.status in (Status.REFUNDING, Status.REFUNDED)
        told = payment.mpesa_receipt is not None
        assert (seated, back) in ([(True, False), (False, True)] if told else [(False, False)]), (
            f"{what}: seated {seated}, back {back}"
        )
    assert estate.money_out.sent == len(estate.store.refunds) - len(
        [one for one in estate.store.refunds.values() if one.status == "failed"]
    )


# Each breaks one rule; the checks above have to notice.


def write_days_blindly(patch: pytest.MonkeyPatch) -> None:
    def blind(self: MemoryPlaces, place_id: str, day: str, _: object, new: PlaceDay) -> bool:
        self._tag(f"place_days/{place_id}/{day}")  # where others may come in between
        self.days[place_id, day] = new
        return True

    patch.setattr(MemoryPlaces, "replace_place_day", blind)


def write_orders_blindly(patch: pytest.MonkeyPatch) -> None:
    def blind(self: MemoryPlaces, _: object, new: PlaceOrder) -> bool:
        self._tag(f"orders/{new.order_id}")
        self.orders[new.order_id] = new
        return True

    patch.setattr(MemoryPlaces, "replace_order", blind)


def end_holds_whoever_has_the_seat(patch: pytest.MonkeyPatch) -> None:
    def anybody(day: PlaceDay, order_id: str, _: object) -> PlaceDay:
        return {key: seat for key, seat in day.items() if key != order_id}

    patch.setattr(check_order_module, "leave_seat", anybody)


def take_a_seat_that_another_payment_has(patch: pytest.MonkeyPatch) -> None:
    def grab(
        day: PlaceDay, order_id: str, span: Span, transaction_id: TransactionId, *, capacity: int
    ) -> tuple[Taken, PlaceDay]:
        free = leave_seat(day, order_id, day[order_id].transaction_id if order_id in day else None)
        return take_seat(free, order_id, span, transaction_id, capacity=capacity)

    patch.setattr(seat_order_module, "take_seat", grab)


def keep_the_seat_of_money_that_goes_back(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(check_order_module, "GIVEN_UP", frozenset())


@pytest.mark.parametrize(
    "sabotage",
    [
        write_days_blindly,
        write_orders_blindly,
        end_holds_whoever_has_the_seat,
        take_a_seat_that_another_payment_has,
        keep_the_seat_of_money_that_goes_back,
    ],
)
def test_a_broken_rule_is_noticed(
    sabotage: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    sabotage(monkeypatch)
    with pytest.raises(AssertionError):
        _try_everything()


def _try_everything() -> None:
    for begin, first, second in product(reversed(BEGINNINGS), ACTS, ACTS):
        _try_every_read(begin, first, second)
