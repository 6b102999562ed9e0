"""The Realtime Database as an operator's console sees it: read, write, and watch a path."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests

from tools.lab.process import LimitReachedError

TIMEOUT_S = (3, 10)
STREAM_TIMEOUT_S = 60
JOIN_LIMIT_S = 5
ADMIN = {"Authorization": "Bearer owner"}


class Database:
    """Admin access to one namespace of the emulator."""

    def __init__(self, url: str, namespace: str) -> None:
        self._url = url
        self._params = {"ns": namespace}

    def get(self, path: str) -> Any:
        """The value at the path; None if there is none."""
        answer = requests.get(self._at(path), params=self._params, headers=ADMIN, timeout=TIMEOUT_S)
        answer.raise_for_status()
        return answer.json()

    def put(self, path: str, value: object) -> None:
        """Replace the value at the path; None removes it."""
        requests.put(
            self._at(path),
            params=self._params,
            headers=ADMIN,
            data=json.dumps(value),
            timeout=TIMEOUT_S,
        ).raise_for_status()

    def patch(self, path: str, values: dict[str, object]) -> None:
        """Change several paths below this one at once."""
        requests.patch(
            self._at(path), params=self._params, headers=ADMIN, json=values, timeout=TIMEOUT_S
        ).raise_for_status()

    def watch(self, path: str) -> Watch:
        """A live copy of the value at the path; use it as a context manager."""
        return Watch(self._at(path), self._params)

    def wait_until(self, path: str, wanted: Callable[[Any], bool], *, limit_s: float = 20.0) -> Any:
        """The first value at the path that is wanted. Raises LimitReachedError."""
        with self.watch(path) as watch:
            return watch.wait_until(wanted, limit_s=limit_s)

    def _at(self, path: str) -> str:
        return f"{self._url}/{path.strip('/')}.json"


class Watch:
    """A value kept current by the database's event stream."""

    def __init__(self, url: str, params: dict[str, str]) -> None:
        self._changed = threading.Condition()
        self._value: Any = None
        self._known = False
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=STREAM_TIMEOUT_S)
        connection.request(
            "GET",
            f"{parts.path}?{urlencode(params)}",
            headers={**ADMIN, "Accept": "text/event-stream"},
        )
        self._socket: socket.socket = connection.sock
        self._answer = connection.getresponse()
        if self._answer.status != http.client.OK:
            raise AssertionError(f"watching {parts.path}: HTTP {self._answer.status}")
        self._reader = threading.Thread(target=self._read, name="watch", daemon=True)
        self._reader.start()

    def __enter__(self) -> Watch:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)  # wakes the reader, which then ends
        self._reader.join(JOIN_LIMIT_S)
        self._answer.close()
        self._socket.close()

    def wait_until(self, wanted: Callable[[Any], bool], *, limit_s: float = 20.0) -> Any:
        """The first value that is wanted. Raises LimitReachedError with the last one."""
        deadline = time.monotonic() + limit_s
        with self._changed:
            while not (self._known and wanted(self._value)):
                left_s = deadline - time.monotonic()
                if left_s <= 0:
                    shown = json.dumps(self._value)[:600]
                    raise LimitReachedError(f"not within {limit_s} s; last value: {shown}")
                self._changed.wait(left_s)
            return self._value

    def _read(self) -> None:
        event = ""
        try:
            while raw := self._answer.readline():
                line = raw.decode().rstrip("\n")
                if line.startswith("event: "):
                    event = line.removeprefix("event: ")
                elif line.startswith("data: ") and event in ("put", "patch"):
                    self._apply(event, json.loads(line.removeprefix("data: ")))
        except (OSError, http.client.HTTPException):
            return  # closed by us

    def _apply(self, event: str, change: dict[str, Any]) -> None:
        with self._changed:
            if event == "put":
                self._value = _with(self._value, change["path"], change["data"])
            else:
                for name, data in change["data"].items():
                    self._value = _with(self._value, f"{change['path']}/{name}", data)
            self._known = True
            self._changed.notify_all()


def _with(value: Any, path: str, data: Any) -> Any:
    keys = [key for key in path.split("/") if key]
    if not keys:
        return data
    node = dict(value) if isinstance(value, dict) else {}
    below = _with(node.get(keys[0]), "/".join(keys[1:]), data)
    if below is None:
        node.pop(keys[0], None)
    else:
        node[keys[0]] = below
    return node or None
