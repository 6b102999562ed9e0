"""A payment through the database and back, and nodes that are no payment."""

from __future__ import annotations

from typing import Any

import pytest
from lipamita.adapters.payment_schema import payment_from_json, payment_to_json
from lipamita.domain.errors import UnreadableError
from lipamita.domain.ids import Receipt
from lipamita.domain.payment import Cause, Delivery, DeliveryStatus, Payment, Status, move
from lipamita.domain.tariff import Levy, make_quote
from lipamita.domain.units import Cents, Kes, Millis, Wh

from tests.unit.lipamita.adapters.through_rtdb import through_rtdb
from tests.unit.lipamita.domain.samples import NOW, RECEIPT, TRANSACTION, a_payment, a_tariff


def full_payment() -> Payment:
    """A payment in which every field has a value."""
    tariff = a_tariff((10_000, 1_234), (None, 1_700), levies=(Levy(name="REP", percent=5),))
    quote = make_quote(tariff, amount_kes=Kes(500), month="2026-11", month_wh_before=Wh(77))
    created = a_payment(
        Status.CREATED,
        quote=quote,
        description="November",
        customer_message="Success",
        mpesa_receipt=Receipt(RECEIPT),
        result_code="0",
        result_desc="ok",
        reason="second_receipt",
        paid_at_ms=NOW,
        paid_unverified_at_ms=NOW,
        queried_at_ms=NOW,
        check_count=3,
        evidence_seen=frozenset({"0" * 32, "f" * 32}),
        latest_evidence_id="f" * 32,
        delivery=Delivery(
            status=DeliveryStatus.DELIVERED,
            energy_wh=quote.energy_wh,
            sequence=2,
            credited_total_wh=Wh(41_411),
            queued_at_ms=NOW,
            delivered_at_ms=Millis(NOW + 1),
            balance_before_wh=-12,
            balance_after_wh=0,
        ),
    )
    prompted = move(created, Cause.ACKNOWLEDGED, now_ms=NOW)
    return move(prompted, Cause.PAYMENT_TOLD, now_ms=Millis(NOW + 1), source="callback e1")


def back(payment: Payment) -> Payment:
    return payment_from_json(TRANSACTION, through_rtdb(payment_to_json(payment)))


@pytest.mark.parametrize("status", sorted(Status))
def test_a_fresh_payment_comes_back_as_it_was(status: Status) -> None:
    assert back(a_payment(status)) == a_payment(status)


def test_a_full_payment_comes_back_as_it_was() -> None:
    assert back(full_payment()) == full_payment()


def test_a_longest_history_comes_back_in_its_order() -> None:
    steps = full_payment().history * 32
    assert back(a_payment(history=steps)).history == steps


def test_quote_lines_come_back_in_their_order() -> None:
    levies = tuple(Levy(name=f"levy {at}", cents_per_kwh=Cents(at)) for at in range(1, 17))
    quote = make_quote(
        a_tariff(levies=levies, vat_percent=16),
        amount_kes=Kes(500),
        month="2026-11",
        month_wh_before=Wh(0),
    )
    assert back(a_payment(quote=quote)).quote.lines == quote.lines


def test_a_stored_payment_shows_no_phone_but_the_masked_one() -> None:
    node = payment_to_json(full_payment())
    assert node["phone_number"] == "2547******01"


def test_absent_values_are_not_stored() -> None:
    def values(node: object) -> list[object]:
        if isinstance(node, dict):
            return [leaf for value in node.values() for leaf in values(value)]
        return [node]

    assert None not in values(payment_to_json(a_payment(Status.CREATED)))


def test_a_map_is_never_keyed_by_numbers_alone() -> None:
    def keys(node: object) -> list[str]:
        if not isinstance(node, dict):
            return []
        return [*node, *(key for value in node.values() for key in keys(value))]

    stored = payment_to_json(full_payment())
    stored.pop("evidence_seen")  # keyed by 32 hexadecimal digits, far beyond any list
    assert not [key for key in keys(stored) if key.isdecimal()]


REQUIRED = [
    *("user_id", "product", "amount", "phone_number", "channel", "status"),
    *("timestamp", "updated_at", "quote", "delivery"),
]


@pytest.mark.parametrize("name", REQUIRED)
def test_a_payment_without_a_required_field_is_unreadable_and_the_field_is_named(name: str) -> None:
    node = payment_to_json(full_payment())
    del node[name]
    with pytest.raises(UnreadableError, match=f"transactions/{TRANSACTION}/{name}"):
        payment_from_json(TRANSACTION, node)


def test_a_payment_for_neither_meter_nor_order_is_unreadable() -> None:
    node = payment_to_json(full_payment())
    del node["meter_id"]
    with pytest.raises(UnreadableError, match="for a meter or for an order"):
        payment_from_json(TRANSACTION, node)


DAMAGES: list[tuple[list[str], object, str]] = [
    (["amount"], "500", "amount"),
    (["amount"], 500.5, "amount"),
    (["amount"], True, "amount"),
    (["status"], "payed", "payed"),
    (["status"], 1, "status"),
    (["quote", "energy_wh"], 1.5, "quote/energy_wh"),
    (["quote", "lines", "l01", "kind"], "gift", "gift"),
    (["quote", "lines"], "all", "quote/lines"),
    (["delivery", "status"], "lost", "lost"),
    (["history", "h01", "cause"], "whim", "whim"),
    (["history", "h01", "at"], None, "history/h01/at"),
    (["history"], 5, "history"),
    (["check_count"], "3", "check_count"),
    (["next_check_at"], "soon", "next_check_at"),
    (["mpesa_receipt"], 12345678, "mpesa_receipt"),
    (["evidence_seen"], True, "evidence_seen"),
]


@pytest.mark.parametrize(("path", "value", "named"), DAMAGES, ids=str)
def test_a_damaged_payment_is_unreadable_and_the_damage_is_named(
    path: list[str], value: object, named: str
) -> None:
    node: Any = through_rtdb(payment_to_json(full_payment()))
    place = node
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(UnreadableError, match=named):
        payment_from_json(TRANSACTION, node)


@pytest.mark.parametrize("node", ["x", 5, True, [], [1, 2], {}, {"next_check_at": 5}], ids=repr)
def test_what_is_no_payment_at_all_is_unreadable(node: object) -> None:
    with pytest.raises(UnreadableError):
        payment_from_json(TRANSACTION, node)
