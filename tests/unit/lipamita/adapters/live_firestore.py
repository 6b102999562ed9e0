"""The Firestore emulator in a thread, with the repository's indexes."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from emulators.firestore.server import Options, Running, start

INDEXES = Path(__file__).parents[4] / "firestore.indexes.json"
START_TIMEOUT_S = 20
_NUMBERS = count(1)


def fresh_project() -> str:
    """A project that nobody has written to."""
    return f"demo-record-{next(_NUMBERS)}"


@contextmanager
def live_firestore() -> Iterator[str]:
    """Its address, also in FIRESTORE_EMULATOR_HOST, until the end."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def wait(coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(START_TIMEOUT_S)

    running: Running = wait(start(Options(port=0, indexes_file=INDEXES)))
    address = f"{running.host}:{running.port}"
    before = os.environ.get("FIRESTORE_EMULATOR_HOST")
    os.environ["FIRESTORE_EMULATOR_HOST"] = address
    try:
        yield address
    finally:
        if before is None:
            del os.environ["FIRESTORE_EMULATOR_HOST"]
        else:
            os.environ["FIRESTORE_EMULATOR_HOST"] = before
        wait(running.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(START_TIMEOUT_S)
        loop.close()
