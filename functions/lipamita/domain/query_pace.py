"""How often Daraja may be asked what became of a push: a few times a minute, for a whole sender.

Daraja's spike arrest counts all queries of one app, whoever asks: reconciliation, a page that
waits, a person. They share one node: the times of the last queries, a pause that grows with each
spike arrest, and how often in a row one was met.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lipamita.domain.units import MINUTE_MS, Millis

WINDOW_MS = MINUTE_MS
QUERIES_PER_WINDOW = 5  # seen in the sandbox; production's number is not published
PAUSES_MS = (MINUTE_MS, 2 * MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS)

NOT_PAUSED = Millis(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryPace:
    """What one sender asked of late. ``asked_ms``: at most QUERIES_PER_WINDOW times, any order."""

    asked_ms: tuple[Millis, ...] = ()
    paused_until_ms: Millis = NOT_PAUSED
    strikes: int = 0


def wait_for_turn(pace: QueryPace, *, now_ms: Millis) -> int:
    """How long until the next query may be sent; 0: now."""
    paused_ms = max(0, pace.paused_until_ms - now_ms)
    recent = _recent(pace, now_ms)
    if len(recent) < turns_at_once(pace):
        return paused_ms
    frees_at_ms = sorted(recent)[-turns_at_once(pace)] + WINDOW_MS
    return max(paused_ms, frees_at_ms - now_ms)


def turns_left(pace: QueryPace, *, now_ms: Millis) -> int:
    """How many queries may be sent now."""
    if pace.paused_until_ms > now_ms:
        return 0
    return max(0, turns_at_once(pace) - len(_recent(pace, now_ms)))


def turns_at_once(pace: QueryPace) -> int:
    """All of a window's queries; after a spike arrest one, until Daraja has answered again."""
    return 1 if pace.strikes else QUERIES_PER_WINDOW


def taken(pace: QueryPace, *, now_ms: Millis) -> QueryPace:
    """The pace with a turn used up."""
    return replace(pace, asked_ms=(*_recent(pace, now_ms), now_ms)[-QUERIES_PER_WINDOW:])


def arrested(pace: QueryPace, *, now_ms: Millis) -> QueryPace:
    """The pace after a spike arrest: nobody asks for a while, longer each time in a row."""
    pause_ms = PAUSES_MS[min(pace.strikes, len(PAUSES_MS) - 1)]
    return replace(pace, strikes=pace.strikes + 1, paused_until_ms=Millis(now_ms + pause_ms))


def admitted(pace: QueryPace) -> QueryPace:
    """The pace after Daraja let a query through."""
    return replace(pace, strikes=0, paused_until_ms=NOT_PAUSED) if pace.strikes else pace


def _recent(pace: QueryPace, now_ms: Millis) -> tuple[Millis, ...]:
    """A time ahead of ours, by another instance's clock, counts as now."""
    return tuple(at_ms for at_ms in pace.asked_ms if at_ms > now_ms - WINDOW_MS)
