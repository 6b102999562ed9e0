"""Whose prompt is it: ids recorded before the payment moves, and callbacks on another's path."""

from __future__ import annotations

import pytest
from lipamita.domain.evidence import PushUnclear
from lipamita.domain.payment import Payment, Status
from lipamita.domain.schedule import REVIEW_AFTER_MS
from lipamita.domain.units import MINUTE_MS
from lipamita.use_cases.check_payment import check_payment
from lipamita.use_cases.reconcile import reconcile
from lipamita.use_cases.records import PushRequest
from lipamita.use_cases.request_payment import request_payment
from lipamita.use_cases.settle_payment import settle_payment

from tests.fakes.estate import METER, Estate, ask, checkout_of, refusal, success
from tests.fakes.memory_nodes import ProcessDiedError

WRITES = ["prompts", "checkout_requests"]


def unclear(estate: Estate, amount_kes: int = 500) -> Payment:
    """A payment whose push was never answered."""
    estate.daraja.push_answer = PushUnclear(why="ReadTimeout")
    payment = request_payment(ask(amount_kes, key=f"unclear-{amount_kes}"), estate.world)
    estate.daraja.push_answer = None
    return payment


def told_by(estate: Estate, payment: Payment) -> set[tuple[str, str | None]]:
    told = estate.store.reviews.get(payment.transaction_id, {})
    return {(review.reason, review.receipt) for review in told.values()}


@pytest.mark.parametrize("last", WRITES)
def test_a_process_that_dies_with_the_ids_loses_neither_them_nor_the_payment(last: str) -> None:
    estate = Estate()

    def die(path: str) -> None:
        if path == last and estate.daraja.pushes:
            raise ProcessDiedError

    estate.store.after_write = die
    with pytest.raises(ProcessDiedError):
        request_payment(ask(), estate.world)
    estate.store.after_write = lambda _: None
    [transaction_id] = estate.store.payments
    assert settle_payment(transaction_id, estate.world).status is Status.PROMPTED
    assert estate.store.checkout_requests == {checkout_of(transaction_id): transaction_id}
    estate.daraja.query_answers = ["1032"]
    estate.wait(MINUTE_MS)
    assert check_payment(transaction_id, estate.world, may_query=True).status is Status.FAILED


def test_the_stored_ids_are_not_in_the_node_that_clients_read() -> None:
    estate = Estate()
    payment = request_payment(ask(), estate.world)
    assert checkout_of(payment.transaction_id) not in str(payment)


@pytest.mark.parametrize("amount_kes", [500, 400], ids=["the same amount", "another amount"])
def test_a_success_on_the_path_of_a_payment_with_no_prompt_known_is_the_prompts_owners(
    amount_kes: int,
) -> None:
    estate = Estate()
    lost, known = unclear(estate, amount_kes), request_payment(ask(), estate.world)
    estate.tell(lost, success(known))
    assert settle_payment(lost.transaction_id, estate.world).status is Status.CREATED
    assert estate.store.receipts == {}
    assert told_by(estate, known) == {("told_on_another_path", "UKL1AAAA01")}
    assert told_by(estate, lost) == set()
    assert [alarm.kind for alarm in estate.store.alarms] == ["callback_mismatch"]
    estate.tell(known, success(known))
    assert settle_payment(known.transaction_id, estate.world).status is Status.PAID


def test_a_payment_whose_prompt_a_callback_gave_to_another_is_not_credited_by_queries() -> None:
    estate = Estate()
    other = unclear(estate)

    def misled(_: PushRequest) -> None:  # while the answer to this push is still on its way
        mine = max(estate.store.payments.values(), key=lambda one: one.transaction_id)
        estate.tell(other, success(mine))
        settle_payment(other.transaction_id, estate.world)

    estate.daraja.during_push = misled
    payment = request_payment(ask(), estate.world)
    assert "callback_mismatch" in [alarm.kind for alarm in estate.store.alarms]
    estate.daraja.query_answers = ["0"] * 1_000
    while estate.store.payments[payment.transaction_id].status is Status.PROMPTED:
        estate.wait(REVIEW_AFTER_MS // 4)
        reconcile(estate.world)
    assert estate.store.payments[payment.transaction_id].status is Status.REVIEW
    assert estate.store.registers[METER].sequence == 1


def test_a_push_answered_under_another_id_than_the_callback_believed_before_is_an_alarm() -> None:
    estate = Estate()
    other = unclear(estate, 400)

    def other_id_first(_: PushRequest) -> None:
        mine = max(estate.store.payments.values(), key=lambda one: one.transaction_id)
        estate.tell(mine, {"Body": {"stkCallback": success_of(other, mine)}})
        settle_payment(mine.transaction_id, estate.world)

    estate.daraja.during_push = other_id_first
    payment = request_payment(ask(), estate.world)
    assert payment.status is Status.PAID
    assert [alarm.kind for alarm in estate.store.alarms] == ["callback_mismatch"]


def test_of_two_prompts_that_are_named_on_its_path_the_second_is_of_another() -> None:
    """Its own money, under the first, waits still when people have decided about the second's."""
    estate = Estate()
    lost, other = unclear(estate, 400), unclear(estate)
    estate.tell(lost, refusal(lost, ""))  # a code that nobody knows, under its own prompt
    settle_payment(lost.transaction_id, estate.world)
    estate.tell(lost, success(other))
    assert settle_payment(lost.transaction_id, estate.world).status is Status.CREATED
    assert estate.store.receipts == {}
    assert told_by(estate, lost) == {("callback_mismatch", "UKL1AAAA01")}
    estate.tell(other, success(other))
    assert settle_payment(other.transaction_id, estate.world).status is Status.PAID


def success_of(prompted: Payment, amount_of: Payment) -> object:
    node: dict[str, dict[str, object]] = success(prompted, amount=amount_of.amount_kes)  # type: ignore[assignment]
    return node["Body"]["stkCallback"]
