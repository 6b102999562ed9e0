"""Compare M-Pesa's statement with the books, and keep what came of it. Safe to repeat.

Charges and settlements that only the statement tells are put on the books first, by their receipt.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace

from lipamita.domain.closing import day_after
from lipamita.domain.errors import InvalidInputError
from lipamita.domain.ids import Receipt
from lipamita.domain.ledger import PAYBILL_FLOAT, Entry, EntryKind
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
_MONEY_OUT = frozenset({EntryKind.FEE, EntryKind.PAID_OUT, EntryKind.REFUND_SENT})


def compare_statement(statement: Statement, world: World) -> Comparison:
    """The comparison, stored under the statement's own id; the same statement replaces it.

    What is returned has every difference, what is stored the first MAX_DIFFERENCES. Money on the
    books is looked for a day around the statement; it is missing there only if its own time lies
    within. Raises InvalidInputError for a statement without lines.
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
    left_out = _MONEY_OUT if statement.incoming_only else frozenset[EntryKind]()
    here = _on_the_books(there, from_ms, to_ms, world.record, left_out)
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
        differences=tuple(differences),
    )
    record.put_comparison(replace(comparison, differences=comparison.differences[:MAX_DIFFERENCES]))
    return comparison


def _on_the_books(
    there: dict[Receipt, int],
    from_ms: Millis,
    to_ms: Millis,
    record: Record,
    left_out: frozenset[EntryKind],
) -> dict[Receipt, int]:
    """The float of every receipt that the statement names, or that happened within its time and
    was not taken back.
    """
    moved: dict[Receipt, int] = defaultdict(int)
    within: set[Receipt] = set()
    day = day_eat(Millis(from_ms - CLOCKS_DIFFER_MS))
    last = day_eat(Millis(to_ms + CLOCKS_DIFFER_MS))
    while day <= last:
        for entry in _entries_of(day, record):
            if entry.receipt is None or not _moves_float(entry, left_out):
                continue
            moved[entry.receipt] += entry.cents[PAYBILL_FLOAT]
            if from_ms <= entry.at_ms <= to_ms:
                within.add(entry.receipt)
        day = day_after(day)
    for receipt, cents in there.items():
        if moved.get(receipt) != cents:  # some of it may be late, and so on a later day
            late = [
                entry.cents[PAYBILL_FLOAT]
                for entry in record.entries_of_receipt(receipt)
                if _moves_float(entry, left_out)
            ]
            if late:
                moved[receipt] = sum(late)
    for receipt in within.difference(there):  # booked and taken back is no money, whenever it was
        if _comes_to_nothing(receipt, record):
            within.remove(receipt)
    wanted = within.union(there)
    return {receipt: cents for receipt, cents in moved.items() if receipt in wanted}


def _comes_to_nothing(receipt: Receipt, record: Record) -> bool:
    """Of all kinds: the opposite of an entry is of another kind than the entry."""
    entries = record.entries_of_receipt(receipt)
    return sum(entry.cents.get(PAYBILL_FLOAT, 0) for entry in entries) == 0


def _moves_float(entry: Entry, left_out: frozenset[EntryKind]) -> bool:
    return PAYBILL_FLOAT in entry.cents and entry.kind not in left_out


def _entries_of(day: str, record: Record) -> Iterator[Entry]:
    after: str | None = None
    while True:
        page = record.entries_of(day, after=after, limit=PAGE)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].entry_id
