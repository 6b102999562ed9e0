"""``places``, ``place_days`` and ``orders`` as stored, and back. docs/data-model.md states them."""

from __future__ import annotations

from lipamita.adapters.fields import Fields
from lipamita.adapters.quote_schema import quote_from_json, quote_to_json
from lipamita.adapters.step_schema import history_to_json
from lipamita.domain.errors import UnreadableError
from lipamita.domain.ids import TransactionId, Uid
from lipamita.domain.order import OrderCause, OrderStatus, OrderStep, PlaceOrder
from lipamita.domain.place import OrderedPlace, Place, PlaceKind, Span
from lipamita.domain.place_day import PlaceDay, Seat
from lipamita.domain.units import Kes, Millis

Json = dict[str, object]


def place_to_json(place: Place) -> Json:
    """``places/{place_id}``."""
    return _present(
        {
            "name": place.name,
            "kind": place.kind.value,
            "site_id": place.site_id,
            "site": place.site,
            "capacity": place.capacity,
            "price": place.price_kes,
            "slot_minutes": place.slot_minutes,
            "vat_percent": place.vat_percent,
            "active": place.active,
        }
    )


def place_from_json(place_id: str, node: object) -> Place:
    """The place a node holds. Raises UnreadableError, naming the field."""
    fields = Fields.of(f"places/{place_id}", node)
    return Place(
        place_id=place_id,
        name=fields.text("name"),
        kind=_kind(fields),
        site_id=fields.optional_text("site_id"),
        site=fields.optional_text("site"),
        capacity=fields.whole("capacity"),
        price_kes=Kes(fields.whole("price")),
        slot_minutes=fields.whole("slot_minutes"),
        vat_percent=fields.whole_or("vat_percent", 0),
        active=fields.flag("active") is True,
    )


def day_to_json(day: PlaceDay) -> Json:
    """``place_days/{place_id}/{day}``: the seats by order."""
    return {
        order_id: _present(
            {
                "starts_at": seat.span.starts_at_ms,
                "ends_at": seat.span.ends_at_ms,
                "transaction_id": seat.transaction_id,
            }
        )
        for order_id, seat in day.items()
    }


def day_from_json(path: str, node: object) -> PlaceDay:
    """The seats a node holds; none if there is no node. Raises UnreadableError."""
    seats: dict[str, Seat] = {}
    for order_id, below in Fields.of(path, {} if node is None else node).node.items():
        fields = Fields.of(f"{path}/{order_id}", below)
        seats[order_id] = Seat(
            span=Span(
                starts_at_ms=Millis(fields.whole("starts_at")),
                ends_at_ms=Millis(fields.whole("ends_at")),
            ),
            transaction_id=_transaction_id(fields, "transaction_id"),
        )
    return seats


def order_to_json(order: PlaceOrder) -> Json:
    """``orders/{order_id}``; absent values are left out, as the database would."""
    place = ordered_to_json(order.place)
    del place["order_id"]  # the node's key
    return _present(
        {
            **place,
            "user_id": order.user_id,
            "slots": order.slots,
            "amount": order.amount_kes,
            "note": order.note,
            "status": order.status.value,
            "hold_until": order.hold_until_ms,
            "quote": quote_to_json(order.quote),
            "timestamp": order.created_at_ms,
            "updated_at": order.updated_at_ms,
            "transaction_id": order.transaction_id,
            "prompted_transaction_id": order.prompted_transaction_id,
            "prompted_at": order.prompted_at_ms,
            "next_check_at": order.next_check_at_ms,
            "history": history_to_json(order.history),
        }
    )


def order_from_json(order_id: str, node: object) -> PlaceOrder:
    """The order a node holds. Raises UnreadableError, naming the field."""
    fields = Fields.of(f"orders/{order_id}", node)
    try:
        return _order(order_id, fields)
    except ValueError as error:  # a word outside its closed set
        raise UnreadableError("unreadable_node", f"{fields.path}: {error}") from error


def ordered_to_json(place: OrderedPlace) -> Json:
    """What was ordered, as a payment and the order itself keep it."""
    return _present(
        {
            "order_id": place.order_id,
            "place_id": place.place_id,
            "place_name": place.name,
            "kind": place.kind.value,
            "site": place.site,
            "starts_at": place.starts_at_ms,
            "ends_at": place.ends_at_ms,
        }
    )


def ordered_from_json(fields: Fields, order_id: str | None = None) -> OrderedPlace:
    """What was ordered; ``order_id`` where it is the node's key. Raises UnreadableError."""
    return OrderedPlace(
        order_id=fields.text("order_id") if order_id is None else order_id,
        place_id=fields.text("place_id"),
        name=fields.text("place_name"),
        kind=_kind(fields),
        site=fields.optional_text("site"),
        starts_at_ms=Millis(fields.whole("starts_at")),
        ends_at_ms=Millis(fields.whole("ends_at")),
    )


def _order(order_id: str, fields: Fields) -> PlaceOrder:
    return PlaceOrder(
        order_id=order_id,
        user_id=Uid(fields.text("user_id")),
        place=ordered_from_json(fields, order_id),
        slots=fields.whole("slots"),
        note=fields.optional_text("note"),
        status=OrderStatus(fields.text("status")),
        hold_until_ms=Millis(fields.whole("hold_until")),
        quote=quote_from_json(fields.child("quote")),
        created_at_ms=Millis(fields.whole("timestamp")),
        updated_at_ms=Millis(fields.whole("updated_at")),
        transaction_id=_transaction_id(fields, "transaction_id"),
        prompted_transaction_id=_transaction_id(fields, "prompted_transaction_id"),
        prompted_at_ms=fields.optional_millis("prompted_at"),
        next_check_at_ms=fields.optional_millis("next_check_at"),
        history=tuple(_step(step) for _, step in fields.children("history")),
    )


def _step(fields: Fields) -> OrderStep:
    return OrderStep(
        at_ms=Millis(fields.whole("at")),
        from_status=OrderStatus(fields.text("from")),
        to_status=OrderStatus(fields.text("to")),
        cause=OrderCause(fields.text("cause")),
        source=fields.optional_text("source") or "",
    )


def _kind(fields: Fields) -> PlaceKind:
    try:
        return PlaceKind(fields.text("kind"))
    except ValueError as error:
        raise UnreadableError("unreadable_node", f"{fields.path}: {error}") from error


def _transaction_id(fields: Fields, name: str) -> TransactionId | None:
    value = fields.optional_text(name)
    return None if value is None else TransactionId(value)


def _present(node: Json) -> Json:
    return {name: value for name, value in node.items() if value not in (None, {}, "")}
