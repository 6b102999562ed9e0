"""GET /api/reviews, /api/suspense, /api/refunds: who reads them, and how their pages go on."""

from __future__ import annotations

from typing import Any

import pytest
from lipamita.adapters.payment_schema import payment_to_json
from lipamita.domain.ids import Receipt, TransactionId
from lipamita.domain.payment import Status
from lipamita.domain.suspense import SuspenseItem
from lipamita.domain.units import Kes, Millis
from lipamita.domain.verdict import Review

from tests.unit.lipamita.domain.samples import NOW, a_payment
from tests.unit.lipamita.entrypoints.deployment import AMINA, DEVICE, OPERATOR, App, said

QUEUES = ("reviews", "suspense", "refunds")
ONES = ("reviews/-Of2dAbcdEFGHijkl012", "suspense/UKL0DEMO03")


def key(number: int) -> TransactionId:
    return TransactionId(f"-Of2dAbcdEFGHijkl0{number:02}")


def asked(app: App, path: str, token: str | None = OPERATOR) -> Any:
    return app.get(f"/api/{path}", token)


def in_review(app: App, number: int, *, at_ms: int) -> None:
    payment = a_payment(Status.REVIEW, transaction_id=key(number), reason="amount_differs")
    app.database.write(f"transactions/{key(number)}", payment_to_json(payment))
    review = Review(
        reason="amount_differs",
        receipt=Receipt(f"UKL0DEMO{number:02}"),
        amount_kes=Kes(300),
        evidence_id=f"e{number}",
    )
    app.world.store.add_review(key(number), review, now_ms=Millis(at_ms))


@pytest.mark.parametrize("path", [*QUEUES, *ONES])
@pytest.mark.parametrize("token", [AMINA, DEVICE], ids=["tenant", "device"])
def test_only_staff_read_the_queues(app: App, path: str, token: str) -> None:
    response = asked(app, path, token)
    assert (response.status_code, said(response)["error"]["code"]) == (403, "staff_only")


@pytest.mark.parametrize("queue", QUEUES)
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=1", "from"),
        ("from=1795208400000-a.b", "from"),
        ("limit=0", "limit"),
        ("limit=26", "limit"),
        ("limit=x", "limit"),
        ("page=2", "page"),
    ],
)
def test_a_page_is_asked_for_as_it_is_described(
    app: App, queue: str, query: str, field: str
) -> None:
    response = asked(app, f"{queue}?{query}")
    assert (response.status_code, said(response)["error"]["field"]) == (400, field)


@pytest.mark.parametrize("queue", QUEUES)
def test_an_empty_queue_is_an_empty_page(app: App, queue: str) -> None:
    assert said(asked(app, queue)) == {queue: [], "next_from": None}


@pytest.mark.parametrize("queue", QUEUES)
def test_a_path_that_lacks_its_key_is_not_taken_for_the_list(app: App, queue: str) -> None:
    assert asked(app, f"{queue}/").status_code == 404


def test_pages_go_from_the_oldest_to_the_newest_whatever_the_keys(app: App) -> None:
    for number, at_ms in ((3, NOW - 9), (1, NOW - 5), (2, NOW - 5), (4, NOW - 7)):
        in_review(app, number, at_ms=at_ms)
    seen, path = [], "reviews?limit=1"
    for _ in range(4):
        page = said(asked(app, path))
        [row] = page["reviews"]
        seen.append(row["transaction_id"])
        path = f"reviews?limit=1&from={page['next_from']}"
    assert (seen, page["next_from"]) == ([key(3), key(4), key(1), key(2)], None)


def test_a_row_says_how_long_it_waits_and_what_was_told(app: App) -> None:
    in_review(app, 3, at_ms=NOW - 9)
    [row] = said(asked(app, "reviews"))["reviews"]
    assert (row["age_ms"], row["phone_number"]) == (9, "2547******01")
    assert row["told"] == [
        {
            "told_by": "callback",
            "at_ms": NOW - 9,
            "reason": "amount_differs",
            "receipt": "UKL0DEMO03",
            "amount_kes": 300,
            "claimed_by": None,
            "refund_id": None,
        }
    ]


def test_a_damaged_row_hides_no_other(app: App) -> None:
    for number in (1, 2):
        in_review(app, number, at_ms=NOW - number)
    app.database.write(f"transactions/{key(2)}/status", "no such status")
    app.database.write(f"reviews/{key(1)}/told/e1/amount", "no number")
    [row] = said(asked(app, "reviews"))["reviews"]
    assert (row["transaction_id"], row["payment_status"]) == (key(2), None)


def test_money_that_goes_back_does_not_wait_to_be_assigned(app: App) -> None:
    item = SuspenseItem(reason="r", amount_kes=Kes(5), account="X", received_at_ms=Millis(NOW))
    app.world.store.put_suspense("UKL0DEMO03", item)
    [row] = said(asked(app, "suspense"))["suspense"]
    assert (row["receipt"], row["allowed_decisions"]) == ("UKL0DEMO03", ["assign"])
    app.database.merge("suspense/UKL0DEMO03", {"refund_id": key(1), "status": "refunding"})
    row = said(asked(app, "suspense/UKL0DEMO03"))
    assert (row["waiting_since_ms"], row["allowed_decisions"]) == (None, [])
