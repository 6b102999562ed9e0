"""Sabotages of the rules of money that goes back: asked for, held, withdrawn, sent, believed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from lipamita.adapters import refund_schema
from lipamita.domain import money_out, recharge, refund_hold, refund_result, refund_value
from lipamita.domain.command import CommandResult
from lipamita.domain.ids import new_transaction_id
from lipamita.domain.money_out import NotTaken, ResultKind, Taken, Unclear
from lipamita.domain.payment import Payment
from lipamita.domain.refund import RefundStatus
from lipamita.domain.units import Wh
from lipamita.use_cases import (
    accept_confirmation,
    advance_refund,
    ask_refund,
    assign_suspense,
    change_refund,
    decide_refund,
    decide_review,
    find_money,
    hold_money,
    record_result,
    send_money,
    withdraw_energy,
)

from tests.fakes.memory_store import MemoryStore
from tests.simulation.sabotage import CRASHES, NONE, RACES, under

Patch = pytest.MonkeyPatch
SENDS = {"money out answer lost": 0.6, "money out slow": 0.5, "queue timeout": 0.3}
DOUBTS = {
    "money out answer odd": 0.4,
    "money out answer lost": 0.4,
    "reversed already told of our own": 0.8,
    "result odd": 0.4,
}
TOLD = {"result doubled": 0.6, "refusal of money out told falsely": 0.6, "result forged": 0.6}


@under(SENDS)
def send_money_again_under_the_same_id(patch: Patch) -> None:
    post = send_money._post

    def twice(*args: Any) -> Any:
        answer = post(*args)
        return post(*args) if isinstance(answer, Unclear) else answer

    patch.setattr(send_money, "_post", twice)


@under({**CRASHES, "crash while sending": 0.5})
def send_what_another_process_was_sending(patch: Patch) -> None:
    def again(refund: Any, world: Any) -> Any:
        send_money._post(refund, refund.own_id, send_money.configured(world), world)
        return advance_refund._wait(refund, world)

    steps = {**advance_refund._STEPS, RefundStatus.SENDING: again}
    patch.setattr(advance_refund, "_STEPS", steps)


@under({"queue timeout": 0.9, "money out slow": 0.5})
def take_a_timeout_for_a_failure_and_send_again(patch: Patch) -> None:
    decide = refund_result.decide_results

    def hasty(refund: Any, results: Any, *, now_ms: Any) -> Any:
        after = decide(refund, results, now_ms=now_ms)
        new = [one for one in results if one.evidence_id not in refund.results_seen]
        timed_out = any(one.kind is ResultKind.TIMEOUT for one in new)
        if timed_out and after.status is RefundStatus.UNKNOWN:
            return replace(after, status=RefundStatus.WITHDRAWN)
        return after

    patch.setattr(change_refund, "decide_results", hasty)


@under(DOUBTS)
def take_reversed_already_for_a_refusal(patch: Patch) -> None:
    patch.setattr(money_out, "FINAL_REFUSALS", money_out.FINAL_REFUSALS | {"R000001"})


@under(DOUBTS)
def take_unknown_codes_of_money_out_for_refusals(patch: Patch) -> None:
    def final(told: Any) -> money_out.Word:
        word = money_out.meaning(told)
        unknown = word is money_out.Word.NOT_KNOWN and told.kind is ResultKind.SENT
        return money_out.Word.REFUSED if unknown else word

    patch.setattr(refund_result, "meaning", final)


@under(DOUBTS)
def take_an_unclear_answer_for_a_refusal(patch: Patch) -> None:
    after = refund_result.after_sending

    def hasty(refund: Any, answer: Any, **named: Any) -> Any:
        clear = answer if isinstance(answer, Taken) else NotTaken(why=answer.why)
        return after(refund, clear, **named)

    patch.setattr(send_money, "after_sending", hasty)


@under({"status knows nothing": 0.9, "result lost": 0.9})
def take_a_status_that_knows_nothing_for_a_refusal(patch: Patch) -> None:
    def final(told: Any) -> money_out.Word:
        word = money_out.meaning(told)
        status = told.kind is ResultKind.STATUS and word is money_out.Word.NOT_KNOWN
        return money_out.Word.REFUSED if status else word

    patch.setattr(refund_result, "meaning", final)


@under(TOLD)
def lower_refunded_on_a_later_refusal(patch: Patch) -> None:
    one_result = refund_result._one_result

    def lowered(refund: Any, told: Any, now_ms: Any) -> Any:
        if refund.status is RefundStatus.REFUNDED and told.code != "0":
            return replace(refund, status=RefundStatus.REVIEW, next_check_at_ms=None)
        return one_result(refund, told, now_ms)

    patch.setattr(refund_result, "_one_result", lowered)


@under({"result forged": 0.9, "money out refused later": 0.5})
def believe_a_result_on_any_path(patch: Patch) -> None:
    patch.setattr(record_result, "is_path_key", lambda *_: True)


@under({"trigger lost": 0.9, "result late": 0.9, "money out refused": 0.5})
def record_a_result_without_making_its_refund_due(patch: Patch) -> None:
    record = MemoryStore.record_result

    def quietly(self: MemoryStore, refund_id: Any, *args: Any) -> None:
        due_ms = self.refunds[refund_id].next_check_at_ms
        record(self, refund_id, *args)
        self.refunds[refund_id] = replace(self.refunds[refund_id], next_check_at_ms=due_ms)

    patch.setattr(MemoryStore, "record_result", quietly)


@under(NONE)
def refund_before_the_meter_gave_its_energy_back(patch: Patch) -> None:
    withdraw = withdraw_energy.withdraw_energy

    def hasty(refund: Any, world: Any) -> bool:
        withdraw(refund, world)
        return True

    patch.setattr(advance_refund, "withdraw_energy", hasty)


@under(NONE)
def refund_what_the_meter_would_not_give_back(patch: Patch) -> None:
    patch.setattr(CommandResult, "is_ok", property(lambda _: True))


@under(NONE)
def refund_used_value(patch: Patch) -> None:
    def cheap(*args: Any) -> Wh:
        return Wh(refund_value.energy_for(*args) // 3)

    patch.setattr(find_money, "unused_wh", lambda *_: 10**9)
    for module in ("use_cases.find_money", "domain.refund_hold"):
        patch.setattr(f"lipamita.{module}.energy_for", cheap)


@under({**CRASHES, "schedule doubled": 0.9})
def forget_the_id_of_a_withdrawal(patch: Patch) -> None:
    withdraw = recharge.withdraw

    def anew(register: Any, key: str, energy_wh: Any, *, now_ms: Any) -> Any:
        return withdraw(replace(register, withdrawals={}), key, energy_wh, now_ms=now_ms)

    patch.setattr(withdraw_energy, "withdraw", anew)


@under(RACES)
def refund_without_holding_the_money(patch: Patch) -> None:
    patch.setattr(advance_refund, "hold_money", lambda *_: True)


@under(NONE)
def forget_what_was_refunded_before(patch: Patch) -> None:
    def forgotten(payment: Payment, refund: Any, **named: Any) -> Payment:
        paid_back = refund_hold.paid_back(payment, refund, **named)
        return replace(paid_back, refunded_kes=payment.refunded_kes)

    patch.setattr(hold_money, "paid_back", forgotten)


@under(NONE)
def credit_money_that_goes_back(patch: Patch) -> None:
    patch.setattr(assign_suspense, "is_held", lambda *_: False)
    patch.setattr(accept_confirmation, "waits_for_people", lambda *_: False)
    patch.setattr(hold_money, "has_failed", lambda *_: True)
    patch.setattr(decide_review, "why_not_credit", lambda *_: None)
    patch.setattr(MemoryStore, "claim_receipt", lambda _, __, mine, **___: mine)
    patch.setattr(MemoryStore, "receipt_owner", lambda *_: None)


@under(NONE)
def refund_twice_what_waits_in_suspense(patch: Patch) -> None:
    patch.setattr(hold_money, "_hold_suspense", lambda *_: True)
    patch.setattr(hold_money, "_set_suspense", lambda *_, **__: True)


@under({"paid twice": 0.9})
def refund_a_part_of_what_was_never_credited(patch: Patch) -> None:
    def as_asked(_: Any, told: Any, amount_kes: Any, __: Any) -> Any:
        return amount_kes or told[0].amount_kes

    patch.setattr(find_money, "_amount", as_asked)


@under(NONE)
def forget_the_key_of_a_refund(patch: Patch) -> None:
    def another(_: Any, world: Any) -> str:
        return new_transaction_id(world.clock(), world.random_bytes)

    patch.setattr(ask_refund, "earlier_id", lambda *_: None)
    patch.setattr(ask_refund, "claim_id", another)


@under(NONE)
def let_one_person_refund_much_money(patch: Patch) -> None:
    patch.setattr(ask_refund, "needs_two_people", lambda _: False)


@under({"money out lost": 0.8, "money out answer lost": 0.5})
def let_one_person_send_again_in_doubt(patch: Patch) -> None:
    patch.setattr(decide_refund, "needs_agreement", lambda *_: False)


@under(CRASHES)
def ask_for_a_refund_without_a_due_time(patch: Patch) -> None:
    new = ask_refund._new_refund

    def undue(*args: Any) -> Any:
        return replace(new(*args), next_check_at_ms=None)

    patch.setattr(ask_refund, "_new_refund", undue)


@under({"money out refused": 0.9})
def move_a_refund_to_review_without_a_queue(patch: Patch) -> None:
    def due_alone(refund: Any) -> str | None:
        return None if refund.next_check_at_ms is None else str(refund.refund_id)

    patch.setattr(refund_schema, "_place", due_alone)


@under(CRASHES)
def forget_that_a_refund_holds_the_money(patch: Patch) -> None:
    def free(payment: Payment, *_: Any, **__: Any) -> Payment:
        return payment

    patch.setattr(hold_money, "paid_back", free)
