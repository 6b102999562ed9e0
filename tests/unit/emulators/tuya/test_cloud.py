"""The simulated cloud: strict about who asks, honest about what reached a meter."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from emulators.tuya.cloud import SCENARIOS, Answer, Cloud

NOW = 1_795_208_400_000
PROPERTIES = "/v2.0/cloud/thing/d1/shadow/properties"
COMMANDS = "/v1.0/iot-03/devices/d1/commands"


class Caller:
    """Somebody who signs as Tuya's documents say."""

    def __init__(self) -> None:
        self.cloud = Cloud(client_id="p", client_secret="s", clock_ms=lambda: self.now_ms)
        self.now_ms = NOW
        self.cloud.add_meter("d1")
        self.token = ""
        self.count = 0
        self.token = str(self.ask("GET", "/v1.0/token?grant_type=1").node["result"]["access_token"])  # type: ignore[index]

    def ask(self, method: str, path: str, body: str = "", **wrong: str) -> Answer:
        self.count += 1
        stamp, nonce = str(self.now_ms), str(self.count)
        content = hashlib.sha256(body.encode()).hexdigest()
        text = f"p{self.token}{stamp}{nonce}{method}\n{content}\n\n{path}"
        sign = hmac.new(b"s", text.encode(), hashlib.sha256).hexdigest().upper()
        headers = {"client_id": "p", "t": stamp, "nonce": nonce, "sign": sign}
        headers |= {"access_token": self.token} if self.token else {}
        return self.cloud.answer(method, path, {**headers, **wrong}, body)

    def charge(self, units: object = 10, code: str = "charge_energy") -> Answer:
        return self.ask(
            "POST", COMMANDS, json.dumps({"commands": [{"code": code, "value": units}]})
        )

    def read(self) -> dict[str, tuple[int, int]]:
        rows = self.ask("GET", PROPERTIES).node["result"]["properties"]  # type: ignore[index]
        return {row["code"]: (row["value"], row["time"]) for row in rows}


@pytest.mark.parametrize(
    "wrong",
    [
        {"sign": "0" * 64},
        {"client_id": "another"},
        {"nonce": "1"},
        {"t": "1"},
        {"t": "now"},
        {"access_token": "token-0"},
    ],
    ids=str,
)
def test_a_request_that_is_not_signed_right_is_refused(wrong: dict[str, str]) -> None:
    caller = Caller()
    assert caller.ask("GET", PROPERTIES, **wrong).node["success"] is False


def test_charges_add_up_and_are_reported_with_their_time() -> None:
    caller = Caller()
    caller.now_ms += 5
    assert caller.charge(10).node["result"] is True
    caller.charge(7)
    assert caller.read()["balance_energy"] == (17, NOW + 5)
    assert caller.read()["forward_energy_total"] == (0, NOW)
    assert [row["units"] for row in caller.cloud.ledger] == [10, 7]


@pytest.mark.parametrize(
    ("scenario", "dropped", "charged", "shown"),
    [
        ("drop_after_apply", True, 10, 10),
        ("drop_before_apply", True, 0, 0),
        ("apply_unreported", False, 10, 0),
        ("refuse", False, 0, 0),
    ],
)
def test_a_scenario_strikes_the_next_charge_alone(
    scenario: str, dropped: bool, charged: int, shown: int
) -> None:
    assert scenario in SCENARIOS
    caller = Caller()
    caller.cloud.scenarios.append(scenario)
    assert caller.charge(10).dropped is dropped
    assert caller.cloud.meters["d1"].balance == charged
    assert caller.read()["balance_energy"][0] == shown
    assert caller.charge(10).node["result"] is True


@pytest.mark.parametrize("units", [0, -1, True, "10", 1.5, None, 10**9])
def test_a_charge_of_no_energy_is_illegal(units: object) -> None:
    caller = Caller()
    assert caller.charge(units).node["code"] == 1109
    assert caller.cloud.ledger == []


def test_another_command_and_another_address_are_refused() -> None:
    caller = Caller()
    assert caller.charge(code="switch").node["code"] == 1109
    assert caller.ask("GET", "/v1.0/users").node["code"] == 1108
    assert caller.ask("GET", PROPERTIES.replace("d1", "d2")).node["code"] == 1106
