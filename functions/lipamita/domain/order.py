"""An order of a place: its states, the causes that move it, and who may pay for it until when.

``ORDER_MOVES`` is the whole truth about which moves exist; the diagram in docs/data-model.md is
generated from it. A seat is held for ``HOLD_MS``. No prompt is sent so late that it could outlive
the hold, and a hold waits for a prompt whose end nobody knows yet, so money that comes later is
rare: it gets a seat that is still free, or goes back. Which of the two is one compare-and-set.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from lipamita.domain.crockford import ALPHABET
from lipamita.domain.errors import ConflictError, IllegalMoveError, InvalidInputError
from lipamita.domain.guard import PROMPT_LIFE_MS
from lipamita.domain.ids import TransactionId, Uid, sha256_hex
from lipamita.domain.payment import OPEN, DeliveryStatus, Payment, Status
from lipamita.domain.place import OrderedPlace, Place, Span
from lipamita.domain.tariff import Quote
from lipamita.domain.units import MINUTE_MS, Kes, Millis

HOLD_MS = 15 * MINUTE_MS
# A prompt leaves within a minute of its request or not at all, and lives for PROMPT_LIFE_MS.
LAST_PROMPT_BEFORE_END_MS = PROMPT_LIFE_MS + MINUTE_MS
# A query tells what became of a prompt within this; until then a hold that is over stays.
PROMPT_DECIDED_MS = 5 * MINUTE_MS
MAX_HISTORY = 16
MAX_NOTE = 100
_ID_CHARACTERS = 11  # and its first letter: what M-Pesa shows as account has 12 at most


class OrderStatus(StrEnum):
    """Where the order stands."""

    ASKED = "asked"
    FULL = "full"
    HELD = "held"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUNDING = "refunding"
    REFUNDED = "refunded"


class Seated(StrEnum):
    """What became of a paid order; the others than YES are reasons of a payment in review."""

    YES = "seated"
    PAID_BEFORE = "order_paid_before"
    NO_PLACE = "no_place_left"


GOES_BACK = frozenset({Seated.PAID_BEFORE.value, Seated.NO_PLACE.value})


class OrderCause(StrEnum):
    """Why an order moved."""

    SEAT_HELD = "a seat was free and is held"
    NO_ROOM = "no seat was free"
    PAID = "its money came, the seat is its own"
    HOLD_ENDED = "not paid in time"
    CANCELLED = "its user cancelled it"
    PAID_LATE = "its money came late, a seat was still free"
    PAID_TOO_LATE = "its money came late, no seat was free: it goes back"
    TAKEN_BACK = "staff refund it before it begins"
    MONEY_WENT_BACK = "its money went back"


ORDER_MOVES: tuple[tuple[OrderStatus, OrderCause, OrderStatus], ...] = (
    (OrderStatus.ASKED, OrderCause.SEAT_HELD, OrderStatus.HELD),
    (OrderStatus.ASKED, OrderCause.NO_ROOM, OrderStatus.FULL),
    (OrderStatus.ASKED, OrderCause.HOLD_ENDED, OrderStatus.EXPIRED),
    (OrderStatus.HELD, OrderCause.PAID, OrderStatus.CONFIRMED),
    (OrderStatus.HELD, OrderCause.HOLD_ENDED, OrderStatus.EXPIRED),
    (OrderStatus.HELD, OrderCause.CANCELLED, OrderStatus.CANCELLED),
    *(
        (status, cause, to)
        for status in (OrderStatus.EXPIRED, OrderStatus.CANCELLED)
        for cause, to in (
            (OrderCause.PAID_LATE, OrderStatus.CONFIRMED),
            (OrderCause.PAID_TOO_LATE, OrderStatus.REFUNDING),
        )
    ),
    (OrderStatus.HELD, OrderCause.PAID_TOO_LATE, OrderStatus.REFUNDING),
    (OrderStatus.CONFIRMED, OrderCause.TAKEN_BACK, OrderStatus.REFUNDING),
    (OrderStatus.REFUNDING, OrderCause.MONEY_WENT_BACK, OrderStatus.REFUNDED),
)
_NEXT = {(status, cause): to for status, cause, to in ORDER_MOVES}

MAY_BE_SEATED = frozenset({OrderStatus.HELD, OrderStatus.EXPIRED, OrderStatus.CANCELLED})
UNDECIDED = frozenset({OrderStatus.ASKED, OrderStatus.HELD})
# Its money goes back: whatever seat it has is not its own any more.
GIVEN_UP = frozenset({OrderStatus.REFUNDING, OrderStatus.REFUNDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStep:
    """One move in an order's history. ``source`` names the payment behind it, if one is."""

    at_ms: Millis
    from_status: OrderStatus
    to_status: OrderStatus
    cause: OrderCause
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    """One order (``orders/{order_id}``), at the price of its time.

    ``transaction_id`` is the payment that it was decided by; ``prompted_transaction_id`` the last
    that was asked for.
    """

    order_id: str
    user_id: Uid
    place: OrderedPlace
    slots: int
    quote: Quote
    hold_until_ms: Millis
    created_at_ms: Millis
    updated_at_ms: Millis
    note: str | None = None
    status: OrderStatus = OrderStatus.ASKED
    transaction_id: TransactionId | None = None
    prompted_transaction_id: TransactionId | None = None
    prompted_at_ms: Millis | None = None
    next_check_at_ms: Millis | None = None
    history: tuple[OrderStep, ...] = ()

    @property
    def amount_kes(self) -> Kes:
        """What it costs: exactly this is paid."""
        return self.quote.amount_kes

    @property
    def span(self) -> Span:
        """From when to when."""
        return Span(starts_at_ms=self.place.starts_at_ms, ends_at_ms=self.place.ends_at_ms)


def order_id_of(transaction_like_id: str) -> str:
    """``B`` and 11 characters that are not mistaken for each other: people type it at a PayBill.

    Made of the id that stands under the Idempotency-Key, so that a repeat makes the same.
    """
    number = int(sha256_hex(f"order|{transaction_like_id}"), 16)
    letters = []
    for _ in range(_ID_CHARACTERS):
        number, digit = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[digit])
    return "B" + "".join(letters)


def parse_order_id(value: object, *, field: str = "order_id") -> str:
    """An order's id as it was given. Raises InvalidInputError."""
    plain = value if isinstance(value, str) else ""
    fits = len(plain) == _ID_CHARACTERS + 1 and plain[0] == "B"
    if not fits or any(letter not in ALPHABET for letter in plain):
        raise InvalidInputError(
            "invalid_order_id",
            f"{field} must be B and {_ID_CHARACTERS} capital letters and digits",
            field=field,
        )
    return plain


def move_order(
    order: PlaceOrder, cause: OrderCause, *, now_ms: Millis, source: str = ""
) -> PlaceOrder:
    """The order after the move, due to be looked at: its seat may have to be given back.

    Raises IllegalMoveError when the table has no such move.
    """
    to_status = _NEXT.get((order.status, cause))
    if to_status is None:
        raise IllegalMoveError("illegal_move", f"no move from {order.status}: {cause}")
    step = OrderStep(
        at_ms=now_ms,
        from_status=order.status,
        to_status=to_status,
        cause=cause,
        source=source,
    )
    return replace(
        order,
        status=to_status,
        updated_at_ms=now_ms,
        next_check_at_ms=order.hold_until_ms if to_status is OrderStatus.HELD else now_ms,
        history=(*order.history, step)[-MAX_HISTORY:],
    )


def decided_by(
    order: PlaceOrder, transaction_id: TransactionId, *, seated: bool, now_ms: Millis
) -> PlaceOrder:
    """The order that this payment settled: it is confirmed, or its money goes back."""
    cause = OrderCause.PAID_TOO_LATE
    if seated:
        held = order.status is OrderStatus.HELD
        cause = OrderCause.PAID if held else OrderCause.PAID_LATE
    moved = move_order(order, cause, now_ms=now_ms, source=transaction_id)
    return replace(moved, transaction_id=transaction_id)


def check_payable(order: PlaceOrder, amount_kes: Kes, *, now_ms: Millis) -> None:
    """Raises ConflictError (order_not_open, order_hold_ending, amount_not_the_orders)."""
    if order.status is not OrderStatus.HELD:
        raise ConflictError(
            "order_not_open", f"the order is {order.status}; order again", field="order_id"
        )
    if now_ms > order.hold_until_ms - LAST_PROMPT_BEFORE_END_MS:
        raise ConflictError(
            "order_hold_ending", "the order is about to expire; order again", field="order_id"
        )
    if amount_kes != order.amount_kes:
        raise ConflictError(
            "amount_not_the_orders",
            f"the order costs KES {order.amount_kes}; found {amount_kes}",
            field="amount",
        )


def note_prompt(order: PlaceOrder, transaction_id: TransactionId, *, now_ms: Millis) -> PlaceOrder:
    """The order that is being paid by that prompt."""
    return replace(
        order,
        prompted_transaction_id=transaction_id,
        prompted_at_ms=now_ms,
        updated_at_ms=now_ms,
    )


def open_prompt_wait_ms(order: PlaceOrder, prompted: Payment | None, *, now_ms: Millis) -> int:
    """How long the order's last prompt may still be open; 0 if none is."""
    if order.prompted_at_ms is None:
        return 0
    if prompted is not None and prompted.status not in OPEN:
        return 0
    return max(0, order.prompted_at_ms + PROMPT_LIFE_MS - now_ms)


def may_be_paid_soon(order: PlaceOrder, prompted: Payment | None, *, now_ms: Millis) -> bool:
    """Whether its last prompt may still turn out to be paid, and was sent a short time ago."""
    if order.prompted_at_ms is None or now_ms - order.prompted_at_ms >= PROMPT_DECIDED_MS:
        return False
    if prompted is None or prompted.status in OPEN:
        return True
    return prompted.status is Status.PAID and prompted.delivery.status is DeliveryStatus.NONE


def ordered(place: Place, order_id: str, span: Span) -> OrderedPlace:
    """The place as it is ordered."""
    return OrderedPlace(
        order_id=order_id,
        place_id=place.place_id,
        name=place.name,
        kind=place.kind,
        starts_at_ms=span.starts_at_ms,
        ends_at_ms=span.ends_at_ms,
        site=place.site,
    )
