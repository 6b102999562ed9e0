"""Reconciliation: everything due is found, asked about, and ended."""

from __future__ import annotations

import pytest
from lipamita.domain.errors import UnreadableError
from lipamita.domain.evidence import PushUnclear
from lipamita.domain.ids import TransactionId
from lipamita.domain.merchants import MAIN_SENDER
from lipamita.domain.meter import Caller, Role
from lipamita.domain.payment import DeliveryStatus, Payment, Status
from lipamita.domain.query_pace import QUERIES_PER_WINDOW, QueryPace, arrested
from lipamita.domain.schedule import UnverifiedPolicy
from lipamita.domain.units import DAY_MS, HOUR_MS, MINUTE_MS
from lipamita.use_cases.reconcile import reconcile
from lipamita.use_cases.records import Versioned
from lipamita.use_cases.request_payment import request_payment
from lipamita.use_cases.view import view_payment

from tests.fakes.estate import METER, OWNER, Estate, ask, refusal, success
from tests.fakes.memory_store import MemoryStore


def prompted(estate: Estate, key: str = "key-1") -> Payment:
    return request_payment(ask(key=key), estate.world)


def state(estate: Estate, payment: Payment) -> Payment:
    return estate.store.payments[payment.transaction_id]


def pass_time(estate: Estate, duration_ms: int, *, step_ms: int = MINUTE_MS) -> None:
    for _ in range(duration_ms // step_ms):
        estate.wait(step_ms)
        reconcile(estate.world)


def test_evidence_whose_trigger_was_lost_is_settled_by_the_schedule() -> None:
    estate = Estate()
    payment = prompted(estate)
    estate.tell(payment, success(payment))
    reconcile(estate.world)
    assert state(estate, payment).delivery.status is DeliveryStatus.QUEUED


def test_evidence_is_settled_though_daraja_listens_to_nobody_for_a_while() -> None:
    estate = Estate()
    payment = prompted(estate)
    arrested_now = arrested(QueryPace(), now_ms=estate.now_ms)
    old = estate.store.read_query_pace(MAIN_SENDER)
    estate.store.replace_query_pace(MAIN_SENDER, old, arrested_now)
    estate.tell(payment, success(payment))
    reconcile(estate.world)
    assert state(estate, payment).delivery.status is DeliveryStatus.QUEUED


def test_late_evidence_of_a_failed_payment_is_settled_by_the_schedule() -> None:
    estate = Estate()
    payment = prompted(estate)
    estate.tell(payment, refusal(payment))
    reconcile(estate.world)
    assert state(estate, payment).status is Status.FAILED
    estate.wait(HOUR_MS)
    estate.tell(payment, success(payment))
    reconcile(estate.world)
    assert state(estate, payment).status is Status.PAID


def test_a_lost_callback_is_found_by_two_query_answers() -> None:
    estate = Estate()
    payment = prompted(estate)
    estate.daraja.query_answers = ["0", "0"]
    pass_time(estate, MINUTE_MS)
    assert state(estate, payment).reason == "paid_unverified"
    pass_time(estate, 4 * MINUTE_MS)
    found = state(estate, payment)
    assert (found.status, found.delivery.status) == (Status.PAID, DeliveryStatus.QUEUED)
    assert found.mpesa_receipt is None


def test_the_receipt_is_attached_when_its_callback_comes_after_all() -> None:
    estate = Estate()
    payment = prompted(estate)
    estate.daraja.query_answers = ["0", "0"]
    pass_time(estate, 6 * MINUTE_MS)
    estate.tell(payment, success(payment))
    reconcile(estate.world)
    found = state(estate, payment)
    assert (found.mpesa_receipt, found.reason) == ("UKL1AAAA01", None)
    assert estate.store.registers[METER].credited_total_wh == 20_000


def test_the_hold_policy_waits_for_a_receipt_and_then_for_a_person() -> None:
    estate = Estate(policy=UnverifiedPolicy.HOLD)
    payment = prompted(estate)
    estate.daraja.query_answers = ["0"] * 1_000
    pass_time(estate, DAY_MS + HOUR_MS, step_ms=10 * MINUTE_MS)
    assert state(estate, payment).status is Status.PROMPTED
    pass_time(estate, DAY_MS, step_ms=10 * MINUTE_MS)
    assert state(estate, payment).status is Status.REVIEW
    assert payment.transaction_id in estate.store.reviews


def test_a_query_that_takes_back_its_paid_never_fails_the_payment() -> None:
    estate = Estate()
    payment = prompted(estate)
    estate.daraja.query_answers = ["0", "1032", "1032", "0"]
    pass_time(estate, 40 * MINUTE_MS)
    assert state(estate, payment).status is Status.PAID


def test_a_dead_query_is_asked_again_with_growing_delays_until_it_answers() -> None:
    estate = Estate()
    payment = prompted(estate)
    pass_time(estate, HOUR_MS)
    assert state(estate, payment).status is Status.PROMPTED
    assert 5 <= len(estate.daraja.queries) <= 12
    estate.daraja.query_answers = ["0", "0"]
    pass_time(estate, 3 * HOUR_MS)
    assert state(estate, payment).status is Status.PAID


def test_a_refusal_told_by_the_query_ends_the_payment() -> None:
    estate = Estate()
    payment = prompted(estate)
    estate.daraja.query_answers = ["1037"]
    pass_time(estate, MINUTE_MS)
    found = state(estate, payment)
    assert (found.status, found.result_code) == (Status.FAILED, "1037")
    assert found.next_check_at_ms is None


def test_a_success_stored_while_the_query_is_told_a_refusal_is_not_forgotten() -> None:
    estate = Estate()
    payment = prompted(estate)
    estate.daraja.query_answers = ["1032"]
    estate.daraja.during_query = lambda: estate.tell(payment, success(payment))
    estate.wait(MINUTE_MS)
    reconcile(estate.world)
    reconcile(estate.world)
    assert state(estate, payment).status is Status.PAID


def test_no_final_answer_for_a_day_expires_and_a_late_success_still_counts() -> None:
    estate = Estate()
    payment = prompted(estate)
    pass_time(estate, DAY_MS + 2 * HOUR_MS, step_ms=10 * MINUTE_MS)
    assert state(estate, payment).status is Status.EXPIRED
    estate.tell(payment, success(payment))
    reconcile(estate.world)
    assert state(estate, payment).status is Status.PAID


def test_an_unknown_push_is_a_persons_after_two_days() -> None:
    estate = Estate()
    estate.daraja.push_answer = PushUnclear(why="ReadTimeout")
    payment = prompted(estate)
    pass_time(estate, 2 * DAY_MS + 2 * HOUR_MS, step_ms=30 * MINUTE_MS)
    assert state(estate, payment).status is Status.REVIEW
    assert "push_unknown" in estate.store.reviews[payment.transaction_id]
    assert not estate.daraja.queries


def test_one_run_asks_daraja_no_more_often_than_it_allows() -> None:
    estate = Estate()
    for number in range(20):
        prompted(estate, key=f"key-{number}")
    estate.wait(MINUTE_MS)
    reconcile(estate.world)
    assert len(estate.daraja.queries) == QUERIES_PER_WINDOW


def test_every_payment_of_a_backlog_gets_its_turn_to_be_asked_about() -> None:
    estate = Estate()
    for number in range(40):
        prompted(estate, key=f"key-{number}")
        estate.wait(30_000)  # as fast as one tenant may ask
    estate.daraja.query_answers = ["1032"] * 40
    pass_time(estate, 20 * MINUTE_MS)
    assert {payment.status for payment in estate.store.payments.values()} == {Status.FAILED}
    assert len(set(estate.daraja.queries)) == 40


def test_a_lost_acknowledgement_trigger_is_closed_by_the_schedule_and_then_cleared_away() -> None:
    estate = Estate()
    payment = prompted(estate)
    estate.tell(payment, success(payment))
    reconcile(estate.world)
    estate.acknowledge(estate.recharge(payment.transaction_id), balance_after_wh=20_000)
    pass_time(estate, 2 * MINUTE_MS)
    assert state(estate, payment).delivery.status is DeliveryStatus.DELIVERED
    assert payment.transaction_id in estate.store.recharges[METER]
    pass_time(estate, DAY_MS + HOUR_MS, step_ms=HOUR_MS)
    assert payment.transaction_id not in estate.store.recharges[METER]
    assert state(estate, payment).next_check_at_ms is None


def test_a_recharge_that_vanished_from_the_queue_is_written_again_unchanged() -> None:
    estate = Estate()
    payment = prompted(estate)
    estate.tell(payment, success(payment))
    reconcile(estate.world)
    before = estate.store.recharges[METER].pop(payment.transaction_id)
    pass_time(estate, 2 * MINUTE_MS)
    assert estate.recharge(payment.transaction_id) == before
    assert estate.store.registers[METER].sequence == 1


class OneUnreadable(MemoryStore):
    """A store in which one payment's node is damaged."""

    damaged: TransactionId | None = None

    def read_payment(self, transaction_id: TransactionId) -> Versioned[Payment] | None:
        if transaction_id == self.damaged:
            raise UnreadableError("unreadable_node", "amount must be a whole number")
        return super().read_payment(transaction_id)


def test_a_damaged_payment_goes_to_a_person_and_does_not_stop_the_others() -> None:
    store = OneUnreadable()
    estate = Estate(store=store)
    damaged, sound = prompted(estate), prompted(estate, key="key-2")
    estate.tell(damaged, success(damaged))
    estate.tell(sound, success(sound, receipt="UKL2BBBB02"))
    store.damaged = damaged.transaction_id
    outcome = reconcile(estate.world)
    assert outcome.failures == 1
    assert state(estate, sound).status is Status.PAID
    assert "unreadable_transaction" in store.reviews[damaged.transaction_id]


def test_looking_at_an_open_payment_asks_daraja_at_most_every_20_seconds() -> None:
    estate = Estate()
    payment = prompted(estate)
    for _ in range(60):
        estate.wait(1_000)
        view_payment(payment.transaction_id, OWNER, estate.world)
    assert len(estate.daraja.queries) == 3


@pytest.mark.parametrize("seconds", [5, 25])
def test_looking_at_a_payment_settles_what_was_told(seconds: int) -> None:
    estate = Estate()
    payment = prompted(estate)
    estate.wait(seconds * 1_000)
    estate.tell(payment, success(payment))
    operator = Caller(uid=OWNER.uid, role=Role.OPERATOR)
    view = view_payment(payment.transaction_id, operator, estate.world)
    assert view.payment.status is Status.PAID
    assert not estate.daraja.queries


def test_a_slow_daraja_does_not_hold_up_the_other_work() -> None:
    estate = Estate()
    for number in range(4):
        prompted(estate, key=f"key-{number}")
    paid = prompted(estate, key="paid")
    estate.wait(MINUTE_MS)
    estate.tell(paid, success(paid))
    estate.daraja.during_query = lambda: estate.wait(13_000)
    reconcile(estate.world)
    assert len(estate.daraja.queries) == 1
    assert state(estate, paid).status is Status.PAID


def test_one_look_after_a_days_outage_expires_nobody() -> None:
    estate = Estate()
    payment = prompted(estate)
    estate.wait(2 * DAY_MS)
    reconcile(estate.world)
    assert state(estate, payment).status is Status.PROMPTED
    estate.daraja.query_answers = ["0", "0"]
    pass_time(estate, HOUR_MS)
    assert state(estate, payment).status is Status.PAID


def test_a_copy_of_the_callback_does_not_clear_the_queue_early() -> None:
    estate = Estate()
    payment = prompted(estate)
    estate.tell(payment, success(payment))
    reconcile(estate.world)
    estate.acknowledge(estate.recharge(payment.transaction_id), balance_after_wh=20_000)
    pass_time(estate, 2 * MINUTE_MS)
    estate.tell(payment, success(payment))
    pass_time(estate, 2 * MINUTE_MS)
    assert payment.transaction_id in estate.store.recharges[METER]
    pass_time(estate, DAY_MS + HOUR_MS, step_ms=HOUR_MS)
    assert payment.transaction_id not in estate.store.recharges[METER]
