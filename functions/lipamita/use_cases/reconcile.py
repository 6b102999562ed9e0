"""Find every piece of work whose due time has passed, and do it. Triggers nudge; this guarantees.

One run looks at a bounded batch, the longest due first, so a backlog drains run by run. A payment
that cannot be worked on is put off, logged, and stays in sight; it never stops the others. Most of
the time of a piece of work is spent waiting for the database, so threads share them out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lipamita.domain.errors import NotFoundError, UnreadableError
from lipamita.domain.ids import MeterId, TransactionId
from lipamita.domain.refund import RefundId
from lipamita.domain.schedule import URGENT_MS
from lipamita.domain.units import MINUTE_MS, SECOND_MS, Millis
from lipamita.domain.verdict import Alarm, Review
from lipamita.use_cases.accept_confirmation import accept_confirmation
from lipamita.use_cases.advance_refund import advance_refund
from lipamita.use_cases.ask_daraja import queries_left
from lipamita.use_cases.check_order import check_order
from lipamita.use_cases.check_payment import check_payment
from lipamita.use_cases.follow_ups import FOLLOW_UPS
from lipamita.use_cases.notice_command import notice_commands
from lipamita.use_cases.query_ports import DuePayment
from lipamita.use_cases.share_out import share_out
from lipamita.use_cases.world import World

MAX_BATCH = 600
MAX_WORKERS = 8  # at once; the admin SDK keeps ten connections to the database
MAX_URGENT = 500  # of them; so what waits has its share of every run, and evidence goes first
MAX_IN_LINE = 50  # those who wait for Daraja and stay due, though the batch is full
SLOW_QUERY_MS = 5 * SECOND_MS  # then this run asks no more, and does its other work
URGENT_RUN_MS = 30 * SECOND_MS
PAYMENTS_RUN_MS = 38 * SECOND_MS
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


def reconcile(world: World, *, workers: int = 1) -> Reconciled:
    """One run over what is due now, by at most MAX_WORKERS threads. Never raises for a single
    payment's trouble.
    """
    started_ms = world.clock()
    urgent, others = _due(world, started_ms)
    run = _Run(world=world, started_ms=started_ms, workers=min(workers, MAX_WORKERS))
    run.crowded = len(urgent) + len(others) == MAX_BATCH
    run.check(urgent, within_ms=URGENT_RUN_MS if others else PAYMENTS_RUN_MS)
    run.check([due for due in others if not due.waits], within_ms=PAYMENTS_RUN_MS)
    run.check_line([due for due in others if due.waits], within_ms=PAYMENTS_RUN_MS)
    due, found = len(urgent) + len(others), 0
    for chore in _chores(world):
        found += run.do(chore)
    world.log.reconciled(due=due + found, queries=run.queries, failures=run.failures)
    return Reconciled(
        due=due,
        queries=run.queries,
        failures=run.failures,
        left=due - run.done,
        others=found,
    )


def _due(world: World, now_ms: Millis) -> tuple[Sequence[DuePayment], Sequence[DuePayment]]:
    """What has evidence or is not delivered yet; and the rest, those who wait for Daraja last.

    Of these the one that was not asked about for the longest time comes first: however long the
    line is, each is asked about in the end.
    """
    border_ms = Millis(now_ms - URGENT_MS)
    urgent = world.store.due_payments(now_ms=border_ms, limit=MAX_URGENT)
    others = world.store.due_payments(
        now_ms=now_ms, limit=MAX_BATCH - len(urgent), after_ms=border_ms
    )
    return urgent, sorted(others, key=lambda due: (due.waits, due.waits and due.asked_at_ms))


@dataclass(slots=True, kw_only=True)
class _Run:
    """What one run has done so far. Its threads share it; ``lock`` guards what they count."""

    world: World
    started_ms: Millis
    workers: int
    done: int = 0
    queries: int = 0
    failures: int = 0
    turns: int | None = None  # queries that Daraja allows now; None while nobody looked
    crowded: bool = False  # more is due than one run can take
    kept_in_line: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self, payments: Sequence[DuePayment], *, within_ms: int) -> None:
        """Look at each, some at once, until that much of the run is over."""
        self.done += share_out(
            payments, self._look, workers=self.workers, may_go_on=lambda: self._is_within(within_ms)
        )

    def check_line(self, payments: Sequence[DuePayment], *, within_ms: int) -> None:
        """Those who wait for Daraja one after the other: it listens to five in a minute."""
        self.done += share_out(
            payments, self._look_in_line, workers=1, may_go_on=lambda: self._is_within(within_ms)
        )

    def do(self, chore: Chore) -> int:
        """How much of that work was due."""
        due = chore.due(self.world.clock())
        share_out(
            due,
            lambda key: self._do_one(chore, key),
            workers=self.workers,
            may_go_on=lambda: self._is_within(MAX_RUN_MS),
        )
        return len(due)

    def _is_within(self, run_ms: int) -> bool:
        return self.world.clock() - self.started_ms <= run_ms

    def _look_in_line(self, due: DuePayment) -> None:
        if self._may_query(due) or not self._stays_in_line():
            self._look(due)

    def _stays_in_line(self) -> bool:
        """Left due as it is, unless so many wait that others would not be found behind them."""
        self.kept_in_line += 1
        return not self.crowded or self.kept_in_line <= MAX_IN_LINE

    def _look(self, due: DuePayment) -> None:
        try:
            self._check(due)
        except Exception as error:
            with self.lock:
                self.failures += 1
            _put_off(due.transaction_id, error, self.world)

    def _may_query(self, due: DuePayment) -> bool:
        if self.turns is None and due.waits:
            self.turns = queries_left(self.world)
        return self.turns is None or self.turns > 0

    def _check(self, due: DuePayment) -> None:
        may_query, before_ms = self._may_query(due), self.world.clock()
        payment = check_payment(due.transaction_id, self.world, may_query=may_query)
        if (payment.queried_at_ms or 0) >= self.started_ms:
            slow = self.world.clock() - before_ms >= SLOW_QUERY_MS
            turns = 0 if slow else queries_left(self.world)
            with self.lock:
                self.queries += 1
                self.turns = turns

    def _do_one(self, chore: Chore, key: str) -> None:
        try:
            chore.work(key)
        except Exception as error:  # one piece of work's trouble must not stop the rest
            with self.lock:
                self.failures += 1
            self.world.log.work_failed(key, error)
            chore.postpone(key, Millis(self.world.clock() + RETRY_AFTER_MS))


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
            due=lambda now_ms: store.due_refunds(now_ms=now_ms, limit=MAX_BATCH),
            work=lambda key: advance_refund(RefundId(key), world),
            postpone=lambda key, at_ms: store.postpone_refund(RefundId(key), at_ms),
        ),
        Chore(
            due=lambda now_ms: store.due_orders(now_ms=now_ms, limit=MAX_BATCH),
            work=lambda key: check_order(key, world),
            postpone=store.postpone_order,
        ),
        Chore(
            due=lambda now_ms: store.due_command_registers(now_ms=now_ms, limit=MAX_BATCH),
            work=lambda key: notice_commands(MeterId(key), world, FOLLOW_UPS),
            postpone=lambda key, at_ms: store.postpone_commands(MeterId(key), at_ms),
        ),
    )


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
