"""A child process whose output lines can be waited for, and that leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

MAX_LINES_KEPT = 20_000
STOP_LIMIT_S = 8.0
DIE_WITH_PARENT = ("setpriv", "--pdeathsig", "KILL")  # util-linux; nothing outlives its starter


class LimitReachedError(AssertionError):
    """What was waited for did not come in time."""


class Process:
    """A program in a process group of its own; its standard output line by line."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
        echo: Callable[[str], None] | None = None,
    ) -> None:
        self.name = name
        self._echo = echo
        self._lines: deque[str] = deque(maxlen=MAX_LINES_KEPT)
        self._dropped = 0
        self._changed = threading.Condition()
        self._child = subprocess.Popen(
            [*DIE_WITH_PARENT, *(str(word) for word in command)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            env={**os.environ, **(environment or {})},
        )
        self._reader = threading.Thread(target=self._read, name=f"read {name}", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The child's process id, also that of its group."""
        return self._child.pid

    @property
    def is_running(self) -> bool:
        """Whether the child has not ended yet."""
        return self._child.poll() is None

    def lines(self) -> list[str]:
        """What it printed so far, the newest 20,000 lines."""
        with self._changed:
            return list(self._lines)

    def position(self) -> int:
        """How many lines it has printed; ``after`` of a later wait."""
        with self._changed:
            return self._dropped + len(self._lines)

    def wait_for_line(
        self, wanted: Callable[[str], bool], *, limit_s: float, after: int = 0
    ) -> tuple[str, int]:
        """The first line that is wanted, and the position behind it.

        Raises LimitReachedError with the last lines when none came, or the process ended.
        """
        deadline = time.monotonic() + limit_s
        at = after
        with self._changed:
            while True:
                while at < self._dropped + len(self._lines):
                    line = self._lines[at - self._dropped]
                    at += 1
                    if wanted(line):
                        return line, at
                left_s = deadline - time.monotonic()
                if left_s <= 0 or (not self._reader.is_alive() and not self.is_running):
                    tail = "\n  ".join(list(self._lines)[-15:])
                    raise LimitReachedError(
                        f"{self.name}: not within {limit_s} s; it said last:\n  {tail}"
                    )
                self._changed.wait(min(left_s, 0.25))

    def wait_for(self, condition: Callable[[], bool], *, limit_s: float) -> None:
        """Wait for something the process does outside its output. Raises LimitReachedError."""
        deadline = time.monotonic() + limit_s
        with self._changed:
            while not condition():
                if time.monotonic() > deadline or not self.is_running:
                    tail = "\n  ".join(list(self._lines)[-30:])
                    raise LimitReachedError(f"{self.name}: not within {limit_s} s:\n  {tail}")
                self._changed.wait(0.02)

    def wait_for_end(self, *, limit_s: float) -> int:
        """The exit status. Raises LimitReachedError."""
        try:
            status = self._child.wait(limit_s)
        except subprocess.TimeoutExpired:
            raise LimitReachedError(f"{self.name} still runs after {limit_s} s") from None
        self._reader.join(STOP_LIMIT_S)
        self._close()
        return status

    def kill(self) -> None:
        """Pull the plug: SIGKILL to the whole group."""
        self._signal(signal.SIGKILL)
        self._child.wait(STOP_LIMIT_S)
        self._reader.join(STOP_LIMIT_S)
        self._close()

    def stop(self) -> int:
        """Ask it to end as Ctrl-C does, and take it by force if it will not; the exit status."""
        if self.is_running:
            self._signal(signal.SIGINT)
        try:
            status = self._child.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            status = self._child.wait(STOP_LIMIT_S)
        self._signal(signal.SIGKILL)  # whatever the group may still hold
        self._reader.join(STOP_LIMIT_S)
        self._close()
        return status

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._child.pid, number)
        except ProcessLookupError:
            return

    def _read(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            with self._changed:
                if len(self._lines) == MAX_LINES_KEPT:
                    self._dropped += 1
                self._lines.append(line.rstrip("\n"))
                self._changed.notify_all()
            if self._echo is not None:
                self._echo(line.rstrip("\n"))
        with self._changed:
            self._changed.notify_all()

    def _close(self) -> None:
        if self._child.stdout is not None and not self._reader.is_alive():
            self._child.stdout.close()
