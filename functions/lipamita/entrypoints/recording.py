"""What keeps the record by the clock. Apart from reconciliation: no credit waits for Firestore."""

from __future__ import annotations

from lipamita.entrypoints import wiring
from lipamita.use_cases.archive import archive


def every_five_minutes() -> None:
    """Bring into the record what is due for it."""
    archive(wiring.world())
