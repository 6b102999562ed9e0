"""Pull: what a short code took in over the last 48 hours."""

import json
from typing import Any

import pytest

from emulators.daraja.nairobi import dashed
from tests.unit.emulators.daraja.shop import Reply, Shop, request

REGISTER, QUERY = "/pulltransactions/v1/register", "/pulltransactions/v1/query"
HOUR_MS = 3_600_000


def register(shop: Shop, **changes: object) -> Reply:
    return shop.post(
        REGISTER,
        {
            "ShortCode": shop.paybill.short_code,
            "RequestType": "Pull",
            "NominatedNumber": "254700000009",
            "CallBackURL": "https://shop.example/pull",
        }
        | changes,
    )


def query(shop: Shop, changes: dict[str, object] | None = None, *, hours: int = 48) -> Reply:
    now_ms = shop.world.now_ms
    return shop.post(
        QUERY,
        {
            "ShortCode": shop.paybill.short_code,
            "StartDate": dashed(now_ms - hours * HOUR_MS),
            "EndDate": dashed(now_ms),
            "OffSetValue": "0",
        }
        | (changes or {}),
    )


def receipts(reply: Reply) -> list[str]:
    rows: list[list[dict[str, Any]]] = reply.body["Response"]
    return [row["transactionId"] for page in rows for row in page]


def test_registering_is_1000_and_again_1001(shop: Shop) -> None:
    assert [register(shop).body["Response Status"] for _ in range(2)] == ["1000", "1001"]


def test_a_query_needs_the_registration(shop: Shop) -> None:
    assert query(shop).status == 500


def test_rows_are_what_was_paid(shop: Shop) -> None:
    register(shop)
    receipt = shop.paid()
    [[row]] = query(shop).body["Response"]
    assert row == {
        "transactionId": receipt,
        "trxDate": "2026-11-21T08:00:00Z",
        "msisdn": 700000001,
        "sender": "MPESA",
        "transactiontype": "c2b-pay-bill-debit",
        "billreference": "MTR001",
        "amount": "500.00",
        "organizationname": "LIPAMITA",
    }


def test_a_query_may_be_a_get_with_a_body(shop: Shop) -> None:
    register(shop)
    body = {
        "ShortCode": shop.paybill.short_code,
        "StartDate": dashed(shop.world.now_ms - HOUR_MS),
        "EndDate": dashed(shop.world.now_ms),
    }
    asked = request("GET", QUERY, authorization=f"Bearer {shop.token}", body=json.dumps(body))
    assert shop.raw(asked).body["ResponseCode"] == "1001"


def test_nothing_is_1001(shop: Shop) -> None:
    register(shop)
    reply = query(shop)
    assert (reply.body["ResponseCode"], reply.body["Response"]) == ("1001", [])


def test_only_the_last_48_hours_however_much_is_asked(shop: Shop) -> None:
    register(shop)
    old = shop.paid()
    shop.advance(48 * HOUR_MS)
    shop.token = ""
    assert receipts(query(shop, hours=1_000)) == [old]
    shop.advance(1)
    assert receipts(query(shop, hours=1_000)) == []


def test_the_range_and_the_offset_count(shop: Shop) -> None:
    register(shop)
    first = shop.paid(100)
    shop.advance(10 * HOUR_MS)
    shop.token = ""
    second = shop.paid(200)
    assert receipts(query(shop, hours=1)) == [second]
    assert receipts(query(shop, {"OffSetValue": "0"})) == [first, second]
    assert receipts(query(shop, {"OffSetValue": 1})) == [second]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ShortCode", "111111"),
        ("StartDate", "20261121"),
        ("EndDate", "2026-11-21T11:00:00"),
        ("OffSetValue", "-1"),
    ],
)
def test_a_query_is_checked(shop: Shop, field: str, value: object) -> None:
    register(shop)
    assert query(shop, {field: value}).body["errorMessage"] == f"Bad Request - Invalid {field}"
