"""Record what staff do: first the intent, then the action, then what became of it.

If the intent cannot be written, the action is not done. If the outcome cannot be written, the
action stands, an alarm is raised, and the intent shows as unfinished.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from lipamita.domain.audit import (
    EMPTY,
    MAX_SNAPSHOT,
    MAX_TARGET,
    AuditEntry,
    AuditRecord,
    Fault,
    Head,
    Phase,
    changed,
    faults,
    head_of,
    unfinished,
)
from lipamita.domain.errors import ForbiddenError, LipamitaError
from lipamita.domain.meter import Caller
from lipamita.domain.units import DAY_MS, MINUTE_MS
from lipamita.domain.verdict import Alarm
from lipamita.use_cases.world import World

COMMAND_LINE = "command-line"
DONE = "done"
FAILED = "failed"
MAX_PAGE = 100
VERIFY_PAGE = 500
MAX_UNFINISHED_SHOWN = 100
CHECKED_NIGHTLY = 5_000  # entries; `lipamita verify` walks them all
OUTCOME_WITHIN_MS = 15 * MINUTE_MS  # longer than any function lives
MAX_DETAIL = 500
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What somebody is about to do. ``watched`` are paths whose nodes are kept before and after."""

    actor: str
    role: str
    remote_address: str
    name: str
    target: str
    request: object = None
    watched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a check of the chain found. ``open_intents`` have no outcome."""

    entries: int
    head_hash: str
    faults: tuple[Fault, ...]
    open_intents: tuple[AuditRecord, ...]

    @property
    def unfinished(self) -> tuple[int, ...]:
        """Numbers of the intents without an outcome."""
        return tuple(record.seq for record in self.open_intents)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """Entries, newest first, and what does not fit in their chain."""

    records: Sequence[AuditRecord]
    faults: tuple[Fault, ...]


def audited(action: Action, world: World, act: Callable[[], _T]) -> _T:
    """Do it between its two entries. Raises what ``act`` raises, and BusyError without a trail."""
    intent = begin(action, world)
    try:
        done = act()
    except LipamitaError as error:
        finish(action, intent, error.code, world)
        raise
    except Exception:
        finish(action, intent, FAILED, world)
        raise
    finish(action, intent, DONE, world)
    return done


def begin(action: Action, world: World) -> AuditRecord:
    """Write the intent. Raises BusyError when it cannot be written: then nothing may be done."""
    intent = world.audit.append(
        AuditEntry(
            phase=Phase.INTENT,
            at_ms=world.clock(),
            actor=action.actor,
            role=action.role,
            remote_address=action.remote_address,
            action=action.name,
            target=action.target[:MAX_TARGET],
            request=_text(action.request),
            before=_snapshots(action, world),
        )
    )
    world.log.audit_recorded(intent)
    return intent


def finish(
    action: Action, intent: AuditRecord, result: str, world: World, *, answer: object = None
) -> None:
    """Write the outcome, with what the action answered; never raises, as it cannot be undone."""
    try:
        outcome = world.audit.append(
            replace(
                intent.entry,
                phase=Phase.OUTCOME,
                at_ms=world.clock(),
                request=None,
                before=None,
                after=_snapshots(action, world, answer=answer),
                result=result,
                intent_seq=intent.seq,
            )
        )
        world.log.audit_recorded(outcome)
    except Exception as error:
        world.log.work_failed(f"audit {intent.seq}", error)
        alarm = Alarm(
            kind="audit_unfinished", detail=f"entry {intent.seq}, {action.name}: {result}"
        )
        try:
            world.store.raise_alarm(alarm, transaction_id=None, now_ms=world.clock())
        except Exception as second:
            world.log.work_failed(f"audit {intent.seq}", second)


def view_audit(
    caller: Caller, world: World, *, before_seq: int | None, target: str | None, limit: int
) -> AuditPage:
    """A page of the trail, newest first, and what does not fit in it.

    The page is followed from what stands before it to what stands after it: the page that was
    shown before, or the head. Entries of one target stand apart, and are checked each by itself.
    Raises ForbiddenError for anybody but an admin.
    """
    if not caller.is_admin:
        raise ForbiddenError("admin_only", "only an admin may read the audit")
    limit, head = min(limit, MAX_PAGE), world.audit.head()
    newest = head.seq if before_seq is None else min(before_seq - 1, head.seq)
    records = world.audit.page(before_seq=newest + 1, target=target, limit=limit)
    if target is not None:
        found = tuple(fault for record in records for fault in changed(record))
        return AuditPage(records=records, faults=found)
    is_last = len(records) < limit
    start = EMPTY if is_last or not records else _before(records[-1])
    end = head if newest == head.seq else _end_of(newest, records, world)
    found = tuple(faults(reversed(records), start, end))
    return AuditPage(records=records, faults=found)


def _before(record: AuditRecord) -> Head:
    return Head(seq=record.seq - 1, hash=record.previous_hash)


def _end_of(newest: int, records: Sequence[AuditRecord], world: World) -> Head:
    """What the entry after the page says that the page ends with. If it is gone, the page with it
    shows that.
    """
    after = world.audit.walk(after_seq=newest, limit=1)
    if after and after[0].seq == newest + 1:
        return _before(after[0])
    return head_of(records[0]) if records else EMPTY


def check_audit(world: World) -> list[Alarm]:
    """The nightly check of the chain's end: what does not fit, and what was never finished.

    Whoever dies between an intent and its outcome raises no alarm; this does, for a day.
    """
    now_ms, found = world.clock(), verify_audit(world, newest=CHECKED_NIGHTLY)
    alarms = []
    if found.faults:
        told = "; ".join(f"{fault.seq} {fault.why}" for fault in found.faults)
        alarms.append(Alarm(kind="audit_broken", detail=told[:MAX_DETAIL]))
    died = [
        str(record.seq)
        for record in found.open_intents
        if OUTCOME_WITHIN_MS < now_ms - record.entry.at_ms <= OUTCOME_WITHIN_MS + DAY_MS
    ]
    if died:
        told = f"no outcome: {', '.join(died)}"
        alarms.append(Alarm(kind="audit_unfinished", detail=told[:MAX_DETAIL]))
    for alarm in alarms:
        world.store.raise_alarm(alarm, transaction_id=None, now_ms=now_ms)
    return alarms


def verify_audit(
    world: World, *, newest: int | None = None, progress: Callable[[int], None] = lambda _: None
) -> Verified:
    """Walk the whole chain, or its ``newest`` entries, a page at a time.

    Entries that are added meanwhile are left out.
    """
    end = world.audit.head()
    at, found, open_intents = _beginning(end, newest, world), list[Fault](), list[AuditRecord]()
    while at.seq < end.seq:
        page = world.audit.walk(after_seq=at.seq, limit=min(VERIFY_PAGE, end.seq - at.seq))
        page = [record for record in page if record.seq <= end.seq]
        if not page:
            break
        found += faults(page, at, head_of(page[-1]))
        left = set(unfinished([*open_intents, *page]))
        open_intents = [record for record in [*open_intents, *page] if record.seq in left]
        at = head_of(page[-1])
        progress(at.seq)
    found += faults([], at, end)
    return Verified(
        entries=end.seq,
        head_hash=end.hash,
        faults=tuple(found),
        open_intents=tuple(open_intents[:MAX_UNFINISHED_SHOWN]),
    )


def _beginning(end: Head, newest: int | None, world: World) -> Head:
    """Where the walk starts; a record that is missing there shows by its number."""
    if newest is None or end.seq <= newest:
        return EMPTY
    first = world.audit.walk(after_seq=end.seq - newest, limit=1)
    if first and first[0].seq == end.seq - newest + 1:
        return _before(first[0])
    return Head(seq=end.seq - newest, hash="")


def _snapshots(action: Action, world: World, *, answer: object = None) -> str | None:
    seen = {path: world.store.read_snapshot(path) for path in action.watched}
    if answer is not None:
        seen["answer"] = answer
    return _text(seen or None)


def _text(node: object) -> str | None:
    """JSON of bounded length; what is cut off says so, and no longer parses."""
    if node is None:
        return None
    text = json.dumps(node, sort_keys=True, separators=(",", ":"))
    return text if len(text) <= MAX_SNAPSHOT else f"{text[:MAX_SNAPSHOT]}... (cut)"
