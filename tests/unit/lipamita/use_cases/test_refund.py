"""Refunds: energy first, money once, nothing in doubt is sent again, whatever dies."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from lipamita.domain.confirmation import ConfirmationOutcome
from lipamita.domain.errors import ConflictError, ForbiddenError, NotFoundError
from lipamita.domain.ids import Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.money_out import Method, NotTaken, ResultKind
from lipamita.domain.msisdn import Msisdn
from lipamita.domain.payment import DeliveryStatus, Payment, Status
from lipamita.domain.refund import Refund, RefundStatus
from lipamita.domain.units import DAY_MS, HOUR_MS, MINUTE_MS, Cents, Kes
from lipamita.use_cases.accept_confirmation import accept_confirmation
from lipamita.use_cases.advance_refund import advance_refund
from lipamita.use_cases.archive import archive
from lipamita.use_cases.assign_suspense import Assignment, assign_suspense
from lipamita.use_cases.check_payment import check_payment
from lipamita.use_cases.decide_refund import RefundDecision, decide_refund
from lipamita.use_cases.personal_data import erase_person
from lipamita.use_cases.reconcile import reconcile
from lipamita.use_cases.records import RawConfirmation
from lipamita.use_cases.settle_payment import settle_payment

from tests.fakes.estate import METER, OWNER, success
from tests.fakes.memory_nodes import ProcessDiedError
from tests.fakes.money_out import LOST, result, status_result
from tests.unit.lipamita.use_cases.refunding import GRACE, HENRY, PHONE, RECEIPT, Refunding


def sent(estate: Refunding, payment: Payment, amount_kes: int | None = None) -> Refund:
    """A refund whose money is on its way."""
    refund = estate.ask_back(amount_kes)
    assert estate.meter_answers() == ["ok"]
    return advance_refund(refund.refund_id, estate.world)


def ended(estate: Refunding, refund: Refund) -> Refund:
    """The refund after its result was told."""
    estate.told(refund, result(refund))
    return advance_refund(refund.refund_id, estate.world)


def test_all_of_an_unused_payment_is_reversed_after_the_meter_gave_it_back() -> None:
    estate = Refunding()
    payment = estate.paid()
    refund = estate.ask_back()
    assert (refund.status, refund.method) == (RefundStatus.WITHDRAWING, Method.REVERSAL)
    assert estate.payment(payment).status is Status.REFUNDING
    assert estate.money_out.sent == 0
    estate.meter_answers()
    refund = advance_refund(refund.refund_id, estate.world)
    assert refund.status is RefundStatus.SENT
    refund = ended(estate, refund)
    assert (refund.status, refund.next_check_at_ms) == (RefundStatus.REFUNDED, None)
    back = estate.payment(payment)
    assert (back.status, back.refunded_kes) == (Status.REFUNDED, 500)
    assert back.delivery.status is DeliveryStatus.WITHDRAWN
    assert estate.money_out.paid_kes == 500
    register = estate.store.registers[METER]
    assert (register.withdrawn_total_wh, register.month_wh) == (payment.quote.energy_wh, 0)


def test_only_what_is_unused_is_paid_back() -> None:
    estate = Refunding()
    payment = estate.paid()
    estate.burn(payment.quote.energy_wh // 2)
    refund = sent(estate, payment)
    assert (refund.method, refund.amount_kes, refund.energy_wh) == (Method.PAYOUT, 250, 10_000)
    ended(estate, refund)
    back = estate.payment(payment)
    assert (back.status, back.refunded_kes) == (Status.PAID, 250)
    assert back.delivery.status is DeliveryStatus.DELIVERED
    with pytest.raises(ConflictError) as refused:
        estate.ask_back(key="again")
    assert refused.value.code == "nothing_unused"


def test_more_than_is_unused_is_refused_with_what_is() -> None:
    estate = Refunding()
    payment = estate.paid()
    estate.burn(payment.quote.energy_wh // 2)
    with pytest.raises(ConflictError) as refused:
        estate.ask_back(251)
    assert refused.value.code == "more_than_unused"
    assert "KES 250" in refused.value.message


def test_a_meter_that_has_burnt_it_meanwhile_refuses_and_everything_is_as_before() -> None:
    estate = Refunding()
    payment = estate.paid()
    before = estate.store.registers[METER]
    refund = estate.ask_back()
    estate.burn(1)
    assert estate.meter_answers() == ["already used"]
    refund = advance_refund(refund.refund_id, estate.world)
    assert (refund.status, refund.reason) == (RefundStatus.FAILED, "already_used")
    assert estate.store.registers[METER].withdrawn_total_wh == before.withdrawn_total_wh
    assert estate.payment(payment).status is Status.PAID
    assert estate.money_out.sent == 0
    again = estate.ask_back(key="again")
    assert again.amount_kes < 500


def test_a_meter_that_says_ok_without_showing_it_is_not_believed() -> None:
    estate = Refunding()
    estate.paid()
    refund = estate.ask_back()
    estate.burn(1)
    estate.meter_answers()
    [command_id] = estate.store.command_results
    told = estate.store.command_results[command_id]
    estate.store.command_results[command_id] = type(told)(result="ok")
    refund = advance_refund(refund.refund_id, estate.world)
    assert (refund.status, estate.money_out.sent) == (RefundStatus.WITHDRAWING, 0)


def test_parts_never_add_up_to_more_than_was_paid() -> None:
    estate = Refunding()
    payment = estate.paid()
    for number, amount_kes in enumerate((333, 100, 67)):
        refund = estate.ask_back(amount_kes, key=f"part-{number}")
        estate.meter_answers()
        refund = advance_refund(refund.refund_id, estate.world)
        ended(estate, refund)
    back = estate.payment(payment)
    assert (back.status, back.refunded_kes) == (Status.REFUNDED, 500)
    assert back.delivery.withdrawn_wh == payment.quote.energy_wh
    with pytest.raises(ConflictError):
        estate.ask_back(1, key="one-more")
    assert estate.money_out.paid_kes == 500


def test_two_refunds_of_one_receipt_are_never_open_together() -> None:
    estate = Refunding()
    estate.paid()
    estate.ask_back(100)
    with pytest.raises(ConflictError) as refused:
        estate.ask_back(100, key="another")
    assert refused.value.code == "not_refundable"


def test_asking_again_with_the_key_is_the_same_refund() -> None:
    estate = Refunding()
    payment = estate.paid()
    first = sent(estate, payment)
    assert estate.ask_back().refund_id == first.refund_id
    assert estate.money_out.sent == 1
    with pytest.raises(ConflictError) as refused:
        estate.ask_back(100)
    assert refused.value.code == "idempotency_key_reused"


@pytest.mark.parametrize("amount_kes", [None, 200], ids=["reversal", "payout"])
def test_a_lost_answer_is_not_known_and_never_sent_again(amount_kes: int | None) -> None:
    estate = Refunding()
    payment = estate.paid()
    estate.money_out.answers = [LOST]
    refund = sent(estate, payment, amount_kes)
    assert refund.status is RefundStatus.UNKNOWN
    for _ in range(60):
        estate.wait(HOUR_MS)
        reconcile(estate.world)
    assert estate.refund(refund).status is RefundStatus.REVIEW
    assert estate.money_out.sent == 1
    estate.told(refund, result(refund))
    assert advance_refund(refund.refund_id, estate.world).status is RefundStatus.REFUNDED


def test_a_lost_payout_is_found_by_transaction_status() -> None:
    estate = Refunding()
    payment = estate.paid()
    estate.money_out.answers = [LOST]
    refund = sent(estate, payment, 200)
    estate.wait(MINUTE_MS)
    reconcile(estate.world)
    assert [question.conversation_id for question in estate.money_out.questions] == [refund.own_id]
    estate.told(refund, status_result(refund), ResultKind.STATUS)
    refund = advance_refund(refund.refund_id, estate.world)
    assert (refund.status, refund.paid_receipt) == (RefundStatus.REFUNDED, "UKL1OUT001")


@pytest.mark.parametrize("code", ["R000001", "26", "", None], ids=str)
def test_a_result_that_settles_nothing_waits_for_one_that_does(code: object) -> None:
    estate = Refunding()
    refund = sent(estate, estate.paid())
    estate.told(refund, result(refund, code=code))
    assert advance_refund(refund.refund_id, estate.world).status is RefundStatus.UNKNOWN
    assert ended(estate, refund).status is RefundStatus.REFUNDED
    assert estate.money_out.sent == 1


def test_a_timeout_then_success_is_one_refund() -> None:
    estate = Refunding()
    refund = sent(estate, estate.paid())
    estate.told(refund, result(refund, code=1), ResultKind.TIMEOUT)
    assert advance_refund(refund.refund_id, estate.world).status is RefundStatus.UNKNOWN
    assert ended(estate, refund).status is RefundStatus.REFUNDED
    assert estate.store.alarms == []


def test_a_refusal_waits_for_people_who_send_it_again_under_a_new_id() -> None:
    estate = Refunding()
    refund = sent(estate, estate.paid(), 200)
    estate.told(refund, result(refund, code=1))
    refund = advance_refund(refund.refund_id, estate.world)
    assert (refund.status, refund.reason) == (RefundStatus.REVIEW, "refused_1")
    again = decide_refund(decision(refund, "send"), estate.world)
    assert again is not None
    assert (again.status, again.attempt) == (RefundStatus.SENT, 2)
    assert len({payout.own_id for payout in estate.money_out.payouts}) == 2
    estate.told(again, result(refund, code=1), attempt=1)  # the first one's, once more
    assert advance_refund(refund.refund_id, estate.world).status is RefundStatus.SENT
    assert ended(estate, again).status is RefundStatus.REFUNDED


def decision(
    refund: Refund, word: str, caller: object = GRACE, receipt: str | None = None
) -> RefundDecision:
    return RefundDecision(
        refund_id=refund.refund_id,
        decision=word,
        why="the statement",
        caller=caller,  # type: ignore[arg-type]
        receipt=receipt,  # type: ignore[arg-type]
    )


def test_what_is_not_known_is_sent_again_by_two_people_only() -> None:
    estate = Refunding()
    payment = estate.paid()
    estate.money_out.answers = [LOST]
    refund = sent(estate, payment)
    estate.wait(3 * DAY_MS)
    reconcile(estate.world)
    assert estate.refund(refund).status is RefundStatus.REVIEW
    assert decide_refund(decision(refund, "send"), estate.world) is None
    assert decide_refund(decision(refund, "send"), estate.world) is None
    assert estate.money_out.sent == 1
    assert decide_refund(decision(refund, "send", HENRY), estate.world) is not None
    assert estate.money_out.sent == 2


def test_a_person_who_saw_it_on_the_statement_ends_the_doubt() -> None:
    estate = Refunding()
    payment = estate.paid()
    estate.money_out.answers = [LOST]
    refund = sent(estate, payment)
    estate.wait(3 * DAY_MS)
    reconcile(estate.world)
    seen = decide_refund(decision(refund, "paid", receipt="UKL9OUT009"), estate.world)
    assert seen is not None
    assert (seen.status, seen.paid_receipt) == (RefundStatus.REFUNDED, "UKL9OUT009")
    assert estate.payment(payment).status is Status.REFUNDED
    again = decide_refund(decision(refund, "paid", receipt="UKL9OUT009"), estate.world)
    assert again == seen


def test_above_the_limit_somebody_else_must_approve() -> None:
    estate = Refunding()
    payment = estate.paid(20_000)
    refund = estate.ask_back()
    assert refund.status is RefundStatus.WAITING
    assert estate.payment(payment).status is Status.PAID
    with pytest.raises(ConflictError) as refused:
        decide_refund(decision(refund, "approve"), estate.world)
    assert refused.value.code == "second_person_needed"
    approved = decide_refund(decision(refund, "approve", HENRY), estate.world)
    assert approved is not None
    assert (approved.status, approved.seconded_by) == (RefundStatus.WITHDRAWING, HENRY.uid)


def test_a_refund_that_nobody_seconds_lapses_and_frees_nothing_it_never_held() -> None:
    estate = Refunding()
    payment = estate.paid(20_000)
    refund = estate.ask_back()
    estate.wait(8 * DAY_MS)
    reconcile(estate.world)
    assert estate.refund(refund).status is RefundStatus.FAILED
    assert estate.payment(payment).status is Status.PAID


@pytest.mark.parametrize("word", ["approve", "send", "paid", "give_up"])
def test_a_decision_fits_where_the_refund_stands(word: str) -> None:
    estate = Refunding()
    refund = sent(estate, estate.paid())
    with pytest.raises(ConflictError) as refused:
        decide_refund(decision(refund, word), estate.world)
    assert refused.value.code == "not_decidable"


def test_only_staff_refund_and_decide() -> None:
    estate = Refunding()
    refund = sent(estate, estate.paid())
    with pytest.raises(ForbiddenError):
        estate.ask_back(caller=OWNER, key="hers")
    with pytest.raises(ForbiddenError):
        decide_refund(decision(refund, "send", OWNER), estate.world)


def test_without_an_initiator_nothing_is_begun() -> None:
    estate = Refunding()
    estate.paid()
    estate.money_out = None  # type: ignore[assignment]
    with pytest.raises(ConflictError) as refused:
        estate.ask_back()
    assert refused.value.code == "refunds_not_configured"
    assert estate.store.refunds == {}


def test_a_payout_needs_the_number_that_paid() -> None:
    estate = Refunding()
    estate.paid()
    for phone, code in ((None, "phone_needed"), (Msisdn("254700999222"), "phone_differs")):
        with pytest.raises(ConflictError) as refused:
            estate.ask_back(200, phone=phone, key=code)
        assert refused.value.code == code


def erased(estate: Refunding) -> None:
    """The payer of the estate's only payment is forgotten, once it is at rest."""
    payment = estate.paid()
    estate.wait(DAY_MS + 1)
    check_payment(payment.transaction_id, estate.world, may_query=False)
    admin = Caller(uid=Uid("admin-hope"), role=Role.ADMIN)
    erase_person(payment.user_id, admin, estate.world)


def test_an_erased_payers_money_is_paid_out_to_no_number() -> None:
    estate = Refunding()
    erased(estate)
    for number, phone in enumerate((PHONE, Msisdn("254700999222"))):
        with pytest.raises(ConflictError, match="reverse all of it") as refused:
            estate.ask_back(200, phone=phone, key=f"key-{number}")
        assert refused.value.code == "phone_differs"
    assert (estate.store.refunds, estate.store.payees) == ({}, {})


def test_an_erased_payers_money_is_reversed() -> None:
    estate = Refunding()
    erased(estate)
    refund = estate.ask_back(None)
    assert (refund.method, refund.amount_kes) == (Method.REVERSAL, 500)


def test_less_than_mpesa_pays_out_is_refused() -> None:
    estate = Refunding()
    estate.paid()
    with pytest.raises(ConflictError) as refused:
        estate.ask_back(9)
    assert refused.value.code == "payout_too_small"


def test_what_a_monthly_charge_took_is_not_refunded() -> None:
    estate = Refunding()
    charged = replace(estate.store.tariffs["flat"], fixed_charge_cents_per_month=Cents(100_000))
    estate.store.tariffs["flat"] = charged
    assert estate.paid().quote.energy_wh == 0
    with pytest.raises(ConflictError) as refused:
        estate.ask_back()
    assert refused.value.code == "nothing_unused"


def test_an_unknown_receipt_is_not_refunded() -> None:
    with pytest.raises(NotFoundError) as refused:
        Refunding().ask_back(receipt="UKL9ZZZZ99")
    assert refused.value.code == "unknown_receipt"


def test_the_payers_number_is_forgotten_when_it_is_paid() -> None:
    estate = Refunding()
    refund = sent(estate, estate.paid(), 200)
    assert estate.store.payees
    ended(estate, refund)
    assert estate.store.payees == {}


def test_a_slow_repeat_does_not_leave_the_payers_number_behind() -> None:
    estate = Refunding()
    payment = estate.paid()

    def meanwhile(path: str) -> None:
        if path.startswith("payees/"):
            estate.store.before_write = lambda _: None
            ended(estate, sent(estate, payment, 200))

    estate.store.before_write = meanwhile
    assert estate.ask_back(200).status is RefundStatus.REFUNDED
    assert estate.store.payees == {}


def test_late_evidence_after_a_refund_changes_nothing() -> None:
    estate = Refunding()
    payment = estate.paid()
    ended(estate, sent(estate, payment))
    back = estate.payment(payment)
    for copy in (success(payment), success(payment, amount="500.00")):
        estate.tell(payment, copy)
        settle_payment(payment.transaction_id, estate.world)
    after = estate.payment(payment)
    assert (after.status, after.delivery) == (back.status, back.delivery)
    assert estate.store.registers[METER].credited_total_wh == payment.quote.energy_wh


def test_a_second_success_under_another_receipt_is_alarmed() -> None:
    estate = Refunding()
    refund = sent(estate, estate.paid())
    ended(estate, refund)
    estate.told(refund, result(refund, receipt="UKL1OUT002"))
    advance_refund(refund.refund_id, estate.world)
    assert [alarm.kind for alarm in estate.store.alarms] == ["refund_contradicted"]


def test_a_success_of_another_amount_waits_for_people() -> None:
    estate = Refunding()
    refund = sent(estate, estate.paid())
    estate.told(refund, result(refund, amount=501))
    refund = advance_refund(refund.refund_id, estate.world)
    assert (refund.status, refund.reason) == (RefundStatus.REVIEW, "amount_differs")


# --- money that was never credited


def test_money_in_review_goes_back_whole_and_takes_no_energy() -> None:
    estate = Refunding()
    payment = estate.paid_another_amount()
    refund = estate.ask_back()
    assert (refund.status, refund.amount_kes, refund.energy_wh) == (RefundStatus.SENT, 300, 0)
    ended(estate, refund)
    assert estate.payment(payment).status is Status.REFUNDED
    assert payment.transaction_id in estate.store.decided
    with pytest.raises(ConflictError):
        estate.ask_back(key="again")
    assert estate.money_out.paid_kes == 300


def test_a_failed_refund_leaves_money_in_review_to_be_decided_again() -> None:
    estate = Refunding()
    payment = estate.paid_another_amount()
    estate.money_out.answers = [NotTaken(why="no access token")]
    refund = estate.ask_back()
    assert refund.status is RefundStatus.REVIEW
    given_up = decide_refund(decision(refund, "give_up"), estate.world)
    assert given_up is not None
    assert given_up.status is RefundStatus.FAILED
    assert estate.payment(payment).status is Status.REVIEW
    ended(estate, estate.ask_back(key="again"))
    assert estate.payment(payment).status is Status.REFUNDED


def test_money_told_beside_a_paid_payment_goes_back_and_the_payment_stays() -> None:
    estate = Refunding()
    payment = estate.paid()
    estate.tell(payment, success(payment, receipt="UKL1BBBB02"))
    settle_payment(payment.transaction_id, estate.world)
    ended(estate, estate.ask_back(receipt="UKL1BBBB02"))
    after = estate.payment(payment)
    assert (after.status, after.refunded_kes) == (Status.PAID, 0)
    with pytest.raises(ConflictError):
        estate.ask_back(receipt="UKL1BBBB02", key="again")
    assert estate.money_out.paid_kes == 500


def test_a_review_stays_open_while_money_told_in_it_may_still_come_back_to_it() -> None:
    estate = Refunding()
    payment = estate.paid()
    for receipt in ("UKL1BBBB02", "UKL1CCCC03"):
        estate.tell(payment, success(payment, receipt=receipt))
    settle_payment(payment.transaction_id, estate.world)
    on_its_way = estate.ask_back(receipt="UKL1BBBB02")
    ended(estate, estate.ask_back(receipt="UKL1CCCC03", key="the other"))
    assert payment.transaction_id not in estate.store.decided
    estate.told(on_its_way, result(on_its_way, code=1))
    refused = advance_refund(on_its_way.refund_id, estate.world)
    given_up = decide_refund(decision(refused, "give_up"), estate.world)
    assert given_up is not None
    assert given_up.status is RefundStatus.FAILED
    assert payment.transaction_id not in estate.store.decided
    ended(estate, estate.ask_back(receipt="UKL1BBBB02", key="again"))
    assert payment.transaction_id in estate.store.decided


@pytest.mark.parametrize("part_kes", [10, 499])
def test_money_that_was_never_credited_goes_back_whole_or_not_at_all(part_kes: int) -> None:
    estate = Refunding()
    payment = estate.paid()
    estate.tell(payment, success(payment, receipt="UKL1BBBB02"))
    settle_payment(payment.transaction_id, estate.world)
    with pytest.raises(ConflictError) as refused:
        estate.ask_back(receipt="UKL1BBBB02", amount_kes=part_kes)
    assert (refused.value.code, refused.value.field) == ("more_than_unused", "amount")
    assert "KES 500" in refused.value.message
    assert estate.money_out.paid_kes == 0


def test_no_more_goes_back_than_a_confirmation_says_was_paid() -> None:
    estate = Refunding()
    payment = estate.paid_another_amount()
    confirm(estate, str(RECEIPT), "300.00", account=payment.charged_meter)
    with pytest.raises(ConflictError) as refused:
        estate.ask_back(amount_kes=3_000)
    assert refused.value.code == "more_than_unused"
    assert estate.ask_back(amount_kes=300, key="right").amount_kes == 300


def in_suspense(estate: Refunding, receipt: str = "UKL1CCCC03") -> None:
    confirm(estate, receipt, "200.00", account="nobody")


def confirm(estate: Refunding, receipt: str, amount: str, *, account: str) -> None:
    body = {
        "TransactionType": "Pay Bill",
        "TransID": receipt,
        "TransTime": "20261121101500",
        "TransAmount": amount,
        "BusinessShortCode": "600000",
        "BillRefNumber": account,
    }
    estate.store.record_confirmation(
        RawConfirmation(
            confirmation_id=receipt,
            channel="c2b",
            body=json.dumps(body),
            received_at_ms=estate.now_ms,
            remote_address="",
        )
    )
    accept_confirmation(receipt, estate.world)


def assign(estate: Refunding, receipt: str = "UKL1CCCC03") -> ConfirmationOutcome | None:
    assignment = Assignment(confirmation_id=receipt, meter_id=METER, why="hers", caller=HENRY)
    return assign_suspense(assignment, estate.world)[1]


def test_money_in_suspense_goes_back_and_is_not_assigned_any_more() -> None:
    estate = Refunding()
    in_suspense(estate)
    refund = estate.ask_back(receipt="UKL1CCCC03")
    assert (refund.status, refund.method) == (RefundStatus.SENT, Method.REVERSAL)
    for _ in range(2):
        with pytest.raises(ConflictError) as refused:
            assign(estate)
        assert refused.value.code == "being_refunded"
        estate.wait(2 * HOUR_MS)
        reconcile(estate.world)
        if estate.refund(refund).status is not RefundStatus.REFUNDED:
            ended(estate, refund)
    assert estate.store.suspense["UKL1CCCC03"].refunded
    assert METER not in estate.store.registers
    with pytest.raises(ConflictError):
        estate.ask_back(receipt="UKL1CCCC03", key="again")


def test_money_in_suspense_whose_refund_failed_can_be_assigned_and_is_credited_once() -> None:
    estate = Refunding()
    in_suspense(estate)
    estate.money_out.answers = [NotTaken(why="no access token")]
    refund = estate.ask_back(receipt="UKL1CCCC03")
    decide_refund(decision(refund, "give_up"), estate.world)
    assert assign(estate) is ConfirmationOutcome.CREDITED
    estate.wait(2 * HOUR_MS)
    reconcile(estate.world)
    assert estate.store.registers[METER].credited_total_wh == 8_000
    with pytest.raises(ConflictError):
        estate.ask_back(receipt="UKL1CCCC03", key="again", amount_kes=201)


def test_money_that_was_assigned_meanwhile_is_not_refunded() -> None:
    estate = Refunding()
    in_suspense(estate)
    much = replace(estate.store.suspense["UKL1CCCC03"], amount_kes=Kes(20_000))
    estate.store.suspense["UKL1CCCC03"] = much
    refund = estate.ask_back(receipt="UKL1CCCC03")
    assert refund.status is RefundStatus.WAITING
    estate.store.suspense["UKL1CCCC03"] = replace(much, amount_kes=Kes(200))
    assert assign(estate) is ConfirmationOutcome.CREDITED
    approved = decide_refund(decision(refund, "approve", HENRY), estate.world)
    assert approved is not None
    assert (approved.status, approved.reason) == (RefundStatus.FAILED, "not_free")
    assert estate.money_out.sent == 0


def archived(estate: Refunding) -> Payment:
    """A payment that has left the live database for the record."""
    payment = estate.paid()
    for _ in range(3):
        estate.wait(31 * DAY_MS)
        reconcile(estate.world)
        archive(estate.world)
    assert payment.transaction_id not in estate.store.payments
    return payment


@pytest.mark.parametrize("claimed", [True, False], ids=["claimed", "claim cleared away"])
def test_a_payment_in_the_record_comes_back_for_its_refund_and_leaves_again(
    claimed: bool,
) -> None:
    estate = Refunding()
    payment = archived(estate)
    if not claimed:
        del estate.store.receipts[RECEIPT]
    refund = ended(estate, sent(estate, payment))
    assert refund.status is RefundStatus.REFUNDED
    assert estate.payment(payment).status is Status.REFUNDED
    assert estate.money_out.paid_kes == 500
    for _ in range(3):
        estate.wait(31 * DAY_MS)
        reconcile(estate.world)
        archive(estate.world)
    assert payment.transaction_id not in estate.store.payments
    assert estate.record.payments[payment.transaction_id].status is Status.REFUNDED
    with pytest.raises(ConflictError):
        estate.ask_back(key="again")


def test_a_payment_that_came_back_for_nothing_leaves_again() -> None:
    estate = Refunding()
    payment = archived(estate)
    estate.burn(payment.quote.energy_wh)
    with pytest.raises(ConflictError) as refused:
        estate.ask_back()
    assert refused.value.code == "nothing_unused"
    for _ in range(2):
        estate.wait(2 * DAY_MS)
        archive(estate.world)
    assert payment.transaction_id not in estate.store.payments


def test_money_of_a_sites_own_account_never_leaves_from_the_main_one() -> None:
    estate = Refunding()
    payment = estate.paid()
    stored = estate.store.payments
    stored[payment.transaction_id] = replace(payment, merchant="5123456")
    with pytest.raises(ConflictError) as refused:
        estate.ask_back()
    assert refused.value.code == "site_refunds_not_configured"
    assert "SITE_CREDENTIALS" in refused.value.message
    assert estate.money_out.sent == 0


# --- dying


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("write", range(1, 30))
def test_dying_around_any_write_refunds_once(write: int, moment: str) -> None:
    estate = Refunding()
    payment = estate.paid()
    count = 0

    def die(_: str) -> None:
        nonlocal count
        count += 1
        if count == write:
            raise ProcessDiedError

    setattr(estate.store, f"{moment}_write", die)
    answered = False
    for _ in range(120):
        try:
            if not estate.store.refunds:
                estate.ask_back(200)
            reconcile(estate.world)
        except ProcessDiedError:
            pass
        estate.meter_answers()
        for refund in list(estate.store.refunds.values()):
            if refund.sent_at_ms and not answered and estate.money_out.sent:
                estate.told(refund, result(refund)) if count > write else None
                answered = count > write
        estate.wait(30 * MINUTE_MS)
    [refund] = estate.store.refunds.values()
    back = estate.payment(payment)
    assert estate.money_out.sent <= 1
    if estate.money_out.sent:
        assert (refund.status, back.refunded_kes) == (RefundStatus.REFUNDED, 200)
        assert back.status is Status.PAID
        assert refund.next_check_at_ms is None
    else:
        assert refund.status is RefundStatus.REVIEW
    assert estate.store.registers[METER].withdrawn_total_wh == refund.energy_wh
    assert refund.receipt == RECEIPT
