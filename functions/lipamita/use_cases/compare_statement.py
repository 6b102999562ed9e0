"""Compare M-Pesa's statement with the books, and keep what came of it. Safe to repeat.

Charges and settlements that only the statement tells are put on the books first, by their receipt.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from lipamita.domain.closing import day_after
from lipamita.domain.errors import InvalidInputError
from lipamita.domain.ids import Receipt
from lipamita.domain.ledger import PAYBILL_FLOAT
from lipamita.domain.statement import (
    MAX_DIFFERENCES,
    Comparison,
    Statement,
    by_receipt,
    compare,
    own_entries,
)
from lipamita.domain.units import DAY_MS, Millis, day_eat
from lipamita.use_cases.record_ports import Record
from lipamita.use_cases.world import World

ENTRIES_PER_COMMIT = 100
PAGE = 500
CLOCKS_DIFFER_MS = DAY_MS  # the books' time of a receipt is when we heard of it


def compare_statement(statement: Statement, world: World) -> Comparison:
    """The comparison, stored under the statement's own id; the same statement replaces it.

    Money on the books is looked for a day around the statement; it is missing there only if its
    own time lies within. Raises InvalidInputError for a statement without lines.
    """
    if not statement.lines:
        raise InvalidInputError("empty_statement", "no completed line was found", field="statement")
    record, now_ms = world.record, world.clock()
    own = {entry.entry_id: entry for entry in own_entries(statement)}
    entries = list(own.values())
    for start in range(0, len(entries), ENTRIES_PER_COMMIT):  # by receipt, once
        record.write(entries[start : start + ENTRIES_PER_COMMIT], (), now_ms=now_ms)
    from_ms = min(line.at_ms for line in statement.lines)
    to_ms = max(line.at_ms for line in statement.lines)
    there = by_receipt(statement.lines)
    here = _on_the_books(there, from_ms, to_ms, world)
    differences = compare(there, here)
    comparison = Comparison(
        statement_id=statement.statement_id,
        from_ms=from_ms,
        to_ms=to_ms,
        compared_at_ms=now_ms,
        lines=len(statement.lines),
        bad_rows=len(statement.bad_rows),
        matched=len({*there, *here}) - len(differences),
        counts=Counter(one.kind for one in differences),
        differences=tuple(differences[:MAX_DIFFERENCES]),
    )
    record.put_comparison(comparison)
    return comparison


def _on_the_books(
    there: dict[Receipt, int], from_ms: Millis, to_ms: Millis, world: World
) -> dict[Receipt, int]:
    """The float of every receipt that the statement names, or that happened within its time."""
    moved: dict[Receipt, int] = defaultdict(int)
    within: set[Receipt] = set()
    day = day_eat(Millis(from_ms - CLOCKS_DIFFER_MS))
    last = day_eat(Millis(to_ms + CLOCKS_DIFFER_MS))
    while day <= last:
        for receipt, at_ms, cents in _movements(day, world.record):
            moved[receipt] += cents
            if from_ms <= at_ms <= to_ms:
                within.add(receipt)
        day = day_after(day)
    for receipt in there:
        if receipt not in moved:  # late, and so on a later day
            cents = sum(
                entry.cents.get(PAYBILL_FLOAT, 0)
                for entry in world.record.entries_of_receipt(receipt)
            )
            if cents:
                moved[receipt] = cents
    return {receipt: cents for receipt, cents in moved.items() if receipt in {*there, *within}}


def _movements(day: str, record: Record) -> list[tuple[Receipt, Millis, int]]:
    found: list[tuple[Receipt, Millis, int]] = []
    after: str | None = None
    while True:
        page = record.entries_of(day, after=after, limit=PAGE)
        found.extend(
            (entry.receipt, entry.at_ms, entry.cents[PAYBILL_FLOAT])
            for entry in page
            if entry.receipt is not None and PAYBILL_FLOAT in entry.cents
        )
        if len(page) < PAGE:
            return found
        after = page[-1].entry_id
