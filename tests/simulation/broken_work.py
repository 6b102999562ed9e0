"""Sabotages of how the work is done: registers, due times, queues, operators, the meter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from lipamita.domain import recharge
from lipamita.domain.payment import Payment
from lipamita.domain.tariff import make_quote
from lipamita.domain.units import Wh
from lipamita.use_cases import check_payment, deliver, reconcile
from lipamita.use_cases.accept_confirmation import accept_confirmation

from tests.fakes.memory_store import MemoryStore
from tests.simulation import operators
from tests.simulation.meter import Entry, SimulatedMeter
from tests.simulation.meter_commands import Totals
from tests.simulation.sabotage import (
    CRASHES,
    LOST,
    METERS,
    NONE,
    PUSHES,
    QUERIES,
    RACES,
    STALLS,
    under,
)

Patch = pytest.MonkeyPatch


@under(CRASHES)
def sell_without_looking_for_the_own_entry(patch: Patch) -> None:
    sell = recharge.sell

    def blind(register: Any, transaction_id: Any, quote: Any, **named: Any) -> Any:
        others = {key: one for key, one in register.entries.items() if key != transaction_id}
        return sell(replace(register, entries=others), transaction_id, quote, **named)

    patch.setattr(deliver, "sell", blind)


@under(STALLS)
def prune_entries_too_early(patch: Patch) -> None:
    patch.setattr(recharge, "_still_needed", lambda *_: {})


@under(NONE)
def price_when_delivering(patch: Patch) -> None:
    sell = deliver._sell

    def repriced(payment: Payment, world: Any) -> Any:
        quote = make_quote(
            world.store.read_tariff(payment.quote.tariff_id),
            amount_kes=payment.amount_kes,
            month=payment.quote.month,
            month_wh_before=Wh(payment.quote.month_wh_before + 1),
        )
        return sell(replace(payment, quote=quote), world)

    patch.setattr(deliver, "_sell", repriced)


@under({**RACES, "stall": 0.3})
def overwrite_the_register(patch: Patch) -> None:
    def always(self: MemoryStore, meter_id: Any, old: Any, new: Any) -> bool:
        self._write(f"registers/{meter_id}", lambda: self.registers.update({meter_id: new}))
        return True

    patch.setattr(MemoryStore, "replace_register", always)


@under({**RACES, "stall": 0.3})
def overwrite_the_payment(patch: Patch) -> None:
    def always(self: MemoryStore, old: Any, new: Payment) -> bool:
        path = f"transactions/{new.transaction_id}"
        self._write(path, lambda: self.payments.update({new.transaction_id: new}))
        return True

    patch.setattr(MemoryStore, "replace_payment", always)


@under({**QUERIES, "query contradicts": 0.9, "callback late": 0.0, "query slow": 0.9})
def clear_the_due_time_of_unseen_evidence(patch: Patch) -> None:
    patch.setattr(Payment, "has_unseen_evidence", property(lambda _: False))


@under({"refusal told before paid": 0.9, "trigger lost": 0.8})
def record_evidence_without_making_it_due(patch: Patch) -> None:
    record = MemoryStore.record_callback

    def quietly(self: MemoryStore, transaction_id: Any, callback: Any) -> None:
        due_ms = self.payments[transaction_id].next_check_at_ms
        record(self, transaction_id, callback)
        kept = replace(self.payments[transaction_id], next_check_at_ms=due_ms)
        self.payments[transaction_id] = kept

    patch.setattr(MemoryStore, "record_callback", quietly)


@under(LOST)
def trust_the_triggers_alone(patch: Patch) -> None:
    def leave_alone(transaction_id: Any, world: Any, *, may_query: bool) -> Any:
        world.store.postpone(transaction_id, None)
        return world.store.read_payment(transaction_id).value

    patch.setattr(reconcile, "check_payment", leave_alone)


@under(PUSHES)
def move_to_review_without_a_queue(patch: Patch) -> None:
    patch.setattr(check_payment, "_queue_for_review", lambda *_: None)


@under({"wrong amount paid": 0.8})
def lose_what_was_told_in_review(patch: Patch) -> None:
    patch.setattr(MemoryStore, "add_review", lambda *_, **__: None)


@under(NONE)
def assign_suspense_twice(patch: Patch) -> None:
    def again(assignment: Any, world: Any) -> None:
        old = world.store.read_suspense(assignment.confirmation_id)
        decided = replace(old.value, assigned_meter_id=assignment.meter_id)
        world.store.replace_suspense(assignment.confirmation_id, old, decided)
        accept_confirmation(assignment.confirmation_id, world)

    patch.setattr(operators, "assign_suspense", again)


@under(METERS)
def add_on_the_meter_instead_of_taking_the_larger_total(patch: Patch) -> None:
    def add(self: SimulatedMeter, entry: Entry) -> None:
        self.totals = Totals(
            credited_wh=self.totals.credited_wh + entry.energy_wh,
            sequence=max(self.totals.sequence, entry.sequence),
        )

    patch.setattr(SimulatedMeter, "apply", add)


@under(METERS)
def acknowledge_on_the_meter_without_committing(patch: Patch) -> None:
    def everything(self: SimulatedMeter, queue: Mapping[str, Entry]) -> list[str]:
        return list(queue)

    patch.setattr(SimulatedMeter, "commit", lambda _: None)
    patch.setattr(SimulatedMeter, "acknowledgeable", everything)
