"""Many meters, a bad network, plugs pulled all the time: `python -m tools.soak --meters 50`.

Payments flow through the simulator to virtual meters whose network is two flaky proxies, one for
the database and one for sign-in. Meters are killed at random and right after chosen steps of their
storage. At the end the weather turns fine, and for every meter what was paid must be what it holds,
to the watt-hour. The price is flat, so the judge needs nothing of the functions: the simulator's
ledger times a constant.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tools.lab.flaky_proxy import CALM, STORM, FlakyProxy
from tools.lab.meter import Meter
from tools.lab.stack import Stack, start_apart

WH_PER_KES = 40  # 2,500 cents a kWh and nothing else
TARIFF = {"name": "Flat", "currency": "KES", "blocks": [{"price_cents_per_kwh": 2_500}]}
SHORT_CODE = "600000"
OWNER = "tenant-amina"
FIRST_METER = 100
TIMEOUT_S = (3, 30)
STILL_LIMIT_S = 75.0  # longer than the server waits before it tries again
LOOK_AGAIN_S = 0.25
MOST_CUT_S = 2.0
DEATHS = (None, None, "commit:1", "commit:2", "ack:1", "apply:1")
METER = {"silence_ms": 4_000, "patience_ms": 2_500}
LOAD_W, TIME_SCALE, REPORT_INTERVAL_MS = 300, 60, 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much of everything; a step is a payment, and sometimes a death or a cut."""

    meters: int
    steps: int
    seed: int
    pace_s: float  # between two steps
    deaths: int = 3  # in one of so many steps
    cuts: int = 12


@dataclass
class Soak:
    """One run over a running stack."""

    stack: Stack
    plan: Plan
    database: FlakyProxy
    accounts: FlakyProxy
    running: dict[str, Meter] = field(default_factory=dict)
    lives: dict[str, list[Meter]] = field(default_factory=lambda: defaultdict(list))
    payer_of: dict[str, str] = field(default_factory=dict)  # receipt -> meter
    kills: int = 0
    cuts: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.plan.seed)  # noqa: S311 - no secret
        self.meter_ids = [f"MTR-{FIRST_METER + number}" for number in range(self.plan.meters)]

    def run(self) -> dict[str, object]:
        """Prepare, storm, settle and judge; what happened. Raises AssertionError."""
        self._register()
        for meter_id in self.meter_ids:
            self._start(meter_id, None)
        began = time.monotonic()
        pause = threading.Event()
        self.database.weather = self.accounts.weather = STORM
        for _ in range(self.plan.steps):
            self._step()
            pause.wait(self.plan.pace_s)
        lasted_s = time.monotonic() - began
        self.database.weather = self.accounts.weather = CALM
        self._settle()
        self._judge()
        return {
            "meters": self.plan.meters,
            "payments": len(self.payer_of),
            "kills": self.kills,
            "cuts": self.cuts,
            "connections": self.database.connections + self.accounts.connections,
            "faults": self.database.faults + self.accounts.faults,
            "lives": sum(len(lives) for lives in self.lives.values()),
            "lasted_s": round(lasted_s),
            "meter_minutes": round(lasted_s * TIME_SCALE / 60),
            "sold_wh": sum(self._paid_wh().values()),
        }

    # --- the storm

    def _step(self) -> None:
        self._pay(self.chance.choice(self.meter_ids), self.chance.randrange(10, 500))
        if self.chance.randrange(self.plan.deaths) == 0:
            meter_id = self.chance.choice(self.meter_ids)
            if self.running[meter_id].process.is_running:
                self.running[meter_id].pull_the_plug()
            self.kills += 1
        if self.chance.randrange(self.plan.cuts) == 0:
            self.cuts += 1
            for proxy in (self.database, self.accounts):
                proxy.cut(self.chance.random() * MOST_CUT_S)
        for meter_id in self.meter_ids:
            if not self.running[meter_id].process.is_running and self.chance.randrange(2):
                self._start(meter_id, self.chance.choice(DEATHS))

    def _pay(self, meter_id: str, amount_kes: int) -> None:
        msisdn = f"2547{self.chance.randrange(10**8):08}"
        self.stack.simulator.set_phone(msisdn, balance=100_000)
        paid = self.stack.simulator.pay_by_hand(
            msisdn, short_code=SHORT_CODE, amount=amount_kes, account_reference=meter_id
        )
        self.payer_of[paid["receipt"]] = meter_id

    def _start(self, meter_id: str, die_after: str | None) -> None:
        started = self.stack.meter(
            meter_id,
            die_after=die_after,
            options={
                **METER,
                "database_url": self.database.url,
                "auth_url": self.accounts.url,
            },
            load_w=LOAD_W,
            time_scale=TIME_SCALE,
            report_interval_ms=REPORT_INTERVAL_MS,
        )
        self.running[meter_id] = started
        self.lives[meter_id].append(started)

    # --- before and after

    def _register(self) -> None:
        self.stack.database.put("tariffs/soak", TARIFF)
        for meter_id in self.meter_ids:
            uid = f"device-{meter_id.lower()}"
            node = {
                "name": meter_id,
                "kind": "esp32",
                "tariff_id": "soak",
                "owner_uid": OWNER,
                "device_uid": uid,
            }
            self.stack.database.put(f"meters/{meter_id}", node)
            key = meter_id.replace("-", "")
            self.stack.database.put(f"meter_accounts/{key}/{meter_id}", True)
            self._make_account(meter_id, uid)

    def _make_account(self, meter_id: str, uid: str) -> None:
        project = self.stack.ready["project"]
        auth = f"{self.stack.url('auth')}/identitytoolkit.googleapis.com/v1/projects/{project}"
        owner = {"Authorization": "Bearer owner"}
        account = {
            "localId": uid,
            "email": f"{meter_id.lower()}@meters.example",
            "password": f"meter-{meter_id.removeprefix('MTR-')}-password",
        }
        claims = {"role": "meter", "meter_id": meter_id}
        change = {"localId": uid, "customAttributes": json.dumps(claims)}
        for path, body in (("accounts", account), ("accounts:update", change)):
            answer = requests.post(f"{auth}/{path}", json=body, headers=owner, timeout=TIMEOUT_S)
            answer.raise_for_status()

    def _settle(self) -> None:
        """Until every meter reports what was paid for it, or nothing has moved for long."""
        wanted_wh = self._paid_wh()
        pause = threading.Event()
        seen: object = None
        moved_at = time.monotonic()
        while time.monotonic() < moved_at + STILL_LIMIT_S:
            for meter_id in self.meter_ids:  # some still die of what they were started with
                if not self.running[meter_id].process.is_running:
                    self._start(meter_id, None)
            self.stack.run_schedule()
            nodes = self.stack.database.get("meters")
            told = {meter_id: nodes[meter_id].get("credited_total", 0) for meter_id in wanted_wh}
            waiting = [entry for node in nodes.values() for entry in _waiting(node)]
            if told == wanted_wh and not waiting:
                return
            outcomes = self._outcomes()
            if (told, waiting, outcomes) != seen:
                seen, moved_at = (told, waiting, outcomes), time.monotonic()
            pause.wait(LOOK_AGAIN_S)
        print(f"it stands still: {self._outcomes()}", file=sys.stderr)

    def _outcomes(self) -> dict[str, int]:
        """What became of the payments, as far as the server knows."""
        confirmations = self.stack.database.get("confirmations") or {}
        return dict(Counter(node.get("outcome", "open") for node in confirmations.values()))

    def _paid_wh(self) -> dict[str, int]:
        """What the simulator's ledger says was paid, as energy, for each meter."""
        paid_wh = dict.fromkeys(self.meter_ids, 0)
        for row in self.stack.simulator.receipts():
            paid_wh[self.payer_of[row["receipt"]]] += int(row["amount"]) * WH_PER_KES
        return paid_wh

    def _judge(self) -> None:
        assert {row["receipt"] for row in self.stack.simulator.receipts()} == set(self.payer_of)
        nodes = self.stack.database.get("meters")
        registers = self.stack.database.get("meter_registers")
        for meter_id, paid_wh in self._paid_wh().items():
            node = nodes[meter_id]
            assert registers.get(meter_id, {}).get("credited_total_wh", 0) == paid_wh, meter_id
            assert node.get("credited_total", 0) == paid_wh, f"{meter_id}: {node} {paid_wh}"
            consumed_wh = node.get("energy_consumed_total", 0)
            assert node["current_balance"] == paid_wh - consumed_wh, meter_id
            self._judge_lives(meter_id, paid_wh)

    def _judge_lives(self, meter_id: str, paid_wh: int) -> None:
        """A meter's totals never fall from one life to the next, and end at what was paid."""
        held_wh = 0
        for life in self.lives[meter_id]:
            for event in _events(life):
                if "credited_total_wh" not in event or event["event"] == "applied":
                    continue
                assert held_wh <= event["credited_total_wh"] <= paid_wh, (meter_id, event)
                held_wh = event["credited_total_wh"]
        assert held_wh == paid_wh, f"{meter_id}: holds {held_wh}, paid {paid_wh}"


def soak(stack: Stack, plan: Plan) -> dict[str, object]:
    """Run the plan over a stack; what happened. Raises AssertionError where money went astray."""
    stack.register_paybill()
    with (
        FlakyProxy(_address(stack, "rtdb"), seed=plan.seed) as database,
        FlakyProxy(_address(stack, "auth"), seed=plan.seed + 1) as accounts,
    ):
        run = Soak(stack, plan, database, accounts)
        try:
            return run.run()
        finally:
            for meter in run.running.values():
                meter.stop()


def _waiting(node: dict[str, Any]) -> list[str]:
    """The recharges of a meter that it has not acknowledged."""
    entries = node.get("pending_recharge") or {}
    return [key for key, entry in entries.items() if not entry["processed"]]


def _address(stack: Stack, name: str) -> str:
    return stack.url(name).removeprefix("http://")


def _events(meter: Meter) -> list[dict[str, Any]]:
    return [json.loads(line) for line in meter.process.lines() if line.startswith('{"event"')]


def main(arguments: list[str]) -> int:
    """The exit status; prints what happened as one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m tools.soak", description=__doc__)
    parser.add_argument("--meters", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=60, help="how long the storm lasts")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    pace_s = 0.2
    plan = Plan(
        meters=asked.meters,
        steps=round(asked.seconds / pace_s),
        seed=asked.seed,
        pace_s=pace_s,
    )
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        stack = start_apart(Path(folder))
        try:
            print(json.dumps(soak(stack, plan)))
        finally:
            stack.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
