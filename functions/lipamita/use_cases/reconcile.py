"""Find every piece of work whose due time has passed, and do it. Triggers nudge; this guarantees.

One run looks at a bounded batch, the longest due first, so a backlog drains run by run. A payment
that cannot be worked on is put off, logged, and stays in sight; it never stops the others.
"""

from __future__ import annotations

from dataclasses import dataclass

from lipamita.domain.errors import NotFoundError, UnreadableError
from lipamita.domain.ids import TransactionId
from lipamita.domain.settlement import Alarm, Review
from lipamita.domain.units import MINUTE_MS, SECOND_MS, Millis
from lipamita.use_cases.accept_confirmation import accept_confirmation
from lipamita.use_cases.check_payment import check_payment
from lipamita.use_cases.world import World

MAX_BATCH = 200
MAX_QUERIES = 5  # Daraja's spike arrest: 5 STK queries a minute
SLOW_QUERY_MS = 5 * SECOND_MS  # then this run asks no more, and does its other work
MAX_RUN_MS = 45 * SECOND_MS  # leaves room within the function's 60 s
RETRY_AFTER_MS = 5 * MINUTE_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What one run did. ``left`` payments were due but out of time; the next run takes them."""

    due: int
    queries: int
    failures: int
    left: int
    confirmations: int = 0


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
    confirmations, unaccepted = _accept_confirmations(world, started_ms)
    failures += unaccepted
    world.log.reconciled(due=len(due) + confirmations, queries=queries, failures=failures)
    return Reconciled(
        due=len(due),
        queries=queries,
        failures=failures,
        left=len(due) - done,
        confirmations=confirmations,
    )


def _accept_confirmations(world: World, started_ms: Millis) -> tuple[int, int]:
    """How many confirmations were due, and how many of them failed."""
    due = world.store.due_confirmations(now_ms=world.clock(), limit=MAX_BATCH)
    failures = 0
    for confirmation_id in due:
        if world.clock() - started_ms > MAX_RUN_MS:
            break
        try:
            accept_confirmation(confirmation_id, world)
        except Exception as error:  # one confirmation's trouble must not stop the rest
            failures += 1
            world.log.work_failed(confirmation_id, error)
            world.store.postpone_confirmation(
                confirmation_id, Millis(world.clock() + RETRY_AFTER_MS)
            )
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
