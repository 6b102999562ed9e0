"""Clients that others wrote for Safaricom work against the simulator, unmodified."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.unit.emulators.daraja.live import Loop, start_simulator

HERE = Path(__file__).parent
PYTHON = HERE.parents[2] / ".venv-contract" / "bin" / "python"
TIMEOUT_S = 60


@pytest.fixture
def base_url() -> Iterator[str]:
    loop = Loop()
    running = loop.run(start_simulator())
    yield f"http://{running.host}:{running.port}"
    loop.run(running.stop())
    loop.close()


def run(script: str, base_url: str) -> dict[str, Any]:
    """What the client's script reports; both clients take the local time for Nairobi's."""
    if not PYTHON.exists() and not os.environ.get("CI"):
        pytest.skip("no .venv-contract: make setup installs tests/contract/daraja/requirements.txt")
    done = subprocess.run(
        [str(PYTHON), str(HERE / script), base_url],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        env={"TZ": "Africa/Nairobi", "PATH": os.environ["PATH"]},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert isinstance(report, dict)
    return report


def ledger(base_url: str) -> list[dict[str, Any]]:
    rows = requests.get(f"{base_url}/simulator/ledger", timeout=TIMEOUT_S).json()["receipts"]
    assert isinstance(rows, list)
    return rows


def test_mpesakit_pays_looks_up_pays_out_and_reverses(base_url: str) -> None:
    report = run("mpesakit_client.py", base_url)
    rows = {row["channel"]: row for row in ledger(base_url)}
    assert report == {
        "accepted": True,
        "open_code": "4999",
        "paid_code": "0",
        "receipt": rows["stk"]["receipt"],
        "callback_receipt": rows["stk"]["receipt"],
        "callback_amount": 500,
        "registered": "0",
        "by_hand": rows["c2b"]["receipt"],
        "confirmed": rows["c2b"]["receipt"],
        "confirmed_amount": 70.0,
        "payout": "0",
        "payout_receipt": rows["b2c"]["receipt"],
        "reversed": True,
        "status": 0,
        "balance": "0",
        "picture": True,
    }


def test_daraja_sdk_pays_pulls_pays_out_and_looks_up(base_url: str) -> None:
    report = run("daraja_sdk_client.py", base_url)
    rows = ledger(base_url)
    assert [row["channel"] for row in rows] == ["stk", "c2b", "b2c"]
    assert report == {
        "open_code": "4999",
        "paid_code": "0",
        "receipt": rows[0]["receipt"],
        "registered": "0",
        "simulated": "0",
        "pull_registered": "1000",
        "pulled": [rows[0]["receipt"], rows[1]["receipt"]],
        "payout": "0",
        "reversal": "R000002",
        "status": 0,
        "balance": "240.00",
        "picture": True,
    }
