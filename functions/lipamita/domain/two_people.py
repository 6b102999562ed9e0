"""Two people must say the same before much money or energy moves: the first only proposes.

A proposal stands until it lapses; the one who made it may change it, nobody else.
"""

from __future__ import annotations

from dataclasses import dataclass

from lipamita.domain.errors import ConflictError
from lipamita.domain.ids import Uid
from lipamita.domain.units import DAY_MS, Kes, Millis

TWO_PEOPLE_ABOVE_KES = 10_000
LAPSES_AFTER_MS = 7 * DAY_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The first of two people's word. ``what`` says all that the second must agree with."""

    by: Uid
    what: str
    why: str
    at_ms: Millis


def needs_two_people(amount_kes: Kes) -> bool:
    """Whether one person may not decide about this much alone."""
    return amount_kes > TWO_PEOPLE_ABOVE_KES


def replaces(standing: Proposal | None, mine: Proposal) -> bool:
    """Whether my word is to be written down in place of what stands."""
    if standing is None or has_lapsed(standing, now_ms=mine.at_ms):
        return True
    return standing.by == mine.by and standing.what != mine.what


def has_lapsed(standing: Proposal, *, now_ms: Millis) -> bool:
    """Whether nobody can second it any more."""
    return now_ms - standing.at_ms >= LAPSES_AFTER_MS


def agrees(standing: Proposal, mine: Proposal) -> bool:
    """Whether I am the second person to say this; False if it was I who proposed it.

    Raises ConflictError (another_proposal) if somebody else proposed something else.
    """
    if standing.what != mine.what:
        raise ConflictError(
            "another_proposal", f"{standing.by} proposed something else: {standing.what}"
        )
    return standing.by != mine.by
