"""GET and POST /api/places: what is sold by the slot, and what is free of it."""

from __future__ import annotations

from flask import Request, Response

from lipamita.domain.errors import InvalidInputError
from lipamita.domain.place import MAX_CAPACITY, MINUTES_OF_DAY, Place, PlaceKind, Span
from lipamita.domain.registration import parse_name, parse_plain_id
from lipamita.domain.units import Millis, parse_amount_kes
from lipamita.entrypoints import http, wiring
from lipamita.entrypoints.whole_numbers import MAX_TIME_MS, parse_whole, whole_parameter
from lipamita.use_cases.offer_place import list_places, offer_place

FIELDS = frozenset(
    {
        *("place_id", "name", "kind", "site_id", "capacity", "price"),
        *("slot_minutes", "vat_percent", "active"),
    }
)
SPAN = frozenset({"starts_at_ms", "ends_at_ms"})


def offer(request: Request) -> Response:
    """{"place_id", "name", "kind", "capacity", "price", "slot_minutes", ...} -> 200."""
    caller = http.caller(request)
    body = http.json_body(request)
    http.refuse_unknown_fields(body, FIELDS)
    before, after = offer_place(_place(body), caller, wiring.world())
    shown = None if before is None else place_json(before)
    return http.json_response(200, {"before": shown, "after": place_json(after)})


def view(request: Request) -> Response:
    """?starts_at_ms=&ends_at_ms= -> 200 with the places, and how many of each are free then."""
    caller = http.caller(request)
    http.refuse_unknown_parameters(request, SPAN)
    offers = list_places(_span(request), caller, wiring.world())
    return http.json_response(
        200, {"places": [{**place_json(one.place), "free": one.free} for one in offers]}
    )


def place_json(place: Place) -> dict[str, object]:
    """One place. Money in whole shillings, VAT included."""
    return {
        "place_id": place.place_id,
        "name": place.name,
        "kind": place.kind.value,
        "site_id": place.site_id,
        "site": place.site,
        "capacity": place.capacity,
        "price_kes": place.price_kes,
        "slot_minutes": place.slot_minutes,
        "vat_percent": place.vat_percent,
        "active": place.active,
    }


def _place(body: dict[str, object]) -> Place:
    site_id, active = body.get("site_id"), body.get("active", True)
    if not isinstance(active, bool):
        raise InvalidInputError("invalid_active", "active must be true or false", field="active")
    return Place(
        place_id=parse_plain_id(body.get("place_id"), field="place_id"),
        name=parse_name(body.get("name")),
        kind=_kind(body.get("kind")),
        site_id=None if site_id is None else parse_plain_id(site_id, field="site_id"),
        capacity=parse_whole(body.get("capacity"), field="capacity", most=MAX_CAPACITY),
        price_kes=parse_amount_kes(body.get("price"), field="price"),
        slot_minutes=parse_whole(
            body.get("slot_minutes"), field="slot_minutes", most=MINUTES_OF_DAY
        ),
        vat_percent=parse_whole(body.get("vat_percent", 0), field="vat_percent", least=0, most=100),
        active=active,
    )


def _kind(value: object) -> PlaceKind:
    if not isinstance(value, str) or value not in set(PlaceKind):
        raise InvalidInputError("invalid_kind", "kind must be booking or parking", field="kind")
    return PlaceKind(value)


def _span(request: Request) -> Span:
    return Span(
        starts_at_ms=Millis(whole_parameter(request, "starts_at_ms", most=MAX_TIME_MS)),
        ends_at_ms=Millis(whole_parameter(request, "ends_at_ms", most=MAX_TIME_MS)),
    )
