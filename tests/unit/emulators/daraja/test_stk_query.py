"""Queries: every shape a payment in flight was seen in, and the final ones."""

from typing import Any

import pytest

from emulators.daraja.payer import cancel, enter_pin, ignore
from tests.unit.emulators.daraja.shop import PAYER, QUERY, Reply, Shop


def brief(reply: Reply) -> tuple[int, str, str]:
    body: dict[str, Any] = reply.body
    if "fault" in body:
        return reply.status, "fault", body["fault"]["detail"]["errorcode"]
    if "errorCode" in body:
        return reply.status, body["errorCode"], body["errorMessage"]
    return reply.status, body["ResultCode"], body["ResultDesc"]


IN_FLIGHT = (200, "4999", "The transaction is still under processing")


def test_an_open_prompt_is_4999(shop: Shop) -> None:
    assert brief(shop.query(shop.pushed())) == IN_FLIGHT


def test_a_paid_one_is_text_zero_without_receipt_or_amount(shop: Shop) -> None:
    checkout_request_id = shop.pushed()
    enter_pin(shop.world, PAYER, "1234")
    body = shop.query(checkout_request_id).body
    assert body["ResultCode"] == "0"
    assert body["ResponseCode"] == "0"
    assert set(body) == {
        "ResponseCode",
        "ResponseDescription",
        "MerchantRequestID",
        "CheckoutRequestID",
        "ResultCode",
        "ResultDesc",
    }


def test_the_prose_of_1037_differs_from_the_callback(shop: Shop) -> None:
    checkout_request_id = shop.pushed()
    ignore(shop.world, PAYER)
    assert shop.callback()["ResultDesc"] == "No response from user."
    assert brief(shop.query(checkout_request_id)) == (
        200,
        "1037",
        "DS timeout user cannot be reached.",
    )


def test_an_unknown_id_does_not_exist(shop: Shop) -> None:
    wanted = (500, "500.001.1001", "The transaction does not Exist")
    assert brief(shop.query("ws_CO_000")) == wanted


def test_another_merchants_push_does_not_exist(shop: Shop) -> None:
    checkout_request_id = shop.pushed()
    till = shop.world.identity.till
    body = {**shop.signed(till), "CheckoutRequestID": checkout_request_id}
    assert brief(shop.post(QUERY, body))[2] == "The transaction does not Exist"


@pytest.mark.parametrize(
    ("shape", "seen"),
    [
        ("4999", IN_FLIGHT),
        ("empty_200", (200, "500.001.1001", "")),
        ("being_processed", (500, "500.001.1001", "The transaction is being processed")),
        ("early_400", (400, "400.002.02", "Bad Request - Invalid CheckoutRequestID")),
        ("not_exist", (500, "500.001.1001", "The transaction does not Exist")),
        ("error_500", (500, "500.001.1001", "")),
        ("spike_arrest", (429, "fault", "policies.ratelimit.SpikeArrestViolation")),
        ("paid", (200, "0", "The service request is processed successfully.")),
    ],
)
def test_a_scenario_names_the_shape_of_the_first_polls(
    shop: Shop, shape: str, seen: tuple[int, str, str]
) -> None:
    shop.scenario({"kind": "query_shape", "shape": shape, "polls": 2})
    checkout_request_id = shop.pushed()
    cancel(shop.world, PAYER)
    answers = [brief(shop.query(checkout_request_id)) for _ in range(3)]
    assert answers == [seen, seen, (200, "1032", "Request Cancelled by user.")]


def test_shapes_follow_one_another(shop: Shop) -> None:
    shop.scenario(
        {"kind": "query_shape", "shape": "early_400"},
        {"kind": "query_shape", "shape": "empty_200"},
    )
    checkout_request_id = shop.pushed()
    codes = [brief(shop.query(checkout_request_id))[1] for _ in range(3)]
    assert codes == ["400.002.02", "500.001.1001", "4999"]


def test_html_and_a_dropped_connection_are_possible(shop: Shop) -> None:
    shop.scenario({"kind": "query_shape", "shape": "waf"}, {"kind": "query_shape", "shape": "drop"})
    checkout_request_id = shop.pushed()
    page = shop.query(checkout_request_id)
    assert page.answer.content_type == "text/html"
    assert page.status == 503
    assert shop.query(checkout_request_id).answer.drop


def test_a_contradiction_begins_with_the_result(shop: Shop) -> None:
    shop.scenario({"kind": "query_contradiction", "code": "1032"})
    checkout_request_id = shop.pushed()
    assert brief(shop.query(checkout_request_id)) == IN_FLIGHT
    enter_pin(shop.world, PAYER, "1234")
    assert shop.callback()["ResultCode"] == 0
    assert brief(shop.query(checkout_request_id))[1] == "1032"


def test_a_dead_query_lives_again(shop: Shop) -> None:
    shop.scenario({"kind": "query_dead", "for_ms": 3_500_000})
    checkout_request_id = shop.pushed()
    enter_pin(shop.world, PAYER, "1234")
    shop.advance(3_499_999)
    assert shop.query(checkout_request_id).status == 500
    shop.advance(1)
    assert brief(shop.query(checkout_request_id))[1] == "0"


def test_five_queries_a_minute_when_switched_so(shop: Shop) -> None:
    shop.world.switches = type(shop.world.switches)(query_limit_per_minute=5)
    checkout_request_id = shop.pushed()
    statuses = [shop.query(checkout_request_id).status for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    shop.advance(60_000)
    assert shop.query(checkout_request_id).status == 200


def test_random_errors_when_switched_so(shop: Shop) -> None:
    shop.world.switches = type(shop.world.switches)(query_random_500_percent=50)
    checkout_request_id = shop.pushed()
    statuses = {shop.query(checkout_request_id).status for _ in range(40)}
    assert statuses == {200, 500}
