"""The same project under firebase-tools: `python -m emulators official [firebase arguments]`.

firebase-tools starts Auth, Functions and Hosting by itself, without download. For the Realtime
Database it wants Java and a jar: the `java` beside this package becomes our emulator instead.
Without arguments: `emulators:start --project demo-lipamita`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from emulators.suite.project import DEFAULT_PROJECT

EMULATORS = Path(__file__).resolve().parents[1]
ROOT = EMULATORS.parent
SHIM = EMULATORS / "java_shim"
FIREBASE = ROOT / "tests/contract/firebase_tools/node_modules/.bin/firebase"
STOP_S = 15.0
POLL_S = 0.05
HINT = "install it: npm ci --prefix tests/contract/firebase_tools"


def main(words: Sequence[str]) -> int:
    """Run firebase-tools in a process group of its own, and end that group; its exit status."""
    if not FIREBASE.is_file():
        print(f"firebase-tools is not installed; {HINT}", file=sys.stderr)
        return 1
    command = [str(FIREBASE), *(words or ["emulators:start"])]
    if "--project" not in words:
        command += ["--project", DEFAULT_PROJECT]
    process = subprocess.Popen(  # noqa: S603 (the firebase command that was asked for)
        command, env=official_environment(os.environ), process_group=0, stdin=subprocess.DEVNULL
    )
    asked = _pass_signals_on(process)
    parent = os.getppid()
    try:
        while process.poll() is None and os.getppid() == parent:
            time.sleep(POLL_S)
            if asked and time.monotonic() > asked[0] + STOP_S:
                break
    finally:
        # Python workers that firebase-tools forgets live on in its group.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def official_environment(own: Mapping[str, str]) -> dict[str, str]:
    """What lets firebase-tools run offline with our Realtime Database."""
    return {
        **own,
        "CI": "true",
        "METADATA_SERVER_DETECTION": "none",
        "NO_UPDATE_NOTIFIER": "1",
        "FUNCTIONS_DISCOVERY_TIMEOUT": "30",
        "DATABASE_EMULATOR_BINARY_PATH": str(SHIM / "java"),
        "EMULATORS_PYTHON": sys.executable,
        "EMULATORS_ROOT": str(ROOT),
        "PATH": f"{SHIM}{os.pathsep}{own.get('PATH', '')}",
    }


def _pass_signals_on(process: subprocess.Popen[bytes]) -> list[float]:
    """firebase-tools stops on SIGINT; a second one makes it give up. When it was asked first."""
    asked: list[float] = []

    def on_signal(*_: object) -> None:
        if not asked:
            process.send_signal(signal.SIGINT)
        asked.append(time.monotonic())

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    return asked
