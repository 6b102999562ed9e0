"""Sabotages of what is believed: receipts, callbacks, queries, the answer to a push."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from lipamita.adapters import daraja_wire
from lipamita.domain import schedule, settlement, stk_result
from lipamita.domain.confirmation import Fit
from lipamita.domain.evidence import PushUnclear
from lipamita.domain.ids import new_transaction_id
from lipamita.domain.payment import DeliveryStatus, Payment, Status
from lipamita.domain.push_answer import decide_push_answer
from lipamita.domain.stk_result import Outcome
from lipamita.domain.units import Millis
from lipamita.use_cases import (
    accept_confirmation,
    ask_daraja,
    record_callback,
    record_confirmation,
    request_payment,
    settle_payment,
)

from tests.fakes.memory_store import MemoryStore
from tests.simulation.daraja import SimulatedDaraja
from tests.simulation.sabotage import LIES, MISLED, NONE, PUSHES, QUERIES, RACES, under

Patch = pytest.MonkeyPatch


@under(RACES)
def skip_the_receipt_claim(patch: Patch) -> None:
    patch.setattr(MemoryStore, "claim_receipt", lambda _, __, mine, **___: mine)
    patch.setattr(MemoryStore, "receipt_owner", lambda *_: None)


@under(RACES)
def deliver_before_the_claim(patch: Patch) -> None:
    def undecided(payment: Payment, world: Any, now_ms: Any) -> Any:
        told = world.store.read_callbacks(payment.transaction_id)
        return settlement.decide_callbacks(payment, told, now_ms=now_ms)

    patch.setattr(settle_payment, "_claim_and_decide", undecided)


@under(NONE)
def take_a_twin_as_a_new_payment(patch: Patch) -> None:
    def alone(_: str, __: Any, ___: Any, world: Any) -> Any:
        return new_transaction_id(world.clock(), world.random_bytes), None

    patch.setattr(accept_confirmation, "_find_owner", alone)
    patch.setattr(MemoryStore, "receipt_owner", lambda *_: None)


@under({"callback lost": 0.8})
def let_a_confirmation_always_stand_alone(patch: Patch) -> None:
    patch.setattr(accept_confirmation, "find_fit", lambda *_, **__: Fit())


@under(LIES)
def lower_paid_on_a_later_refusal(patch: Patch) -> None:
    told_refused = settlement._told_refused

    def lowered(verdict: Any, callback: Any, now_ms: Any) -> Any:
        if verdict.payment.status is Status.PAID:
            return replace(verdict, payment=replace(verdict.payment, status=Status.FAILED))
        return told_refused(verdict, callback, now_ms)

    patch.setattr(settlement, "_told_refused", lowered)


@under(LIES)
def forget_a_success_after_a_failure(patch: Patch) -> None:
    told_paid = settlement._told_paid

    def deaf(verdict: Any, callback: Any, now_ms: Any, elsewhere: Any) -> Any:
        if verdict.payment.status is Status.FAILED:
            return verdict
        return told_paid(verdict, callback, now_ms, elsewhere)

    patch.setattr(settlement, "_told_paid", deaf)


@under(LIES)
def believe_odd_codes(patch: Patch) -> None:
    canonical = stk_result.canonical_code

    def loose(value: object) -> str | None:
        return "0" if value in ("00", True, 0.0, "", None) else canonical(value)

    patch.setattr(daraja_wire, "canonical_code", loose)


@under({"query odd code": 0.6, "callback lost": 0.8})
def take_unknown_codes_for_refusals(patch: Patch) -> None:
    def final(code: str | None) -> Outcome:
        return Outcome.PAID if code == "0" else Outcome.REFUSED

    for module in (settlement, schedule):
        patch.setattr(module, "outcome", final)


@under({"wrong amount paid": 0.8})
def believe_any_amount(patch: Patch) -> None:
    what_differs = settlement._what_differs

    def generous(payment: Any, callback: Any, elsewhere: Any) -> str | None:
        return what_differs(payment, replace(callback, amount_kes=payment.amount_kes), elsewhere)

    patch.setattr(settlement, "_what_differs", generous)


@under(MISLED)
def ignore_whose_prompt_it_was(patch: Patch) -> None:
    patch.setattr(settlement, "_is_of_another", lambda *_: False)


@under(LIES)
def accept_any_path(patch: Patch) -> None:
    for module in (record_callback, record_confirmation):
        patch.setattr(module, "is_path_key", lambda *_: True)


@under(QUERIES)
def believe_the_first_query(patch: Patch) -> None:
    query_paid = schedule._query_paid

    def hasty(payment: Payment, now_ms: Any, policy: Any) -> Payment:
        return query_paid(replace(payment, paid_unverified_at_ms=Millis(0)), now_ms, policy)

    patch.setattr(schedule, "_query_paid", hasty)


@under(QUERIES)
def sell_again_when_the_callback_follows_the_query(patch: Patch) -> None:
    told_paid = settlement._told_paid

    def again(verdict: Any, callback: Any, now_ms: Any, elsewhere: Any) -> Any:
        first = verdict.payment
        told = told_paid(verdict, callback, now_ms, elsewhere)
        if first.status is Status.PAID and first.mpesa_receipt is None:
            fresh = replace(told.payment.delivery, status=DeliveryStatus.NONE)
            return replace(told, payment=replace(told.payment, delivery=fresh))
        return told

    patch.setattr(settlement, "_told_paid", again)


@under(QUERIES)
def let_a_query_take_back_its_paid(patch: Patch) -> None:
    decide_query = schedule.decide_query

    def fickle(payment: Payment, answer: Any, *, now_ms: Any, policy: Any) -> Payment:
        if answer.result_code in stk_result.FINAL_REFUSALS:
            payment = replace(payment, paid_unverified_at_ms=None)
        return decide_query(payment, answer, now_ms=now_ms, policy=policy)

    patch.setattr(ask_daraja, "decide_query", fickle)


@under(PUSHES)
def push_again_on_an_unclear_answer(patch: Patch) -> None:
    push = SimulatedDaraja.push

    def twice(self: SimulatedDaraja, request: Any, *, now_ms: Any) -> Any:
        answer = push(self, request, now_ms=now_ms)
        return push(self, request, now_ms=now_ms) if isinstance(answer, PushUnclear) else answer

    patch.setattr(SimulatedDaraja, "push", twice)


@under({**PUSHES, "callback lost": 0.8})
def take_an_unclear_push_for_a_refusal(patch: Patch) -> None:
    decide = decide_push_answer

    def hasty(payment: Payment, answer: Any, *, now_ms: Any) -> Any:
        verdict = decide(payment, answer, now_ms=now_ms)
        if isinstance(answer, PushUnclear) and payment.status is Status.CREATED:
            gone = replace(verdict.payment, status=Status.FAILED, next_check_at_ms=None)
            return replace(verdict, payment=gone)
        return verdict

    patch.setattr(request_payment, "decide_push_answer", hasty)


@under(NONE)
def forget_the_idempotency_key(patch: Patch) -> None:
    patch.setattr(MemoryStore, "claim_idempotency_key", lambda _, __, ___, mine: mine)
    patch.setattr(MemoryStore, "read_idempotency_key", lambda *_, **__: None)
