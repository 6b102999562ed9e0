"""POST /api/meters/{id}/claim, /claim and /claim/complete: shapes, refusals, and what is logged."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import replace
from typing import Any

import pytest
from lipamita.domain.crockford import ALPHABET, draw, in_groups
from lipamita.domain.recharge import device_key
from lipamita.entrypoints import wiring

from tests.unit.lipamita.entrypoints.deployment import AMINA, DEVICE, OPERATOR, App, said

SECRET = draw(16, secrets.token_bytes)
LABEL = {"hardware_id": "A0B1C2D3E4F5", "label_secret": in_groups(SECRET, of=4)}
NONCE = "ab" * 16


@pytest.fixture(autouse=True)
def chance(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    serving = wiring.deployment()
    world = replace(serving.world, random_bytes=secrets.token_bytes)
    monkeypatch.setattr(wiring, "_DEPLOYMENTS", [replace(serving, world=world)])


def create(app: App, body: object = LABEL, token: str | None = OPERATOR) -> Any:
    return app.get(
        "/api/meters/MTR-001/claim",
        token,
        method="POST",
        body=body,
        content_type="application/json",
    )


def wish(code: str, **but: object) -> dict[str, object]:
    """What a board sends, made as its firmware makes it."""
    plain = code.replace("-", "")
    key = hmac.new(SECRET.encode(), b"claim-proof", hashlib.sha256).digest()
    message = f"claim|MTR-001|{plain}|{LABEL['hardware_id']}|{NONCE}"
    return {
        "meter_id": "MTR-001",
        "code": code,
        "hardware_id": LABEL["hardware_id"],
        "nonce": NONCE,
        "proof": hmac.new(key, message.encode(), hashlib.sha256).hexdigest(),
        **but,
    }


def receipt(**but: object) -> dict[str, object]:
    key = device_key("d" * 32, "MTR-001")  # type: ignore[arg-type]
    mac = hmac.new(key, f"claimed|MTR-001|{NONCE}".encode(), hashlib.sha256).hexdigest()
    return {"meter_id": "MTR-001", "nonce": NONCE, "proof": mac, **but}


def test_a_board_goes_from_code_to_completed_and_no_secret_is_logged(
    app: App, capsys: pytest.CaptureFixture[str]
) -> None:
    made = said(create(app))
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}", made["code"])
    answer = said(app.claim(wish(made["code"])))
    assert answer["device_key"] == device_key("d" * 32, "MTR-001").hex()  # type: ignore[arg-type]
    assert app.database.read("meters/MTR-001/device_uid") == answer["email"].split("@")[0]
    assert said(app.claim(receipt(), path="/claim/complete")) == {"completed": True}
    logged = "".join(capsys.readouterr())
    kept = str(app.database.read("claims"))
    for secret in (made["code"], answer["device_key"], answer["password"], SECRET):
        assert secret not in logged
        assert secret.replace("-", "") not in logged + kept
    for line in ("claim created", "claim taken", "claim completed"):
        assert line in logged


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("hardware_id", "A0B1C2D3E4"),
        ("hardware_id", None),
        ("label_secret", in_groups(SECRET[:-1] + ALPHABET[ALPHABET.index(SECRET[-1]) - 1], of=4)),
        ("label_secret", 5),
        ("extra", 1),
    ],
)
def test_a_label_must_have_its_shape(app: App, field: str, wrong: object) -> None:
    before = app.database.read()
    response = create(app, {**LABEL, field: wrong})
    assert (response.status_code, said(response)["error"]["field"]) == (400, field)
    assert app.database.read() == before


@pytest.mark.parametrize("token", [AMINA, DEVICE], ids=["tenant", "device"])
def test_only_staff_make_codes(app: App, token: str) -> None:
    assert said(create(app, token=token))["error"]["code"] == "staff_only"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("meter_id", "mtr-001"),
        ("code", "0000-0000"),
        ("code", "\u0660" * 20),
        ("hardware_id", ["A0B1C2D3E4F5"]),
        ("nonce", NONCE.upper()),
        ("nonce", NONCE + "ab"),
        ("proof", "x" * 64),
        ("uid", "tenant-amina"),
    ],
)
def test_what_a_board_says_must_have_its_shape(app: App, field: str, wrong: object) -> None:
    code = said(create(app))["code"]
    before = app.database.read()
    response = app.claim({**wish(code), field: wrong})
    assert (response.status_code, said(response)["error"]["field"]) == (400, field)
    assert app.database.read() == before


@pytest.mark.parametrize(
    ("field", "wrong"), [("meter_id", None), ("nonce", "ab"), ("proof", 5), ("code", "x")]
)
def test_a_completion_must_have_its_shape(app: App, field: str, wrong: object) -> None:
    response = app.claim(receipt(**{field: wrong}), path="/claim/complete")
    assert (response.status_code, said(response)["error"]["field"]) == (400, field)


def test_a_wrong_proof_says_nothing_about_what_was_wrong(app: App) -> None:
    code = said(create(app))["code"]
    wrong = said(app.claim(wish(code, proof="0" * 64)))["error"]
    nothing = said(app.claim(wish(code, meter_id="MTR-404")))["error"]
    assert wrong == nothing
    assert wrong["code"] == "claim_refused"


@pytest.mark.parametrize("path", ["/claim/other", "/claim/complete/x"])
def test_other_paths_lead_nowhere(app: App, path: str) -> None:
    assert said(app.claim({}, path=path))["error"]["code"] == "unknown_path"
