"""The functions as deployed, over a real database, with a Daraja that only counts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Request, Response
from lipamita.adapters.log import StructuredLog
from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.domain.ids import TransactionId, path_key
from lipamita.domain.schedule import UnverifiedPolicy
from lipamita.domain.units import Millis
from lipamita.entrypoints import api, callbacks, device_claim, http, stk_push
from lipamita.use_cases.world import World
from werkzeug.test import EnvironBuilder

from tests.fakes.devices import FakeDevices
from tests.fakes.estate import FakeDaraja
from tests.fakes.memory_audit import MemoryAudit
from tests.fakes.memory_people import FakeAccounts
from tests.fakes.memory_record import MemoryRecord
from tests.unit.lipamita.adapters.id_tokens import id_token
from tests.unit.lipamita.adapters.live_rtdb import LiveDatabase
from tests.unit.lipamita.domain.samples import NOW

CALLBACK_SECRET = "c" * 32
AMINA = id_token("tenant-amina")
BRIAN = id_token("tenant-brian")
OPERATOR = id_token("operator-grace", role="operator")
ADMIN = id_token("admin-hope", role="admin")
DEVICE = id_token("device-mtr-001", role="meter", meter_id="MTR-001")
GOOD = {
    "meter_id": "MTR-001",
    "amount": 500,
    "phone_number": "0712345678",
    "description": "November",
}
SEED: dict[str, Any] = {
    "meters": {
        "MTR-001": {
            "name": "House A1",
            "kind": "esp32",
            "tariff_id": "domestic",
            "owner_uid": "tenant-amina",
            "device_uid": "device-mtr-001",
            "current_balance": 2_500,
            "status": {"online": True, "switch": "connected"},
        },
        "MTR-002": {
            "name": "House A2",
            "kind": "esp32",
            "tariff_id": "domestic",
            "owner_uid": "tenant-brian",
        },
        "MTR-003": {"name": "Shop", "kind": "esp32", "tariff_id": "domestic"},
        "MTR-004": {
            "name": "Office",
            "kind": "tuya",
            "tariff_id": "domestic",
            "owner_uid": "tenant-amina",
        },
        "MTR-005": {
            "name": "Store",
            "kind": "esp32",
            "tariff_id": "missing",
            "owner_uid": "tenant-amina",
        },
        "MTR-006": {
            "name": "Kiosk",
            "kind": "esp32",
            "tariff_id": "free",
            "owner_uid": "tenant-amina",
        },
        "MTR-007": {
            "name": "Palace",
            "kind": "esp32",
            "tariff_id": "dear",
            "owner_uid": "tenant-amina",
        },
    },
    "tariffs": {
        "domestic": {"blocks": [{"price_cents_per_kwh": 2_500}]},
        "free": {"blocks": [{"price_cents_per_kwh": 0}]},
        "dear": {"blocks": [{"price_cents_per_kwh": 1_000_000_000}]},
    },
}


@dataclass
class App:
    """Calls the handlers as the Functions framework would."""

    database: LiveDatabase
    daraja: FakeDaraja = field(default_factory=FakeDaraja)
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    devices: FakeDevices = field(default_factory=FakeDevices)
    record: MemoryRecord = field(default_factory=MemoryRecord)
    audit: MemoryAudit = field(default_factory=MemoryAudit)
    now_ms: Millis = NOW

    @property
    def world(self) -> World:
        return World(
            store=RtdbStore(self.database.app),
            daraja=self.daraja,
            accounts=self.accounts,
            devices=self.devices,
            record=self.record,
            audit=self.audit,
            clock=lambda: self.now_ms,
            random_bytes=self._bytes,
            log=StructuredLog(),
            callback_secret=CALLBACK_SECRET,
            device_master_secret="d" * 32,
            public_base_url="https://estate.example",
            unverified_policy=UnverifiedPolicy.CREDIT,
        )

    def _bytes(self, count: int) -> bytes:
        return bytes(count)

    def push(self, body: object = None, **more: Any) -> Response:
        """POST /daraja/stk-push; a good request but for what is given."""
        facts = {
            "method": "POST",
            "path": "/daraja/stk-push",
            "body": GOOD if body is None else body,
            "token": AMINA,
            "key": "key-1",
            "content_type": "application/json",
        }
        return http.answer(stk_push.post, request(**{**facts, **more}))

    def callback(self, path: str, body: object = b"{}", **more: Any) -> Response:
        """POST of a callback to that path."""
        facts = {"method": "POST", "content_type": "application/json", "body": body}
        return http.answer(callbacks.post, request(path=path, **{**facts, **more}))

    def callback_of(self, transaction_id: str, body: object) -> Response:
        """A callback on the secret path of that payment."""
        return self.callback(callback_path(transaction_id), body)

    def claim(self, body: object, path: str = "/claim", **more: Any) -> Response:
        """POST of a board."""
        facts = {"method": "POST", "content_type": "application/json", "body": body}
        return http.answer(device_claim.handle, request(path=path, **{**facts, **more}))

    def get(self, path: str, token: str | None = AMINA, **more: Any) -> Response:
        """GET of the API."""
        facts = {"method": "GET", "token": token}
        return http.answer(api.handle, request(path=path, **{**facts, **more}))


def callback_path(transaction_id: str) -> str:
    key = path_key(CALLBACK_SECRET, TransactionId(transaction_id))
    return f"/daraja/callback/{transaction_id}/{key}"


def request(
    *,
    method: str,
    path: str,
    body: object = None,
    token: str | None = None,
    key: str | None = None,
    content_type: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Request:
    sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    named = dict(headers or {})
    if token is not None:
        named["Authorization"] = f"Bearer {token}"
    if key is not None:
        named["Idempotency-Key"] = key
    builder = EnvironBuilder(
        path=path,
        method=method,
        data=sent,
        headers=list(named.items()),
        content_type=content_type,
        environ_base={"REMOTE_ADDR": "10.0.0.1"},
    )
    return Request(builder.get_environ())


def said(response: Response) -> Any:
    """The JSON of a response, which must say that it is JSON and not for caches."""
    assert response.mimetype == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    return json.loads(response.get_data())
