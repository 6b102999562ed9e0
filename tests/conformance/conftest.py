"""The emulator as a process of its own, and the results of scripts run against it by Node."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SCRIPT_TIMEOUT_S = 90

Results = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def emulator() -> Iterator[str]:
    """The `host:port` of a running emulator."""
    command = [sys.executable, "-m", "emulators.rtdb", "--port", "0", "--keep-alive-s", "1"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().removeprefix("Listening at ").strip()
            process.terminate()
            assert process.wait(10) == 0
        finally:
            process.kill()


@pytest.fixture(scope="session")
def node_results(emulator: str) -> Callable[[str], Results]:
    """Runs a script once; gives the result of each of its checks by name."""
    known: dict[str, Results] = {}

    def results(script: str) -> Results:
        if script not in known:
            known[script] = _run(script, emulator)
        return known[script]

    return results


def _run(script: str, emulator: str) -> Results:
    if not (HERE / "node_modules" / "firebase").is_dir():
        pytest.fail("npm packages are missing: run `make setup` (npm ci in tests/conformance)")
    environment = os.environ | {
        "FIREBASE_DATABASE_EMULATOR_HOST": emulator,
        "GCLOUD_PROJECT": "demo-lipamita",
        "NODE_NO_WARNINGS": "1",
    }
    done = subprocess.run(
        ["node", script],
        cwd=HERE,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SCRIPT_TIMEOUT_S,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"name"')]
    results = {one["name"]: one for one in map(json.loads, lines)}
    if done.returncode != 0 or not results:
        pytest.fail(done.stdout[-2000:] + done.stderr[-4000:])
    return results
