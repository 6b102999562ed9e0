"""Who has a place on one day: the node that one compare-and-set changes, so nothing is oversold.

An order has one seat at most. A seat is held until it is its payment's: then it names the
transaction, and only a refund of that one takes it away again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from lipamita.domain.ids import TransactionId
from lipamita.domain.place import Span

PlaceDay = Mapping[str, "Seat"]  # by order_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One of the place's seats, for a time. ``transaction_id`` is None while it is only held."""

    span: Span
    transaction_id: TransactionId | None = None


class Taken(StrEnum):
    """Whether a payment has the seat now."""

    YES = "yes"
    BY_ANOTHER_PAYMENT = "by another payment of the same order"
    NO_ROOM = "no room"


def free_seats(day: PlaceDay, span: Span, capacity: int) -> int:
    """How many could be had for all of that time; never below 0."""
    overlapping = [
        seat.span
        for seat in day.values()
        if seat.span.starts_at_ms < span.ends_at_ms and span.starts_at_ms < seat.span.ends_at_ms
    ]
    # The crowd only grows where a seat begins.
    begins = {max(one.starts_at_ms, span.starts_at_ms) for one in overlapping}
    crowds = [
        sum(one.starts_at_ms <= moment < one.ends_at_ms for one in overlapping) for moment in begins
    ]
    most = max(crowds, default=0)
    return max(0, capacity - most)


def hold_seat(day: PlaceDay, order_id: str, span: Span, capacity: int) -> PlaceDay | None:
    """The day with the order's seat held; None if there is no room. Its own stays as it is."""
    if order_id in day:
        return day
    if free_seats(day, span, capacity) < 1:
        return None
    return {**day, order_id: Seat(span=span)}


def take_seat(
    day: PlaceDay,
    order_id: str,
    span: Span,
    transaction_id: TransactionId,
    *,
    capacity: int,
) -> tuple[Taken, PlaceDay]:
    """Give the order's seat to its payment; if it has none any more, another one that is free."""
    standing = day.get(order_id)
    if standing is not None and standing.transaction_id == transaction_id:
        return Taken.YES, day
    if standing is not None and standing.transaction_id is not None:
        return Taken.BY_ANOTHER_PAYMENT, day
    if standing is None and free_seats(day, span, capacity) < 1:
        return Taken.NO_ROOM, day
    kept = span if standing is None else standing.span
    return Taken.YES, {**day, order_id: Seat(span=kept, transaction_id=transaction_id)}


def leave_seat(day: PlaceDay, order_id: str, transaction_id: TransactionId | None) -> PlaceDay:
    """The day without the order's seat, if it is held (None) or that payment's."""
    standing = day.get(order_id)
    if standing is None or standing.transaction_id != transaction_id:
        return day
    return {key: seat for key, seat in day.items() if key != order_id}
