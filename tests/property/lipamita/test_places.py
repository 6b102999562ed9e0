"""Places are never oversold, whoever orders, pays, cancels and waits, in any order."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from lipamita.domain.errors import LipamitaError
from lipamita.domain.ids import TransactionId
from lipamita.domain.ledger import totals_of
from lipamita.domain.money_out import Method
from lipamita.domain.order import ORDER_MOVES, OrderStatus, order_id_of, ordered, parse_order_id
from lipamita.domain.payment import NO_ENERGY, Delivery, DeliveryStatus, Payment, Status
from lipamita.domain.payment_entries import entries_of_payment
from lipamita.domain.place import Place, PlaceKind, Span, quote_place
from lipamita.domain.place_day import PlaceDay, free_seats, hold_seat, leave_seat, take_seat
from lipamita.domain.refund import MoneyFrom, Refund, RefundId, RefundStatus
from lipamita.domain.refund_entries import entries_of_refund
from lipamita.domain.tariff import LineKind
from lipamita.domain.units import MINUTE_MS, Kes, Millis
from lipamita.use_cases.place_order import cancel_order
from lipamita.use_cases.reconcile import reconcile

from tests.fakes.estate import OWNER
from tests.unit.lipamita.domain.samples import NOW, RECEIPT, a_payment
from tests.unit.lipamita.use_cases.ordering import YARD, Ordering

MIDNIGHT_MS = 1_795_208_400_000
HALF_HOURS = 48
SPANS = st.tuples(st.integers(0, HALF_HOURS - 1), st.integers(1, 6)).map(
    lambda drawn: Span(
        starts_at_ms=Millis(MIDNIGHT_MS + drawn[0] * 30 * MINUTE_MS),
        ends_at_ms=Millis(MIDNIGHT_MS + min(HALF_HOURS, sum(drawn)) * 30 * MINUTE_MS),
    )
)
NAMES = st.sampled_from("abcdefgh")
MOVES = st.lists(st.tuples(st.sampled_from(("hold", "take", "leave")), NAMES, SPANS), max_size=40)


def crowd(day: PlaceDay, at_ms: int) -> int:
    return sum(seat.span.starts_at_ms <= at_ms < seat.span.ends_at_ms for seat in day.values())


@given(moves=MOVES, capacity=st.integers(0, 3))
def test_no_moment_of_a_day_has_more_than_its_capacity(
    moves: list[tuple[str, str, Span]], capacity: int
) -> None:
    day: PlaceDay = {}
    for what, name, span in moves:
        if what == "hold":
            day = hold_seat(day, name, span, capacity) or day
        elif what == "take":
            _, day = take_seat(day, name, span, TransactionId(name), capacity=capacity)
        else:
            day = leave_seat(day, name, None)
        for slot in range(HALF_HOURS):
            assert crowd(day, MIDNIGHT_MS + slot * 30 * MINUTE_MS) <= capacity


@given(spans=st.lists(SPANS, max_size=8), wanted=SPANS, capacity=st.integers(0, 4))
def test_what_is_free_is_what_the_fullest_moment_leaves(
    spans: list[Span], wanted: Span, capacity: int
) -> None:
    day: PlaceDay = {}
    for number, span in enumerate(spans):
        day = hold_seat(day, str(number), span, capacity=9) or day
    moments = range(wanted.starts_at_ms, wanted.ends_at_ms, 30 * MINUTE_MS)
    fullest = max(crowd(day, moment) for moment in moments)
    assert free_seats(day, wanted, capacity) == max(0, capacity - fullest)


@given(text=st.text(alphabet="abcdef-XYZ019", min_size=1, max_size=20))
def test_an_order_id_is_what_its_parser_takes(text: str) -> None:
    assert parse_order_id(order_id_of(text)) == order_id_of(text)


def test_every_move_of_an_order_leads_on_and_nothing_leaves_the_end() -> None:
    left = {move[0] for move in ORDER_MOVES}
    assert left.isdisjoint({OrderStatus.FULL, OrderStatus.REFUNDED})
    assert len({move[:2] for move in ORDER_MOVES}) == len(ORDER_MOVES)


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(("order", "prompt", "pay", "cancel", "wait", "reconcile")),
        st.integers(0, 5),
        st.integers(0, 25),  # how many reads later somebody else does the next thing
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=150, deadline=None)
@given(actions=ACTIONS)
def test_parallel_orders_never_oversell_and_every_payment_has_one_end(
    actions: list[tuple[str, int, int]],
) -> None:
    """Each action may be interrupted at a read or a compare by all that come after it."""
    estate = Ordering()
    waiting = list(actions)
    countdown: list[int] = []

    def act() -> None:
        what, which, later = waiting.pop(0)
        countdown.append(later)
        with suppress(LipamitaError):  # refused, as it may be
            _do(estate, what, which)

    def interrupted(_: str) -> None:
        if not countdown or not waiting:
            return
        countdown[-1] -= 1
        if countdown[-1] == 0:
            act()

    estate.store.on_read = interrupted
    while waiting:
        act()
        _check(estate)
    estate.store.on_read = lambda _: None
    for _ in range(4):
        estate.wait(10 * MINUTE_MS)
        reconcile(estate.world)
    _check(estate)
    confirmed = {
        order.order_id: order.transaction_id
        for order in estate.store.orders.values()
        if order.status is OrderStatus.CONFIRMED
    }
    assert estate.seats == confirmed, "every hold ended, and who paid has a seat"
    for payment in estate.store.payments.values():
        seated = payment.order is not None and (
            confirmed.get(payment.order.order_id) == payment.transaction_id
        )
        back = any(
            one.transaction_id == payment.transaction_id for one in estate.store.refunds.values()
        )
        told = payment.mpesa_receipt is not None
        assert [seated, back].count(True) == told


def _do(estate: Ordering, what: str, which: int) -> None:
    orders = list(estate.store.orders.values())
    payments = list(estate.store.payments.values())
    if what == "order":
        estate.order(place=YARD, slots=1 + which % 2, key=f"order-{len(orders)}-{which}")
    elif what == "wait":
        estate.wait((1 + which) * 3 * MINUTE_MS)
    elif what == "reconcile":
        reconcile(estate.world)
    elif what == "cancel" and orders:
        cancel_order(orders[which % len(orders)].order_id, OWNER, estate.world)
    elif what == "prompt" and orders:
        estate.prompt(orders[which % len(orders)])
    elif what == "pay" and payments:
        payment = payments[which % len(payments)]
        estate.pay(payment, f"UKL1AAAA{payments.index(payment):02}")


def _check(estate: Ordering) -> None:
    for day in estate.store.days.values():
        for seat in day.values():
            assert crowd(day, seat.span.starts_at_ms) <= YARD.capacity


PLACES = st.builds(
    lambda price, vat, kind: replace(YARD, price_kes=Kes(price), vat_percent=vat, kind=kind),
    price=st.integers(1, 5_000),
    vat=st.integers(0, 100),
    kind=st.sampled_from(PlaceKind),
)
DELIVERIES = st.sampled_from(
    (DeliveryStatus.QUEUED, DeliveryStatus.DELIVERED, DeliveryStatus.WITHDRAWN)
)


@given(place=PLACES, slots=st.integers(1, 48))
def test_the_lines_of_a_place_add_up_to_its_price(place: Place, slots: int) -> None:
    quote = quote_place(place, slots, now_ms=Millis(MIDNIGHT_MS))
    assert sum(line.amount_cents for line in quote.lines) == quote.amount_kes * 100
    assert quote.amount_kes == place.price_kes * slots
    assert all(line.amount_cents >= 0 for line in quote.lines)


def bought(place: Place, slots: int, status: DeliveryStatus) -> Payment:
    quote = quote_place(place, slots, now_ms=Millis(MIDNIGHT_MS))
    span = Span(
        starts_at_ms=Millis(MIDNIGHT_MS), ends_at_ms=Millis(MIDNIGHT_MS + slots * place.slot_ms)
    )
    return a_payment(
        Status.PAID,
        meter_id=None,
        order=ordered(place, "B0123456789A", span),
        quote=quote,
        amount_kes=quote.amount_kes,
        mpesa_receipt=RECEIPT,
        paid_at_ms=NOW,
        delivery=Delivery(
            kind=place.kind.value,
            status=status,
            delivered_at_ms=NOW if status is DeliveryStatus.DELIVERED else None,
        ),
    )


@given(place=PLACES, slots=st.integers(1, 48), status=DELIVERIES)
def test_what_a_place_brought_is_prepaid_until_its_time_and_earned_then(
    place: Place, slots: int, status: DeliveryStatus
) -> None:
    payment = bought(place, slots, status)
    cents = totals_of(entries_of_payment(payment)).cents
    vat = sum(line.amount_cents for line in payment.quote.lines if line.kind is LineKind.VAT)
    net = payment.amount_kes * 100 - vat
    earned = f"{place.kind.value}_revenue:{place.place_id}"
    waits = status is DeliveryStatus.QUEUED
    expected = {
        "paybill_float": payment.amount_kes * 100,
        "vat_payable": -vat,
        "customer_prepayments": -net if waits else 0,
        earned: 0 if waits else -net,
    }
    assert cents == {account: amount for account, amount in expected.items() if amount}


@given(place=PLACES, slots=st.integers(1, 48))
def test_a_place_that_is_refunded_leaves_nothing_in_the_books(place: Place, slots: int) -> None:
    payment = bought(place, slots, DeliveryStatus.WITHDRAWN)
    refund = Refund(
        refund_id=RefundId("-Of2eAbcdEFGHijkl012"),
        receipt=RECEIPT,
        money_from=MoneyFrom.PAYMENT,
        method=Method.REVERSAL,
        paid_kes=payment.amount_kes,
        amount_kes=payment.amount_kes,
        energy_wh=NO_ENERGY,
        asked_by=OWNER.uid,
        why="rain",
        created_at_ms=NOW,
        updated_at_ms=NOW,
        status=RefundStatus.REFUNDED,
    )
    entries = (*entries_of_payment(payment), *entries_of_refund(refund, payment))
    assert totals_of(entries).cents == {}
