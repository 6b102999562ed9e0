"""Scenarios: each fault does what it says to the payment it was meant for, and to no other."""

import json
from typing import Any

import pytest

from emulators.daraja.checked import BadInputError
from emulators.daraja.faults import FAULTS
from emulators.daraja.gateway import Request
from emulators.daraja.payer import enter_pin
from tests.unit.emulators.daraja.shop import PAYER, PUSH, Shop, request


def pay(shop: Shop, **changes: object) -> str:
    checkout_request_id = shop.pushed(**changes)
    enter_pin(shop.world, PAYER, "1234")
    return checkout_request_id


def codes(shop: Shop) -> list[Any]:
    return [
        json.loads(delivery.notice.text)["Body"]["stkCallback"]["ResultCode"]
        for delivery in shop.sent()
    ]


def item(shop: Shop, name: str) -> list[Any]:
    """The values of the items of that name in the one callback sent."""
    metadata = shop.callback()["CallbackMetadata"]["Item"]
    return [found.get("Value", "no value") for found in metadata if found["Name"] == name]


def test_no_callback_at_all(shop: Shop) -> None:
    shop.scenario({"kind": "callback_none"})
    pay(shop)
    shop.advance(86_400_000)
    assert shop.sent() == []
    assert len(shop.world.book.rows()) == 1


def test_a_late_callback(shop: Shop) -> None:
    shop.scenario({"kind": "callback_late", "delay_ms": 90_000})
    pay(shop)
    shop.advance(89_999)
    assert shop.sent() == []
    shop.advance(1)
    assert codes(shop) == [0]


def test_copies(shop: Shop) -> None:
    shop.scenario({"kind": "callback_copies", "copies": 20})
    pay(shop)
    assert codes(shop) == [0] * 20


def test_a_failure_before_the_truth(shop: Shop) -> None:
    shop.scenario({"kind": "callback_after_failure", "code": "1037", "gap_ms": 5_000})
    pay(shop)
    assert codes(shop) == [1037]
    shop.advance(5_000)
    assert codes(shop) == [0]


def test_a_failure_after_the_truth(shop: Shop) -> None:
    shop.scenario({"kind": "callback_then_failure", "code": "1032", "gap_ms": 5_000})
    pay(shop)
    shop.advance(5_000)
    assert codes(shop) == [0, 1032]


@pytest.mark.parametrize("value", [1, 100.5, "500", 0, -1, None, True, {"x": 1}])
def test_any_amount(shop: Shop, value: object) -> None:
    shop.scenario({"kind": "callback_amount", "value": value})
    pay(shop)
    assert item(shop, "Amount") == [value]
    assert shop.world.book.rows()[0].amount == 500


def test_no_amount(shop: Shop) -> None:
    shop.scenario({"kind": "callback_amount", "missing": True})
    pay(shop)
    assert item(shop, "Amount") == []


@pytest.mark.parametrize("value", ["0", "SFC_IC0003", "", None, True, 0.0, 9999])
def test_any_result_code(shop: Shop, value: object) -> None:
    shop.scenario({"kind": "callback_code", "value": value})
    pay(shop)
    [told] = codes(shop)
    assert told == value
    assert type(told) is type(value)


def test_no_result_code(shop: Shop) -> None:
    shop.scenario({"kind": "callback_code", "missing": True})
    pay(shop)
    assert "ResultCode" not in shop.callback()


@pytest.mark.parametrize(
    ("shape", "values"),
    [
        ("plain", [254700000001]),
        ("masked", ["254700***001"]),
        ("text", ["254700000001"]),
        ("missing", []),
    ],
)
def test_the_phone_in_every_shape(shop: Shop, shape: str, values: list[object]) -> None:
    shop.scenario({"kind": "callback_phone", "shape": shape})
    pay(shop)
    assert item(shop, "PhoneNumber") == values


@pytest.mark.parametrize(
    ("shape", "values"),
    [
        ("absent", []),
        ("no_value", ["no value"]),
        ("number", [500.0]),
        ("text", ["{Amount={CurrencyCode=KES, MinimumAmount=50000, BasicAmount=500.00}}"]),
    ],
)
def test_the_balance_item_in_every_shape(shop: Shop, shape: str, values: list[object]) -> None:
    shop.scenario({"kind": "callback_balance", "shape": shape})
    pay(shop)
    assert item(shop, "Balance") == values


def test_the_network_can_end_a_push_with_any_code(shop: Shop) -> None:
    shop.scenario({"kind": "outcome", "code": "26", "after_ms": 100})
    shop.pushed()
    shop.advance(100)
    assert codes(shop) == [26]


def test_a_scenario_can_play_the_payer(shop: Shop) -> None:
    shop.scenario({"kind": "outcome", "act": "cancel"})
    shop.pushed()
    assert codes(shop) == [1032]


def test_before_response_waits_for_the_callback_of_this_push(shop: Shop) -> None:
    shop.scenario({"kind": "callback_before_response"})
    reply = shop.push()
    assert reply.answer.then_first
    assert reply.answer.awaits == reply.body["CheckoutRequestID"]
    assert codes(shop) == [0]


@pytest.mark.parametrize(
    ("fault", "status", "told"),
    [
        ({"kind": "spike_arrest"}, 429, "SpikeArrestViolation"),
        ({"kind": "gateway_fault"}, 401, "no apiproduct match found"),
        ({"kind": "waf", "status": 403}, 403, "Incapsula"),
        ({"kind": "error", "status": 200}, 200, "500.001.1001"),
        ({"kind": "error", "message": "System is busy"}, 500, "System is busy"),
        ({"kind": "response_code", "code": "1"}, 200, '"ResponseCode":"1"'),
        ({"kind": "token_expired"}, 404, "404.001.03"),
    ],
)
def test_a_refusal_is_spent_on_the_call_it_refuses(
    shop: Shop, fault: dict[str, object], status: int, told: str
) -> None:
    shop.login()
    shop.scenario(fault)
    refused = shop.push()
    assert refused.status == status
    assert told in refused.answer.text
    assert not shop.world.pushes
    shop.login()
    assert shop.push().status == 200


def test_dropping_is_marked_and_the_push_stands(shop: Shop) -> None:
    shop.scenario({"kind": "drop"})
    assert shop.push().answer.drop
    assert len(shop.world.pushes) == 1


def test_dropping_unprocessed_leaves_nothing(shop: Shop) -> None:
    shop.scenario({"kind": "drop_unprocessed"})
    shop.login()
    assert shop.raw(_push_request(shop)).answer.drop
    assert not shop.world.pushes


def test_a_scenario_waits_for_its_phone_and_reference(shop: Shop) -> None:
    shop.scenario({"kind": "callback_none"}, phone="254700000002", account_reference="MTR002")
    pay(shop)
    assert codes(shop) == [0]
    shop.pushed(PhoneNumber="254700000002", AccountReference="MTR002")
    enter_pin(shop.world, "254700000002", "1234")
    assert shop.sent() == []


def test_a_refused_request_does_not_spend_a_scenario_meant_for_an_accepted_one(shop: Shop) -> None:
    shop.scenario({"kind": "callback_none"})
    assert shop.push(Amount=0).status == 400
    pay(shop)
    assert shop.sent() == []


def test_times_counts_uses(shop: Shop) -> None:
    shop.world.scenarios.add(
        {"match": {"next": True}, "faults": [{"kind": "callback_none"}], "times": 2}, 0
    )
    for _ in range(3):
        pay(shop)
        shop.advance(1_000)
    assert codes(shop) == [0]


def test_the_token_call_can_fail_too(shop: Shop) -> None:
    shop.scenario({"kind": "error", "status": 503, "message": "later"}, api="oauth")
    with pytest.raises(KeyError):
        shop.login()
    assert shop.login()


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "outcome"},
        {"kind": "outcome", "act": "pay", "code": "0"},
        {"kind": "outcome", "act": "fly"},
        {"kind": "callback_copies", "copies": 1},
        {"kind": "callback_copies", "copies": True},
        {"kind": "query_shape", "shape": "odd"},
        {"kind": "waf", "status": 200},
        {"kind": "drop", "extra": 1},
        "drop",
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(shop: Shop, given: object) -> None:
    with pytest.raises(BadInputError):
        shop.world.scenarios.add({"match": {"next": True}, "faults": [given]}, 0)
    assert shop.world.scenarios.waiting() == []


def test_every_fault_is_documented() -> None:
    assert all(fault.about for fault in FAULTS.values())


def _push_request(shop: Shop) -> Request:
    return request(
        "POST", PUSH, authorization=f"Bearer {shop.token}", body=json.dumps(shop.push_body())
    )
