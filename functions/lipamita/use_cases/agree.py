"""Have a second person say the same, or note the first one's word."""

from __future__ import annotations

from dataclasses import replace

from lipamita.domain.errors import BusyError
from lipamita.domain.two_people import LAPSES_AFTER_MS, Proposal, agrees, has_lapsed, replaces
from lipamita.domain.units import Millis
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.world import World


def agree(subject: str, mine: Proposal, world: World) -> bool:
    """Whether this is the second word; otherwise mine is now the first. Safe to repeat.

    ``subject`` names what is decided, e.g. ``refund-{refund_id}``. Raises ConflictError
    (another_proposal) and BusyError.
    """
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = world.store.read_proposal(subject)
        if old.value is not None and not replaces(old.value, mine):
            return agrees(old.value, mine)
        if world.store.replace_proposal(subject, old, mine):
            return False
    raise BusyError("busy", f"others are deciding about {subject}; try again")


def use_up(subject: str, world: World) -> None:
    """What was agreed on came to nothing: from now on the next decision needs its own two words.

    Safe to repeat: what stands lapses, and stays so. Raises BusyError.
    """
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old, now_ms = world.store.read_proposal(subject), world.clock()
        if old.value is None or has_lapsed(old.value, now_ms=now_ms):
            return
        lapsed = replace(old.value, at_ms=Millis(now_ms - LAPSES_AFTER_MS))
        if world.store.replace_proposal(subject, old, lapsed):
            return
    raise BusyError("busy", f"others are deciding about {subject}; try again")
