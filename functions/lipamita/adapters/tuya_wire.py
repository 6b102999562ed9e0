"""Tuya's cloud API as text: signatures, and what its answers say. No input or output.

Sources: developer.tuya.com, "Sign requests" (HMAC-SHA256 over client id, access token, time and a
canonical form of the request), "Get a token", "Send commands", "Query properties". The codes are
those of Tuya's prepaid meters: ``charge_energy`` adds to ``balance_energy``, which falls as
``forward_energy_total`` grows; all are hundredths of a kWh.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

from lipamita.adapters.json_text import json_object
from lipamita.domain.units import SECOND_MS, Millis
from lipamita.domain.vending import Reading

TOKEN_PATH = "/v1.0/token?grant_type=1"  # noqa: S105 - a path
TOKEN_REFUSED = frozenset({1010, 1011, 1012})  # expired, invalid, another one is in use
RENEW_BEFORE_MS = 60 * SECOND_MS
MAX_UNITS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A cloud project's own id and secret."""

    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token, and until when it is good."""

    text: str
    good_until_ms: Millis


def commands_path(device_id: str) -> str:
    """Where commands to a device are sent."""
    return f"/v1.0/iot-03/devices/{device_id}/commands"


def properties_path(device_id: str) -> str:
    """Where a device's last reported properties are read, each with the time of its report."""
    return f"/v2.0/cloud/thing/{device_id}/shadow/properties"


def charge_body(units: int) -> str:
    """The command that adds to a meter's balance."""
    return json.dumps({"commands": [{"code": "charge_energy", "value": units}]})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. ``token`` is empty when one is asked for."""

    method: str
    path: str
    body: str = ""
    token: str = ""


def signed_headers(project: Project, call: Call, *, now_ms: Millis, nonce: str) -> dict[str, str]:
    """The headers of a request."""
    content, token = hashlib.sha256(call.body.encode()).hexdigest(), call.token
    canonical = f"{call.method}\n{content}\n\n{call.path}"
    text = f"{project.client_id}{token}{now_ms}{nonce}{canonical}"
    sign = hmac.new(project.client_secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    headers = {
        "client_id": project.client_id,
        "sign": sign.upper(),
        "sign_method": "HMAC-SHA256",
        "t": str(now_ms),
        "nonce": nonce,
        "Content-Type": "application/json",
    }
    return headers | ({"access_token": token} if token else {})


def token_answer(body: bytes, *, now_ms: Millis) -> Token | None:
    """The token that was given, or None."""
    result = _result(body)
    if not isinstance(result, Mapping):
        return None
    text, seconds = result.get("access_token"), _whole(result.get("expire_time"))
    if not isinstance(text, str) or seconds is None:
        return None
    return Token(text=text, good_until_ms=Millis(now_ms + seconds * SECOND_MS - RENEW_BEFORE_MS))


def token_was_refused(body: bytes) -> bool:
    """Whether the answer says that the access token is no good any more."""
    node = _node(body)
    return node.get("success") is False and node.get("code") in TOKEN_REFUSED


def charge_answer(body: bytes) -> bool | None:
    """True: the cloud took the command; False: it says that it did not; None: it says neither."""
    success = _node(body).get("success")
    if success is True:
        return _result(body) is True or None
    return False if success is False else None


def properties_answer(body: bytes) -> Reading | None:
    """What the meter last reported; None if that cannot be read, however little is missing."""
    result = _result(body)
    rows = result.get("properties") if isinstance(result, Mapping) else None
    if not isinstance(rows, list):
        return None
    found = {row.get("code"): row for row in rows if isinstance(row, Mapping)}
    balance, consumed = found.get("balance_energy"), found.get("forward_energy_total")
    if balance is None or consumed is None:
        return None
    left, used = _whole(balance.get("value")), _whole(consumed.get("value"))
    at_ms = _whole(balance.get("time"))
    if left is None or used is None or at_ms is None or max(abs(left), abs(used)) > MAX_UNITS:
        return None
    return Reading(balance_units=left, consumed_units=used, at_ms=Millis(at_ms))


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _result(body: bytes) -> object:
    node = _node(body)
    return node.get("result") if node.get("success") is True else None


def _node(body: bytes) -> Mapping[str, object]:
    return json_object(body) or {}
