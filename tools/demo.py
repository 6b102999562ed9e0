"""``make demo``: one payment from phone to meter, with the time of every step.

Everything is real but Safaricom and the electricity: emulators, functions, simulator and virtual
meters run as processes of their own and meet over HTTP only. With ``--once`` it ends after the
payment, and its last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.lab.meter import Meter
from tools.lab.people import Person
from tools.lab.process import LimitReachedError
from tools.lab.stack import Stack, start_together

AMOUNT_KES = 500
METER_ID = "MTR-002"  # out of credit in the demo estate: its switch is open
OTHER_METERS = {"MTR-001": 350, "MTR-003": 0}  # meter id -> load in W
LOAD_W = 600
PHONE = "0700000002"
MSISDN = "254700000002"
TENANT = ("brian@tenants.example", "brian-password")
STEP_LIMIT_S = 30.0
FOLDER_PREFIX = "lipamita-demo-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the timeline."""

    at_ms: int
    who: str
    what: str


def main() -> int:
    """Run the demo; 0 when the payment became energy."""
    parser = argparse.ArgumentParser(prog="python -m tools.demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end after the payment")
    once: bool = parser.parse_args().once
    signal.signal(signal.SIGTERM, _interrupt)
    with tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX) as folder:
        try:
            stack = _start(Path(folder))
        except LimitReachedError as error:
            print(f"The demo could not start.\n{error}", file=sys.stderr)
            return 1
        try:
            stack.register_paybill()
            summary = _pay(stack)
            if not once:
                _stay_up(stack)
        except KeyboardInterrupt:
            print("\nEnding everything.")
            return 0
        except LimitReachedError as error:
            print(f"The payment did not get through.\n{error}", file=sys.stderr)
            return 1
        finally:
            stack.stop()
    print(json.dumps(summary))
    return 0


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _start(folder: Path) -> Stack:
    started = time.monotonic()
    stack = start_together(folder)
    took_ms = round((time.monotonic() - started) * 1_000)
    print(f"Emulators, functions and simulator are ready after {took_ms} ms.")
    return stack


def _pay(stack: Stack) -> dict[str, Any]:
    for meter_id, load_w in OTHER_METERS.items():
        stack.meter(meter_id, load_w=load_w)
    meter = stack.meter(METER_ID, load_w=LOAD_W)
    _, ready_at = meter.wait_for("streaming")
    tenant = stack.sign_in(*TENANT)
    before = tenant.get(f"/api/meters/{METER_ID}").json()
    print(
        f"Meter {METER_ID} ({before['name']}) has {before['current_balance_wh']} Wh, "
        f"its switch is {before['status']['switch']}.\n"
    )
    steps: list[Step] = []
    payment = _request(stack, tenant, steps)
    _play_the_payer(stack, steps)
    _watch_the_meter(stack, meter, payment["transaction_id"], ready_at, steps)
    summary = _summary(stack, tenant, payment["transaction_id"], steps)
    _print_timeline(steps)
    return summary


def _request(stack: Stack, tenant: Person, steps: list[Step]) -> dict[str, Any]:
    steps.append(Step(at_ms=_now_ms(), who="tenant", what=f"asks to pay KES {AMOUNT_KES}"))
    answer = tenant.ask_to_pay(METER_ID, AMOUNT_KES, PHONE)
    if not answer.ok:
        raise LimitReachedError(f"stk-push answered {answer.status_code}: {answer.text}")
    payment: dict[str, Any] = answer.json()
    energy_wh = payment["quote"]["energy_wh"]
    steps.append(
        Step(at_ms=_now_ms(), who="functions", what=f"{payment['status']}: {energy_wh} Wh quoted")
    )
    shown = stack.simulator.wait_for("prompt_shown", limit_s=STEP_LIMIT_S)
    steps.append(Step(at_ms=shown["at_ms"], who="phone", what="shows the M-PESA prompt"))
    return payment


def _play_the_payer(stack: Stack, steps: list[Step]) -> None:
    steps.append(Step(at_ms=_now_ms(), who="phone", what="PIN entered"))
    paid = stack.simulator.enter_pin(MSISDN)
    if paid["result_code"] != "0":
        raise LimitReachedError(f"the simulated payment ended with {paid}")


def _watch_the_meter(
    stack: Stack, meter: Meter, transaction_id: str, after: int, steps: list[Step]
) -> None:
    tell: dict[str, Callable[[dict[str, Any]], str]] = {
        "applied": lambda event: f"applied {event['energy_wh']} Wh, signature checked",
        "committed": lambda event: f"saved: balance {event['balance_wh']} Wh",
        "switch": lambda event: f"switch {event['state']} ({event['reason']})",
        "acknowledged": lambda _: "acknowledged",
    }
    for name, said in tell.items():
        event, _ = meter.wait_for(name, after=after, limit_s=STEP_LIMIT_S)
        steps.append(Step(at_ms=event["at_ms"], who="meter", what=said(event)))
    path = f"transactions/{transaction_id}"
    stack.database.wait_until(
        path, lambda node: bool(node) and node["delivery"]["status"] == "delivered"
    )


def _summary(
    stack: Stack, tenant: Person, transaction_id: str, steps: list[Step]
) -> dict[str, Any]:
    [evidence] = stack.database.get(f"callbacks/{transaction_id}").values()
    payment = tenant.payment(transaction_id)
    delivery = payment["delivery"]
    applied_ms = next(step.at_ms for step in steps if step.what.startswith("applied"))
    steps += [
        Step(at_ms=evidence["received_at"], who="functions", what="callback recorded"),
        Step(
            at_ms=payment["paid_at_ms"],
            who="functions",
            what=f"paid: receipt {payment['mpesa_receipt']} claimed",
        ),
        Step(at_ms=delivery["queued_at_ms"], who="functions", what="recharge queued"),
        Step(
            at_ms=payment["updated_at_ms"],
            who="functions",
            what=f"delivered: {delivery['balance_before_wh']} -> {delivery['balance_after_wh']} Wh",
        ),
    ]
    return {
        "transaction_id": transaction_id,
        "receipt": payment["mpesa_receipt"],
        "amount": payment["amount_kes"],
        "energy_wh": delivery["energy_wh"],
        "balance_before_wh": delivery["balance_before_wh"],
        "balance_after_wh": delivery["balance_after_wh"],
        "callback_to_applied_ms": applied_ms - evidence["received_at"],
    }


def _print_timeline(steps: list[Step]) -> None:
    steps.sort(key=lambda step: step.at_ms)
    start_ms = steps[0].at_ms
    for step in steps:
        print(f"  {step.at_ms - start_ms:>6} ms  {step.who:<10} {step.what}")
    print(flush=True)


def _stay_up(stack: Stack) -> None:
    token = stack.sign_in(*TENANT).id_token
    print(
        f"""Everything stays up; Ctrl-C ends it. Try it by hand:

  Tenant's page         {stack.url("hosting")}/
  Payer's phones        {stack.url("daraja")}/   (PIN 1234; "Pay by hand" is the PayBill)
  API                   {stack.url("hosting")}/api/meters/{METER_ID}
  Realtime Database     {stack.url("rtdb")}/meters.json?ns={stack.ready["namespace"]}
  Auth                  {stack.url("auth")}

  Tenants   amina@tenants.example / amina-password    meter MTR-001, phone 0700000001
            brian@tenants.example / brian-password    meter MTR-002, phone 0700000002
  Operator  grace@operators.example / grace-password

  Pay again as Brian, then type the PIN on the phone page:

    curl -X POST {stack.url("hosting")}/daraja/stk-push \\
      -H 'Authorization: Bearer {token}' \\
      -H "Idempotency-Key: $RANDOM$RANDOM" -H 'Content-Type: application/json' \\
      -d '{{"meter_id": "{METER_ID}", "amount": 20, "phone_number": "{PHONE}"}}'
""",
        flush=True,
    )
    threading.Event().wait()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


if __name__ == "__main__":
    sys.exit(main())
