"""Find every piece of work whose due time has passed, and do it. Triggers nudge; this guarantees.

One run looks at a bounded batch, the longest due first, so a backlog drains run by run. A payment
that cannot be worked on is put off, logged, and stays in sight; it never stops the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lipamita.domain.errors import NotFoundError, UnreadableError
from lipamita.domain.ids import MeterId, TransactionId
from lipamita.domain.settlement import Alarm, Review
from lipamita.domain.units import MINUTE_MS, SECOND_MS, Millis
from lipamita.use_cases.accept_confirmation import accept_confirmation
from lipamita.use_cases.check_payment import check_payment
from lipamita.use_cases.follow_ups import FOLLOW_UPS
from lipamita.use_cases.notice_command import notice_commands
from lipamita.use_cases.world import World

MAX_BATCH = 200
MAX_QUERIES = 5  # Daraja's spike arrest: 5 STK queries a minute
SLOW_QUERY_MS = 5 * SECOND_MS  # then this run asks no more, and does its other work
MAX_RUN_MS = 45 * SECOND_MS  # leaves room within the function's 60 s
RETRY_AFTER_MS = 5 * MINUTE_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What one run did. ``left`` payments were due but out of time; the next run takes them.

    ``others``: due work of other kinds.
    """

    due: int
    queries: int
    failures: int
    left: int
    others: int = 0


def reconcile(world: World) -> Reconciled:
    """One run over what is due now. Never raises for a single payment's trouble."""
    started_ms = world.clock()
    due = world.store.due_payments(now_ms=started_ms, limit=MAX_BATCH)
    queries = failures = done = 0
    daraja_is_slow = False
    for transaction_id in due:
        if world.clock() - started_ms > MAX_RUN_MS:
            break
        done += 1
        try:
            may_query = queries < MAX_QUERIES and not daraja_is_slow
            before_ms = world.clock()
            payment = check_payment(transaction_id, world, may_query=may_query)
            if (payment.queried_at_ms or 0) >= started_ms:
                queries += 1
                daraja_is_slow |= world.clock() - before_ms >= SLOW_QUERY_MS
        except Exception as error:
            failures += 1
            _put_off(transaction_id, error, world)
    others = 0
    for chore in _chores(world):
        found, failed = _do(chore, world, started_ms)
        others += found
        failures += failed
    world.log.reconciled(due=len(due) + others, queries=queries, failures=failures)
    return Reconciled(
        due=len(due),
        queries=queries,
        failures=failures,
        left=len(due) - done,
        others=others,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """One kind of work besides payments: how it is found, done, and put off when it fails."""

    due: Callable[[Millis], Sequence[str]]
    work: Callable[[str], object]
    postpone: Callable[[str, Millis], None]


def _chores(world: World) -> tuple[Chore, ...]:
    store = world.store
    return (
        Chore(
            due=lambda now_ms: store.due_confirmations(now_ms=now_ms, limit=MAX_BATCH),
            work=lambda key: accept_confirmation(key, world),
            postpone=store.postpone_confirmation,
        ),
        Chore(
            due=lambda now_ms: store.due_command_registers(now_ms=now_ms, limit=MAX_BATCH),
            work=lambda key: notice_commands(MeterId(key), world, FOLLOW_UPS),
            postpone=lambda key, at_ms: store.postpone_commands(MeterId(key), at_ms),
        ),
    )


def _do(chore: Chore, world: World, started_ms: Millis) -> tuple[int, int]:
    """How much of it was due, and how much of that failed."""
    due = chore.due(world.clock())
    failures = 0
    for key in due:
        if world.clock() - started_ms > MAX_RUN_MS:
            break
        try:
            chore.work(key)
        except Exception as error:  # one piece of work's trouble must not stop the rest
            failures += 1
            world.log.work_failed(key, error)
            chore.postpone(key, Millis(world.clock() + RETRY_AFTER_MS))
    return len(due), failures


def _put_off(transaction_id: TransactionId, error: Exception, world: World) -> None:
    world.log.work_failed(transaction_id, error)
    now_ms = world.clock()
    try:
        if isinstance(error, UnreadableError | NotFoundError):
            _hand_to_a_person(transaction_id, error, world, now_ms)
        else:
            world.store.postpone(transaction_id, Millis(now_ms + RETRY_AFTER_MS))
    except Exception as second:
        world.log.work_failed(transaction_id, second)


def _hand_to_a_person(
    transaction_id: TransactionId, error: Exception, world: World, now_ms: Millis
) -> None:
    reason = "unreadable_transaction"
    world.store.add_review(
        transaction_id,
        Review(reason=reason, receipt=None, amount_kes=None, evidence_id=reason),
        now_ms=now_ms,
    )
    world.store.raise_alarm(
        Alarm(kind="unreadable_transaction", detail=str(error)),
        transaction_id=transaction_id,
        now_ms=now_ms,
    )
    world.store.postpone(transaction_id, None)
