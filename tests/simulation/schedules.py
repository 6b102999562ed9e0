"""What runs by the clock: reconcile every minute, Pull every quarter of an hour.

Minutes in which nothing is due are passed over, because a run would do nothing in them.
"""

from __future__ import annotations

from collections.abc import Callable

from lipamita.domain.payment import DeliveryStatus, Payment, Status
from lipamita.domain.refund import Refund, RefundId, RefundStatus
from lipamita.domain.refund_result import LAPSES_AFTER_MS
from lipamita.domain.vending import VendStatus
from lipamita.use_cases.pull_payments import pull_payments
from lipamita.use_cases.reconcile import reconcile
from lipamita.use_cases.world import World

from tests.fakes.memory_store import MemoryStore
from tests.simulation.mpesa import PULL_WINDOW_MS, Mpesa
from tests.simulation.plan import MINUTE_MS
from tests.simulation.timeline import Timeline

QUARTER_MS = 15 * MINUTE_MS


class Schedules:
    """The scheduler's side of ``reconcile`` and ``pull``."""

    def __init__(
        self, timeline: Timeline, world: World, store: MemoryStore, mpesa: Mpesa, *, pull: bool
    ) -> None:
        self._timeline = timeline
        self._world = world
        self._store = store
        self._mpesa = mpesa
        self._pull = pull
        self._chance = timeline.faults.stream("scheduler")
        self._next_ms = _boundary(timeline.now_ms + 1, MINUTE_MS)
        self._next_pull_ms = _boundary(timeline.now_ms + 1, QUARTER_MS)
        timeline.tick = self.tick
        timeline.quiet_until_ms = self._next_ms

    def tick(self, by_ms: int) -> bool:
        """Start the next run that has something to do until then; False if there is none."""
        reconcile_ms, pull_ms = self._reconcile_ms(), self._pull_ms(by_ms)
        if pull_ms is not None and pull_ms <= min(by_ms, reconcile_ms or by_ms):
            self._next_pull_ms = pull_ms + QUARTER_MS
            self._start("pull", pull_ms, lambda: pull_payments(self._world))
            return True
        if reconcile_ms is not None and reconcile_ms <= by_ms:
            self._next_ms = reconcile_ms + MINUTE_MS
            for _ in range(1 + self._chance.fails("schedule doubled")):
                self._start("reconcile", reconcile_ms, lambda: reconcile(self._world))
            return True
        self._next_ms = max(self._next_ms, _boundary(by_ms, MINUTE_MS))
        self._timeline.quiet_until_ms = self._next_ms
        return False

    def _start(self, name: str, at_ms: int, work: Callable[[], object]) -> None:
        self._timeline.quiet_until_ms = at_ms
        if not self._chance.fails("schedule missed"):
            self._timeline.start(at_ms, name, work, hosted=True)

    def _reconcile_ms(self) -> int | None:
        due_ms = self._due_ms()
        return None if due_ms is None else max(self._next_ms, _boundary(due_ms, MINUTE_MS))

    def _pull_ms(self, by_ms: int) -> int | None:
        """The next Pull that would bring something new; those before it are passed over."""
        if not self._pull or self._next_pull_ms > by_ms:
            return None
        if self._unknown(self._next_pull_ms):
            return self._next_pull_ms
        self._next_pull_ms = _boundary(by_ms + 1, QUARTER_MS)
        return None

    def _unknown(self, now_ms: int) -> bool:
        """Whether a Pull would bring anything new."""
        return any(
            row.receipt not in self._store.confirmations
            and row.receipt not in self._store.receipts
            and now_ms - row.paid_ms < PULL_WINDOW_MS
            for row in self._mpesa.ledger
        )

    def _due_ms(self) -> int | None:
        dues: list[int | None] = [
            payment.next_check_at_ms
            for payment in self._store.payments.values()
            if payment.next_check_at_ms is not None and not self._waits_for_people(payment)
        ]
        for key, kept in self._store.confirmations.items():
            item = self._store.suspense.get(key)
            idle = kept.outcome == "suspense" and item and item.assigned_meter_id is None
            if kept.next_check_at_ms is not None and not idle:
                dues.append(kept.next_check_at_ms)
        dues += [due_ms for due_ms in self._store.command_checks.values() if due_ms is not None]
        dues += map(_refund_due_ms, self._store.refunds.values())
        return min((due_ms for due_ms in dues if due_ms is not None), default=None)

    def _waits_for_people(self, payment: Payment) -> bool:
        """Until people decide it is looked at every hour, in vain: its refund is in review, or its
        charge or one before it on the same meter is uncertain.
        """
        if payment.status is Status.PAID and payment.delivery.status is DeliveryStatus.QUEUED:
            return not payment.has_unseen_evidence and any(
                vend.status is VendStatus.UNCERTAIN and vend.meter_id == payment.meter_id
                for vend in self._store.vends.values()
            )
        if payment.status is not Status.REFUNDING or payment.has_unseen_evidence:
            return False
        refund = self._store.refunds[RefundId(payment.refund_id or "")]
        return refund.status is RefundStatus.REVIEW and refund.next_check_at_ms is None


def _refund_due_ms(refund: Refund) -> int | None:
    """One that waits for a second person is looked at in vain until it lapses."""
    if refund.status is RefundStatus.WAITING and refund.next_check_at_ms is not None:
        return max(refund.next_check_at_ms, refund.created_at_ms + LAPSES_AFTER_MS)
    return refund.next_check_at_ms


def _boundary(at_ms: int, step_ms: int) -> int:
    """The next whole step at or after that time."""
    return -(-at_ms // step_ms) * step_ms
