"""GET /api: who may see what, and nothing else."""

from __future__ import annotations

import json

import pytest
from lipamita.domain.payment import Delivery, DeliveryStatus, Status
from lipamita.domain.units import Wh

from tests.unit.lipamita.adapters.id_tokens import id_token
from tests.unit.lipamita.domain.samples import (
    CHECKOUT,
    NOW,
    PROMPT,
    RECEIPT,
    TRANSACTION,
    a_payment,
)
from tests.unit.lipamita.entrypoints.deployment import AMINA, BRIAN, DEVICE, OPERATOR, App, said

PAYMENT = f"/api/payments/{TRANSACTION}"
OTHER_DEVICE = id_token("device-mtr-002", role="meter", meter_id="MTR-002")


@pytest.fixture
def paid(app: App) -> App:
    delivery = Delivery(
        status=DeliveryStatus.DELIVERED,
        energy_wh=Wh(20_000),
        sequence=1,
        credited_total_wh=Wh(20_000),
        queued_at_ms=NOW,
        delivered_at_ms=NOW,
        balance_before_wh=2_500,
        balance_after_wh=22_500,
    )
    app.world.store.create_payment(
        a_payment(
            Status.PAID,
            mpesa_receipt=RECEIPT,
            result_code="0",
            paid_at_ms=NOW,
            delivery=delivery,
            latest_evidence_id="e" * 32,
            evidence_seen=frozenset({"e" * 32}),
        )
    )
    app.world.store.record_prompt(TRANSACTION, PROMPT)
    return app


@pytest.mark.parametrize("token", [AMINA, OPERATOR, DEVICE], ids=["owner", "operator", "device"])
def test_a_meter_is_shown_to_its_owner_its_device_and_staff(app: App, token: str) -> None:
    assert said(app.get("/api/meters/MTR-001", token))["current_balance_wh"] == 2_500


@pytest.mark.parametrize(
    ("meter_id", "token"),
    [("MTR-001", BRIAN), ("MTR-002", AMINA), ("MTR-003", AMINA), ("MTR-001", OTHER_DEVICE)],
)
def test_a_meter_is_shown_to_nobody_else(app: App, meter_id: str, token: str) -> None:
    response = app.get(f"/api/meters/{meter_id}", token)
    assert (response.status_code, said(response)["error"]["code"]) == (403, "not_your_meter")


def test_a_replaced_device_sees_its_meter_no_more(app: App) -> None:
    app.database.write("meters/MTR-001/device_uid", "device-new")
    assert app.get("/api/meters/MTR-001", DEVICE).status_code == 403


def test_a_meter_that_does_not_exist_is_unknown(app: App) -> None:
    assert app.get("/api/meters/MTR-999").status_code == 404


def test_a_meter_id_of_a_wrong_shape_is_refused(app: App) -> None:
    response = app.get("/api/meters/mtr-001")
    assert (response.status_code, said(response)["error"]["field"]) == (400, "meter_id")


@pytest.mark.parametrize("token", [AMINA, OPERATOR], ids=["payer", "operator"])
def test_a_payment_is_shown_to_its_payer_and_staff(paid: App, token: str) -> None:
    node = said(paid.get(PAYMENT, token))
    assert (node["status"], node["mpesa_receipt"], node["meter_name"]) == (
        "paid",
        RECEIPT,
        "House A1",
    )
    assert (node["delivery"]["balance_before_wh"], node["delivery"]["balance_after_wh"]) == (
        2_500,
        22_500,
    )


def test_a_payment_is_shown_to_the_meters_owner_too(paid: App) -> None:
    paid.database.write("meters/MTR-001/owner_uid", "tenant-brian")
    assert paid.get(PAYMENT, BRIAN).status_code == 200


@pytest.mark.parametrize("token", [BRIAN, DEVICE], ids=["another", "device"])
def test_somebody_elses_payment_looks_like_one_that_does_not_exist(paid: App, token: str) -> None:
    theirs = paid.get(PAYMENT, token)
    unknown = paid.get(f"/api/payments/{TRANSACTION[:-1]}z", token)
    assert (theirs.status_code, unknown.status_code) == (404, 404)
    assert theirs.get_data(as_text=True).replace(TRANSACTION, "") == unknown.get_data(
        as_text=True
    ).replace(f"{TRANSACTION[:-1]}z", "")


def test_a_payment_shows_neither_the_whole_phone_nor_darajas_request_ids(paid: App) -> None:
    shown = paid.get(PAYMENT, OPERATOR).get_data(as_text=True)
    assert "2547******01" in shown
    assert not [secret for secret in (CHECKOUT, "29115-1", "e" * 32) if secret in shown]


def test_looking_at_an_open_payment_settles_what_was_told(app: App) -> None:
    app.world.store.create_payment(a_payment())
    told = {"CheckoutRequestID": "ws_CO_1", "ResultCode": 1032, "ResultDesc": "cancelled"}
    app.callback_of(TRANSACTION, {"Body": {"stkCallback": told}})
    node = said(app.get(PAYMENT))
    assert (node["status"], node["result_code"]) == ("failed", "1032")


@pytest.mark.parametrize("path", ["/api/meters/MTR-001", PAYMENT])
def test_only_get_is_allowed(app: App, path: str) -> None:
    response = app.get(path, method="POST")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET")


@pytest.mark.parametrize("path", ["/api/meters/MTR-001", PAYMENT])
@pytest.mark.parametrize("token", [None, "garbled", id_token(exp=1)], ids=["no", "bad", "expired"])
def test_without_a_good_token_nothing_is_shown(app: App, path: str, token: str | None) -> None:
    assert app.get(path, token).status_code == 401


@pytest.mark.parametrize(
    "path",
    ["/api", "/api/", "/api/meters/MTR-001/x", "/api/payments", "/", "/api/users/x"],
)
def test_an_address_that_names_nothing_finds_nothing(app: App, path: str) -> None:
    response = app.get(path)
    assert (response.status_code, said(response)["error"]["code"]) == (404, "unknown_path")


def test_the_emulators_health_question_is_answered_without_a_token(app: App) -> None:
    assert json.loads(app.get("/__/health", None).get_data()) == {"status": "ok"}
