"""Words the journeys are told in."""

from __future__ import annotations

from typing import Any

from tools.lab.people import Person
from tools.lab.stack import Stack

METER = "MTR-001"
PHONE = "0700000001"
MSISDN = "254700000001"
OTHER_METER = "MTR-002"
OTHER_PHONE = "0700000002"
OTHER_MSISDN = "254700000002"
SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
TIMES = ("timestamp", "queried_at", "paid_unverified_at", "next_check_at")


def amina(stack: Stack) -> Person:
    """The tenant of MTR-001."""
    return stack.sign_in("amina@tenants.example", "amina-password")


def brian(stack: Stack) -> Person:
    """The tenant of MTR-002."""
    return stack.sign_in("brian@tenants.example", "brian-password")


def grace(stack: Stack) -> Person:
    """The operator."""
    return stack.sign_in("grace@operators.example", "grace-password")


def prompted(
    stack: Stack,
    tenant: Person,
    amount_kes: int = 100,
    *,
    meter_id: str = METER,
    phone: str = PHONE,
    key: str | None = None,
) -> str:
    """The transaction of a payment whose prompt is on the phone."""
    answer = tenant.ask_to_pay(meter_id, amount_kes, phone, idempotency_key=key)
    assert answer.status_code == 202, answer.text
    assert answer.json()["status"] == "prompted", answer.text
    transaction_id: str = answer.json()["transaction_id"]
    return transaction_id


def transaction(stack: Stack, transaction_id: str) -> Any:
    """The stored transaction."""
    return stack.database.get(f"transactions/{transaction_id}")


def checkout_request_id(stack: Stack, transaction_id: str) -> Any:
    """What Daraja called the prompt of that transaction."""
    return stack.database.get(f"prompts/{transaction_id}/checkout_request_id")


def wait_for_status(stack: Stack, transaction_id: str, status: str) -> Any:
    """The transaction once it has that status."""
    return stack.database.wait_until(
        f"transactions/{transaction_id}", lambda node: bool(node) and node["status"] == status
    )


def wait_for_delivery(stack: Stack, transaction_id: str, status: str) -> Any:
    """The transaction once its delivery has that status."""
    return stack.database.wait_until(
        f"transactions/{transaction_id}",
        lambda node: bool(node) and node["delivery"]["status"] == status,
    )


def let_time_pass(stack: Stack, transaction_id: str, duration_ms: int) -> None:
    """Make a payment older, as if everything about it had happened that much earlier."""
    node = transaction(stack, transaction_id)
    earlier = {name: node[name] - duration_ms for name in TIMES if name in node}
    stack.database.patch(f"transactions/{transaction_id}", earlier)


def alarms(stack: Stack) -> dict[str, int]:
    """How often each kind of alarm was raised."""
    counts: dict[str, int] = {}
    for day in (stack.database.get("alarms") or {}).values():
        for kind, node in day.items():
            counts[kind] = counts.get(kind, 0) + node["count"]
    return counts
