"""What keeps the record by the clock. Apart from reconciliation: no credit waits for Firestore."""

from __future__ import annotations

from lipamita.entrypoints import wiring
from lipamita.use_cases.archive import archive
from lipamita.use_cases.audit import check_audit
from lipamita.use_cases.close_days import close_days
from lipamita.use_cases.personal_data import forget_old_payments
from lipamita.use_cases.read_books import check_books
from lipamita.use_cases.roll_up import forget_old_months


def every_five_minutes() -> None:
    """Bring into the record what is due for it."""
    archive(wiring.world())


def every_night() -> None:
    """Close the days that are over, follow both chains, forget what is too old."""
    world = wiring.world()
    close_days(world)
    check_books(world)
    check_audit(world)
    forget_old_payments(world)
    forget_old_months(world)
