"""What staff did: entries in a chain that shows whether one was changed, removed or put between.

An action has two entries. The intent is written before the action, so that nothing can be done
silently; the outcome after it, naming its intent. An intent without an outcome means that the
process died on the way: what the action watched shows whether it was done.

Each entry carries the hash of the one before it: SHA-256 over that hash and the entry as canonical
JSON. Whoever changes an entry has to change every later one and the head; heads are also in the
log of the functions, which is kept elsewhere (docs/adr/0008-audit.md).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum

from lipamita.domain.units import Millis

FIRST_HASH = "0" * 64
MAX_SNAPSHOT = 8_000  # characters of JSON text, each of request, before and after
MAX_TARGET = 200


class Phase(StrEnum):
    """Which half of an action an entry is."""

    INTENT = "intent"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One half of an action. ``request``, ``before`` and ``after`` are JSON text, masked.

    ``actor`` is a uid or ``command-line``; ``remote_address`` a signal, no proof. ``result`` is set
    in an outcome: ``done`` or the code of the error; ``intent_seq`` names its intent.
    """

    phase: Phase
    at_ms: Millis
    actor: str
    role: str
    remote_address: str
    action: str
    target: str
    request: str | None = None
    before: str | None = None
    after: str | None = None
    result: str | None = None
    intent_seq: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where the chain ends: the number and hash of its last entry."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """An entry in its place in the chain."""

    seq: int
    entry: AuditEntry
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that does not fit at that number."""

    seq: int
    why: str


EMPTY = Head(seq=0, hash=FIRST_HASH)


def chained(entry: AuditEntry, head: Head) -> AuditRecord:
    """The entry as the next of the chain."""
    seq = head.seq + 1
    return AuditRecord(
        seq=seq, entry=entry, previous_hash=head.hash, hash=hash_of(seq, entry, head.hash)
    )


def hash_of(seq: int, entry: AuditEntry, previous_hash: str) -> str:
    """SHA-256 over the hash before and the entry: keys sorted, no spaces, ASCII."""
    text = json.dumps({"seq": seq, **asdict(entry)}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous_hash}\n{text}".encode()).hexdigest()


def head_of(record: AuditRecord) -> Head:
    """The chain's end after that record."""
    return Head(seq=record.seq, hash=record.hash)


def faults(records: Iterable[AuditRecord], start: Head, end: Head) -> Iterator[Fault]:
    """What does not fit between two heads; nothing for a chain that was left alone.

    After a fault the check goes on from the record as it stands, so that each fault is told once.
    """
    at = start
    for record in records:
        if record.seq != at.seq + 1:
            yield Fault(seq=at.seq + 1, why=f"missing up to {record.seq - 1}")
        elif record.previous_hash != at.hash:
            yield Fault(seq=record.seq, why="does not follow the entry before it")
        yield from changed(record)
        at = head_of(record)
    if at.seq != end.seq:
        yield Fault(seq=at.seq + 1, why=f"missing up to {end.seq}")
    elif at.hash != end.hash:
        yield Fault(seq=at.seq, why="is not the entry that the head names")


def changed(record: AuditRecord) -> Iterator[Fault]:
    """A fault if the record is not what its own hash was made of."""
    if record.hash != hash_of(record.seq, record.entry, record.previous_hash):
        yield Fault(seq=record.seq, why="was changed")


def unfinished(records: Iterable[AuditRecord]) -> list[int]:
    """Numbers of intents that no outcome among these records names."""
    intents: dict[int, None] = {}
    for record in records:
        if record.entry.phase is Phase.INTENT:
            intents[record.seq] = None
        elif record.entry.intent_seq is not None:
            intents.pop(record.entry.intent_seq, None)
    return list(intents)
