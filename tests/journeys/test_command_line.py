"""What operators do from a command line, as processes against a running system."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from lipamita.domain.units import EAT

from tests.journeys import scene
from tools.lab.stack import Stack

pytestmark = pytest.mark.journey
HEAD = (
    "Receipt No.,Completion Time,Transaction Status,Paid In,Withdrawn,Reason Type,"
    "Linked Transaction ID,A/C No.\n"
)
UNHEARD = "UKB2LOST01"
METERS = (
    "meter_id,name,kind,tariff_id\nMTR-801,House X1,esp32,domestic\nMTR-8O1,Twin,esp32,domestic\n"
)


def ended(ran: subprocess.CompletedProcess[str], code: int) -> str:
    assert ran.returncode == code, ran.stdout + ran.stderr
    return ran.stdout


def statement_of(stack: Stack, folder: Path, paid: str) -> Path:
    """M-Pesa's statement: the payment that was made, and one of which nobody heard."""
    node = scene.transaction(stack, paid)
    now = datetime.now(EAT)
    rows = [
        f"{node['mpesa_receipt']},{now:%Y-%m-%d %H:%M:%S},Completed,{node['amount']}.00,,Pay,,\n",
        f"{UNHEARD},{now - timedelta(days=2):%Y-%m-%d %H:%M:%S},Completed,120.00,,Pay,,MTR-001\n",
        f"UKB2FEES01,{now:%Y-%m-%d %H:%M:%S},Completed,,-5.00,Pay Bill Charge,,\n",
    ]
    file = folder / "statement.csv"
    file.write_text(HEAD + "".join(rows))
    return file


def test_the_commands_do_what_they_say_on_a_running_system(stack: Stack, tmp_path: Path) -> None:
    stack.register_paybill()
    meter = stack.meter(scene.METER)
    meter.wait_for("streaming")
    tenant = scene.amina(stack)
    paid = scene.prompted(stack, tenant)
    stack.simulator.enter_pin(scene.MSISDN)
    scene.wait_for_delivery(stack, paid, "delivered")
    stack.run_schedule("archive")

    file = tmp_path / "meters.csv"
    file.write_text(METERS)
    said = ended(stack.command("import", "meters", str(file)), 1)
    assert "line 3: meter_id:" in said
    assert stack.database.get("meters/MTR-801/name") == "House X1"

    statement = str(statement_of(stack, tmp_path, paid))
    assert UNHEARD in ended(stack.command("statement", statement, "--to-suspense"), 0)
    waiting = stack.database.get(f"suspense/{UNHEARD}")
    assert (waiting["reason"], waiting["amount"]) == ("from_statement", 120)
    stack.run_schedule("archive")
    assert "3 receipts agree" in ended(stack.command("statement", statement), 0)

    label = ("board-7", "--label-secret", "0123456789ABCDEF")
    ended(stack.command("provision-meter", "MTR-801", *label), 0)

    report = tmp_path / "ledger.csv"
    ended(stack.command("export", "ledger", "--csv", str(report)), 0)
    assert report.read_text().splitlines()[-1].startswith("sum,")
    export = tmp_path / "amina.json"
    ended(stack.command("personal-data", "export", tenant.uid, "-o", str(export)), 0)
    assert [one["transaction_id"] for one in json.loads(export.read_text())["payments"]] == [paid]
    ended(stack.command("personal-data", "erase", tenant.uid, "--yes"), 0)
    assert scene.transaction(stack, paid)["user_id"].startswith("erased-")
    assert "0 faults" in ended(stack.command("verify", "--recount"), 0)
