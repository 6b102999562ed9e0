from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.ids import TransactionId
from lipamita.domain.payment import Status

from tests.unit.lipamita.domain.samples import RECEIPT, TRANSACTION, a_payment
from tests.unit.lipamita.entrypoints.deployment import AMINA, BRIAN, DEVICE, OPERATOR, App, said

MINE = "/api/transactions/tenant-amina"
METERS = "/api/transactions/meter/MTR-001"
OLDER = TransactionId("-Of2ZAbcdEFGHijkl012")


@pytest.fixture
def paid(app: App) -> App:
    """One payment is live, an older one has left for the record."""
    app.world.store.create_payment(a_payment(Status.PROMPTED))
    old = replace(a_payment(Status.FAILED, mpesa_receipt=RECEIPT), transaction_id=OLDER)
    app.record.payments[OLDER] = old
    return app


@pytest.mark.parametrize("path", [MINE, METERS])
@pytest.mark.parametrize("token", [AMINA, OPERATOR], ids=["owner", "operator"])
def test_a_history_shows_live_and_recorded_payments(paid: App, path: str, token: str) -> None:
    answer = paid.get(path, token)
    told = said(answer)
    assert answer.status_code == 200
    assert [row["transaction_id"] for row in told["payments"]] == [TRANSACTION, OLDER]
    assert told["next_before"] is None
    assert told["payments"][0]["phone_number"] == "2547******01"


def test_pages_are_asked_for_with_before_and_limit(paid: App) -> None:
    first = said(paid.get(f"{MINE}?limit=1"))
    assert [row["transaction_id"] for row in first["payments"]] == [TRANSACTION]
    second = said(paid.get(f"{MINE}?limit=1&before={first['next_before']}"))
    assert [row["transaction_id"] for row in second["payments"]] == [OLDER]
    assert second["next_before"] is None


@pytest.mark.parametrize("path", [MINE, METERS])
@pytest.mark.parametrize("token", [BRIAN, DEVICE], ids=["stranger", "device"])
def test_a_history_is_not_shown_to_others(paid: App, path: str, token: str) -> None:
    assert paid.get(path, token).status_code == 403


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=51", "limit"),
        ("limit=1e1", "limit"),
        ("limit=%D9%A1", "limit"),
        ("limit=", "limit"),
        ("before=x", "before"),
    ],
)
def test_a_bad_page_is_named(paid: App, query: str, field: str) -> None:
    answer = paid.get(f"{MINE}?{query}")
    assert (answer.status_code, said(answer)["error"]["field"]) == (400, field)


@pytest.mark.parametrize("path", ["/api/transactions", "/api/transactions/meter/a/b"])
def test_other_paths_name_nothing(paid: App, path: str) -> None:
    assert paid.get(path).status_code == 404


def test_a_user_id_that_cannot_be_one_is_refused(paid: App) -> None:
    for user_id in ("a.b", "a&b", "a%22", "a+b", "x" * 129):
        assert paid.get(f"/api/transactions/{user_id}", OPERATOR).status_code == 400, user_id


def test_a_payment_that_left_for_the_record_is_still_shown(paid: App) -> None:
    told = said(paid.get(f"/api/payments/{OLDER}"))
    assert (told["status"], told["mpesa_receipt"]) == ("failed", RECEIPT)
    assert paid.get(f"/api/payments/{OLDER}", BRIAN).status_code == 404
