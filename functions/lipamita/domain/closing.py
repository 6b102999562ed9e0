"""A day that is closed: its totals, what stood before, and a hash chained to the day before.

The hash covers every entry of the day, line by line in the order of their ids, so that neither an
entry nor a total can be changed, added or taken away afterwards without the chain showing it. No
line names a person: erasing somebody leaves the chain as it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from lipamita.domain.ledger import NO_TOTALS, Entry, Totals, add
from lipamita.domain.units import Millis

FIRST_HASH = "0" * 64  # what the first closing is chained to


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """One closed day (East Africa time). ``balances`` are from the beginning through that day."""

    day: str
    previous_hash: str
    entries_hash: str
    totals: Totals
    balances: Totals
    closed_at_ms: Millis
    hash: str = ""


class DayHash:
    """Takes a day's entries in the order of their ids, in constant memory."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def take(self, entry: Entry) -> None:
        """The next entry."""
        self._hash.update(entry_line(entry).encode())

    def hex(self) -> str:
        """Of all that were taken."""
        return self._hash.hexdigest()


def entry_line(entry: Entry) -> str:
    """The entry as it is hashed: one line of JSON with sorted keys."""
    return (
        json.dumps(
            [
                entry.entry_id,
                entry.kind.value,
                entry.at_ms,
                entry.transaction_id or "",
                entry.receipt or "",
                sorted(entry.cents.items()),
                sorted(entry.energy_wh.items()),
            ],
            separators=(",", ":"),
            ensure_ascii=True,
        )
        + "\n"
    )


def close_day(
    day: str, previous: Closing | None, *, totals: Totals, entries_hash: str, now_ms: Millis
) -> Closing:
    """The closing of that day, sealed."""
    before = NO_TOTALS if previous is None else previous.balances
    return sealed(
        Closing(
            day=day,
            previous_hash=FIRST_HASH if previous is None else previous.hash,
            entries_hash=entries_hash,
            totals=totals,
            balances=add(before, totals),
            closed_at_ms=now_ms,
        )
    )


def sealed(closing: Closing) -> Closing:
    """With the hash of everything else in it."""
    content = json.dumps(
        [
            closing.day,
            closing.previous_hash,
            closing.entries_hash,
            _plain(closing.totals),
            _plain(closing.balances),
            closing.closed_at_ms,
        ],
        separators=(",", ":"),
        ensure_ascii=True,
    )
    return replace(closing, hash=hashlib.sha256(content.encode()).hexdigest())


def broken_links(closings: Iterable[Closing], before: Closing | None = None) -> list[str]:
    """What is wrong with a run of closings, oldest first; nothing if the chain holds."""
    wrong = []
    for closing in closings:
        expected_before = FIRST_HASH if before is None else before.hash
        if before is not None and closing.day != day_after(before.day):
            wrong.append(f"{closing.day} does not follow {before.day}")
        if closing.previous_hash != expected_before:
            wrong.append(f"{closing.day} is not chained to the closing before it")
        if sealed(closing).hash != closing.hash:
            wrong.append(f"{closing.day} was changed after it was closed")
        stood = NO_TOTALS if before is None else before.balances
        if add(stood, closing.totals) != closing.balances:
            wrong.append(f"{closing.day} does not carry the balances of the day before")
        if not closing.totals.balanced:
            wrong.append(f"{closing.day}: debits and credits differ")
        before = closing
    return wrong


def day_after(day: str) -> str:
    """The next day of the calendar, as ``yyyy-mm-dd``."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def day_before(day: str) -> str:
    """The day before it."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def accounting_day(event_day: str, closed_through: str | None) -> str:
    """The day an entry belongs to: its event's own, or the first one that is still open."""
    if closed_through is None or event_day > closed_through:
        return event_day
    return day_after(closed_through)


def _plain(totals: Totals) -> list[object]:
    return [sorted(totals.cents.items()), sorted(totals.energy_wh.items()), totals.entries]
