"""What a caller may choose when it starts the emulator."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from emulators.firestore.core.database import Limits

__all__ = ["Limits", "Options"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`port` 0 takes a free one."""

    host: str = "127.0.0.1"
    port: int = 8080
    project: str = "demo-lipamita"
    """Only for the log; every project that a client names has its own databases."""
    indexes_file: Path | None = None
    """firestore.indexes.json; None or a missing file means automatic indexes only."""
    check_indexes: bool = True
    """Whether a query without its index fails, as it does in production."""
    limits: Limits = field(default_factory=Limits)
    patience_s: float = 2.0
    """How long a transaction waits for one that was aborted before it."""
