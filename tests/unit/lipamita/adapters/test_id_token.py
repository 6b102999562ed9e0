"""Who is asking: a good ID token, or a refusal that says which kind of wrong."""

from __future__ import annotations

import pytest
from firebase_admin import App, auth
from lipamita.adapters.admin_app import admin_app
from lipamita.adapters.id_token import CLOCK_SKEW_S, MAX_TOKEN_LENGTH, session_of
from lipamita.domain.errors import BusyError, UnauthenticatedError
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.units import Millis

from tests.unit.lipamita.adapters.id_tokens import id_token, part
from tests.unit.lipamita.domain.samples import NOW

NOW_S = NOW // 1_000


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> App:
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:9099")
    return admin_app(project_id="demo-lipamita", database_url="http://127.0.0.1:9/?ns=identities")


def read(token: str, app: App) -> Caller:
    return session_of(f"Bearer {token}", app, now_ms=NOW).caller


def refusal(header: str | None, app: App) -> str:
    with pytest.raises(UnauthenticatedError) as refused:
        session_of(header, app, now_ms=NOW)
    return refused.value.code


@pytest.mark.parametrize(
    ("more", "role"),
    [({}, Role.TENANT), ({"role": "operator"}, Role.OPERATOR), ({"role": "admin"}, Role.ADMIN)],
)
def test_a_person_has_the_role_of_the_claim(app: App, more: dict[str, object], role: Role) -> None:
    assert read(id_token("u1", **more), app) == Caller(uid=Uid("u1"), role=role)


def test_a_device_is_known_with_its_meter(app: App) -> None:
    token = id_token("device-mtr-001", role="meter", meter_id="MTR-001")
    assert read(token, app) == Caller(
        uid=Uid("device-mtr-001"), role=Role.METER, meter_id=MeterId("MTR-001")
    )


@pytest.mark.parametrize(
    ("more", "kept"),
    [({}, None), ({"email_verified": False}, None), ({"email_verified": True}, "a@b.example")],
)
def test_only_a_verified_address_is_the_sessions(
    app: App, more: dict[str, object], kept: str | None
) -> None:
    token = id_token("u1", email="a@b.example", **more)
    assert session_of(f"Bearer {token}", app, now_ms=NOW).email == kept


def test_a_meter_id_makes_no_device_of_a_tenant(app: App) -> None:
    assert read(id_token("u1", meter_id="MTR-001"), app).meter_id is None


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic abc", "token abc"])
def test_without_a_bearer_token_nobody_is_asking(app: App, header: str | None) -> None:
    assert refusal(header, app) == "missing_token"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "abc",
        "..",
        "a.b.c",
        "é.é.é",
        f"{part({'alg': 'none'})}.{part([])}.",
        f"{part({'alg': 'none'})}.{part('x')}.",
        f"{part([])}.{part({})}.",
        "x" * MAX_TOKEN_LENGTH,
        id_token("u1", aud="another-project"),
        id_token("u1", iss="https://securetoken.google.com/another-project"),
        id_token(""),
        id_token("x" * 129),
        id_token("a/b"),
        id_token("amina@tenants.example"),
        id_token("a\n"),
        id_token("u1", sub=5),
        id_token("u1", role="king"),
        id_token("u1", role=""),
        id_token("u1", role=None),
        id_token("u1", role=["operator"]),
        id_token("u1", role={"operator": True}),
        id_token("u1", role=1),
        id_token("u1", role="meter"),
        id_token("u1", role="meter", meter_id="../MTR"),
        id_token("u1", role="meter", meter_id=5),
    ],
    ids=range(26),
)
def test_a_token_that_is_not_good_is_invalid(app: App, token: str) -> None:
    assert refusal(f"Bearer {token}", app) == "invalid_token"


@pytest.mark.parametrize("expires_s", [NOW_S - CLOCK_SKEW_S - 1, 0, 1.5, "soon", None])
def test_a_token_whose_time_is_over_or_unknown_has_expired(app: App, expires_s: object) -> None:
    assert refusal(f"Bearer {id_token('u1', exp=expires_s)}", app) in (
        "expired_token",
        "invalid_token",
    )


def test_clocks_may_differ_a_little(app: App) -> None:
    token = id_token("u1", exp=NOW_S - CLOCK_SKEW_S)
    assert session_of(f"Bearer {token}", app, now_ms=Millis(NOW_S * 1_000)).caller.uid == "u1"


def test_without_googles_certificates_the_token_is_not_blamed(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_certificates(*_: object, **__: object) -> None:
        raise auth.CertificateFetchError("offline", None)

    monkeypatch.setattr(auth, "verify_id_token", no_certificates)
    with pytest.raises(BusyError):
        read(id_token(), app)
