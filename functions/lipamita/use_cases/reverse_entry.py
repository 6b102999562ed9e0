"""Take an entry of the ledger back by its opposite. Entries are never changed or removed.

The opposite stands on the first day that is open, under an id that the entry gives: once.
"""

from __future__ import annotations

import re

from lipamita.domain.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from lipamita.domain.ledger import OPPOSITES, Entry, opposite
from lipamita.domain.meter import Caller
from lipamita.use_cases.world import World

_ENTRY_ID = re.compile(r"[A-Za-z0-9_-]{1,100}", re.ASCII)


def reverse_entry(entry_id: str, caller: Caller, world: World) -> Entry:
    """The opposite that stands now; repeating it changes nothing.

    Raises ForbiddenError, InvalidInputError, NotFoundError (unknown_entry), and ConflictError
    (not_reversible) for an opposite: what it took back is told by a new event.
    """
    if not caller.is_admin:
        raise ForbiddenError("admin_only", "only an admin may take an entry back")
    standing = find_entry(entry_id, world)
    if standing.kind in OPPOSITES:
        raise ConflictError(
            "not_reversible", f"{entry_id} is an opposite entry itself", field="entry_id"
        )
    now_ms = world.clock()
    mine = opposite(standing, at_ms=now_ms)
    before = world.record.write([mine], (), now_ms=now_ms)  # by entry_id; the first one stands
    return before.get(mine.entry_id, mine)


def find_entry(entry_id: str, world: World) -> Entry:
    """The entry. Raises InvalidInputError and NotFoundError (unknown_entry)."""
    if not _ENTRY_ID.fullmatch(entry_id):
        raise InvalidInputError(
            "invalid_entry_id",
            "entry_id must be 1 to 100 letters, digits, _ and -",
            field="entry_id",
        )
    standing = world.record.read_entry(entry_id)
    if standing is None:
        raise NotFoundError("unknown_entry", f"no entry {entry_id}", field="entry_id")
    return standing
