"""Who has a place: every seat was paid for by one payment or is held, and no moment is oversold.

Reads the raw database; shares no code with the functions.
"""

from __future__ import annotations

from typing import Any

from tools.lab.stack import Stack

KEPT = ("queued", "delivered")
FREE_AGAIN = ("full", "expired", "cancelled", "refunding", "refunded")


def check_places(stack: Stack, transactions: dict[str, Any]) -> None:
    """Raises AssertionError naming the order, the payment or the place that is wrong."""
    orders = stack.database.get("orders") or {}
    seats = _seats(stack)
    _nothing_is_oversold(stack, seats)
    owners = {
        key: node["transaction_id"] for key, node in orders.items() if node["status"] == "confirmed"
    }
    kept = {
        node["order"]["order_id"]: transaction_id
        for transaction_id, node in transactions.items()
        if "order" in node and node["delivery"]["status"] in KEPT
    }
    assert owners == kept, f"confirmed {owners}, paid {kept}"
    credited = sum(
        "order" in node and node["delivery"]["status"] in KEPT for node in transactions.values()
    )
    assert credited == len(kept), "an order was credited to two payments"
    for order_id, node in orders.items():
        seat = seats.get(order_id)
        if order_id in owners:
            assert seat is not None, f"{order_id} is paid and has no seat"
            assert seat.get("transaction_id") == owners[order_id], order_id
        elif node["status"] in FREE_AGAIN:
            assert seat is None, f"{order_id} is {node['status']} and has a seat"
            assert "next_check_at" not in node, f"{order_id} is due for ever"


def _seats(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for place_id, days in (stack.database.get("place_days") or {}).items():
        for seats in days.values():
            for order_id, seat in seats.items():
                assert order_id not in found, f"{order_id} has two seats"
                found[order_id] = {**seat, "place_id": place_id}
    return found


def _nothing_is_oversold(stack: Stack, seats: dict[str, Any]) -> None:
    places = stack.database.get("places") or {}
    for seat in seats.values():
        crowd = [
            other
            for other in seats.values()
            if other["place_id"] == seat["place_id"]
            and other["starts_at"] <= seat["starts_at"] < other["ends_at"]
        ]
        assert len(crowd) <= places[seat["place_id"]]["capacity"], crowd
