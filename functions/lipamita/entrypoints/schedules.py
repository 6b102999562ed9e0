"""What runs by the clock."""

from __future__ import annotations

from lipamita.adapters import log
from lipamita.domain.units import SECOND_MS, Millis
from lipamita.entrypoints import wiring
from lipamita.use_cases.look_at_meters import look_at_meters
from lipamita.use_cases.notify import notify
from lipamita.use_cases.prune import prune
from lipamita.use_cases.pull_payments import pull_payments
from lipamita.use_cases.reconcile import MAX_WORKERS, reconcile
from lipamita.use_cases.watch import watch

TELL_UNTIL_MS = 48 * SECOND_MS  # a channel takes 8 s at most, the function has 60 s


def every_quarter_of_an_hour() -> None:
    """Ask M-Pesa what was paid, where the short code may."""
    deployment = wiring.deployment()
    if deployment.pull:
        pulled = pull_payments(deployment.world)
        log.pulled(rows=pulled.rows, new=pulled.new, complete=pulled.complete)


def every_ten_minutes() -> None:
    """Watch the whole. Apart from reconciliation, so that it is seen when that stands still."""
    watch(wiring.world())


def every_five_minutes() -> None:
    """Look at the meters whose time has come."""
    looks = look_at_meters(wiring.world())
    log.looked(meters=looks.looked, failures=looks.failures)


def every_night() -> None:
    """Clear away what is kept no longer."""
    prune(wiring.world())


def every_minute() -> None:
    """Reconcile whatever is due; in the time that is left, tell people what they must know."""
    world = wiring.world()
    until_ms = Millis(world.clock() + TELL_UNTIL_MS)
    reconcile(world, workers=MAX_WORKERS)
    notify(world, until_ms=until_ms)
