"""A place that is sold by the slot: bookings of a room or court, and parking.

One mechanism for both kinds. Slots lie on a grid that begins at midnight in East Africa, and a sale
lies within one of its days: so one compare-and-set on that day decides who has a place.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lipamita.domain.errors import ConflictError, InvalidInputError
from lipamita.domain.monthly_charge import vat_within
from lipamita.domain.tariff import CENTS_PER_KES, NO_ENERGY, LineKind, Quote, QuoteLine
from lipamita.domain.units import (
    DAY_MS,
    HOUR_MS,
    MAX_AMOUNT_KES,
    MINUTE_MS,
    Cents,
    Kes,
    Millis,
    month_eat,
)

MINUTES_OF_DAY = 24 * 60
MIN_SLOT_MINUTES = 15
MAX_CAPACITY = 500
# Capacity times slots a day: one day of a place is one node, which every sale reads and writes.
MAX_SEATS_OF_DAY = 2_000
MAX_AHEAD_MS = 90 * DAY_MS
EAT_OFFSET_MS = 3 * HOUR_MS  # Kenya keeps no daylight-saving time


class PlaceKind(StrEnum):
    """What is sold."""

    BOOKING = "booking"
    PARKING = "parking"


LINE_KINDS = {PlaceKind.BOOKING: LineKind.BOOKING, PlaceKind.PARKING: LineKind.PARKING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Something sold by the slot (``places/{place_id}``). The price of a slot includes VAT."""

    place_id: str
    name: str
    kind: PlaceKind
    capacity: int
    price_kes: Kes
    slot_minutes: int
    vat_percent: int = 0
    active: bool = True
    site_id: str | None = None
    site: str | None = None

    @property
    def slot_ms(self) -> int:
        """How long a slot is."""
        return self.slot_minutes * MINUTE_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedPlace:
    """What a payment for a place is for: frozen when it was ordered, so that it reads for ever."""

    order_id: str
    place_id: str
    name: str
    kind: PlaceKind
    starts_at_ms: Millis
    ends_at_ms: Millis
    site: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From and to, within one day of East Africa."""

    starts_at_ms: Millis
    ends_at_ms: Millis

    def __post_init__(self) -> None:
        if not self.starts_at_ms < self.ends_at_ms <= midnight_before(self.starts_at_ms) + DAY_MS:
            raise InvalidInputError(
                "invalid_span",
                "a time must end after it begins, and on the same day in East Africa",
                field="starts_at_ms",
            )


def midnight_before(at_ms: Millis) -> Millis:
    """When that day began in East Africa."""
    return Millis((at_ms + EAT_OFFSET_MS) // DAY_MS * DAY_MS - EAT_OFFSET_MS)


def check_place(place: Place) -> Place:
    """The place, if it can be sold. Raises InvalidInputError, naming the field."""
    _check(
        MIN_SLOT_MINUTES <= place.slot_minutes <= MINUTES_OF_DAY
        and MINUTES_OF_DAY % place.slot_minutes == 0,
        "slot_minutes",
        f"at least {MIN_SLOT_MINUTES} and divide the {MINUTES_OF_DAY} minutes of a day",
    )
    slots = MINUTES_OF_DAY // place.slot_minutes
    most = min(MAX_CAPACITY, MAX_SEATS_OF_DAY // slots)
    _check(
        1 <= place.capacity <= most,
        "capacity",
        f"from 1 to {most} with {slots} slots a day; divide a larger place into zones",
    )
    _check(0 <= place.vat_percent <= 100, "vat_percent", "from 0 to 100")
    return place


def span_of(place: Place, starts_at_ms: Millis, slots: int, *, now_ms: Millis) -> Span:
    """The time of so many slots. Raises InvalidInputError and ConflictError (place_closed).

    A slot may have begun, but not ended: one may park now.
    """
    if not place.active:
        raise ConflictError("place_closed", f"{place.name} is not sold now", field="place_id")
    first_ms = midnight_before(starts_at_ms)
    left_ms = first_ms + DAY_MS - starts_at_ms
    _check(
        (starts_at_ms - first_ms) % place.slot_ms == 0,
        "starts_at_ms",
        f"where a slot of {place.slot_minutes} minutes begins, counted from midnight",
    )
    _check(
        now_ms < starts_at_ms + place.slot_ms and starts_at_ms <= now_ms + MAX_AHEAD_MS,
        "starts_at_ms",
        f"a slot that is not over, within {MAX_AHEAD_MS // DAY_MS} days",
    )
    most = left_ms // place.slot_ms
    _check(1 <= slots <= most, "slots", f"from 1 to {most}: an order lies within one day")
    _check(
        place.price_kes * slots <= MAX_AMOUNT_KES,
        "slots",
        f"so few that they cost at most KES {MAX_AMOUNT_KES}",
    )
    return Span(starts_at_ms=starts_at_ms, ends_at_ms=Millis(starts_at_ms + slots * place.slot_ms))


def quote_place(place: Place, slots: int, *, now_ms: Millis) -> Quote:
    """What the slots cost, in lines that add up. It is priced by the place instead of a tariff."""
    amount_kes = Kes(place.price_kes * slots)
    amount_cents = Cents(amount_kes * CENTS_PER_KES)
    vat = vat_within(amount_cents, place.vat_percent)
    net = QuoteLine(
        kind=LINE_KINDS[place.kind], label=place.name, amount_cents=Cents(amount_cents - vat)
    )
    taxes = (
        (QuoteLine(kind=LineKind.VAT, label=f"VAT {place.vat_percent}%", amount_cents=vat),)
        if vat
        else ()
    )
    return Quote(
        tariff_id=place.place_id,
        amount_kes=amount_kes,
        energy_wh=NO_ENERGY,
        month=month_eat(now_ms),
        month_wh_before=NO_ENERGY,
        lines=(net, *taxes),
    )


def _check(fact: bool, field: str, expected: str) -> None:
    if not fact:
        raise InvalidInputError(f"invalid_{field}", f"{field} must be {expected}", field=field)
