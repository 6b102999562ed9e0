"""The server tells a real virtual meter what to do, and hears how it went."""

from __future__ import annotations

import secrets

import pytest
from lipamita.adapters.admin_app import admin_app
from lipamita.adapters.log import StructuredLog
from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.domain.command import Order, OrderId
from lipamita.domain.ids import MeterId
from lipamita.domain.schedule import UnverifiedPolicy
from lipamita.entrypoints.wiring import now_ms
from lipamita.use_cases.send_command import send_command
from lipamita.use_cases.world import World

from tests.fakes.estate import FakeDaraja
from tests.fakes.memory_audit import MemoryAudit
from tests.fakes.memory_people import FakeAccounts
from tests.fakes.memory_record import MemoryRecord
from tests.journeys import scene
from tools.lab.stack import Stack

pytestmark = pytest.mark.journey


def world(stack: Stack) -> World:
    """The use cases' world over the journey's database, with the functions' own secrets."""
    app = admin_app(
        project_id=stack.ready["project"],
        database_url=f"{stack.url('rtdb')}/?ns={stack.ready['namespace']}",
    )
    return World(
        store=RtdbStore(app),
        daraja=FakeDaraja(),
        accounts=FakeAccounts(),
        record=MemoryRecord(),
        audit=MemoryAudit(),
        clock=now_ms,
        random_bytes=secrets.token_bytes,
        log=StructuredLog(),
        callback_secret=stack.secrets["CALLBACK_SECRET"],
        device_master_secret=stack.secrets["DEVICE_MASTER_SECRET"],
        public_base_url=stack.url("hosting"),
        unverified_policy=UnverifiedPolicy.CREDIT,
    )


def order(order_id: str, kind: str, **arguments: int) -> Order:
    return Order(
        meter_id=MeterId(scene.METER), order_id=OrderId(order_id), kind=kind, arguments=arguments
    )


def wait_for_answer(stack: Stack, order_id: str) -> str:
    """The answer, once the functions have taken it up."""
    node = stack.database.wait_until(
        f"command_registers/{scene.METER}/entries/{order_id}",
        lambda entry: bool(entry) and "closed_at" in entry,
    )
    result: str = node["result"]
    return result


def test_a_meter_carries_out_signed_commands_in_their_order(stack: Stack) -> None:
    here = world(stack)
    send_command(order("off", "disconnect"), here)  # the meter is not even on yet
    send_command(order("on", "connect"), here)
    meter = stack.meter(scene.METER)
    assert wait_for_answer(stack, "off") == "ok"
    assert wait_for_answer(stack, "on") == "ok"
    assert [event["kind"] for event in meter.events("command")] == ["disconnect", "connect"]
    stack.database.wait_until(
        f"meters/{scene.METER}/status/switch", lambda switch: switch == "connected"
    )
    send_command(order("odd", "dance"), here)  # streamed to a meter that listens
    assert wait_for_answer(stack, "odd") == "unknown kind"


def test_a_command_signed_for_another_key_is_not_carried_out(stack: Stack) -> None:
    meter = stack.meter(scene.METER)
    meter.wait_for("streaming")
    path = f"meters/{scene.METER}/commands/c0000000001-forged"
    forged = {"kind": "disconnect", "arguments": "", "sequence": 1, "mac": "0" * 64}
    stack.database.put(path, {**forged, "created_at": 1})
    refused, _ = meter.wait_for("command_refused")
    assert refused["reason"] == "bad_mac"
    assert "done_at" not in stack.database.get(path)
