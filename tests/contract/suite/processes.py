"""A suite as a process of its own, on ports from the system, over a copy of `project`."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
NAMES = ("rtdb", "auth", "firestore", "functions", "hosting", "daraja", "hub")
FREE = [f"--port={name}=0" for name in NAMES]
START_S = 60.0
STOP_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Base URLs of what runs."""

    rtdb: str
    auth: str
    firestore: str
    functions: str
    hosting: str
    hub: str


def copy_project(folder: Path) -> Path:
    """The project, with its own secret, in a folder of this test."""
    project = folder / "project"
    shutil.copytree(HERE / "project", project, ignore=shutil.ignore_patterns("__pycache__"))
    (project / "functions" / ".secret.local").write_text("SECRET=from .secret.local\n")
    return project


def environment() -> dict[str, str]:
    """Without what an outer suite may have set."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FIREBASE_", "DARAJA_")) and name != "FUNCTIONS_EMULATOR"
    }
    return {**kept, "PYTHONPATH": str(ROOT)}


class Suite:
    """A started process and what it says; stdout and stderr are one stream."""

    def __init__(self, words: list[str], project: Path, more: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "emulators", *words],
            cwd=project,
            env={**environment(), **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.said = ""

    def wait_for(self, text: str, timeout_s: float = START_S) -> None:
        """Read until `text` was said."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + timeout_s
        while text not in self.said:
            left_s = deadline - time.monotonic()
            readable = left_s > 0 and select.select([self.process.stdout], [], [], left_s)[0]
            data = os.read(self.process.stdout.fileno(), 65_536) if readable else b""
            assert data, f"never said {text!r}, but:\n{self.said}"
            self.said += data.decode("utf-8", "replace")

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end; its status."""
        self.process.send_signal(number)
        return self.finish()

    def finish(self, timeout_s: float = STOP_S) -> int:
        """Its status once it has ended by itself."""
        said, _ = self.process.communicate(timeout=timeout_s)
        self.said += said.decode("utf-8", "replace")
        return self.process.returncode


@contextmanager
def started(
    project: Path, *words: str, more: Mapping[str, str] | None = None
) -> Iterator[tuple[Suite, dict[str, Any]]]:
    """A ready suite and its ready file."""
    ready = project.parent / "ready.json"
    ready.unlink(missing_ok=True)
    flags = ["--watch-parent", "--no-clock", *FREE, "--ready-file", str(ready), *words]
    suite = Suite(["start", *flags], project, more or {})
    try:
        suite.wait_for("Ready in")
        yield suite, json.loads(when_written(ready))
    finally:
        if suite.process.poll() is None:
            suite.end()


def addresses(ready: Mapping[str, Any]) -> Addresses:
    """The base URLs of a ready file."""
    names = ("rtdb", "auth", "firestore", "functions", "hosting", "hub")
    return Addresses(**{name: ready[name]["url"] for name in names})


def descendants(pid: int) -> set[int]:
    """Every process below `pid`, from /proc."""
    parents: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(status.parent.name)] = int(fields[1])
    found, before = {pid}, 0
    while len(found) > before:
        before = len(found)
        found |= {child for child, parent in parents.items() if parent in found}
    return found - {pid}


def wait_until_gone(pids: set[int], timeout_s: float = STOP_S) -> set[int]:
    """Those of `pids` that still live after the limit."""
    deadline = time.monotonic() + timeout_s
    left = pids
    while left and time.monotonic() < deadline:
        left = {pid for pid in left if _lives(pid)}
        select.select([], [], [], 0.02)
    return left


def _lives(pid: int) -> bool:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return fields[0] not in {"Z", "X"}


def when_written(path: Path) -> str:
    """The text of a file that another process is about to write."""
    deadline = time.monotonic() + STOP_S
    while not path.exists() and time.monotonic() < deadline:
        select.select([], [], [], 0.01)
    return path.read_text()
