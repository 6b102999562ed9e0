"""Sending a refund once more, when M-Pesa tells late what became of it before."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from lipamita.domain.errors import ConflictError
from lipamita.domain.meter import Caller
from lipamita.domain.money_out import ResultKind
from lipamita.domain.refund import Refund, RefundStatus
from lipamita.domain.units import DAY_MS
from lipamita.use_cases.advance_refund import advance_refund
from lipamita.use_cases.decide_refund import RefundDecision, decide_refund
from lipamita.use_cases.reconcile import reconcile
from lipamita.use_cases.refund_ports import MAX_RESULTS

from tests.fakes.memory_nodes import ProcessDiedError
from tests.fakes.money_out import LOST, result
from tests.unit.lipamita.use_cases.refunding import GRACE, HENRY, Refunding

WHY = "nothing left, says the statement"
READS = {"send": 10, "give_up": 7}  # of the refund, while somebody decides so


def doubted(estate: Refunding) -> Refund:
    """A refund that was sent and never answered, for so long that people decide."""
    estate.paid()
    estate.money_out.answers = [LOST]
    return in_doubt(estate, 200)


def doubted_review(estate: Refunding) -> Refund:
    """The same, of money that never became energy."""
    estate.paid_another_amount()
    estate.money_out.answers = [LOST]
    return in_doubt(estate, None)


def in_doubt(estate: Refunding, amount_kes: int | None) -> Refund:
    refund = estate.ask_back(amount_kes)
    estate.meter_answers()
    advance_refund(refund.refund_id, estate.world)
    estate.wait(2 * DAY_MS)
    refund = advance_refund(refund.refund_id, estate.world)
    assert (refund.status, refund.reason, estate.money_out.sent) == ("review", "not_known", 1)
    return refund


def say(
    estate: Refunding, refund: Refund, word: str, caller: Caller = HENRY, why: str = WHY
) -> Refund | None:
    decision = RefundDecision(refund_id=refund.refund_id, decision=word, why=why, caller=caller)
    return decide_refund(decision, estate.world)


def refused(estate: Refunding) -> Refund:
    """A refund that M-Pesa refused for sure: one person may send it again."""
    estate.paid()
    refund = estate.ask_back(200)
    estate.meter_answers()
    return told_refused(estate, advance_refund(refund.refund_id, estate.world))


def told_refused(estate: Refunding, refund: Refund) -> Refund:
    estate.told(refund, result(refund, code=1))
    return advance_refund(refund.refund_id, estate.world)


@pytest.mark.parametrize("word", ["send", "give_up"])
def test_a_result_that_nobody_looked_at_is_believed_before_a_decision(word: str) -> None:
    estate = Refunding()
    refund = doubted_review(estate)
    assert say(estate, refund, word, GRACE) is None
    estate.told(refund, result(refund))
    with pytest.raises(ConflictError) as known:
        say(estate, refund, word)
    assert known.value.code == "not_decidable"
    assert estate.refund(refund).status is RefundStatus.REFUNDED
    assert estate.money_out.sent == 1


@pytest.mark.parametrize(
    ("word", "read"), [(word, read + 1) for word, reads in READS.items() for read in range(reads)]
)
def test_whenever_a_result_comes_nothing_is_sent_or_given_up_after_it(word: str, read: int) -> None:
    estate = Refunding()
    refund = doubted_review(estate)
    assert say(estate, refund, word, GRACE) is None
    reads = 0
    stood: list[tuple[RefundStatus, int]] = []

    def come(path: str) -> None:
        nonlocal reads
        reads += path.startswith("refunds/")
        if reads == read and not stood:
            stood.append((estate.refund(refund).status, estate.money_out.sent))
            estate.told(refund, result(refund), attempt=1)

    estate.store.on_read = come
    with suppress(ConflictError):
        say(estate, refund, word)
    [(status, sent)] = stood
    advance_refund(refund.refund_id, estate.world)
    assert estate.money_out.sent == sent
    if status is RefundStatus.FAILED:
        assert estate.store.alarms[-1].kind == "refund_contradicted"
    else:
        assert estate.refund(refund).status is RefundStatus.REFUNDED


def test_a_result_that_comes_before_it_is_sent_again_ends_it() -> None:
    estate = Refunding()
    refund = doubted(estate)
    say(estate, refund, "send", GRACE)

    def die(path: str) -> None:
        if estate.refund(refund).status is RefundStatus.WITHDRAWN:
            raise ProcessDiedError

    estate.store.after_write = die
    with pytest.raises(ProcessDiedError):
        say(estate, refund, "send")
    estate.store.after_write = lambda _: None
    estate.told(refund, result(refund))
    reconcile(estate.world)
    assert estate.refund(refund).status is RefundStatus.REFUNDED
    assert (estate.money_out.sent, estate.money_out.paid_kes) == (1, 200)


def test_a_success_of_another_amount_stops_what_would_be_sent_again() -> None:
    estate = Refunding()
    refund = doubted(estate)
    estate.put(refund, status=RefundStatus.WITHDRAWN)
    estate.told(refund, result(refund, amount=201))
    refund = advance_refund(refund.refund_id, estate.world)
    assert (refund.status, refund.reason) == (RefundStatus.REVIEW, "amount_differs")
    assert estate.money_out.sent == 1


def test_a_success_of_another_amount_in_review_takes_a_second_person_to_send_again() -> None:
    estate = Refunding()
    refund = refused(estate)
    estate.told(refund, result(refund, amount=201))
    assert say(estate, refund, "send") is None
    assert estate.refund(refund).reason == "amount_differs"
    assert estate.money_out.sent == 1


def test_the_same_words_about_another_attempt_are_no_repeat() -> None:
    estate = Refunding()
    refund = refused(estate)
    again = say(estate, refund, "send")
    assert again is not None
    assert say(estate, refund, "send") == again
    assert (again.attempt, estate.money_out.sent) == (2, 2)
    told_refused(estate, again)
    with pytest.raises(ConflictError) as said:
        say(estate, refund, "send")
    assert (said.value.code, said.value.field) == ("not_decidable", "why")
    assert "attempt 1" in said.value.message
    assert estate.money_out.sent == 2
    third = say(estate, refund, "send", why="the account has money now")
    assert third is not None
    assert (third.attempt, estate.money_out.sent) == (3, 3)


def says_nothing(estate: Refunding, refund: Refund, number: int) -> None:
    """One more answer of Transaction Status that settles nothing."""
    body = {"Result": {"ResultCode": "2033", "ConversationID": f"AG_{number}"}}
    estate.told(refund, json.dumps(body), ResultKind.STATUS)


def test_a_success_is_believed_however_many_answers_came_before_it() -> None:
    estate = Refunding()
    refund = doubted(estate)
    for number in range(MAX_RESULTS + 5):
        says_nothing(estate, refund, number)
        if number % 10 == 0:
            advance_refund(refund.refund_id, estate.world)
    assert estate.told_paid(refund).status is RefundStatus.REFUNDED


def test_more_results_than_are_read_at_once_are_all_believed() -> None:
    estate = Refunding()
    refund = doubted(estate)
    for number in range(2 * MAX_RESULTS):
        says_nothing(estate, refund, number)
        estate.wait(1)
    assert estate.told_paid(refund).status is RefundStatus.REFUNDED
    assert estate.refund(refund).next_check_at_ms is None
