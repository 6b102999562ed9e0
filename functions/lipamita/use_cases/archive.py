"""Bring what has happened into the record: ledger entries, payments at rest, money that waits.

The record is written first and the live database afterwards, so dying in between repeats a write
that changes nothing. A payment leaves the live database only after it stands in the record as it
is, and its receipt says so: a late copy of its evidence must find that it was paid for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lipamita.domain.archive import at_rest, may_leave, recorded
from lipamita.domain.errors import UnreadableError
from lipamita.domain.ids import TransactionId
from lipamita.domain.ledger import Entry, EntryKind
from lipamita.domain.payment import Payment
from lipamita.domain.payment_entries import corrected, entries_of_payment, received
from lipamita.domain.refund_entries import entries_of_refund
from lipamita.domain.units import MINUTE_MS, SECOND_MS, Millis
from lipamita.domain.verdict import Alarm
from lipamita.use_cases.change_payment import change_payment
from lipamita.use_cases.record_ports import DamagedNode, DueForRecord, WaitingMoney
from lipamita.use_cases.records import Versioned
from lipamita.use_cases.take_back import put_back, take_back_dismissed, take_back_unsold
from lipamita.use_cases.tell_customer import tell_of_payment, tell_payer
from lipamita.use_cases.world import World

MAX_BATCH = 400  # payments of one run, and as many places where money waits
PAYMENTS_PER_COMMIT = 20  # of at most three entries and a document each
MAX_RUN_MS = 45 * SECOND_MS  # leaves room within the function's 60 s
RETRY_AFTER_MS = 15 * MINUTE_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """What one run did."""

    payments: int = 0
    entries: int = 0
    removed: int = 0
    failures: int = 0

    def and_also(self, other: Archived) -> Archived:
        """Both together."""
        return Archived(
            payments=self.payments + other.payments,
            entries=self.entries + other.entries,
            removed=self.removed + other.removed,
            failures=self.failures + other.failures,
        )


def archive(world: World) -> Archived:
    """One run over what is due now. Never raises for the trouble of a single payment or place."""
    started_ms = world.clock()
    done = Archived()
    for waiting in world.store.waiting_money(now_ms=started_ms, limit=MAX_BATCH):
        done = done.and_also(_hear_of(waiting, world))
    for settled in world.store.settled_refunds(now_ms=started_ms, limit=MAX_BATCH):
        done = done.and_also(_hear_of(settled, world))
    due = world.store.due_records(now_ms=started_ms, limit=MAX_BATCH)
    for start in range(0, len(due), PAYMENTS_PER_COMMIT):
        if world.clock() - started_ms > MAX_RUN_MS:
            break
        done = done.and_also(_record_group(due[start : start + PAYMENTS_PER_COMMIT], world))
    world.log.archived(
        payments=done.payments, entries=done.entries, removed=done.removed, failures=done.failures
    )
    return done


def _hear_of(due: DueForRecord, world: World) -> Archived:
    """Never raises: one place's trouble must not stop the others."""
    try:
        entries = _entries_of(due, world)
        standing = world.record.write(entries, (), now_ms=world.clock())
        _tell_of_review(due, world)
        world.store.heard_of(due)
    except Exception as error:
        world.log.work_failed(due.key, error)
        if isinstance(error, UnreadableError):
            _set_aside(due, str(error), world)
        return Archived(failures=1)
    return Archived(entries=len(entries) - len(standing))


def _entries_of(due: DueForRecord, world: World) -> Sequence[Entry]:
    """Raises UnreadableError for a damaged place, or one whose payment or entries are damaged."""
    if isinstance(due, DamagedNode):
        raise UnreadableError("unreadable_node", due.why)
    if isinstance(due, WaitingMoney):
        return _waiting_entries(due, world)
    refund, payment = due.refund, None  # money that has left, and what it was before
    if refund.transaction_id is not None:
        live = world.store.read_payment(refund.transaction_id)
        payment = live.value if live else world.record.read_payment(refund.transaction_id)
    return entries_of_refund(refund, payment)


def _waiting_entries(waiting: WaitingMoney, world: World) -> Sequence[Entry]:
    """Money is on the books from the moment it is known, wherever it waits."""
    entries = {
        entry.entry_id: entry
        for told in waiting.told
        if told.receipt is not None and told.amount_kes and told.receipt not in waiting.dismissed
        for entry in [received(told.receipt, told.amount_kes, at_ms=told.at_ms)]
    }
    return (*entries.values(), *take_back_dismissed(waiting, world))


def _set_aside(due: DueForRecord, why: str, world: World) -> None:
    """To a person, until it is repaired or more is told there. The alarm comes first: raised
    twice rather than never.
    """
    root, _, key = due.key.partition("/")
    alarm = Alarm(kind="unreadable_node", detail=f"{due.key}: {why}")
    about = TransactionId(key) if root == "reviews" else None
    try:
        world.store.raise_alarm(alarm, transaction_id=about, now_ms=world.clock())
        world.store.heard_of(due)  # by the tag that was read: nothing newer is forgotten
    except Exception as error:  # it stays due
        world.log.work_failed(due.key, error)


def _tell_of_review(due: DueForRecord, world: World) -> None:
    root, _, transaction_id = due.key.partition("/")
    if root != "reviews":
        return
    try:
        tell_of_payment(TransactionId(transaction_id), world)
    except UnreadableError as error:  # the books are told; the payer is once it is repaired
        world.log.work_failed(due.key, error)


def _record_group(due: Sequence[TransactionId], world: World) -> Archived:
    """Many payments in one commit; one by one if that fails, so that none stops the others."""
    try:
        return _record([found for key in due if (found := _read(key, world))], world)
    except Exception as error:
        if len(due) > 1:
            return _sum(_record_group([key], world) for key in due)
        world.log.work_failed(due[0], error)
        unreadable = isinstance(error, UnreadableError)  # reconciliation hands it to a person
        again_ms = None if unreadable else Millis(world.clock() + RETRY_AFTER_MS)
        world.store.postpone_record(due[0], again_ms)
        return Archived(failures=1)


def _read(transaction_id: TransactionId, world: World) -> Versioned[Payment] | None:
    return world.store.read_payment(transaction_id)


def _record(group: Sequence[Versioned[Payment]], world: World) -> Archived:
    now_ms = world.clock()
    payments = [old.value for old in group]
    wanted = {
        entry.entry_id: entry for payment in payments for entry in entries_of_payment(payment)
    }
    resting = [
        replace(payment, record_at_ms=None, archived_at_ms=payment.archived_at_ms or now_ms)
        for payment in payments
        if at_rest(payment)
    ]
    standing = world.record.write(tuple(wanted.values()), resting, now_ms=now_ms)
    corrections = _put_right(standing, wanted, world)
    corrections += put_back(standing, wanted, world) + take_back_unsold(payments, world)
    for payment in payments:  # before it is due no more: a trigger may have missed it
        tell_payer(payment, world)
    removed = sum(_let_go(old, world, now_ms) for old in group)
    return Archived(
        payments=len(payments),
        entries=len(wanted) - len(standing) + corrections,
        removed=removed,
    )


def _let_go(old: Versioned[Payment], world: World, now_ms: Millis) -> bool:
    """Whether the payment has left the live database; otherwise it is marked as recorded."""
    payment = old.value
    if may_leave(payment, now_ms=now_ms):
        if payment.mpesa_receipt is not None:
            world.store.seal_receipt(payment.mpesa_receipt, now_ms=now_ms)  # before it is gone
        return world.store.remove_payment(old)
    change_payment(
        world,
        payment.transaction_id,
        lambda current: recorded(payment, current, now_ms=now_ms),
    )
    return False


def _put_right(standing: Mapping[str, Entry], wanted: Mapping[str, Entry], world: World) -> int:
    """How many corrections were written. A sale that stands otherwise is for a person to see."""
    now_ms = world.clock()
    corrections = []
    for entry_id, stands in standing.items():
        if stands.cents == wanted[entry_id].cents:
            continue
        correction = corrected(stands, wanted[entry_id])
        if stands.kind is EntryKind.RECEIVED and correction is not None:
            corrections.append(correction)
        else:
            _say_conflict(entry_id, world, now_ms)
    if not corrections:
        return 0
    before = world.record.write(corrections, (), now_ms=now_ms)
    for correction in corrections:
        again = before.get(correction.entry_id)
        if again is not None and again.cents != correction.cents:
            _say_conflict(correction.entry_id, world, now_ms)
    return len(corrections) - len(before)


def _say_conflict(entry_id: str, world: World, now_ms: Millis) -> None:
    alarm = Alarm(kind="ledger_imbalance", detail=f"{entry_id} stands with other amounts")
    world.store.raise_alarm(alarm, transaction_id=None, now_ms=now_ms)


def _sum(parts: Iterable[Archived]) -> Archived:
    done = Archived()
    for part in parts:
        done = done.and_also(part)
    return done
