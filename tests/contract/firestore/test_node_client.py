"""@google-cloud/firestore for Node on the same emulator: a second, independent judge."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.npm

SCRIPT = Path(__file__).with_name("node_client.mjs")
PACKAGES = SCRIPT.parents[2] / "conformance" / "node_modules" / "@google-cloud" / "firestore"
LIMIT_S = 60


def test_the_node_client(emulator: Any, project: str) -> None:
    if not PACKAGES.is_dir():
        pytest.fail("npm packages are missing: run `make setup` (npm ci in tests/conformance)")
    environment = os.environ | {
        "FIRESTORE_EMULATOR_HOST": emulator.address,
        "GCLOUD_PROJECT": project,
        "METADATA_SERVER_DETECTION": "none",
        "NODE_NO_WARNINGS": "1",
    }
    done = subprocess.run(
        ["node", str(SCRIPT)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {line["check"]: line["found"] for line in lines} == {
        "vector": [1, 2],
        "transactions": 11,
        "last": ["8", "9"],
        "or": ["1", "2", "3"],
        "aggregate": {"sum": 45, "mean": 4.5},
        "average of nothing": {"sum": 0, "mean": None},
        "listener": [["removed", "0"]],
        "bulk writer": 30,
        "missing index": 9,
        "recursive delete": ["a"],
    }
