"""The Realtime Database emulator in a thread, and an admin app that speaks to it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from firebase_admin import App, db
from lipamita.adapters.admin_app import admin_app

from emulators.rtdb.server import Options, Running, start

NAMESPACE = "demo-lipamita-default-rtdb"
RULES = Path(__file__).parents[4] / "database.rules.json"
START_TIMEOUT_S = 10


class LiveDatabase:
    """A running database with the repository's rules; ``app`` has an admin's rights."""

    def __init__(self, address: str) -> None:
        self.url = f"http://{address}/?ns={NAMESPACE}"
        self.app: App = admin_app(project_id="demo-lipamita", database_url=self.url)

    def read(self, path: str = "/") -> Any:
        return db.reference(path, app=self.app).get()

    def write(self, path: str, value: object) -> None:
        db.reference(path, app=self.app).set(value)

    def merge(self, path: str, value: dict[str, object]) -> None:
        db.reference(path, app=self.app).update(value)

    def clear(self) -> None:
        db.reference("/", app=self.app).delete()


@contextmanager
def live_database() -> Iterator[LiveDatabase]:
    """A database on a port of the system's choice, gone afterwards."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def wait(coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(START_TIMEOUT_S)

    options = Options(
        port=0,
        default_namespace=NAMESPACE,
        rules_by_namespace={NAMESPACE: RULES.read_text(encoding="utf-8")},
    )
    running: Running = wait(start(options))
    try:
        yield LiveDatabase(f"{running.host}:{running.port}")
    finally:
        wait(running.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(START_TIMEOUT_S)
        loop.close()
