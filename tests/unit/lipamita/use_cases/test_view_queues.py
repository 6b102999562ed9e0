"""What is listed as allowed is what deciding allows, and what is listed as not is refused."""

from __future__ import annotations

import pytest
from lipamita.domain.errors import ConflictError, ForbiddenError, NotFoundError
from lipamita.domain.ids import Receipt
from lipamita.domain.meter import Caller
from lipamita.domain.money_out import NotTaken
from lipamita.domain.refund import RefundId, RefundStatus
from lipamita.domain.refund_decision import DECISIONS
from lipamita.use_cases.advance_refund import advance_refund
from lipamita.use_cases.decide_refund import RefundDecision, decide_refund
from lipamita.use_cases.request_payment import request_payment
from lipamita.use_cases.settle_payment import settle_payment
from lipamita.use_cases.view_queues import (
    Asked,
    list_refunds,
    list_reviews,
    view_refund,
    view_review,
)

from tests.fakes.estate import OWNER, ask, success
from tests.unit.lipamita.use_cases.refunding import GRACE, HENRY, RECEIPT, Refunding

MUCH_KES = 20_000


def words(estate: Refunding, caller: Caller = GRACE) -> tuple[str, ...]:
    [row] = list_refunds(Asked(), caller, estate.world).rows
    return row.allowed


def test_money_in_review_can_be_credited_or_go_back_until_it_does() -> None:
    estate = Refunding()
    payment = request_payment(ask(), estate.world)
    estate.tell(payment, success(payment, amount=300))
    settle_payment(payment.transaction_id, estate.world)
    [row] = list_reviews(Asked(), GRACE, estate.world).rows
    assert [(one.decision, one.receipt) for one in row.allowed] == [
        ("credit", RECEIPT),
        ("refund", RECEIPT),
        ("suspense", RECEIPT),
    ]
    refund = estate.ask_back(300)
    row = view_review(payment.transaction_id, GRACE, estate.world)
    assert row.allowed == ()
    assert row.matter.decided[RECEIPT].refund_id == refund.refund_id


def test_a_decided_review_is_in_no_list_but_can_be_looked_at() -> None:
    estate = Refunding()
    payment = request_payment(ask(), estate.world)
    estate.tell(payment, success(payment, amount=300))
    settle_payment(payment.transaction_id, estate.world)
    refund = estate.ask_back(300)
    estate.told_paid(refund)
    assert list_reviews(Asked(), GRACE, estate.world).rows == ()
    assert view_review(payment.transaction_id, GRACE, estate.world).allowed == ()


@pytest.mark.parametrize(
    ("caller", "allowed"), [(GRACE, ("reject",)), (HENRY, ("approve", "reject"))]
)
def test_who_asked_is_not_shown_that_she_may_approve(
    caller: Caller, allowed: tuple[str, ...]
) -> None:
    estate = Refunding()
    estate.paid(MUCH_KES)
    estate.ask_back()
    assert words(estate, caller) == allowed


def test_one_refund_says_what_may_be_decided_until_it_has_ended() -> None:
    estate = Refunding()
    estate.paid(MUCH_KES)
    refund = estate.ask_back()
    row = view_refund(refund.refund_id, HENRY, estate.world)
    assert (row.refund.status, row.allowed) == (RefundStatus.WAITING, ("approve", "reject"))
    estate.put(refund, status=RefundStatus.FAILED, reason="rejected")
    assert view_refund(refund.refund_id, HENRY, estate.world).allowed == ()


def test_a_refund_that_waits_for_people_alone_is_listed_until_it_has_ended() -> None:
    estate = Refunding()
    estate.paid()
    estate.money_out.answers = [NotTaken(why="no access token")]
    refund = estate.ask_back()
    estate.meter_answers()
    refund = advance_refund(refund.refund_id, estate.world)
    assert (refund.status, refund.next_check_at_ms) == (RefundStatus.REVIEW, None)
    assert words(estate) == ("paid", "send")
    estate.told_paid(refund)
    assert list_refunds(Asked(), GRACE, estate.world).rows == ()


def test_one_refund_is_for_staff_and_must_be_there() -> None:
    estate = Refunding()
    estate.paid()
    refund = estate.ask_back()
    with pytest.raises(ForbiddenError):
        view_refund(refund.refund_id, OWNER, estate.world)
    with pytest.raises(NotFoundError) as raised:
        view_refund(RefundId("-Of2zAbcdEFGHijkl012"), GRACE, estate.world)
    assert raised.value.code == "unknown_refund"


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("caller", [GRACE, HENRY], ids=["grace", "henry"])
@pytest.mark.parametrize("status", RefundStatus)
def test_a_decision_about_a_refund_is_listed_if_and_only_if_it_is_taken(
    status: RefundStatus, caller: Caller, decision: str
) -> None:
    estate = Refunding()
    estate.paid(MUCH_KES)
    refund = estate.ask_back()
    estate.put(refund, status=status, reason="refused_1")
    listed = decision in words(estate, caller)
    word = RefundDecision(
        refund_id=refund.refund_id,
        decision=decision,
        why="as it stands",
        caller=caller,
        receipt=Receipt("UKL9ZZZZ99"),
    )
    try:
        decide_refund(word, estate.world)
        taken = True
    except ConflictError:
        taken = False
    assert listed == taken
