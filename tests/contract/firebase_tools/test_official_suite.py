"""The same project, seed and checks under firebase-tools."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emulators.suite.official import FIREBASE, WATCH_PARENT
from emulators.suite.ports import choose_ports
from tests.contract.suite.checks import CHECKS
from tests.contract.suite.processes import (
    Addresses,
    Suite,
    copy_project,
    descendants,
    wait_until_gone,
)

pytestmark = [
    pytest.mark.npm,
    pytest.mark.skipif(
        not FIREBASE.is_file(), reason="npm ci --prefix tests/contract/firebase_tools"
    ),
]
READY = "All emulators ready"
START_S = 120.0
NAMES = (
    "auth",
    "functions",
    "database",
    "firestore",
    "hosting",
    "hub",
    "logging",
    "eventarc",
    "tasks",
)


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    project = copy_project(tmp_path_factory.mktemp("official"))
    urls = _with_free_ports(project / "firebase.json")
    (project / "functions" / "venv").symlink_to(sys.prefix)
    words = ["official", WATCH_PARENT, "emulators:start", "--import", "seed"]
    official = Suite(words, project, {"HOME": str(project)})
    try:
        official.wait_for(READY, START_S)
        yield Addresses(
            rtdb=urls["database"],
            auth=urls["auth"],
            firestore=urls["firestore"],
            functions=urls["functions"],
            hosting=urls["hosting"],
            hub=urls["hub"],
        )
    finally:
        started = descendants(official.process.pid)
        official.end(signal.SIGKILL)
        assert wait_until_gone(started) == set()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: str(check.__name__))
def test_firebase_tools(suite: Addresses, check: Callable[[Addresses], None]) -> None:
    check(suite)


def _with_free_ports(path: Path) -> dict[str, str]:
    config = json.loads(path.read_text())
    ports = choose_ports(NAMES, dict.fromkeys(NAMES, 0))
    for name, port in ports.items():
        config["emulators"][name] = {"host": "127.0.0.1", "port": port}
    path.write_text(json.dumps(config))
    return {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
