"""Server-sent events of a REST stream: frames, and the watch that feeds them.

Each frame is `event:`, `data:` (one line, `path` before `data`) and an empty line.
https://firebase.google.com/docs/reference/rest/database#section-streaming
"""

from __future__ import annotations

from typing import Any, Protocol

from emulators.rtdb import json_text
from emulators.rtdb.core.changes import Change
from emulators.rtdb.core.watch import Watch
from emulators.rtdb.tree.node import Node
from emulators.rtdb.tree.path import Path, show
from emulators.rtdb.tree.to_json import plain

KEEP_ALIVE = b"event: keep-alive\ndata: null\n\n"
CANCEL = b"event: cancel\ndata: null\n\n"
AUTH_REVOKED = b"event: auth_revoked\ndata: credential is no longer valid\n\n"
_ENCODING = "sse"


class Outlet(Protocol):
    """The open connection."""

    def send(self, data: bytes) -> None:
        """Queue bytes; never waits."""

    def close(self) -> None:
        """Send what is queued, then close."""


class Stream:
    """A listener that writes frames to an outlet."""

    __slots__ = ("outlet",)

    def __init__(self, outlet: Outlet) -> None:
        self.outlet = outlet

    def changed(self, _watch: Watch, change: Change) -> None:
        frame = change.encoded.get(_ENCODING)
        if frame is None:
            frame = change.encoded[_ENCODING] = change_frame(change)
        self.outlet.send(frame)

    def revoked(self, _watch: Watch) -> None:
        self.outlet.send(CANCEL)
        self.outlet.close()

    def credential_expired(self, _watch: Watch) -> None:
        self.outlet.send(AUTH_REVOKED)
        self.outlet.close()


def first_frame(node: Node | None) -> bytes:
    """The whole value, as every stream begins."""
    return _frame("put", (), plain(node))


def change_frame(change: Change) -> bytes:
    """A `put` or `patch` relative to the stream's place."""
    if not change.merge:
        return _frame("put", change.path, plain(change.value))
    data = {"/".join(path): plain(node) for path, node in change.values.items()}
    return _frame("patch", change.path, data)


def _frame(event: str, path: Path, data: Any) -> bytes:
    line = json_text.write({"path": show(path), "data": data})
    return b"event: " + event.encode("ascii") + b"\ndata: " + line + b"\n\n"
