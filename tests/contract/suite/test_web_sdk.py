"""The Firebase JS SDK, as the dashboard uses it, against the suite."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .processes import HERE, ROOT, copy_project, started

SDK = ROOT / "dashboard"

pytestmark = [
    pytest.mark.npm,
    pytest.mark.skipif(
        shutil.which("node") is None or not (SDK / "node_modules/firebase").is_dir(),
        reason="npm ci --prefix dashboard",
    ),
]


def test_a_page_signs_in_reads_calls_and_manages_its_account(tmp_path: Path) -> None:
    with started(copy_project(tmp_path), "--import", "seed") as (_, ready):
        urls = {name: ready[name]["url"] for name in ("auth", "rtdb", "functions")}
        done = subprocess.run(
            ["node", str(HERE / "web_sdk.cjs")],
            env={**os.environ, "SDK": str(SDK), "EMULATORS": json.dumps(urls)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "wrong": "auth/wrong-password",
        "unknown": "auth/user-not-found",
        "uid": "tenant-amina",
        "called": {"sum": 3, "caller": "tenant-amina"},
        "read": "Gate",
        "provider": "password",
        "name": "Amina",
        "twice": "auth/email-already-in-use",
        "deleted": None,
        "anonymous": True,
    }
