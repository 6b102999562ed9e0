"""What a payment becomes, given what was told: a row for every way to be told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.evidence import PushAcknowledged, PushRefused, PushUnclear
from lipamita.domain.ids import Receipt
from lipamita.domain.payment import Payment, Status
from lipamita.domain.prompt import Prompt
from lipamita.domain.push_answer import decide_push_answer
from lipamita.domain.schedule import FIRST_QUERY_AFTER_MS, first_in_line
from lipamita.domain.settlement import decide_callbacks
from lipamita.domain.units import Millis
from lipamita.domain.verdict import Known, Verdict

from tests.unit.lipamita.domain.samples import (
    CHECKOUT,
    NOW,
    OTHER_RECEIPT,
    OTHER_TRANSACTION,
    PROMPT,
    RECEIPT,
    a_payment,
    told,
    unreadable,
)

LATER = Millis(NOW + 5_000)
BEFORE_PAID = [Status.CREATED, Status.PROMPTED, Status.FAILED, Status.EXPIRED]
OPEN_STATES = [Status.CREATED, Status.PROMPTED]
PAID = {"mpesa_receipt": RECEIPT, "result_code": "0"}
NOT_KNOWN = [None, "4999", "", "00", "0 ", "0.0", "2029", "SFC_IC9999"]
ACKNOWLEDGED = PushAcknowledged(
    merchant_request_id="29115-1", checkout_request_id=CHECKOUT, customer_message="Success"
)
REFUSED = PushRefused(
    code="push_rejected", message="Not set up.", detail="400.002.02: x", alarm=True
)


def decided(payment: Payment, *callbacks: object, elsewhere: set[Receipt] | None = None) -> Verdict:
    """With the payment's prompt known, unless its push was not answered yet."""
    prompt = None if payment.status is Status.CREATED else PROMPT
    return decide_callbacks(
        payment,
        callbacks,  # type: ignore[arg-type]
        now_ms=LATER,
        known=Known(prompt=prompt, claimed_elsewhere=frozenset(elsewhere or ())),
    )


def kinds(verdict: Verdict) -> list[str]:
    return [alarm.kind for alarm in verdict.alarms]


# --- told paid, receipt, exact amount


@pytest.mark.parametrize("status", BEFORE_PAID)
def test_an_exact_success_pays_from_every_state_before_paid(status: Status) -> None:
    payment = decided(a_payment(status), told()).payment
    assert (payment.status, payment.mpesa_receipt) == (Status.PAID, RECEIPT)


def test_a_paid_payment_is_due_at_once_for_its_delivery() -> None:
    payment = decided(a_payment(next_check_at_ms=None), told()).payment
    assert (payment.next_check_at_ms, payment.paid_at_ms) == (first_in_line(LATER), LATER)


def test_a_success_claims_its_receipt() -> None:
    assert decided(a_payment(), told()).claims == (RECEIPT,)


def test_a_success_after_a_failure_clears_the_failures_reason_and_code() -> None:
    failed = a_payment(Status.FAILED, reason="refused", result_code="1032")
    payment = decided(failed, told()).payment
    assert (payment.reason, payment.result_code) == (None, "0")


def test_a_success_told_twice_in_one_body_and_another_pays_once() -> None:
    verdict = decided(a_payment(), told(evidence="e1"), told(evidence="e2"))
    assert len(verdict.payment.history) == 1
    assert (verdict.claims, verdict.reviews) == ((RECEIPT,), ())


def test_evidence_already_seen_is_not_considered_again() -> None:
    payment = a_payment(evidence_seen=frozenset({"e1"}))
    assert decided(payment, told(evidence="e1")) == Verdict(payment=payment)


def test_all_evidence_considered_is_marked_as_seen() -> None:
    verdict = decided(a_payment(), told(evidence="e1"), unreadable("e2"), told(None, evidence="e3"))
    assert verdict.payment.evidence_seen == {"e1", "e2", "e3"}


def test_evidence_counts_in_the_order_it_was_received_not_given() -> None:
    refusal, success = told("1032", evidence="e9", at_ms=NOW), told(evidence="e1", at_ms=NOW + 1)
    history = decided(a_payment(), success, refusal).payment.history
    assert [step.to_status for step in history] == [Status.FAILED, Status.PAID]


def test_a_callback_before_the_acknowledgement_pays() -> None:
    assert decided(a_payment(Status.CREATED), told()).payment.status is Status.PAID


def test_the_same_receipt_told_again_changes_nothing_but_what_was_seen() -> None:
    paid = a_payment(Status.PAID, **PAID)
    verdict = decided(paid, told(evidence="e7"))
    assert verdict == Verdict(payment=replace(paid, evidence_seen=frozenset({"e7"})))


# --- told paid, anything differs

DIFFERENT = {
    "receipt_missing": told(receipt=None),
    "amount_differs": told(amount=499),
    "amount_missing": told(amount=None),
    "amount_zero": told(amount=0),
    "amount_negative": told(amount=-500),
    "amount_double": told(amount=1_000),
}


@pytest.mark.parametrize("status", BEFORE_PAID)
@pytest.mark.parametrize("different", DIFFERENT)
def test_money_that_differs_goes_to_review_from_every_state_before_paid(
    different: str, status: Status
) -> None:
    verdict = decided(a_payment(status), DIFFERENT[different])
    assert verdict.payment.status is Status.REVIEW
    assert [review.evidence_id for review in verdict.reviews] == ["e1"]


@pytest.mark.parametrize("different", ["amount_differs", "amount_missing", "amount_zero"])
def test_a_review_shows_the_money_that_was_told(different: str) -> None:
    callback = DIFFERENT[different]
    review = decided(a_payment(), callback).reviews[0]
    assert (review.receipt, review.amount_kes) == (RECEIPT, callback.amount_kes)


def test_a_receipt_in_review_is_claimed_so_that_it_pays_nothing_else() -> None:
    assert decided(a_payment(), told(amount=499)).claims == (RECEIPT,)


def test_a_payment_in_review_raises_an_alarm() -> None:
    assert kinds(decided(a_payment(), told(amount=499))) == ["payment_in_review"]


def test_a_payment_in_review_waits_for_a_person_not_for_the_clock() -> None:
    assert decided(a_payment(), told(amount=499)).payment.next_check_at_ms is None


@pytest.mark.parametrize("status", BEFORE_PAID)
def test_a_receipt_that_paid_elsewhere_is_not_credited_again(status: Status) -> None:
    verdict = decided(a_payment(status), told(), elsewhere={RECEIPT})
    assert (verdict.payment.status, verdict.payment.reason) == (
        Status.REVIEW,
        "receipt_claimed_elsewhere",
    )


def test_a_receipt_that_paid_elsewhere_is_neither_claimed_nor_shown_as_ours() -> None:
    verdict = decided(a_payment(), told(), elsewhere={RECEIPT})
    assert (verdict.claims, verdict.payment.mpesa_receipt) == ((), None)


def test_a_second_receipt_after_paid_is_a_review_beside_it() -> None:
    verdict = decided(a_payment(Status.PAID, **PAID), told(receipt=OTHER_RECEIPT))
    assert (verdict.payment.status, verdict.payment.mpesa_receipt) == (Status.PAID, RECEIPT)
    assert [(review.reason, review.receipt) for review in verdict.reviews] == [
        ("second_receipt", OTHER_RECEIPT)
    ]


def test_a_second_receipt_is_claimed_too() -> None:
    verdict = decided(a_payment(Status.PAID, **PAID), told(receipt=OTHER_RECEIPT))
    assert verdict.claims == (OTHER_RECEIPT,)


def test_a_success_told_to_a_payment_in_review_waits_there_beside_the_first() -> None:
    verdict = decided(a_payment(Status.REVIEW), told())
    assert verdict.payment.status is Status.REVIEW
    assert [(review.reason, review.receipt) for review in verdict.reviews] == [
        ("told_in_review", RECEIPT)
    ]


def test_the_receipt_in_review_told_again_is_not_a_second_review() -> None:
    in_review = a_payment(Status.REVIEW, mpesa_receipt=RECEIPT, reason="amount_differs")
    assert decided(in_review, told(amount=499, evidence="e7")).reviews == ()


# --- credited on the word of queries; the receipt comes after


def unverified_paid() -> Payment:
    return a_payment(
        Status.PAID, paid_unverified_at_ms=NOW, reason="paid_unverified", result_code="0"
    )


def test_a_receipt_is_attached_to_a_payment_that_queries_confirmed() -> None:
    verdict = decided(unverified_paid(), told())
    assert (verdict.payment.mpesa_receipt, verdict.payment.reason) == (RECEIPT, None)
    assert verdict.claims == (RECEIPT,)


def test_attaching_a_receipt_is_not_a_move() -> None:
    assert decided(unverified_paid(), told()).payment.history == ()


@pytest.mark.parametrize(
    ("callback", "elsewhere", "reason"),
    [
        (told(receipt=None), set(), "receipt_missing"),
        (told(), {RECEIPT}, "receipt_claimed_elsewhere"),
    ],
)
def test_what_differs_is_not_attached_but_reviewed(
    callback: object, elsewhere: set[Receipt], reason: str
) -> None:
    verdict = decided(unverified_paid(), callback, elsewhere=elsewhere)
    assert (verdict.payment.status, verdict.payment.mpesa_receipt) == (Status.PAID, None)
    assert [review.reason for review in verdict.reviews] == [reason]


@pytest.mark.parametrize("amount", [499, None])
def test_the_receipt_of_its_own_prompt_is_attached_though_the_amount_differs(
    amount: int | None,
) -> None:
    """It is the money that queries credited; beside it, it could be refunded as well."""
    verdict = decided(unverified_paid(), told(amount=amount))
    assert (verdict.payment.mpesa_receipt, verdict.payment.amount_kes) == (RECEIPT, 500)
    assert (verdict.claims, verdict.reviews) == ((RECEIPT,), ())
    assert kinds(verdict) == ["callback_contradicts_query"]


# --- final refusals


@pytest.mark.parametrize("status", OPEN_STATES)
@pytest.mark.parametrize("code", ["1", "1019", "1032", "1037", "2001", "SFC_IC0003"])
def test_a_final_refusal_fails_an_open_payment(code: str, status: Status) -> None:
    payment = decided(a_payment(status), told(code, receipt=None, amount=None)).payment
    assert (payment.status, payment.result_code, payment.reason) == (
        Status.FAILED,
        code,
        "refused",
    )


def test_a_failed_payment_is_not_due_any_more() -> None:
    assert decided(a_payment(), told("1032")).payment.next_check_at_ms is None


@pytest.mark.parametrize("status", sorted(set(Status) - set(OPEN_STATES)))
def test_a_refusal_changes_nothing_that_is_not_open(status: Status) -> None:
    before = a_payment(status)
    verdict = decided(before, told("1032"))
    assert verdict == Verdict(payment=replace(before, evidence_seen=frozenset({"e1"})))


def test_a_failure_after_a_success_lowers_nothing() -> None:
    verdict = decided(a_payment(), told(evidence="e1"), told("1032", evidence="e2", at_ms=NOW + 1))
    assert (verdict.payment.status, verdict.payment.result_code) == (Status.PAID, "0")


def test_a_code_that_only_we_can_mend_fails_with_an_alarm() -> None:
    assert kinds(decided(a_payment(), told("2028"))) == ["payment_setup"]


def test_a_refusal_against_a_query_that_said_paid_fails_nothing_and_is_recorded() -> None:
    waiting = a_payment(paid_unverified_at_ms=NOW, reason="paid_unverified")
    verdict = decided(waiting, told("1032"))
    assert (verdict.payment.status, verdict.payment.result_code) == (Status.PROMPTED, "1032")
    assert kinds(verdict) == ["callback_contradicts_query"]


def test_a_success_after_that_contradiction_still_pays() -> None:
    waiting = a_payment(paid_unverified_at_ms=NOW, reason="paid_unverified", result_code="1032")
    payment = decided(waiting, told()).payment
    assert (payment.status, payment.result_code) == (Status.PAID, "0")


# --- not known


@pytest.mark.parametrize("status", sorted(Status))
@pytest.mark.parametrize("code", NOT_KNOWN, ids=repr)
def test_a_code_that_is_not_known_changes_nothing_and_alarms(
    code: str | None, status: Status
) -> None:
    before = a_payment(status)
    verdict = decided(before, told(code))
    assert verdict.payment == replace(before, evidence_seen=frozenset({"e1"}))
    assert kinds(verdict) == ["unknown_result_code"]


@pytest.mark.parametrize("status", sorted(Status))
def test_an_unreadable_body_changes_nothing_and_alarms(status: Status) -> None:
    before = a_payment(status)
    verdict = decided(before, unreadable())
    assert verdict.payment == replace(before, evidence_seen=frozenset({"e1"}))
    assert kinds(verdict) == ["callback_unreadable"]


@pytest.mark.parametrize("code", ["0", "1032", None])
@pytest.mark.parametrize("checkout", ["ws_CO_of_another", None])
def test_the_callback_of_another_payment_changes_nothing_and_alarms(
    code: str | None, checkout: str | None
) -> None:
    before = a_payment()
    verdict = decided(before, told(code, checkout=checkout))
    assert verdict.payment == replace(before, evidence_seen=frozenset({"e1"}))
    assert (kinds(verdict), verdict.claims) == (["callback_mismatch"], ())


def test_money_told_for_another_prompt_is_shown_to_a_person_and_stays_unclaimed() -> None:
    verdict = decided(a_payment(), told(checkout="ws_CO_of_another"))
    assert [(review.reason, review.receipt) for review in verdict.reviews] == [
        ("callback_mismatch", RECEIPT)
    ]
    assert verdict.claims == ()


def test_a_refusal_told_for_another_prompt_is_nobodys_work() -> None:
    assert decided(a_payment(), told("1032", checkout="ws_CO_of_another")).reviews == ()


@pytest.mark.parametrize("prompt", [PROMPT, None], ids=["known", "not known"])
def test_money_told_for_a_prompt_of_a_known_payment_is_shown_with_that_payment(
    prompt: Prompt | None,
) -> None:
    known = Known(prompt=prompt, prompt_owners={"ws_CO_of_another": OTHER_TRANSACTION})
    before = a_payment(Status.CREATED)
    misled = told(checkout="ws_CO_of_another")
    verdict = decide_callbacks(before, [misled], now_ms=LATER, known=known)
    assert [(review.reason, review.belongs_to) for review in verdict.reviews] == [
        ("told_on_another_path", OTHER_TRANSACTION)
    ]
    assert (verdict.payment.status, verdict.claims) == (Status.CREATED, ())


# --- the answer to the push


def test_an_acknowledgement_prompts_and_sets_the_first_query() -> None:
    verdict = decide_push_answer(a_payment(Status.CREATED), ACKNOWLEDGED, now_ms=LATER)
    assert verdict.payment.status is Status.PROMPTED
    assert verdict.payment.next_check_at_ms == LATER + FIRST_QUERY_AFTER_MS


@pytest.mark.parametrize("status", [Status.PAID, Status.FAILED, Status.REVIEW])
def test_an_acknowledgement_after_the_callback_moves_nothing(status: Status) -> None:
    payment = decide_push_answer(a_payment(status), ACKNOWLEDGED, now_ms=LATER).payment
    assert (payment.status, payment.history) == (status, ())


def test_a_refused_push_fails_with_what_the_payer_reads() -> None:
    payment = decide_push_answer(a_payment(Status.CREATED), REFUSED, now_ms=LATER).payment
    assert (payment.status, payment.reason, payment.customer_message) == (
        Status.FAILED,
        "push_rejected",
        "Not set up.",
    )
    assert payment.next_check_at_ms is None


@pytest.mark.parametrize("ours_to_mend", [True, False])
def test_a_refused_push_alarms_if_it_is_ours_to_mend(ours_to_mend: bool) -> None:
    answer = replace(REFUSED, alarm=ours_to_mend)
    verdict = decide_push_answer(a_payment(Status.CREATED), answer, now_ms=LATER)
    assert kinds(verdict) == (["push_refused"] if ours_to_mend else [])


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.CREATED}))
@pytest.mark.parametrize("answer", [REFUSED, PushUnclear(why="ReadTimeout")])
def test_no_other_answer_changes_a_payment_that_a_callback_moved(
    answer: PushRefused | PushUnclear, status: Status
) -> None:
    before = a_payment(status)
    assert decide_push_answer(before, answer, now_ms=LATER) == Verdict(payment=before)


def test_an_unclear_answer_leaves_the_payment_created_and_due() -> None:
    before = a_payment(Status.CREATED)
    payment = decide_push_answer(before, PushUnclear(why="ReadTimeout"), now_ms=LATER).payment
    assert (payment.status, payment.reason) == (Status.CREATED, "push_unknown")
    assert payment.next_check_at_ms == before.next_check_at_ms
