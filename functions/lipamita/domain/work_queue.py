"""The queues that people work off, and the place of each thing in its queue.

A place is text that sorts: since when it waits, then its own key, so no two are equal and a page
can begin anywhere. It is stored while the thing waits and absent otherwise.
"""

from __future__ import annotations

import re
from enum import StrEnum

from lipamita.domain.errors import InvalidInputError
from lipamita.domain.units import Millis

_DIGITS = 13  # ms since the epoch until the year 2286
_PLACE = re.compile(r"[0-9]{13}-[0-9A-Za-z_-]{1,64}", re.ASCII)
FIRST_PLACE = "0"  # sorts before every place


class WorkQueue(StrEnum):
    """What waits for people."""

    REVIEWS = "reviews"
    SUSPENSE = "suspense"
    REFUNDS = "refunds"


def place_of(key: str, *, since_ms: Millis) -> str:
    """Where that key stands in its queue."""
    return f"{since_ms:0{_DIGITS}d}-{key}"


def waits_since(place: str) -> Millis:
    """Since when whatever stands there waits."""
    return Millis(int(place[:_DIGITS]))


def parse_place(value: str, *, field: str) -> str:
    """A place from a request. Raises InvalidInputError."""
    if not _PLACE.fullmatch(value):
        raise InvalidInputError(
            f"invalid_{field}", f"{field} must be next_{field} of the page before", field=field
        )
    return value
