"""GET and POST /api/orders, GET /api/orders/{order_id}, POST /api/orders/{order_id}/cancel."""

from __future__ import annotations

from flask import Request, Response

from lipamita.domain.errors import InvalidInputError
from lipamita.domain.ids import parse_idempotency_key
from lipamita.domain.order import MAX_NOTE, PlaceOrder, parse_order_id
from lipamita.domain.place import MINUTES_OF_DAY
from lipamita.domain.registration import parse_plain_id
from lipamita.domain.units import Millis
from lipamita.entrypoints import http, wiring
from lipamita.entrypoints.messages import Language, language_of
from lipamita.entrypoints.receipts import ordered_json
from lipamita.entrypoints.whole_numbers import MAX_TIME_MS, parse_whole
from lipamita.use_cases.place_order import (
    PlaceRequest,
    cancel_order,
    list_orders,
    place_order,
    view_order,
)

FIELDS = frozenset({"place_id", "starts_at_ms", "slots", "note"})


def place(request: Request) -> Response:
    """{"place_id", "starts_at_ms", "slots"[, "note"]} and Idempotency-Key -> 201."""
    caller = http.caller(request)
    key = parse_idempotency_key(request.headers.get("Idempotency-Key"))
    body = http.json_body(request)
    http.refuse_unknown_fields(body, FIELDS)
    wanted = PlaceRequest(
        caller=caller,
        place_id=parse_plain_id(body.get("place_id"), field="place_id"),
        starts_at_ms=Millis(
            parse_whole(body.get("starts_at_ms"), field="starts_at_ms", most=MAX_TIME_MS)
        ),
        slots=parse_whole(body.get("slots"), field="slots", most=MINUTES_OF_DAY),
        note=_note(body),
        idempotency_key=key,
    )
    order = place_order(wanted, wiring.world())
    return http.json_response(201, order_json(order, language_of(request)))


def listed(request: Request) -> Response:
    """[?user_id=] -> 200 with the newest orders of the caller; of anybody, for staff."""
    caller = http.caller(request)
    http.refuse_unknown_parameters(request, frozenset({"user_id"}))
    whose = request.args.get("user_id")
    user_id = caller.uid if whose is None else http.user_id(whose)
    orders = list_orders(user_id, caller, wiring.world())
    language = language_of(request)
    return http.json_response(200, {"orders": [order_json(one, language) for one in orders]})


def view(request: Request, order_id: str) -> Response:
    """200 with the order."""
    caller = http.caller(request)
    order = view_order(parse_order_id(order_id), caller, wiring.world())
    return http.json_response(200, order_json(order, language_of(request)))


def cancel(request: Request, order_id: str) -> Response:
    """200 with the order, cancelled; its seat is free again."""
    caller = http.caller(request)
    order = cancel_order(parse_order_id(order_id), caller, wiring.world())
    return http.json_response(200, order_json(order, language_of(request)))


def order_json(order: PlaceOrder, language: Language) -> dict[str, object]:
    """One order. Times in ms since the epoch; ``when_text`` in East Africa time."""
    return {
        **ordered_json(order.place, language),
        "slots": order.slots,
        "amount_kes": order.amount_kes,
        "status": order.status.value,
        "hold_until_ms": order.hold_until_ms,
        "note": order.note,
        "transaction_id": order.transaction_id,
        "prompted_transaction_id": order.prompted_transaction_id,
        "created_at_ms": order.created_at_ms,
        "updated_at_ms": order.updated_at_ms,
    }


def _note(body: dict[str, object]) -> str | None:
    note = body.get("note")
    if note is None:
        return None
    if not http.is_text(note) or not 0 < len(note.strip()) <= MAX_NOTE:
        raise InvalidInputError(
            "invalid_note", f"note must be a text of 1 to {MAX_NOTE} characters", field="note"
        )
    return note.strip()
