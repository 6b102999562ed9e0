"""The same project under firebase-tools: `python -m emulators official [firebase arguments]`.

firebase-tools starts Auth, Functions and Hosting by itself, without download. For the Realtime
Database and Firestore it wants Java and jars: the `java` beside this package becomes our emulators
instead.
Without arguments: `emulators:start --project demo-lipamita`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from emulators.suite.command import Command
from emulators.suite.project import DEFAULT_PROJECT

EMULATORS = Path(__file__).resolve().parents[1]
ROOT = EMULATORS.parent
SHIM = EMULATORS / "java_shim"
FIREBASE = ROOT / "tests/contract/firebase_tools/node_modules/.bin/firebase"
STOP_S = 15.0
PARENT_POLL_S = 0.5
WATCH_PARENT = "--watch-parent"
HINT = "install it: npm ci --prefix tests/contract/firebase_tools"


def main(words: Sequence[str]) -> int:
    """Run firebase-tools until it ends or is told to; its exit status."""
    if not FIREBASE.is_file():
        print(f"firebase-tools is not installed; {HINT}", file=sys.stderr)
        return 1
    watch_parent = words[:1] == [WATCH_PARENT]
    words = list(words[1:] if watch_parent else words) or ["emulators:start"]
    if "--project" not in words:
        words += ["--project", DEFAULT_PROJECT]
    return asyncio.run(_run([str(FIREBASE), *words], watch_parent=watch_parent))


def official_environment(own: Mapping[str, str]) -> dict[str, str]:
    """What lets firebase-tools run offline with our databases."""
    return {
        **own,
        "CI": "true",
        "METADATA_SERVER_DETECTION": "none",
        "NO_UPDATE_NOTIFIER": "1",
        "FUNCTIONS_DISCOVERY_TIMEOUT": "30",
        "DATABASE_EMULATOR_BINARY_PATH": str(SHIM / "java"),
        "FIRESTORE_EMULATOR_BINARY_PATH": str(SHIM / "firestore"),
        "EMULATORS_PYTHON": sys.executable,
        "EMULATORS_ROOT": str(ROOT),
        "PATH": f"{SHIM}{os.pathsep}{own.get('PATH', '')}",
    }


async def _run(command: list[str], *, watch_parent: bool) -> int:
    """firebase-tools alone is asked to end: it stops its own emulators, after any export.

    Python workers that it forgets are killed with its process group.
    """
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    firebase = await Command.start(
        command, official_environment(os.environ), grace_s=STOP_S, ask="leader"
    )
    ended = asyncio.create_task(firebase.ended())
    told_to_end = asyncio.create_task(told.wait())
    parent = os.getppid()
    while not (ended.done() or told.is_set() or (watch_parent and os.getppid() != parent)):
        await asyncio.wait(
            {ended, told_to_end}, timeout=PARENT_POLL_S, return_when=asyncio.FIRST_COMPLETED
        )
    told_to_end.cancel()
    await firebase.stop()
    return await ended
