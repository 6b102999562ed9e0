"""What runs by the clock."""

from __future__ import annotations

from lipamita.adapters import log
from lipamita.entrypoints import wiring
from lipamita.use_cases.pull_payments import pull_payments
from lipamita.use_cases.reconcile import reconcile


def every_quarter_of_an_hour() -> None:
    """Ask M-Pesa what was paid, where the short code may."""
    deployment = wiring.deployment()
    if deployment.pull:
        pulled = pull_payments(deployment.world)
        log.pulled(rows=pulled.rows, new=pulled.new, complete=pulled.complete)


def every_minute() -> None:
    """Reconcile whatever is due."""
    reconcile(wiring.world())
