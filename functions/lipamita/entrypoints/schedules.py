"""What runs by the clock."""

from __future__ import annotations

from lipamita.entrypoints import wiring
from lipamita.use_cases.reconcile import reconcile


def every_minute() -> None:
    """Reconcile whatever is due."""
    reconcile(wiring.world())
