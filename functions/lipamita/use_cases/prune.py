"""Clear away what is kept no longer, in bounded pages; the next run goes on where this one ends.

What may not go yet is passed by, so it never keeps younger neighbours from going. Removing is
safe to repeat, and nothing here is read by anybody once its time is over.
"""

from __future__ import annotations

from collections.abc import Mapping

from lipamita.domain.retention import KEPT_MS, Shelf
from lipamita.domain.units import SECOND_MS, Millis
from lipamita.use_cases.world import World

PAGE = 100
MAX_PAGES = 50  # of one shelf in one run
MAX_RUN_MS = 45 * SECOND_MS  # leaves room within the function's 60 s


def prune(world: World) -> Mapping[Shelf, int]:
    """How much was removed from each shelf. One shelf's trouble does not stop the others."""
    started_ms = world.clock()
    removed: dict[Shelf, int] = {}
    for place, shelf in enumerate(Shelf):
        share_ms = MAX_RUN_MS * (place + 1) // len(Shelf)  # a long shelf leaves time for the next
        try:
            removed[shelf] = _prune(shelf, world, until_ms=Millis(started_ms + share_ms))
        except Exception as error:
            world.log.work_failed(shelf, error)
    world.log.pruned(removed)
    return removed


def _prune(shelf: Shelf, world: World, *, until_ms: Millis) -> int:
    before_ms = Millis(world.clock() - KEPT_MS[shelf])
    after = world.store.read_prune_mark(shelf)
    removed = 0
    for _ in range(MAX_PAGES):
        page = world.store.prune_page(shelf, before_ms=before_ms, after=after, limit=PAGE)
        removed += page.removed
        after = page.after
        if after is None or world.clock() >= until_ms:
            break
    world.store.set_prune_mark(shelf, after)
    return removed
