"""Say what is sold by the slot; and show it, with what is free of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lipamita.domain.errors import ConflictError, NotFoundError
from lipamita.domain.meter import Caller
from lipamita.domain.place import Place, Span, check_place
from lipamita.domain.place_day import free_seats
from lipamita.domain.registration import check_staff
from lipamita.domain.units import day_eat
from lipamita.use_cases.world import World

MAX_LISTED = 100  # each day of each is read when free ones are asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A place, and how many are free for all of the time that was asked for."""

    place: Place
    free: int


def offer_place(place: Place, caller: Caller, world: World) -> tuple[Place | None, Place]:
    """The place before and after. What was ordered keeps its price and its time.

    Raises ForbiddenError, InvalidInputError, NotFoundError (unknown_site) and ConflictError
    (kind_differs: a booking does not become parking; other receipts would read wrongly).
    """
    check_staff(caller)
    check_place(place)
    before = world.store.read_place(place.place_id)
    if before is not None and before.kind is not place.kind:
        raise ConflictError("kind_differs", f"{place.place_id} is {before.kind}", field="kind")
    if place.site_id is not None:
        site = world.store.read_site(place.site_id)
        if site is None:
            raise NotFoundError("unknown_site", f"no site {place.site_id}", field="site_id")
        place = replace(place, site=site.name)
    world.store.put_place(place)  # by place_id; a repeat writes the same
    return before, place


def list_places(span: Span, caller: Caller, world: World) -> Sequence[Offer]:
    """What is sold now, to staff also what is not; and what is free of it in all of the span."""
    return [
        Offer(place=place, free=_free(place, span, world))
        for place in world.store.places(limit=MAX_LISTED)
        if place.active or caller.is_staff
    ]


def _free(place: Place, span: Span, world: World) -> int:
    day = world.store.read_place_day(place.place_id, day_eat(span.starts_at_ms)).value
    return free_seats(day, span, place.capacity)
