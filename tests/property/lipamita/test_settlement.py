"""Any sequence of evidence, answers and looks: paid is never lowered, and never for nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from lipamita.domain.evidence import Callback as Evidence
from lipamita.domain.evidence import (
    PushAcknowledged,
    PushAnswer,
    PushRefused,
    PushUnclear,
    QueryAnswer,
    StkCallback,
    UnreadableCallback,
)
from lipamita.domain.ids import Receipt
from lipamita.domain.payment import MOVES, Payment, Status
from lipamita.domain.push_answer import decide_push_answer
from lipamita.domain.schedule import UnverifiedPolicy, decide_overdue, decide_query, looked_at
from lipamita.domain.settlement import decide_callbacks
from lipamita.domain.stk_result import FINAL_REFUSALS
from lipamita.domain.units import Kes, Millis
from lipamita.domain.verdict import Known

from tests.unit.lipamita.domain.samples import CHECKOUT, NOW, PROMPT, a_payment

OWN = Known(prompt=PROMPT)

RECEIPTS = [Receipt("UKL0DEMO01"), Receipt("UKL0DEMO02"), Receipt("UKL0DEMO03")]
CODES = [None, "0", "00", "0 ", "4999", "2029", *sorted(FINAL_REFUSALS)]
ALLOWED = {(since, to) for since, _, to in MOVES}

callbacks: st.SearchStrategy[Evidence] = st.one_of(
    st.builds(
        StkCallback,
        evidence_id=st.sampled_from("abcdefgh"),
        received_at_ms=st.integers(NOW, NOW + 5).map(Millis),
        checkout_request_id=st.sampled_from([CHECKOUT, CHECKOUT, CHECKOUT, "ws_CO_other", None]),
        merchant_request_id=st.just("29115-1"),
        result_code=st.sampled_from([*CODES, "0", "0", "0"]),
        result_desc=st.just("said"),
        receipt=st.sampled_from([*RECEIPTS, None]),
        amount_kes=st.sampled_from([Kes(500), Kes(500), Kes(499), Kes(0), None]),
    ),
    st.builds(
        UnreadableCallback,
        evidence_id=st.sampled_from("abcdefgh"),
        received_at_ms=st.integers(NOW, NOW + 5).map(Millis),
        why=st.just("not a JSON object"),
    ),
)
told_lists = st.lists(callbacks, max_size=8).map(
    lambda several: list({told.evidence_id: told for told in several}.values())
)
answers: st.SearchStrategy[PushAnswer] = st.one_of(
    st.builds(
        PushAcknowledged,
        merchant_request_id=st.just("29115-1"),
        checkout_request_id=st.sampled_from([CHECKOUT, "ws_CO_other"]),
        customer_message=st.just("Success"),
    ),
    st.just(PushRefused(code="push_rejected", message="no", detail="400.002.02")),
    st.just(PushUnclear(why="ReadTimeout")),
)


@dataclass(frozen=True)
class Event:
    """One thing that happens to a payment, and how long after the last."""

    name: str
    act: Callable[[Payment, Millis], Payment]
    after_ms: int


def _event(name: str, act: Callable[[Payment, Millis], Payment], after_ms: int) -> Event:
    return Event(name, act, after_ms)


def _told(told: Evidence) -> Callable[[Payment, Millis], Payment]:
    return lambda payment, now_ms: (
        decide_callbacks(payment, [told], now_ms=now_ms, known=OWN).payment
    )


def _answered(answer: PushAnswer) -> Callable[[Payment, Millis], Payment]:
    return lambda payment, now_ms: decide_push_answer(payment, answer, now_ms=now_ms).payment


def _queried(code: str | None, policy: UnverifiedPolicy) -> Callable[[Payment, Millis], Payment]:
    def query(payment: Payment, now_ms: Millis) -> Payment:
        answer = QueryAnswer(result_code=code, result_desc="", asked_at_ms=now_ms)
        return decide_query(payment, answer, now_ms=now_ms, policy=policy)

    return query


def _looked(asked: bool) -> Callable[[Payment, Millis], Payment]:
    return lambda payment, now_ms: looked_at(payment, asked=asked, now_ms=now_ms)


def _overdue(payment: Payment, now_ms: Millis) -> Payment:
    return decide_overdue(payment, now_ms=now_ms)


pauses = st.sampled_from([0, 1_000, 60_000, 121_000, 3_600_000, 86_400_000])
acts = st.one_of(
    st.tuples(st.just("told"), callbacks.map(_told)),
    st.tuples(st.just("answered"), answers.map(_answered)),
    st.tuples(
        st.just("queried"),
        st.builds(_queried, st.sampled_from(CODES), st.sampled_from(list(UnverifiedPolicy))),
    ),
    st.tuples(st.just("looked"), st.booleans().map(_looked)),
    st.tuples(st.just("overdue"), st.just(_overdue)),
)
events = st.builds(lambda act, after_ms: _event(act[0], act[1], after_ms), acts, pauses)


def walked(happened: list[Event]) -> list[Payment]:
    payments, now_ms = [a_payment(Status.CREATED)], NOW
    for event in happened:
        now_ms = Millis(now_ms + event.after_ms)
        payments.append(event.act(payments[-1], now_ms))
    return payments


@given(st.lists(events, max_size=25))
def test_paid_is_never_lowered_and_never_loses_its_receipt(happened: list[Event]) -> None:
    payments = walked(happened)
    for before, after in pairwise(payments):
        if before.status is Status.PAID:
            assert after.status is Status.PAID
            assert after.mpesa_receipt == (before.mpesa_receipt or after.mpesa_receipt)
            assert after.result_code == "0"


@given(st.lists(events, max_size=25))
def test_every_step_is_one_that_the_table_has(happened: list[Event]) -> None:
    payments = walked(happened)
    for before, after in pairwise(payments):
        assert before.status is after.status or (before.status, after.status) in ALLOWED
        assert (before.status is after.status) == (len(before.history) == len(after.history))


@given(st.lists(events, max_size=25))
def test_an_open_or_undelivered_payment_always_has_a_due_time(happened: list[Event]) -> None:
    for payment in walked(happened):
        if payment.status in (Status.CREATED, Status.PROMPTED, Status.PAID):
            assert payment.next_check_at_ms is not None


@given(st.lists(events, max_size=25))
def test_the_price_and_the_intent_never_change(happened: list[Event]) -> None:
    first, *_, last = walked([*happened, _event("overdue", _overdue, 0)])
    for name in ("transaction_id", "user_id", "meter_id", "amount_kes", "quote", "created_at_ms"):
        assert getattr(first, name) == getattr(last, name)


# --- a batch of callbacks


def pays(told: Evidence) -> bool:
    """The model: an exact success of this payment's own prompt."""
    return (
        isinstance(told, StkCallback)
        and told.checkout_request_id == CHECKOUT
        and told.result_code == "0"
        and told.receipt is not None
        and told.amount_kes == 500
    )


def says_paid(told: Evidence) -> bool:
    """The model: a success of this payment's own prompt, exact or not."""
    return (
        isinstance(told, StkCallback)
        and told.checkout_request_id == CHECKOUT
        and told.result_code == "0"
    )


@given(told_lists, st.sets(st.sampled_from(RECEIPTS)))
def test_paid_if_and_only_if_the_first_success_is_exact_and_its_receipt_our_own(
    several: list[Evidence], elsewhere: set[Receipt]
) -> None:
    verdict = decide_callbacks(
        a_payment(), several, now_ms=NOW, known=replace(OWN, claimed_elsewhere=frozenset(elsewhere))
    )
    successes = [
        told
        for told in sorted(several, key=lambda told: (told.received_at_ms, told.evidence_id))
        if says_paid(told)
    ]
    first = successes[0] if successes else None
    expected = isinstance(first, StkCallback) and pays(first) and first.receipt not in elsewhere
    assert (verdict.payment.status is Status.PAID) == expected


@given(told_lists)
def test_without_an_exact_success_nothing_is_paid(several: list[Evidence]) -> None:
    others = [told for told in several if not pays(told)]
    assert (
        decide_callbacks(a_payment(), others, now_ms=NOW, known=OWN).payment.status
        is not Status.PAID
    )


@given(told_lists, st.randoms())
def test_the_order_in_which_evidence_is_read_does_not_matter(
    several: list[Evidence], chance: object
) -> None:
    shuffled = list(several)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert decide_callbacks(a_payment(), shuffled, now_ms=NOW, known=OWN) == decide_callbacks(
        a_payment(), several, now_ms=NOW, known=OWN
    )


@given(told_lists, st.integers(1, 3))
def test_evidence_told_several_times_is_told_once(several: list[Evidence], times: int) -> None:
    once = decide_callbacks(a_payment(), several, now_ms=NOW, known=OWN)
    assert decide_callbacks(a_payment(), several * times, now_ms=NOW, known=OWN) == once
    again = decide_callbacks(once.payment, several, now_ms=Millis(NOW + 9), known=OWN)
    assert (again.payment, again.claims, again.reviews, again.alarms) == (once.payment, (), (), ())


@given(told_lists)
def test_the_same_words_under_another_evidence_id_never_pay_twice(
    several: list[Evidence],
) -> None:
    once = decide_callbacks(a_payment(), several, now_ms=NOW, known=OWN).payment
    copies = [replace(told, evidence_id=f"{told.evidence_id}2") for told in several]
    twice = decide_callbacks(once, copies, now_ms=NOW, known=OWN).payment
    if once.status is Status.PAID:
        assert (twice.mpesa_receipt, twice.history) == (once.mpesa_receipt, once.history)
    assert (twice.status is Status.PAID) == (once.status is Status.PAID)


@given(told_lists, st.sets(st.sampled_from(RECEIPTS)))
def test_every_success_is_credited_or_in_front_of_a_person(
    several: list[Evidence], elsewhere: set[Receipt]
) -> None:
    verdict = decide_callbacks(
        a_payment(), several, now_ms=NOW, known=replace(OWN, claimed_elsewhere=frozenset(elsewhere))
    )
    visible = {review.receipt for review in verdict.reviews} | {verdict.payment.mpesa_receipt}
    told = {
        one.receipt for one in several if isinstance(one, StkCallback) and one.result_code == "0"
    }
    assert told <= visible | {None}


@given(told_lists, st.sets(st.sampled_from(RECEIPTS)))
def test_no_receipt_of_another_payment_is_claimed_or_kept(
    several: list[Evidence], elsewhere: set[Receipt]
) -> None:
    verdict = decide_callbacks(
        a_payment(), several, now_ms=NOW, known=replace(OWN, claimed_elsewhere=frozenset(elsewhere))
    )
    assert not elsewhere & set(verdict.claims)
    assert verdict.payment.mpesa_receipt not in elsewhere
