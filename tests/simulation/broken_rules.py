"""Sabotages of the rules that money-safety ends in, where no other module breaks them yet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from lipamita.domain import confirmation, payment, settlement, tariff
from lipamita.domain.tariff import LineKind
from lipamita.use_cases import (
    accept_confirmation,
    ask_daraja,
    assign_suspense,
    decide_review,
    dismiss_review,
    know_prompt,
    request_payment,
    settle_payment,
)

from tests.fakes.memory_store import MemoryStore
from tests.simulation.sabotage import CRASHES, LIES, MISLED, NONE, RACES, STALLS, under

Patch = pytest.MonkeyPatch
UNKNOWN: dict[str, float] = {
    **MISLED,
    "push slow": 0.6,
    "push answer lost": 0.4,
    "callback lost": 0.5,
    "trigger lost": 0.3,
}
DIFFERS = {"wrong amount paid": 0.8, "callback doubled": 0.5}


@under({**RACES, "stall": 0.3})
def push_although_another_process_created_the_payment(patch: Patch) -> None:
    create = MemoryStore.create_payment

    def mine(self: MemoryStore, payment: Any) -> bool:
        create(self, payment)
        return True

    patch.setattr(MemoryStore, "create_payment", mine)


@under({**STALLS, "stall": 0.2, "callback lost": 0.7})
def push_however_late(patch: Patch) -> None:
    patch.setattr(request_payment, "PUSH_WITHIN_MS", 10**9)


@under(UNKNOWN)
def believe_whatever_comes_on_the_path(patch: Patch) -> None:
    patch.setattr(settle_payment, "_prompt_owners", lambda *_: {})


@under(UNKNOWN)
def credit_by_query_a_prompt_that_is_anothers(patch: Patch) -> None:
    for module in (ask_daraja, know_prompt, settle_payment):
        patch.setattr(module, "owns_prompt", lambda *_: True)


@under({"callback lost": 0.9, "confirmation lost": 0.9})
def lose_the_ids_of_a_prompt(patch: Patch) -> None:
    patch.setattr(MemoryStore, "record_prompt", lambda *_: None)


@under({**LIES, "callback late": 0.5, "trigger lost": 0.6})
def keep_one_callback_for_each_payment(patch: Patch) -> None:
    record = MemoryStore.record_callback

    def over(self: MemoryStore, transaction_id: Any, callback: Any) -> None:
        self.callbacks.pop(transaction_id, None)
        record(self, transaction_id, callback)

    patch.setattr(MemoryStore, "record_callback", over)


@under(NONE)
def round_energy_up(patch: Patch) -> None:
    buy = tariff._buy

    def generous(*args: Any, **named: Any) -> Any:
        return [(block, energy + 1) for block, energy in buy(*args, **named)]

    patch.setattr(tariff, "_buy", generous)


@under(NONE)
def drop_the_remainder(patch: Patch) -> None:
    lines = tariff._lines

    def without(*args: Any) -> Any:
        return tuple(line for line in lines(*args) if line.kind is not LineKind.REMAINDER)

    patch.setattr(tariff, "_lines", without)


@under(CRASHES)
def open_a_payment_without_a_due_time(patch: Patch) -> None:
    new = request_payment._new_payment

    def undue(*args: Any) -> Any:
        return replace(new(*args), next_check_at_ms=None)

    patch.setattr(request_payment, "_new_payment", undue)


@under({"callback lost": 0.8, "trigger late": 0.5})
def take_any_equal_payment_for_a_confirmation(patch: Patch) -> None:
    fits = confirmation._fits

    def loose(payment: Any, told: Any, **named: Any) -> bool:
        return fits(replace(payment, mpesa_receipt=None), told, **named)

    patch.setattr(confirmation, "_fits", loose)
    patch.setattr(accept_confirmation, "decide_confirmation", _overwriting)


def _overwriting(payment: Any, told: Any, *, now_ms: Any) -> Any:
    changed = replace(payment, mpesa_receipt=None)
    return confirmation.decide_confirmation(changed, told, now_ms=now_ms)


@under(DIFFERS)
def let_one_person_decide_about_much_money(patch: Patch) -> None:
    for module in (decide_review, assign_suspense):
        patch.setattr(module, "agree", lambda *_: True)


@under(DIFFERS)
def forget_who_decided(patch: Patch) -> None:
    move = payment.move

    def unnamed(paid: Any, cause: Any, *, now_ms: Any, source: str) -> Any:
        return move(paid, cause, now_ms=now_ms)

    patch.setattr(decide_review, "move", unnamed)


@under({**DIFFERS, "paid twice": 0.9})
def close_a_review_with_money_in_it(patch: Patch) -> None:
    close = MemoryStore.close_review

    def blindly(self: MemoryStore, transaction_id: Any, *, settled: Any, decision: Any) -> bool:
        reviews = self.reviews[transaction_id].values()
        told = [review.receipt for review in reviews if review.receipt]
        return close(self, transaction_id, settled=told, decision=decision)

    patch.setattr(MemoryStore, "close_review", blindly)


@under(MISLED)
def credit_a_receipt_of_another_prompt(patch: Patch) -> None:
    def told_here(verdict: Any, callback: Any, *_: Any) -> Any:
        return settlement._beside(verdict, callback, "told_in_review")

    patch.setattr(settlement, "_told_of_another", told_here)
    patch.setattr(decide_review, "why_not_credit", lambda *_: None)
    patch.setattr(decide_review, "_check_open", lambda _: None)
    patch.setattr(decide_review, "claim_told", lambda *_: None)


@under(DIFFERS)
def dismiss_money_that_was_told(patch: Patch) -> None:
    def all_told(transaction_id: Any, world: Any) -> set[Any]:
        case = world.store.read_review(transaction_id)
        return {told.receipt for told in case.told}

    patch.setattr(dismiss_review, "settled_receipts", all_told)
    patch.setattr(dismiss_review, "why_not_dismiss", lambda _: None)
