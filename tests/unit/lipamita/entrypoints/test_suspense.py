"""POST /api/suspense/{receipt}/assign: what an operator may say, and how it is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.lipamita.entrypoints.deployment import AMINA, DEVICE, OPERATOR, App, said

RECEIPT = "UKL0DEMO03"
GOOD = {"meter_id": "MTR-001", "why": "the tenant showed the message"}


def assign(
    app: App, body: object = GOOD, token: str | None = OPERATOR, receipt: str = RECEIPT
) -> Any:
    return app.get(
        f"/api/suspense/{receipt}/assign",
        token,
        method="POST",
        body=body,
        content_type="application/json",
    )


@pytest.mark.parametrize(
    "why",
    [None, "", "  ", "x" * 301, 5, True, 1.5, [], {}, "half a pair \ud800"],
    ids=lambda value: ascii(value)[:16],
)
def test_a_decision_needs_a_reason_that_can_be_kept(app: App, why: object) -> None:
    before = app.database.read()
    response = assign(app, {**GOOD, "why": why})
    assert (response.status_code, said(response)["error"]["field"]) == (400, "why")
    assert app.database.read() == before


@pytest.mark.parametrize(
    ("meter_id", "receipt", "field"),
    [("mtr-001", RECEIPT, "meter_id"), ("MTR-001", "short", "receipt"), (5, RECEIPT, "meter_id")],
)
def test_what_a_decision_names_must_have_its_shape(
    app: App, meter_id: object, receipt: str, field: str
) -> None:
    response = assign(app, {**GOOD, "meter_id": meter_id}, receipt=receipt)
    assert (response.status_code, said(response)["error"]["field"]) == (400, field)


@pytest.mark.parametrize("token", [AMINA, DEVICE], ids=["tenant", "device"])
def test_only_staff_may_decide(app: App, token: str) -> None:
    assert said(assign(app, token=token))["error"]["code"] == "staff_only"


def test_what_is_not_in_suspense_cannot_be_assigned(app: App) -> None:
    response = assign(app)
    assert (response.status_code, said(response)["error"]["code"]) == (404, "unknown_receipt")
