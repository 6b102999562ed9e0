"""What a body names comes into paths and the audit's target only when it can do no harm."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.lipamita.entrypoints.deployment import ADMIN, OPERATOR, App, said

HARMFUL = ["\ud800", "a/b", "a\nb", "\x00", "x" * 255]


def post(app: App, path: str, body: object, token: str = OPERATOR) -> tuple[int, str]:
    answer: Any = app.get(
        path, token, method="POST", body=body, content_type="application/json", key="key-1"
    )
    return answer.status_code, said(answer)["error"]["code"]


@pytest.mark.parametrize("named", HARMFUL, ids=range(len(HARMFUL)))
def test_a_name_that_cannot_be_one_is_refused_and_not_the_audits_target(
    app: App, named: str
) -> None:
    body = {"meter_id": named, "direction": "credit", "energy_wh": 1, "why": "x"}
    assert post(app, "/api/adjustments", body)[0] == 400
    assert {record.entry.target for record in app.audit.records} == {"meters/?"}


def test_whom_a_role_is_for_is_the_audits_target(app: App) -> None:
    body = {"who": "nobody+1@tenants.example", "role": "operator", "why": "x"}
    assert post(app, "/api/staff", body, ADMIN) == (404, "unknown_account")
    assert {r.entry.target for r in app.audit.records} == {"staff/nobody+1@tenants.example"}


@pytest.mark.parametrize("uid", ["x?y", "%2F", "tenant-amina%2Fname", "a b", "x%", "\ud800"])
def test_an_owner_or_device_that_would_name_another_place_is_refused(app: App, uid: str) -> None:
    app.database.write("users", {"tenant-amina": {"name": "Amina"}})
    before = app.database.read()
    move, device = {"owner_uid": uid, "why": "x"}, {"device_uid": uid, "why": "x"}
    assert post(app, "/api/meters/MTR-002/move", move) == (400, "invalid_owner_uid")
    assert post(app, "/api/meters/MTR-003/device", device) == (400, "invalid_device_uid")
    assert app.database.read() == before
