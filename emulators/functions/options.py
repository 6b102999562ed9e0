"""How a Functions emulator is started."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


def print_line(line: str) -> None:
    """To standard output, at once."""
    print(line, flush=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`database` and `emulators` say where the others listen; `source` holds main.py."""

    source: Path
    host: str = "127.0.0.1"
    port: int = 5001
    project: str = "demo-project"
    database: str | None = None
    """host:port of the Realtime Database, to register triggers; None when it does not run."""
    emulators: Mapping[str, str] = field(default_factory=dict)
    """Variables that must win over everything: the emulators' addresses."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Variables that win over the env files, but not over the process' own environment."""
    process: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    by_clock: bool = True
    watch: bool = True
    max_restarts_per_minute: int = 30
    say: Callable[[str], None] = print_line
