"""Have a second person say the same, or note the first one's word."""

from __future__ import annotations

from lipamita.domain.errors import BusyError
from lipamita.domain.two_people import Proposal, agrees, replaces
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
