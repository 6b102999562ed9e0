"""Two receipts told for one payment: each is credited or goes back, and neither does both."""

from __future__ import annotations

import pytest
from lipamita.domain.errors import ConflictError
from lipamita.domain.ids import Receipt
from lipamita.domain.meter import Caller
from lipamita.domain.payment import Payment, Status
from lipamita.domain.refund import MoneyFrom, Refund, RefundStatus
from lipamita.domain.review_decision import ReviewWord
from lipamita.domain.units import Kes
from lipamita.use_cases import decide_review
from lipamita.use_cases.advance_refund import advance_refund
from lipamita.use_cases.close_recharge import close_recharge
from lipamita.use_cases.decide_refund import RefundDecision, decide_refund
from lipamita.use_cases.decide_review import MoneyDecision, credit_review
from lipamita.use_cases.request_payment import request_payment
from lipamita.use_cases.settle_payment import settle_payment
from lipamita.use_cases.view_queues import view_review

from tests.fakes.estate import METER, ask, success
from tests.fakes.memory_nodes import ProcessDiedError
from tests.unit.lipamita.use_cases.refunding import GRACE, HENRY, PHONE, Refunding

FIRST, SECOND = Receipt("UKL1AAAA01"), Receipt("UKL1BBBB02")
MUCH_KES = 20_000


def told_twice(estate: Refunding, amount_kes: int = 500, first_kes: int = 400) -> Payment:
    """In review with both: the first of another amount, the second exact."""
    payment = request_payment(ask(amount_kes, phone=PHONE), estate.world)
    estate.tell(payment, success(payment, receipt=FIRST, amount=first_kes))
    settle_payment(payment.transaction_id, estate.world)
    estate.wait(1_000)
    estate.tell(payment, success(payment, receipt=SECOND))
    return settle_payment(payment.transaction_id, estate.world)


def credit(
    estate: Refunding, payment: Payment, amount_kes: int = 500, caller: Caller = GRACE
) -> Payment | None:
    decision = MoneyDecision(
        transaction_id=payment.transaction_id,
        receipt=SECOND,
        amount_kes=Kes(amount_kes),
        why="the statement shows it",
        caller=caller,
    )
    return credit_review(decision, estate.world)


def approve(estate: Refunding, refund: Refund) -> Refund:
    word = RefundDecision(
        refund_id=refund.refund_id, decision="approve", why="it was twice", caller=HENRY
    )
    decided = decide_refund(word, estate.world)
    assert decided is not None
    return decided


def test_a_refund_that_was_asked_before_the_credit_is_not_sent_after_it() -> None:
    estate = Refunding()
    payment = told_twice(estate, MUCH_KES, 15_000)
    first = approve(estate, estate.ask_back(receipt=FIRST, key="a"))
    second = estate.ask_back(receipt=SECOND, key="b")
    assert (second.status, second.money_from) == (RefundStatus.WAITING, MoneyFrom.BESIDE)
    estate.told_paid(first)
    credit(estate, payment, MUCH_KES)
    credit(estate, payment, MUCH_KES, HENRY)
    assert estate.payment(payment).mpesa_receipt == SECOND
    assert approve(estate, second).status is RefundStatus.FAILED
    assert estate.money_out.paid_kes == 15_000


def test_a_receipt_that_goes_back_is_not_credited_by_who_looked_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    estate = Refunding()
    payment = told_twice(estate)
    estate.told_paid(estate.ask_back(receipt=FIRST, key="a"))
    claim, refunds = decide_review.claim_told, list[Refund]()

    def meanwhile(*args: object) -> None:  # after the operator's look, before the decision
        claim(*args)  # type: ignore[arg-type]
        refunds.append(estate.ask_back(receipt=SECOND, key="b"))

    monkeypatch.setattr(decide_review, "claim_told", meanwhile)
    with pytest.raises(ConflictError) as raised:
        credit(estate, payment)
    assert raised.value.code == "receipt_claimed_elsewhere"
    assert METER not in estate.store.registers
    estate.told_paid(refunds[0])
    assert estate.money_out.paid_kes == 900


def test_a_credit_that_died_is_finished_by_the_next_and_no_refund_takes_its_money() -> None:
    estate = Refunding()
    payment = told_twice(estate)
    estate.told_paid(estate.ask_back(receipt=FIRST, key="a"))

    def die(path: str) -> None:
        if path.endswith(f"decisions/{SECOND}"):
            raise ProcessDiedError

    estate.store.after_write = die
    with pytest.raises(ProcessDiedError):
        credit(estate, payment)
    estate.store.after_write = lambda _: None
    row = view_review(payment.transaction_id, GRACE, estate.world)
    assert [(one.decision, one.receipt) for one in row.allowed] == [(ReviewWord.CREDIT, SECOND)]
    with pytest.raises(ConflictError):
        estate.ask_back(receipt=SECOND, key="b")
    credited = credit(estate, payment)
    assert credited is not None
    assert (credited.status, credited.mpesa_receipt) == (Status.PAID, SECOND)


def test_what_went_back_of_another_receipt_takes_nothing_from_the_credited_one() -> None:
    estate = Refunding()
    payment = told_twice(estate)
    estate.told_paid(estate.ask_back(receipt=FIRST, key="a"))
    credited = credit(estate, payment)
    assert credited is not None
    estate.acknowledge(estate.recharge(payment.transaction_id), credited.quote.energy_wh)
    close_recharge(METER, payment.transaction_id, estate.world)
    estate.burn(0)
    refund = estate.ask_back(receipt=SECOND, key="b")
    assert (refund.amount_kes, refund.energy_wh) == (500, credited.quote.energy_wh)


def test_the_last_of_two_that_go_back_ends_the_payment() -> None:
    estate = Refunding()
    payment = told_twice(estate)
    first = estate.ask_back(receipt=FIRST, key="a")
    second = estate.ask_back(receipt=SECOND, key="b")
    estate.told_paid(first)
    assert estate.payment(payment).status is Status.REVIEW
    estate.told_paid(second)
    advance_refund(second.refund_id, estate.world)  # again changes nothing
    ended = estate.payment(payment)
    assert (ended.status, ended.refunded_kes) == (Status.REFUNDED, 900)
    assert payment.transaction_id not in estate.store.review_places
