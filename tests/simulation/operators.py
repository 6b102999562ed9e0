"""Operators: they decide what waits in review and in suspense, at times two of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

from lipamita.domain.errors import ConflictError
from lipamita.domain.ids import MeterId, Receipt, TransactionId
from lipamita.domain.units import Kes
from lipamita.use_cases.assign_suspense import Assignment, assign_suspense
from lipamita.use_cases.decide_review import MoneyDecision, credit_review
from lipamita.use_cases.dismiss_review import Dismissal, dismiss_review
from lipamita.use_cases.world import World

from tests.fakes.memory_store import MemoryStore
from tests.simulation.mpesa import Mpesa
from tests.simulation.people import caller_of
from tests.simulation.plan import OPERATORS, Act, Decision, Verdict
from tests.simulation.timeline import Timeline

BY_AN_OPERATOR = "an operator credited what was paid"
CARELESS = OPERATORS[1]  # dismisses before looking
OF_ANOTHER_PROMPT = ("callback_mismatch", "told_on_another_path")  # theirs to drop, if they looked
ONE_PERSON_MAY_KES = 10_000


class Operators:
    """What they decide, and whether enough of them had said so when it was done."""

    def __init__(self, timeline: Timeline, world: World, mpesa: Mpesa, store: MemoryStore) -> None:
        self.violations: list[str] = []
        self._said: set[tuple[str, str]] = set()  # (item, uid)
        self._done: set[str] = set()
        self._timeline = timeline
        self._world = world
        self._mpesa = mpesa
        self._store = store
        self._busy_with: list[str] = []

    def intend(self, act: Act, at_ms: int) -> None:
        if isinstance(act, Decision):
            self._timeline.start(at_ms, act.name, lambda: self._decide(act), hosted=True)
        elif isinstance(act, Verdict):
            self._timeline.start(at_ms, act.name, lambda: self._judge(act), hosted=True)

    def wrote(self, path: str) -> None:
        """A decision takes effect once its payment, or its item in suspense, says so."""
        kind, _, key = path.partition("/")
        if kind == "transactions" and key not in self._done:
            payment = self._store.payments[TransactionId(key)]
            decided = [step for step in payment.history if step.cause == BY_AN_OPERATOR]
            if decided:
                self._check(key, payment.amount_kes, decided[0].source.partition(": ")[0])
        elif kind == "suspense" and key not in self._done:
            item = self._store.suspense[key]
            if item.assigned_meter_id is not None:
                self._check(key, item.amount_kes or 0, str(item.assigned_by))

    def _check(self, item: str, amount_kes: int, by: str) -> None:
        self._done.add(item)
        people = {uid for one, uid in self._said if one == item}
        if by not in people:
            self.violations.append(f"{item}: nobody knows who decided")
        if len(people) < 1 + (amount_kes > ONE_PERSON_MAY_KES):
            self.violations.append(f"{item}: one person decided about {amount_kes}")

    def decide_what_is_left(self, meter_ids: Iterable[str]) -> None:
        """They clear half of what is left in suspense and in review, both at the same time."""
        meters = sorted(meter_ids)
        for transaction_id in sorted(self._store.reviews)[::2]:
            for uid in OPERATORS:
                self._clear(f"{uid} clears reviews", partial(self._credit, transaction_id, uid))
        for index, key in enumerate(sorted(self._store.suspense)):
            if index % 2 == 0:
                meter_id = meters[index % len(meters)]
                for uid in OPERATORS:
                    self._clear(f"{uid} clears suspense", partial(self._assign, key, uid, meter_id))

    def _clear(self, name: str, work: Callable[[], None]) -> None:
        self._timeline.start(self._timeline.now_ms, name, work, hosted=True)

    def _decide(self, act: Decision) -> None:
        waiting = sorted(self._store.suspense)
        if waiting:
            self._assign(waiting[act.pick % len(waiting)], act.uid, act.meter_id)

    def _judge(self, act: Verdict) -> None:
        waiting = sorted(set(self._store.reviews) - set(self._store.decided))
        if waiting:
            self._credit(waiting[act.pick % len(waiting)], act.uid)

    def _credit(self, transaction_id: TransactionId, uid: str) -> None:
        """Look the receipts that were told up in the statement, and credit the first found."""
        told = {review.receipt for review in self._store.reviews[transaction_id].values()}
        told_of = self._store.reviews[transaction_id].values()
        anothers = any(review.reason in OF_ANOTHER_PROMPT for review in told_of)
        shown = any(row.receipt in told for row in self._mpesa.ledger)
        if uid == CARELESS and shown and not anothers:
            with suppress(ConflictError):  # money was told: it must be refused
                self._dismiss(transaction_id, uid)
        account = self._store.payments[transaction_id].account.replace("-", "")
        for row in self._mpesa.ledger:
            if row.receipt in told and row.account == account and row.amount_kes:
                self._timeline.say(f"{uid} credits {row.receipt} to {transaction_id}")
                decision = MoneyDecision(
                    transaction_id=transaction_id,
                    receipt=Receipt(row.receipt),
                    amount_kes=Kes(row.amount_kes),
                    why="as the statement says",
                    caller=caller_of(uid),
                )
                with self._working_on(transaction_id, uid):
                    credit_review(decision, self._world)
                return
        if not self._may_be_paid(transaction_id, told):
            self._dismiss(transaction_id, uid)

    def _dismiss(self, transaction_id: TransactionId, uid: str) -> None:
        self._timeline.say(f"{uid} dismisses {transaction_id}")
        word = Dismissal(transaction_id=transaction_id, why="not paid", caller=caller_of(uid))
        with self._working_on(transaction_id, uid):
            dismiss_review(word, self._world)

    def _may_be_paid(self, transaction_id: TransactionId, told: set[Receipt | None]) -> bool:
        """Whether the statement shows money for it, or its prompt is still on a phone."""
        prompts = [
            prompt
            for prompt in self._mpesa.prompts.values()
            if prompt.path.split("/")[-2] == transaction_id
        ]
        is_open = any(prompt.answered is None or prompt.row for prompt in prompts)
        return is_open or any(row.receipt in told for row in self._mpesa.ledger)

    def _assign(self, confirmation_id: str, uid: str, meter_id: str) -> None:
        self._timeline.say(f"{uid} gives {confirmation_id} to {meter_id}")
        assignment = Assignment(
            confirmation_id=confirmation_id,
            meter_id=MeterId(meter_id),
            why="as the payer said",
            caller=caller_of(uid),
        )
        with self._working_on(confirmation_id, uid):
            assign_suspense(assignment, self._world)

    @contextmanager
    def _working_on(self, item: str, uid: str) -> Iterator[None]:
        self._said.add((item, uid))
        if item in self._busy_with:
            self._timeline.noticed.append("two operators at one item")
        self._busy_with.append(item)
        try:
            yield
        finally:
            self._busy_with.remove(item)
