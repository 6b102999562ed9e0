"""Measure how fast reconciliation drains payments whose triggers were all lost.

python -m bench.drain [--payments 1000] [--latency-ms 12]: one worker and MAX_WORKERS in the same
run, on the Realtime Database emulator in a process of its own. The emulator is next door and a
database is not: every request is held up by the latency given.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

sys.path.insert(0, str(Path(__file__).parents[1] / "functions"))

import requests
from lipamita.adapters.admin_app import admin_app
from lipamita.adapters.meter_schema import registration_to_json
from lipamita.adapters.payment_schema import payment_to_json
from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.domain.ids import MeterId, TransactionId
from lipamita.domain.meter import Meter, MeterStatus
from lipamita.domain.payment import NO_DELIVERY, Status
from lipamita.domain.schedule import UnverifiedPolicy, first_in_line
from lipamita.domain.units import Millis
from lipamita.use_cases.reconcile import MAX_WORKERS, reconcile
from lipamita.use_cases.world import World

from bench.ledger import payment_at

ROOT = Path(__file__).resolve().parents[1]
RULES = ROOT / "database.rules.json"  # and so the indexes
METERS = 500
START_LIMIT_S = 20
RECEIPT = "UKD{:07d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """What one worker, or many, took for the same backlog."""

    workers: int
    taken_s: float
    requests: int
    runs: int

    def say(self, payments: int) -> None:
        """One line."""
        print(
            f"{self.workers} workers: {payments / self.taken_s:,.0f} payments a second, "
            f"{self.requests / payments:.1f} requests each, {self.runs} runs",
            flush=True,
        )


def main() -> None:
    """Drain the same backlog twice, and print both and the ratio."""
    parser = argparse.ArgumentParser(prog="python -m bench.drain", description=__doc__)
    parser.add_argument("--payments", type=int, default=1_000)
    parser.add_argument("--latency-ms", type=float, default=12)
    given = parser.parse_args()
    with _emulator() as address:
        slow, fast = (
            _drain(address, given.payments, workers, given.latency_ms)
            for workers in (1, MAX_WORKERS)
        )
    slow.say(given.payments)
    fast.say(given.payments)
    print(f"{slow.taken_s / fast.taken_s:.1f} times as fast with {MAX_WORKERS}")


def _drain(address: str, count: int, workers: int, latency_ms: float) -> Drained:
    namespace = f"drain-{workers}"
    requests.put(
        f"{address}/.settings/rules.json?ns={namespace}",
        data=RULES.read_bytes(),
        headers={"Authorization": "Bearer owner"},
        timeout=START_LIMIT_S,
    ).raise_for_status()
    app = admin_app(project_id="demo-bench", database_url=f"{address}/?ns={namespace}")
    store = RtdbStore(app)
    _load(store, count)
    world = _world(store)
    asked = _Requests(store, latency_ms)
    began, runs = time.perf_counter(), 0
    while reconcile(world, workers=workers).due:
        runs += 1
    taken_s = time.perf_counter() - began
    paid = dict(store.at("transactions").get())
    assert len(paid) == count
    assert all(node["delivery"]["status"] == "queued" for node in paid.values())
    return Drained(workers=workers, taken_s=taken_s, requests=asked.count, runs=runs)


def _load(store: RtdbStore, count: int) -> None:
    """Payments that were prompted and paid, and nobody was told of but the database."""
    now_ms = Millis(time.time_ns() // 1_000_000)
    meters = [
        Meter(
            meter_id=MeterId(f"MTR-{number:03d}"),
            name="bench",
            kind="esp32",
            tariff_id="domestic",
            owner_uid=None,
            device_uid=None,
            site=None,
            status=MeterStatus(),
        )
        for number in range(METERS)
    ]
    nodes: dict[str, Any] = {meter.meter_id: registration_to_json(meter) for meter in meters}
    store.at("meters").set(nodes)
    payments, callbacks, prompts = {}, {}, {}
    for number in range(count):
        payment = replace(
            payment_at(number, now_ms),
            transaction_id=TransactionId(f"-Drain{number:014d}"),
            meter_id=meters[number % METERS].meter_id,
            status=Status.PROMPTED,
            paid_at_ms=None,
            mpesa_receipt=None,
            delivery=NO_DELIVERY,
            next_check_at_ms=first_in_line(now_ms),
            latest_evidence_id="told",
        )
        key, checkout_id = payment.transaction_id, f"ws_CO_{number:024d}"
        payments[key] = payment_to_json(payment)
        prompts[key] = {"merchant_request_id": "29115-1", "checkout_request_id": checkout_id}
        callbacks[key] = {"told": _callback(checkout_id, number, payment.amount_kes, now_ms)}
    store.at("prompts").set(prompts)
    store.at("callbacks").set(callbacks)
    store.at("transactions").set(payments)


def _callback(checkout_id: str, number: int, amount_kes: int, now_ms: int) -> dict[str, object]:
    items = [
        {"Name": "Amount", "Value": amount_kes},
        {"Name": "MpesaReceiptNumber", "Value": RECEIPT.format(number)},
    ]
    told = {
        "MerchantRequestID": "29115-1",
        "CheckoutRequestID": checkout_id,
        "ResultCode": 0,
        "ResultDesc": "ok",
        "CallbackMetadata": {"Item": items},
    }
    return {
        "received_at": now_ms,
        "body": json.dumps({"Body": {"stkCallback": told}}),
        "remote_address": "196.201.212.69",
        "content_type": "application/json",
    }


def _world(store: RtdbStore) -> World:
    silent = _Silent()
    return World(
        store=store,
        daraja=cast("Any", SimpleNamespace()),  # nobody asks: all evidence is there
        accounts=cast("Any", silent),
        record=cast("Any", silent),
        audit=cast("Any", silent),
        clock=lambda: Millis(time.time_ns() // 1_000_000),
        random_bytes=os.urandom,
        log=cast("Any", silent),
        callback_secret="c" * 32,
        device_master_secret="d" * 32,
        public_base_url="https://bench.example",
        unverified_policy=UnverifiedPolicy.HOLD,
    )


class _Silent:
    """Takes every line of the log; a failed piece of work would spoil the measure."""

    def work_failed(self, work_id: str, error: Exception) -> None:
        raise SystemExit(f"{work_id}: {error!r}")

    def __getattr__(self, _: str) -> Any:
        return lambda *_, **__: None


class _Requests:
    """Counts the requests of the admin SDK, and holds each up."""

    def __init__(self, store: RtdbStore, latency_ms: float) -> None:
        self.count = 0
        session: requests.Session = store.at("x")._client.session
        send = session.send

        def slowly(*args: Any, **named: Any) -> requests.Response:
            self.count += 1
            time.sleep(latency_ms / 1_000)
            return send(*args, **named)

        session.send = slowly  # type: ignore[method-assign]


@contextmanager
def _emulator() -> Iterator[str]:
    """The address of one in a process of its own."""
    command = [sys.executable, "-m", "emulators.rtdb", "--port", "0", "--watch-parent"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().removeprefix("Listening at ").strip()
        try:
            yield "http://" + address.removeprefix("http://").rstrip("/")
        finally:
            process.terminate()
            process.wait(START_LIMIT_S)


if __name__ == "__main__":
    main()
