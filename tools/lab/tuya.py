"""The simulated cloud of prepaid meters, started where a journey wants it."""

from __future__ import annotations

import json
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tools.lab.process import Process

START_LIMIT_S = 20.0
TIMEOUT_S = (3, 10)


@dataclass
class TuyaCloud:
    """A running cloud. ``environment`` is what the functions need to reach it."""

    process: Process
    url: str
    environment: dict[str, str]

    def meter(self, device_id: str, **told: object) -> None:
        """Add a meter, or let it ``consume`` and ``report``."""
        self._post(f"/simulator/meters/{device_id}", told)

    def next_charge(self, scenario: str) -> None:
        """What goes wrong with the next charge."""
        self._post("/simulator/next", {"scenario": scenario})

    def charged_units(self) -> list[int]:
        """Every charge that reached a meter, in hundredths of a kWh."""
        return [row["units"] for row in self._ledger()["charges"]]

    def commands_sent(self) -> int:
        """How often a charge was POSTed, whatever became of it."""
        return sum(line.startswith("POST") for line in self._ledger()["requests"])

    def stop(self) -> None:
        self.process.stop()

    def _ledger(self) -> dict[str, Any]:
        answer = requests.get(f"{self.url}/simulator/ledger", timeout=TIMEOUT_S)
        node: dict[str, Any] = answer.json()
        return node

    def _post(self, path: str, body: dict[str, object]) -> None:
        requests.post(self.url + path, json=body, timeout=TIMEOUT_S).raise_for_status()


def start_tuya(folder: Path) -> TuyaCloud:
    """The cloud on a free port, with a project of its own."""
    project = {"TUYA_CLIENT_ID": "demo-project", "TUYA_CLIENT_SECRET": secrets.token_hex(16)}
    ready_file = folder / "tuya.json"
    command: list[str | Path] = [sys.executable, "-m", "emulators.tuya", "--ready-file", ready_file]
    process = Process("tuya", command, environment=project)
    process.wait_for(ready_file.exists, limit_s=START_LIMIT_S)
    url: str = json.loads(ready_file.read_text())["url"]
    return TuyaCloud(process, url, {**project, "TUYA_BASE_URL": url})
