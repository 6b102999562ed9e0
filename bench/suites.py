"""Our emulators and firebase-tools with the same project: start, warm calls, whole payments."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.measure import Row, median, timed_ms
from tools.lab.official import start_official
from tools.lab.people import Person
from tools.lab.stack import Stack, start_apart

WARM_CALLS = 30
PAYMENTS = 8
METER = "MTR-001"
PHONE, MSISDN = "0700000001", "254700000001"


def rows() -> Iterator[Row]:
    """One run of each suite, one after the other, on the same machine."""
    ours = _measure(start_apart)
    peer = _measure(start_official)
    for what, unit in (
        ("start everything", "ms"),
        ("GET /api/meters through Hosting, warm", "ms"),
        ("PIN entered to energy on the meter", "ms"),
    ):
        yield Row(
            what=what, ours=ours[what], peer_name="firebase-tools", peer=peer[what], unit=unit
        )


def _measure(start: Callable[[Path], Stack]) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="lipamita-bench-") as folder:
        began = time.perf_counter()
        stack = start(Path(folder))
        started_ms = (time.perf_counter() - began) * 1_000
        try:
            tenant = stack.sign_in("amina@tenants.example", "amina-password")
            return {
                "start everything": started_ms,
                "GET /api/meters through Hosting, warm": _warm_call_ms(tenant),
                "PIN entered to energy on the meter": _payment_ms(stack, tenant),
            }
        finally:
            stack.stop()


def _warm_call_ms(tenant: Person) -> float:
    def call() -> None:
        tenant.get(f"/api/meters/{METER}").raise_for_status()

    call()
    return median([timed_ms(call) for _ in range(WARM_CALLS)])


def _payment_ms(stack: Stack, tenant: Person) -> float:
    meter = stack.meter(METER)
    _, position = meter.wait_for("streaming")
    times = []
    for _ in range(PAYMENTS):
        answer = tenant.ask_to_pay(METER, 10, PHONE)
        answer.raise_for_status()
        began_ms = time.time_ns() // 1_000_000
        stack.simulator.enter_pin(MSISDN)
        applied, position = meter.wait_for(
            "applied", after=position, transaction_id=answer.json()["transaction_id"], limit_s=60
        )
        times.append(float(applied["at_ms"] - began_ms))
    return median(times)
