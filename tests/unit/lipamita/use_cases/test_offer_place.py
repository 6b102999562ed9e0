"""Places as staff offer them and as people see them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from lipamita.domain.place import MAX_CAPACITY, Place, PlaceKind, Span
from lipamita.domain.registration import Site
from lipamita.domain.units import HOUR_MS, MINUTE_MS, Kes, Millis
from lipamita.use_cases.offer_place import list_places, offer_place

from tests.fakes.estate import OWNER
from tests.unit.lipamita.use_cases.ordering import COURT, YARD, Ordering
from tests.unit.lipamita.use_cases.refunding import GRACE

HALL = replace(COURT, place_id="hall", name="Hall")


def span(estate: Ordering, minutes: int = 60) -> Span:
    return Span(
        starts_at_ms=estate.begins_ms, ends_at_ms=Millis(estate.begins_ms + minutes * MINUTE_MS)
    )


def test_staff_offer_a_place_and_change_its_price() -> None:
    estate = Ordering()
    assert offer_place(HALL, GRACE, estate.world) == (None, HALL)
    dearer = replace(HALL, price_kes=Kes(500))
    assert offer_place(dearer, GRACE, estate.world) == (HALL, dearer)
    assert estate.store.read_place("hall") == dearer
    with pytest.raises(ForbiddenError):
        offer_place(HALL, OWNER, estate.world)


def test_what_was_ordered_keeps_its_price() -> None:
    estate = Ordering()
    order = estate.order()
    offer_place(replace(COURT, price_kes=Kes(900)), GRACE, estate.world)
    assert estate.pay(estate.prompt(order)).amount_kes == 300


def test_a_place_takes_the_name_of_a_site_that_exists() -> None:
    estate = Ordering()
    with pytest.raises(NotFoundError):
        offer_place(replace(HALL, site_id="none"), GRACE, estate.world)
    estate.store.put_site(Site(site_id="kilimani", name="Kilimani Court"))
    _, after = offer_place(replace(HALL, site_id="kilimani"), GRACE, estate.world)
    assert after.site == "Kilimani Court"


def test_a_booking_does_not_become_parking() -> None:
    estate = Ordering()
    with pytest.raises(ConflictError, match="booking"):
        offer_place(replace(COURT, kind=PlaceKind.PARKING), GRACE, estate.world)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (replace(HALL, slot_minutes=50), "slot_minutes"),
        (replace(HALL, slot_minutes=10), "slot_minutes"),
        (replace(HALL, capacity=0), "capacity"),
        (replace(HALL, capacity=MAX_CAPACITY), "capacity"),  # with 24 slots a day
        (replace(HALL, vat_percent=101), "vat_percent"),
    ],
)
def test_a_place_that_cannot_be_sold_is_refused_by_its_field(wrong: Place, field: str) -> None:
    estate = Ordering()
    with pytest.raises(InvalidInputError) as refused:
        offer_place(wrong, GRACE, estate.world)
    assert refused.value.field == field
    assert "hall" not in estate.store.sold_places


def test_what_is_free_counts_seats_that_are_held_or_paid() -> None:
    estate = Ordering()
    estate.pay(estate.prompt(estate.order(place=YARD, key="a")))
    estate.order(place=YARD, key="b")
    offers = list_places(span(estate, 30), OWNER, estate.world)
    assert {one.place.place_id: one.free for one in offers} == {"court-1": 1, "yard": 0}
    later = Span(
        starts_at_ms=Millis(estate.begins_ms + HOUR_MS),
        ends_at_ms=Millis(estate.begins_ms + 2 * HOUR_MS),
    )
    assert [one.free for one in list_places(later, OWNER, estate.world)] == [1, 2]


def test_what_is_not_sold_is_shown_to_staff_alone() -> None:
    estate = Ordering()
    offer_place(replace(COURT, active=False), GRACE, estate.world)
    assert [one.place.place_id for one in list_places(span(estate), OWNER, estate.world)] == [
        "yard"
    ]
    assert len(list_places(span(estate), GRACE, estate.world)) == 2
