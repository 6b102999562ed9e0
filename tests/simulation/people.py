"""Tenants and payers, doing what the plan says."""

from __future__ import annotations

from lipamita.domain.ids import MeterId, TransactionId, Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.msisdn import Msisdn
from lipamita.domain.units import Kes
from lipamita.use_cases.request_payment import PaymentRequest, request_payment
from lipamita.use_cases.view import view_payment
from lipamita.use_cases.world import World

from tests.fakes.memory_store import MemoryStore
from tests.simulation.messages import Messages
from tests.simulation.mpesa import REFUSALS, Mpesa, Prompt
from tests.simulation.plan import OPERATORS, Act, ByHand, Purchase
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

    def intend(self, act: Act, at_ms: int) -> None:
        if isinstance(act, Purchase):
            self._buy(act, at_ms)
        elif isinstance(act, ByHand):
            self._timeline.at(at_ms, lambda: self._pay_by_hand(act))

    def prompted(self, prompt: Prompt) -> None:
        """A prompt appeared on a phone."""
        purchase = self._purchases[prompt.label]
        at_ms = self._timeline.now_ms + purchase.reply_after_ms
        self._timeline.at(at_ms, lambda: self._reply(prompt, purchase))

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
            caller=caller_of(purchase.uid),
            meter_id=MeterId(purchase.meter_id),
            amount_kes=Kes(purchase.amount_kes),
            msisdn=Msisdn(purchase.phone),
            description=None,
            idempotency_key=purchase.key,
        )
        payment = request_payment(request, self._world)
        known = self._transactions.setdefault(purchase.key, payment.transaction_id)
        # Held up while a repeat of its key was answered, it may fail by itself: nothing was sent.
        if known != payment.transaction_id and payment.reason != "push_not_sent":
            self.violations.append(f"{purchase.name}: one key, two transactions")

    def _look(self, purchase: Purchase) -> None:
        transaction_id = self._transactions.get(purchase.key)
        if transaction_id is not None:
            view_payment(transaction_id, caller_of(purchase.uid), self._world)

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


def caller_of(uid: str) -> Caller:
    """That person, signed in."""
    return Caller(uid=Uid(uid), role=Role.OPERATOR if uid in OPERATORS else Role.TENANT)
