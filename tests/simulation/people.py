"""Tenants, payers and operators, doing what the plan says."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from lipamita.domain.ids import MeterId, Receipt, TransactionId, Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.msisdn import Msisdn
from lipamita.domain.units import Kes
from lipamita.use_cases.assign_suspense import Assignment, assign_suspense
from lipamita.use_cases.decide_review import CreditDecision, credit_review
from lipamita.use_cases.request_payment import PaymentRequest, request_payment
from lipamita.use_cases.view import view_payment
from lipamita.use_cases.world import World

from tests.fakes.memory_store import MemoryStore
from tests.simulation.messages import Messages
from tests.simulation.mpesa import REFUSALS, Mpesa, Prompt
from tests.simulation.plan import GRACE, OPERATORS, Act, ByHand, Decision, Purchase, Verdict
from tests.simulation.timeline import Timeline


class People:
    """Everybody who acts, and what they saw."""

    def __init__(
        self,
        timeline: Timeline,
        world: World,
        mpesa: Mpesa,
        messages: Messages,
        store: MemoryStore,
        *,
        amounts_may_differ: bool,
    ) -> None:
        self._amounts_may_differ = amounts_may_differ
        self.violations: list[str] = []
        self._timeline = timeline
        self._world = world
        self._mpesa = mpesa
        self._messages = messages
        self._store = store
        self._purchases: dict[str, Purchase] = {}
        self._transactions: dict[str, TransactionId] = {}  # answered to a key
        self._made_for: dict[str, str] = {}  # the purchase that a transaction was made for

    def intend(self, act: Act, at_ms: int) -> None:
        if isinstance(act, Purchase):
            self._buy(act, at_ms)
        elif isinstance(act, ByHand):
            self._timeline.at(at_ms, lambda: self._pay_by_hand(act))
        elif isinstance(act, Decision):
            self._timeline.start(at_ms, act.name, lambda: self._decide(act), hosted=True)
        elif isinstance(act, Verdict):
            self._timeline.start(at_ms, act.name, lambda: self._judge(act), hosted=True)

    def wrote(self, path: str, subject: str) -> None:
        """Somebody, on behalf of that purchase, wrote there."""
        kind, _, key = path.partition("/")
        if kind == "transactions" and subject in self._purchases:
            self._made_for.setdefault(key, subject)

    def prompted(self, prompt: Prompt) -> None:
        """A prompt appeared on a phone."""
        purchase = self._purchases[prompt.label]
        at_ms = self._timeline.now_ms + purchase.reply_after_ms
        self._timeline.at(at_ms, lambda: self._reply(prompt, purchase))

    def decide_what_is_left(self, owners: Mapping[str, str | None]) -> None:
        """Operators clear half of what is left in suspense and in review."""
        meters = sorted(owners)
        for transaction_id in sorted(self._store.reviews)[::2]:
            for uid in OPERATORS:
                self._timeline.start(
                    self._timeline.now_ms,
                    f"{uid} clears reviews",
                    partial(self._credit, transaction_id, uid),
                    hosted=True,
                )
        for index, key in enumerate(sorted(self._store.suspense)):
            if index % 2 == 0:
                meter_id = meters[index % len(meters)]
                self._timeline.start(
                    self._timeline.now_ms,
                    f"{GRACE} clears suspense",
                    partial(self._assign, key, GRACE, meter_id),
                    hosted=True,
                )

    def _buy(self, purchase: Purchase, at_ms: int) -> None:
        self._purchases[purchase.name] = purchase
        for tap_ms in (0, *purchase.taps_ms):
            self._timeline.start(
                at_ms + tap_ms,
                f"{purchase.name} asks",
                lambda: self._ask(purchase),
                subject=purchase.name,
                hosted=True,
            )
        for look_ms in purchase.looks_ms:
            self._timeline.start(
                at_ms + look_ms,
                f"{purchase.name} looks",
                lambda: self._look(purchase),
                subject=purchase.name,
                hosted=True,
            )

    def _ask(self, purchase: Purchase) -> None:
        self._timeline.say(
            f"{purchase.uid} asks to pay {purchase.amount_kes} for {purchase.meter_id}"
        )
        request = PaymentRequest(
            caller=_caller(purchase.uid),
            meter_id=MeterId(purchase.meter_id),
            amount_kes=Kes(purchase.amount_kes),
            msisdn=Msisdn(purchase.phone),
            description=None,
            idempotency_key=purchase.key,
        )
        payment = request_payment(request, self._world)
        known = self._transactions.setdefault(purchase.key, payment.transaction_id)
        # A tap with a key of its own may have been answered with the purchase it repeated.
        repeated_another = self._made_for.get(known) != purchase.name
        if known != payment.transaction_id and not repeated_another:
            self.violations.append(f"{purchase.name}: one key, two transactions")

    def _look(self, purchase: Purchase) -> None:
        transaction_id = self._transactions.get(purchase.key)
        if transaction_id is not None:
            view_payment(transaction_id, _caller(purchase.uid), self._world)

    def _reply(self, prompt: Prompt, purchase: Purchase) -> None:
        chance = self._timeline.faults.stream(f"payer of {purchase.name}")
        now_ms = self._timeline.now_ms
        if purchase.reply == "pays":
            paid_kes = prompt.amount_kes
            if chance.fails("wrong amount paid") and self._amounts_may_differ:
                paid_kes = chance.one_of((1, paid_kes + 1, paid_kes * 2))
            row = self._mpesa.pay_prompt(prompt, f"{paid_kes}.00", now_ms)
            self._timeline.say(f"{purchase.name}: pays {row.amount}, receipt {row.receipt}")
        else:
            prompt.answered = REFUSALS[purchase.reply]
            self._timeline.say(f"{purchase.name}: {purchase.reply}")
        self._messages.result_of(prompt, chance)

    def _pay_by_hand(self, act: ByHand) -> None:
        chance = self._timeline.faults.stream(f"payer of {act.name}")
        now_ms = self._timeline.now_ms
        row = self._mpesa.pay_by_hand(act.name, act.amount, act.typed, now_ms)
        self._timeline.say(f"{act.name}: pays {act.amount} by hand to {act.typed!r}, {row.receipt}")
        self._messages.confirmation_of(row, chance)

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
        told = {
            review.receipt
            for review in self._store.reviews[transaction_id].values()
            if review.reason != "callback_mismatch"  # it says that this is another's money
        }
        account = self._store.payments[transaction_id].meter_id.replace("-", "")
        for row in self._mpesa.ledger:
            if row.receipt in told and row.account == account and row.amount_kes:
                self._timeline.say(f"{uid} credits {row.receipt} to {transaction_id}")
                decision = CreditDecision(
                    transaction_id=transaction_id,
                    receipt=Receipt(row.receipt),
                    amount_kes=Kes(row.amount_kes),
                    why="as the statement says",
                    caller=_caller(uid),
                )
                credit_review(decision, self._world)
                return

    def _assign(self, confirmation_id: str, uid: str, meter_id: str) -> None:
        self._timeline.say(f"{uid} gives {confirmation_id} to {meter_id}")
        assignment = Assignment(
            confirmation_id=confirmation_id,
            meter_id=MeterId(meter_id),
            why="as the payer said",
            caller=_caller(uid),
        )
        assign_suspense(assignment, self._world)


def _caller(uid: str) -> Caller:
    return Caller(uid=Uid(uid), role=Role.OPERATOR if uid in OPERATORS else Role.TENANT)
