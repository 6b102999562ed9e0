"""The Firebase admin app: made once, under a lock, with timeouts.

Eight first calls at once would otherwise each run an initialiser of their own.
"""

from __future__ import annotations

import threading

import firebase_admin

CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 15
_LOCK = threading.Lock()
_APPS: dict[str, firebase_admin.App] = {}


def admin_app(*, project_id: str, database_url: str) -> firebase_admin.App:
    """The app for that database. Credentials are the runtime's own, or the emulator's."""
    with _LOCK:
        app = _APPS.get(database_url)
        if app is None:
            options = {
                "projectId": project_id,
                "databaseURL": database_url,
                "httpTimeout": (CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
            }
            app = firebase_admin.initialize_app(options=options, name=database_url)
            _APPS[database_url] = app
        return app
