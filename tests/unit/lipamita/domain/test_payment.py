"""The state table: every move it has, none that it has not."""

from __future__ import annotations

from itertools import product

import pytest
from lipamita.domain.errors import IllegalMoveError
from lipamita.domain.payment import (
    DELIVERY_MOVES,
    MAX_HISTORY,
    MOVES,
    OPEN,
    SETTLED,
    Cause,
    Payment,
    Status,
    Step,
    allowed,
    move,
)
from lipamita.domain.units import Millis

from tests.unit.lipamita.domain.samples import NOW, a_payment

TABLE = {(status, cause): to for status, cause, to in MOVES}


@pytest.mark.parametrize(("status", "cause", "to"), MOVES, ids=str)
def test_a_move_of_the_table_is_made(status: Status, cause: Cause, to: Status) -> None:
    assert allowed(status, cause)
    assert move(a_payment(status), cause, now_ms=NOW).status is to


@pytest.mark.parametrize(
    ("status", "cause"), [pair for pair in product(Status, Cause) if pair not in TABLE], ids=str
)
def test_a_move_that_is_not_in_the_table_is_refused(status: Status, cause: Cause) -> None:
    assert not allowed(status, cause)
    with pytest.raises(IllegalMoveError):
        move(a_payment(status), cause, now_ms=NOW)


def test_the_table_gives_one_answer_for_each_state_and_cause() -> None:
    assert len(TABLE) == len(MOVES)


def leaving(status: Status) -> set[Cause]:
    return {cause for before, cause, after in MOVES if before is status is not after}


def test_only_people_who_move_or_refund_the_money_end_paid() -> None:
    assert leaving(Status.PAID) == {
        Cause.REFUND_BEGUN,
        Cause.NOTHING_TO_GIVE,
        Cause.MOVED_TO_SUSPENSE,
        Cause.ENERGY_REFUSED,  # nobody paid for it
    }


def test_nothing_leaves_refunded() -> None:
    assert leaving(Status.REFUNDED) == set()


def test_only_a_person_leaves_review() -> None:
    assert leaving(Status.REVIEW) == {
        Cause.OPERATOR_CREDITED,
        Cause.DISMISSED,
        Cause.MOVED_TO_SUSPENSE,
        Cause.REFUND_BEGUN,
        Cause.REFUND_PAID,  # of the last told receipt, which somebody sent back
    }


def test_nothing_goes_back_to_an_open_state_but_the_acknowledgement() -> None:
    entering = [cause for before, cause, to in MOVES if to in OPEN and to is not before]
    assert entering == [Cause.ACKNOWLEDGED]


@pytest.mark.parametrize("status", sorted(set(Status) - {*SETTLED, Status.REVIEW}))
def test_evidence_of_payment_counts_in_every_state_before_paid(status: Status) -> None:
    assert TABLE[status, Cause.PAYMENT_TOLD] is Status.PAID


@pytest.mark.parametrize("status", sorted(set(Status) - {*SETTLED, Status.REVIEW}))
def test_money_that_differs_goes_to_review_from_every_state_before_paid(status: Status) -> None:
    assert TABLE[status, Cause.EVIDENCE_DIFFERS] is Status.REVIEW


def test_every_cause_moves_something() -> None:
    assert {cause for _, cause, _ in MOVES} == set(Cause)


def test_a_delivery_only_goes_forward() -> None:
    order = {"none": 0, "queued": 1, "delivered": 2, "twin": 2, "withdrawn": 3}
    assert all(order[to] > order[since] for since, _, to in DELIVERY_MOVES)


def test_a_move_is_written_in_the_history() -> None:
    moved = move(
        a_payment(Status.CREATED), Cause.ACKNOWLEDGED, now_ms=Millis(NOW + 7), source="push"
    )
    step = Step(
        at_ms=Millis(NOW + 7),
        from_status=Status.CREATED,
        to_status=Status.PROMPTED,
        cause=Cause.ACKNOWLEDGED,
        source="push",
    )
    assert (moved.history, moved.updated_at_ms) == ((step,), NOW + 7)


def test_the_history_is_bounded_and_keeps_the_latest() -> None:
    payment: Payment = a_payment(Status.CREATED)
    old = move(payment, Cause.PUSH_REFUSED, now_ms=NOW).history[0]
    payment = a_payment(Status.CREATED, history=(old,) * MAX_HISTORY)
    moved = move(payment, Cause.ACKNOWLEDGED, now_ms=NOW)
    assert len(moved.history) == MAX_HISTORY
    assert moved.history[-1].cause is Cause.ACKNOWLEDGED


@pytest.mark.parametrize(
    ("latest", "seen", "unseen"),
    [(None, set(), False), ("a", set(), True), ("a", {"b"}, True), ("a", {"a", "b"}, False)],
)
def test_evidence_is_unseen_until_a_decision_considered_it(
    latest: str | None, seen: set[str], unseen: bool
) -> None:
    payment = a_payment(latest_evidence_id=latest, evidence_seen=frozenset(seen))
    assert payment.has_unseen_evidence is unseen
