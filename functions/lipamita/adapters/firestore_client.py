"""The Firestore client: made once, by the first call that needs it, under a lock.

google.cloud.firestore costs about 110 ms to import, so only functions that keep or read the record
pay for it, when they first do.
"""

from __future__ import annotations

import threading
from typing import Any

CALL_TIMEOUT_S = 20
_LOCK = threading.Lock()
_CLIENTS: dict[str, Any] = {}


def firestore_client(project_id: str) -> Any:
    """The client of that project. Credentials are the runtime's own, or the emulator's."""
    with _LOCK:
        client = _CLIENTS.get(project_id)
        if client is None:
            from google.cloud import firestore  # noqa: PLC0415 (see the module's head)

            client = _CLIENTS[project_id] = firestore.Client(project=project_id)
        return client
