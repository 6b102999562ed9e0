"""The cloud without a socket: projects, tokens, meters, their ledger, and what goes wrong.

It knows Tuya's signature and codes by itself and shares no code with the functions that it judges.
Faults are asked for by scenario, one for each coming charge:

| scenario            | the meter           | the caller              | later reports           |
|---------------------|---------------------|-------------------------|-------------------------|
| drop_after_apply    | is charged          | never hears             | show it                 |
| drop_before_apply   | is not charged      | never hears             | show that               |
| apply_unreported    | is charged          | is told that it is done | stay as they were       |
| refuse              | is not charged      | is told that it is not  | show that               |
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

SCENARIOS = ("drop_after_apply", "drop_before_apply", "apply_unreported", "refuse")
TOKEN_PATH = "/v1.0/token"  # noqa: S105 - a path
GOOD_FOR_S = 7_200
MAX_UNITS = 1_000_000


@dataclass
class CloudMeter:
    """One meter: what it holds, what it ever used, and what it last reported. In 0.01 kWh."""

    balance: int = 0
    consumed: int = 0
    reported: dict[str, tuple[int, int]] = field(default_factory=dict)  # code -> value, time

    def report(self, now_ms: int) -> None:
        """Publish the values that differ from the last ones."""
        for code, value in (
            ("balance_energy", self.balance),
            ("forward_energy_total", self.consumed),
        ):
            if self.reported.get(code, (None, 0))[0] != value:
                self.reported[code] = (value, now_ms)


@dataclass(frozen=True)
class Answer:
    """What the caller gets; ``dropped``: the connection closes instead."""

    node: Mapping[str, object] = field(default_factory=dict)
    dropped: bool = False


@dataclass
class Cloud:
    """One project with its meters. ``ledger`` keeps every charge that reached a meter."""

    client_id: str
    client_secret: str
    clock_ms: Callable[[], int]
    meters: dict[str, CloudMeter] = field(default_factory=dict)
    ledger: list[dict[str, object]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    scenarios: deque[str] = field(default_factory=deque)
    _nonces: set[str] = field(default_factory=set)
    _tokens: int = 0

    def add_meter(self, device_id: str) -> CloudMeter:
        meter = self.meters[device_id] = CloudMeter()
        meter.report(self.clock_ms())
        return meter

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: str) -> Answer:
        """The answer to one request; its path with the query as it was sent."""
        self.requests.append(f"{method} {path}")
        wrong = self._wrong(method, path, headers, body)
        if wrong is not None:
            return _failure(*wrong)
        bare, _, _ = path.partition("?")
        if bare == TOKEN_PATH:
            return self._give_token()
        if headers.get("access_token") != self._token():
            return _failure(1010, "token invalid")
        return self._route(method, bare.strip("/").split("/"), body)

    def _route(self, method: str, words: list[str], body: str) -> Answer:
        match method, words:
            case "POST", ["v1.0", "iot-03", "devices", device_id, "commands"]:
                return self._command(device_id, body)
            case "GET", ["v2.0", "cloud", "thing", device_id, "shadow", "properties"]:
                return self._properties(device_id)
        return _failure(1108, "uri path invalid")

    def _command(self, device_id: str, body: str) -> Answer:
        meter, units = self.meters.get(device_id), _charge(body)
        if meter is None:
            return _failure(1106, "permission deny")
        if units is None:
            return _failure(1109, "param is illegal")
        scenario = self.scenarios.popleft() if self.scenarios else ""
        if scenario == "refuse":
            return _failure(2001, "device is offline")
        if scenario == "drop_before_apply":
            return Answer(dropped=True)
        meter.balance += units
        self.ledger.append({"device_id": device_id, "units": units})
        if scenario != "apply_unreported":
            meter.report(self.clock_ms())
        return Answer(dropped=True) if scenario == "drop_after_apply" else _success(True)

    def _properties(self, device_id: str) -> Answer:
        meter = self.meters.get(device_id)
        if meter is None:
            return _failure(1106, "permission deny")
        rows = [
            {"code": code, "value": value, "time": at_ms, "type": "value"}
            for code, (value, at_ms) in meter.reported.items()
        ]
        return _success({"properties": rows})

    def _give_token(self) -> Answer:
        self._tokens += 1
        return _success({"access_token": self._token(), "expire_time": GOOD_FOR_S, "uid": "u1"})

    def _token(self) -> str:
        return f"token-{self._tokens}"

    def _wrong(
        self, method: str, path: str, headers: Mapping[str, str], body: str
    ) -> tuple[int, str] | None:
        if headers.get("client_id") != self.client_id:
            return 1005, "clientId is invalid"
        stamp, nonce = headers.get("t", ""), headers.get("nonce", "")
        if not stamp.isdigit() or abs(int(stamp) - self.clock_ms()) > 300_000:
            return 1013, "request time is invalid"
        if not nonce or nonce in self._nonces:
            return 1004, "sign invalid"
        self._nonces.add(nonce)
        content = hashlib.sha256(body.encode()).hexdigest()
        token = headers.get("access_token", "")
        text = f"{self.client_id}{token}{stamp}{nonce}{method}\n{content}\n\n{path}"
        good = hmac.new(self.client_secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(good.upper(), headers.get("sign", "")):
            return 1004, "sign invalid"
        return None


def _charge(body: str) -> int | None:
    """The units of the one command in the body, or None if it is no charge."""
    try:
        commands = json.loads(body)["commands"]
        [command] = commands
        code, units = command["code"], command["value"]
    except (ValueError, KeyError, TypeError):
        return None
    good = code == "charge_energy" and type(units) is int and 0 < units <= MAX_UNITS
    return units if good else None


def _success(result: object) -> Answer:
    return Answer({"success": True, "result": result, "t": 0, "tid": "1"})


def _failure(code: int, message: str) -> Answer:
    return Answer({"success": False, "code": code, "msg": message, "t": 0, "tid": "1"})
