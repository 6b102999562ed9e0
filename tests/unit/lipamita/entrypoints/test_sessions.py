"""Who may come in: staff whose session stands, tenants from our own app where that is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.adapters.app_check import HEADER
from lipamita.domain.errors import UnauthenticatedError
from lipamita.domain.ids import Uid
from lipamita.domain.meter import Role
from lipamita.domain.units import Millis
from lipamita.entrypoints import wiring

from tests.unit.lipamita.adapters.id_tokens import id_token
from tests.unit.lipamita.entrypoints.deployment import AMINA, DEVICE, OPERATOR, App, said

GRACE = Uid("operator-grace")
PATH = "/api/meters/MTR-001"
GOOD_APP = "good-app-token"


def test_a_revoked_session_of_staff_is_refused_and_a_new_one_is_taken(app: App) -> None:
    app.accounts.now_ms = lambda: Millis(2_000_000)
    app.accounts.revoke_sessions(GRACE)
    before = app.get(PATH, OPERATOR)
    assert (before.status_code, said(before)["error"]["code"]) == (401, "revoked_token")
    assert before.headers["WWW-Authenticate"] == "Bearer"
    assert app.get(PATH, id_token(GRACE, role="operator", iat=2_000)).status_code == 200


def test_a_role_that_was_taken_away_is_refused_at_once(app: App) -> None:
    app.accounts.set_role(GRACE, None)
    assert said(app.get(PATH, OPERATOR))["error"]["code"] == "revoked_token"


def test_a_tenant_is_not_looked_up(app: App) -> None:
    app.accounts.reachable = False
    assert app.get(PATH, AMINA).status_code == 200
    assert app.get(PATH, OPERATOR).status_code == 503


def test_a_role_without_an_account_is_nobody(app: App) -> None:
    app.accounts.missing.add(GRACE)
    assert app.get(PATH, OPERATOR).status_code == 401


def verify(token: str | None) -> None:
    """Stands for App Check: one token is good."""
    if token is None:
        raise UnauthenticatedError("missing_app_check", f"header {HEADER} must carry a token")
    if token != GOOD_APP:
        raise UnauthenticatedError("invalid_app_check", "the App Check token is not valid")


@pytest.fixture
def attested(app: App, monkeypatch: pytest.MonkeyPatch) -> App:
    serving = replace(wiring.deployment(), verify_app=verify)
    monkeypatch.setattr(wiring, "_DEPLOYMENTS", [serving])
    return app


@pytest.mark.parametrize(
    ("headers", "code"),
    [({}, "missing_app_check"), ({HEADER: "another"}, "invalid_app_check")],
)
def test_with_app_check_a_tenant_comes_from_our_app(
    attested: App, headers: dict[str, str], code: str
) -> None:
    answer = attested.get(PATH, AMINA, headers=headers)
    assert (answer.status_code, said(answer)["error"]["code"]) == (401, code)
    assert attested.get(PATH, AMINA, headers={HEADER: GOOD_APP}).status_code == 200


@pytest.mark.parametrize("token", [OPERATOR, DEVICE], ids=["staff", "device"])
def test_staffs_tools_and_devices_are_held_by_their_accounts(attested: App, token: str) -> None:
    assert attested.get(PATH, token).status_code == 200


def test_a_profile_is_made_at_the_first_sign_in(app: App) -> None:
    token = id_token("new-here", phone_number="+254712345678", email="new@tenants.example")
    answers = [
        app.get(
            "/api/users/me",
            token,
            method="POST",
            body={"name": "New Here"},
            content_type="application/json",
            headers={"Accept-Language": "sw"},
        )
        for _ in range(2)
    ]
    first, second = (said(answer) for answer in answers)
    assert (first["created"], second["created"]) == (True, False)
    assert first["phone_number"] == "2547******78"
    stored = app.database.read("users/new-here")
    assert (stored["phone_number"], stored["language"]) == ("254712345678", "sw")


def test_a_role_given_by_an_admin_is_listed(app: App) -> None:
    hope = id_token("admin-hope", role=Role.ADMIN.value)
    body = {"who": "tenant-brian", "role": "operator", "why": "new here"}
    named = {"method": "POST", "body": body, "content_type": "application/json"}
    assert said(app.get("/api/staff", OPERATOR, **named))["error"]["code"] == "admin_only"
    assert said(app.get("/api/staff", hope, **named))["previous_role"] == "none"
    rows = said(app.get("/api/staff", hope))["staff"]
    assert [(row["uid"], row["role"], row["given_by"]) for row in rows] == [
        ("tenant-brian", "operator", "admin-hope")
    ]
