"""Operators who give money back. They look M-Pesa's statement up before they end a doubt.

Watches, too, whether enough people had said so when money left, and whether its energy was back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lipamita.domain.ids import Receipt
from lipamita.domain.money_out import Method
from lipamita.domain.msisdn import Msisdn
from lipamita.domain.refund import Refund, RefundId, RefundStatus
from lipamita.domain.units import Kes
from lipamita.domain.work_queue import FIRST_PLACE, WorkQueue
from lipamita.use_cases.ask_refund import RefundOrder, ask_refund
from lipamita.use_cases.decide_refund import RefundDecision, decide_refund
from lipamita.use_cases.world import World

from tests.fakes.memory_store import MemoryStore
from tests.simulation.meter import SimulatedMeter
from tests.simulation.mpesa import Mpesa, Row
from tests.simulation.mpesa_out import MpesaOut
from tests.simulation.operators import ONE_PERSON_MAY_KES
from tests.simulation.people import caller_of
from tests.simulation.plan import MAX_REFUNDS, OPERATORS, PHONES, Act, RefundAsk, RefundWord
from tests.simulation.timeline import Timeline
from tests.simulation.tuya import VendedMeter

CERTAIN = ("not_taken", "refused_")
WHY = "as the payer asked"


class RefundDesk:
    """Asks and decides as the plan says; ``refused``: whether an attempt was refused for sure."""

    def __init__(
        self,
        timeline: Timeline,
        world: World,
        *,
        mpesa: Mpesa,
        out: MpesaOut,
        store: MemoryStore,
        meters: Mapping[str, SimulatedMeter | VendedMeter],
    ) -> None:
        self.violations: list[str] = []
        self.refused: Callable[[tuple[str, int]], bool] = lambda _: False
        self._timeline = timeline
        self._world = world
        self._mpesa = mpesa
        self._out = out
        self._store = store
        self._meters = meters
        self._orders: dict[str, RefundOrder] = {}  # what was asked with a key
        self._made: dict[str, str] = {}  # the refund that was answered to a key
        self._asked: set[tuple[str, str]] = set()  # (receipt, uid)
        self._said: set[tuple[str, int, str, str]] = set()  # (refund, attempt, word, uid)

    def intend(self, act: Act, at_ms: int) -> None:
        if isinstance(act, RefundAsk):
            for tap_ms in (0, *act.taps_ms):
                self._start(at_ms + tap_ms, act.name, lambda: self._ask(act))
        elif isinstance(act, RefundWord):
            self._start(at_ms, act.name, lambda: self._decide(act))

    def sent(self, refund_id: str, attempt: int, amount_kes: int) -> None:
        """Money is about to leave: whoever should have said so has, and its energy is back."""
        refund = self._store.refunds[RefundId(refund_id)]
        asker = str(refund.asked_by)
        people = {asker} if (refund.receipt, asker) in self._asked else set()
        people |= {uid for key, _, word, uid in self._said if (key, word) == (refund_id, "approve")}
        if len(people) < 1 + (amount_kes > ONE_PERSON_MAY_KES):
            self.violations.append(f"{refund_id}: {len(people)} people sent {amount_kes}")
        if attempt > 1:
            wanted = ("send", attempt - 1)
            sure = self.refused((refund_id, attempt - 1))
            told = {
                uid
                for key, one, word, uid in self._said
                if (key, word, one) == (refund_id, *wanted)
            }
            if len(told) < 1 + (not sure or amount_kes > ONE_PERSON_MAY_KES):
                self.violations.append(f"{refund_id}: {len(told)} people sent it again")
        if refund.meter_id is not None and refund.energy_wh:
            mine = [
                other.energy_wh
                for other in self._store.refunds.values()
                if other.meter_id == refund.meter_id and (other.attempt or other == refund)
            ]
            if self._meters[refund.meter_id].given_back_wh < sum(mine):
                self.violations.append(f"{refund_id}: sent before the meter gave its energy back")

    def clear(self) -> None:
        """They go through everything that waits, both at the same time, and refund some more."""
        queue = self._store.waiting(WorkQueue.REFUNDS, from_place=FIRST_PLACE, limit=MAX_REFUNDS)
        for refund_id in sorted(key for _, key in queue):
            for uid in OPERATORS:
                work = self._cleared(RefundId(refund_id), uid)
                self._start(self._timeline.now_ms, f"{uid} clears refunds", work)
        for number, row in enumerate(self._mpesa.ledger):
            if number % 3 == 1:
                ask = RefundAsk(
                    f"late-{number}", 0, OPERATORS[0], number, "whole", True, row.receipt
                )
                self._start(self._timeline.now_ms, ask.name, lambda ask=ask: self._ask(ask))  # type: ignore[misc]

    def _start(self, at_ms: int, name: str, work: Callable[[], None]) -> None:
        self._timeline.start(at_ms, name, work, hosted=True)

    def _cleared(self, refund_id: RefundId, uid: str) -> Callable[[], None]:
        return lambda: self._say(self._store.refunds[refund_id], uid, agrees=True)

    def _ask(self, act: RefundAsk) -> None:
        order = self._orders.get(act.key) or self._order(act)
        if order is None:
            return
        self._orders[act.key] = order
        self._asked.add((order.receipt, act.uid))
        asked = order.amount_kes or "all"
        self._timeline.say(f"{act.uid} asks {asked} of {order.receipt} back by {order.method}")
        refund = ask_refund(order, self._world)
        known = self._made.setdefault(act.key, refund.refund_id)
        if known != refund.refund_id:
            self.violations.append(f"{act.name}: one key, two refunds")

    def _order(self, act: RefundAsk) -> RefundOrder | None:
        rows = [row for row in self._mpesa.ledger if act.from_queue and self._waits(row)]
        rows = rows or self._mpesa.ledger
        if not rows:
            return None
        row = rows[act.pick % len(rows)]
        amount = self._amount(act, row)
        return RefundOrder(
            receipt=Receipt(row.receipt),
            amount_kes=None if amount is None else Kes(amount),
            msisdn=Msisdn(row.prompt.phone if row.prompt else PHONES[0]),
            method=Method.REVERSAL if act.by_reversal and act.part != "half" else Method.PAYOUT,
            why=WHY,
            idempotency_key=act.key,
            caller=caller_of(act.uid),
        )

    def _waits(self, row: Row) -> bool:
        item = self._store.suspense.get(row.receipt)
        told = {
            review.receipt
            for key, reviews in self._store.reviews.items()
            if key not in self._store.decided
            for review in reviews.values()
        }
        return row.receipt in told or (item is not None and item.assigned_meter_id is None)

    def _amount(self, act: RefundAsk, row: Row) -> int | None:
        """Half may be a slip: of money that was never credited all must go back.

        Where nobody was told how much came, an operator who slips is believed.
        """
        known = Receipt(row.receipt) in self._store.receipts and not any(
            review.receipt == row.receipt and review.amount_kes != row.amount_kes
            for told in self._store.reviews.values()
            for review in told.values()
        )
        if act.part == "half" and row.amount_kes and known:
            return row.amount_kes // 2
        return None if act.part == "unused" else row.amount_kes

    def _decide(self, act: RefundWord) -> None:
        waiting = [
            refund
            for _, refund in sorted(self._store.refunds.items())
            if refund.status in (RefundStatus.WAITING, RefundStatus.REVIEW)
        ]
        if waiting:
            self._say(waiting[act.pick % len(waiting)], act.uid, agrees=act.agrees)

    def _say(self, refund: Refund, uid: str, *, agrees: bool) -> None:
        word, receipt = self._word(refund, agrees=agrees)
        if word is None:
            return
        self._said.add((refund.refund_id, refund.attempt, word, uid))
        self._timeline.say(f"{uid} says {word} to {refund.refund_id}")
        decision = RefundDecision(
            refund_id=refund.refund_id,
            decision=word,
            why=f"as the statement says after attempt {refund.attempt}",
            caller=caller_of(uid),
            receipt=receipt,
        )
        decide_refund(decision, self._world)

    def _word(self, refund: Refund, *, agrees: bool) -> tuple[str | None, Receipt | None]:
        """What the statement allows to say. While money may still leave, nothing."""
        if refund.status is RefundStatus.WAITING:
            return ("approve" if agrees else "reject"), None
        if refund.status is not RefundStatus.REVIEW:
            return None, None
        requests = self._out.of_refund(refund.refund_id)
        trusted = (refund.reason or "").startswith(CERTAIN)
        if trusted and not any(request.lied_about for request in requests):
            return "send", None  # nothing left, they are told: nobody looks at the statement
        paid = [request.paid_receipt for request in requests if request.paid_receipt]
        if paid:
            return "paid", Receipt(paid[0])
        if not all(request.is_final for request in requests):
            return None, None
        return ("give_up" if refund.energy_wh == 0 and not agrees else "send"), None
