"""What functions print: tagged with the function's name in the worker, made readable outside.

The worker writes name, unit separator (0x1F), line; a line without a tag comes from no function
(an import, a thread, a subprocess). firebase-functions' logger prints one JSON object per line.
"""

from __future__ import annotations

import io
import json
import os
import threading
from collections.abc import Callable
from contextvars import ContextVar

TAG = "\x1f"
MAX_LINE_BYTES = 256 * 1024
current_function: ContextVar[str] = ContextVar("current_function", default="")


class TaggedStream(io.TextIOBase):
    """Standard output of the worker: whole lines, each with the function that wrote it."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self.buffer = io.FileIO(descriptor, "w", closefd=False)
        self._partial = threading.local()
        self._lock = threading.Lock()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Always UTF-8."""
        return "utf-8"

    def fileno(self) -> int:
        """The descriptor below."""
        return self._descriptor

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, text: str) -> int:
        """Keep an unfinished line of this thread, send finished ones."""
        pending: str = getattr(self._partial, "text", "") + text
        lines = pending.split("\n")
        self._partial.text = lines.pop()
        if lines:
            name = current_function.get()
            self._send("".join(f"{name}{TAG}{line}\n" for line in lines))
        return len(text)

    def flush(self) -> None:
        """Nothing waits but unfinished lines."""

    def _send(self, text: str) -> None:
        data = text.encode("utf-8", "backslashreplace")
        with self._lock:
            while data:
                data = data[os.write(self._descriptor, data) :]


class LineSplitter:
    """Bytes in any pieces in, whole lines out; a line above the limit is cut."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self._pending = b""

    def feed(self, data: bytes) -> None:
        """Take the next piece."""
        *lines, self._pending = (self._pending + data).split(b"\n")
        for line in lines:
            self._on_line(_decode(line))
        if len(self._pending) > MAX_LINE_BYTES:
            self.end()

    def end(self) -> None:
        """The rest, when the stream ends in the middle of a line."""
        if self._pending:
            self._on_line(_decode(self._pending))
        self._pending = b""


def readable(line: str) -> str:
    """`name: SEVERITY message field=value` of a tagged line, structured or not."""
    name, tagged, text = line.partition(TAG)
    if not tagged:
        name, text = "", line
    prefix = f"functions[{name}]" if name else "functions"
    return f"{prefix}: {_unfolded(text)}"


def _unfolded(text: str) -> str:
    if not text.startswith("{"):
        return text
    try:
        entry = json.loads(text)
    except ValueError:
        return text
    if not isinstance(entry, dict) or "severity" not in entry:
        return text
    severity, message = entry.pop("severity"), entry.pop("message", "")
    fields = [f"{name}={_shown(value)}" for name, value in entry.items()]
    return " ".join(part for part in [str(severity), str(message), *fields] if part)


def _shown(value: object) -> str:
    if isinstance(value, str) and value and not any(c.isspace() for c in value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _decode(line: bytes) -> str:
    return line[:MAX_LINE_BYTES].rstrip(b"\r").decode("utf-8", "replace")
