from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.archive import LIVE_KEPT_MS
from lipamita.domain.errors import UnreadableError
from lipamita.domain.ids import TransactionId
from lipamita.domain.ledger import totals_of
from lipamita.domain.payment import DeliveryStatus, Payment, Status
from lipamita.domain.suspense import SuspenseItem
from lipamita.domain.units import DAY_MS, MINUTE_MS, Kes
from lipamita.domain.verdict import Review
from lipamita.use_cases.accept_confirmation import accept_confirmation
from lipamita.use_cases.archive import PAYMENTS_PER_COMMIT, archive
from lipamita.use_cases.check_payment import check_payment
from lipamita.use_cases.close_recharge import close_recharge
from lipamita.use_cases.records import RawConfirmation
from lipamita.use_cases.request_payment import request_payment
from lipamita.use_cases.settle_payment import settle_payment

from tests.fakes.estate import METER, OWNER, Estate, ask, refusal, success
from tests.fakes.memory_nodes import ProcessDiedError
from tests.unit.lipamita.domain.samples import RECEIPT


@pytest.fixture
def estate() -> Estate:
    return Estate()


def paid(estate: Estate, key: str = "key-1", receipt: str = "UKL1AAAA01") -> Payment:
    payment = request_payment(ask(key=key), estate.world)
    estate.tell(payment, success(payment, receipt))
    return settle_payment(payment.transaction_id, estate.world)


def delivered(estate: Estate, key: str = "key-1", receipt: str = "UKL1AAAA01") -> Payment:
    payment = paid(estate, key, receipt)
    estate.acknowledge(estate.recharge(payment.transaction_id), 20_000)
    estate.wait(1_000)
    closed = close_recharge(METER, payment.transaction_id, estate.world)
    assert closed is not None
    return closed


def rested(estate: Estate, payment: Payment) -> None:
    """A day later nothing is left to do for it."""
    estate.wait(DAY_MS + 1)
    check_payment(payment.transaction_id, estate.world, may_query=False)


def test_a_paid_payment_is_on_the_books_before_its_energy_is_delivered(estate: Estate) -> None:
    payment = paid(estate)
    archive(estate.world)
    assert set(estate.record.entries) == {
        "UKL1AAAA01_received",
        f"{payment.transaction_id}_sold",
    }
    assert estate.record.payments == {}


def test_a_delivered_payment_stands_in_the_record_with_balanced_entries(estate: Estate) -> None:
    payment = delivered(estate)
    archive(estate.world)
    kept = estate.record.payments[payment.transaction_id]
    assert (kept.status, kept.delivery.status) == (Status.PAID, DeliveryStatus.DELIVERED)
    totals = totals_of(estate.record.entries.values())
    assert totals.balanced
    assert totals.cents == {"energy_revenue:flat:2500 cents/kWh": -50_000, "paybill_float": 50_000}


def test_a_second_run_finds_nothing_to_do(estate: Estate) -> None:
    delivered(estate)
    archive(estate.world)
    done = archive(estate.world)
    assert (done.payments, done.entries) == (0, 0)


def test_a_failed_payment_is_recorded_without_entries(estate: Estate) -> None:
    payment = request_payment(ask(), estate.world)
    estate.tell(payment, refusal(payment))
    settle_payment(payment.transaction_id, estate.world)
    archive(estate.world)
    assert estate.record.payments[payment.transaction_id].status is Status.FAILED
    assert estate.record.entries == {}


def test_a_success_after_a_recorded_failure_is_recorded_again(estate: Estate) -> None:
    payment = request_payment(ask(), estate.world)
    estate.tell(payment, refusal(payment))
    settle_payment(payment.transaction_id, estate.world)
    archive(estate.world)
    estate.wait(1_000)
    estate.tell(payment, success(payment))
    settle_payment(payment.transaction_id, estate.world)
    estate.acknowledge(estate.recharge(payment.transaction_id), 20_000)
    close_recharge(METER, payment.transaction_id, estate.world)
    archive(estate.world)
    assert estate.record.payments[payment.transaction_id].status is Status.PAID
    assert len(estate.record.entries) == 3


def test_a_payment_credited_by_query_leaves_suspense_open_until_its_receipt_is_told(
    estate: Estate,
) -> None:
    payment = request_payment(ask(), estate.world)
    estate.daraja.query_answers = ["0", "0"]
    for _ in range(2):
        estate.wait(5 * 60_000)
        check_payment(payment.transaction_id, estate.world, may_query=True)
    archive(estate.world)
    assert totals_of(estate.record.entries.values()).cents["suspense"] == 50_000
    estate.tell(payment, success(payment))
    settle_payment(payment.transaction_id, estate.world)
    archive(estate.world)
    assert "suspense" not in totals_of(estate.record.entries.values()).cents


def test_money_in_suspense_is_on_the_books_while_it_waits(estate: Estate) -> None:
    item = SuspenseItem(
        reason="unknown_account", amount_kes=Kes(200), account="X", received_at_ms=estate.now_ms
    )
    estate.store.put_suspense(RECEIPT, item)
    archive(estate.world)
    assert totals_of(estate.record.entries.values()).cents == {
        "paybill_float": 20_000,
        "suspense": -20_000,
    }


def test_a_receipt_told_with_another_amount_than_was_credited_is_put_right(
    estate: Estate,
) -> None:
    told = Review(
        reason="amount_differs",
        receipt=RECEIPT,
        amount_kes=Kes(499),
        evidence_id="e1",
    )
    estate.store.add_review(TransactionId("x" * 20), told, now_ms=estate.now_ms)
    archive(estate.world)
    delivered(estate, receipt=RECEIPT)
    archive(estate.world)
    totals = totals_of(estate.record.entries.values())
    assert totals.cents["paybill_float"] == 50_000
    assert "suspense" not in totals.cents


def test_a_payment_leaves_the_live_database_after_its_time_there(estate: Estate) -> None:
    payment = delivered(estate)
    archive(estate.world)
    rested(estate, payment)
    estate.wait(LIVE_KEPT_MS)
    done = archive(estate.world)
    assert done.removed == 1
    assert payment.transaction_id not in estate.store.payments
    assert payment.transaction_id in estate.record.payments


def test_a_payment_that_still_has_work_due_stays(estate: Estate) -> None:
    payment = delivered(estate)
    archive(estate.world)
    estate.wait(2 * LIVE_KEPT_MS)  # nobody removed its recharge from the queue yet
    assert archive(estate.world).removed == 0
    assert payment.transaction_id in estate.store.payments


@pytest.mark.parametrize("died", ["record", "transactions", "receipts"])
def test_dying_between_two_writes_and_running_again_ends_the_same(
    estate: Estate, died: str
) -> None:
    payment = delivered(estate)
    archive(estate.world)
    rested(estate, payment)
    estate.wait(LIVE_KEPT_MS)
    left = [died]

    def die_once(path: str) -> None:
        if left and path.startswith(left[0]):
            left.clear()
            raise ProcessDiedError

    estate.record.after_write = estate.store.after_write = die_once
    assert archive(estate.world).failures == 1
    estate.wait(DAY_MS)
    archive(estate.world)
    assert payment.transaction_id not in estate.store.payments
    assert payment.transaction_id in estate.record.payments
    assert len(estate.record.entries) == 3


def test_a_late_copy_of_its_confirmation_credits_nothing_after_the_payment_left(
    estate: Estate,
) -> None:
    payment = delivered(estate, receipt="UKL1AAAA01")
    archive(estate.world)
    rested(estate, payment)
    estate.wait(LIVE_KEPT_MS)
    archive(estate.world)
    body = (
        '{"TransID": "UKL1AAAA01", "TransAmount": "500.00", "BillRefNumber": "MTR001", '
        '"TransTime": "20261121101500", "BusinessShortCode": "600000", "MSISDN": "2547"}'
    )
    estate.store.accounts["MTR001"] = [METER]
    estate.store.record_confirmation(
        RawConfirmation(
            confirmation_id="UKL1AAAA01",
            channel="c2b",
            body=body,
            received_at_ms=estate.now_ms,
            remote_address="",
        )
    )
    sold_before = estate.store.registers[METER].credited_total_wh
    assert accept_confirmation("UKL1AAAA01", estate.world) == "twin"
    assert estate.store.registers[METER].credited_total_wh == sold_before


def test_many_payments_go_in_few_commits(estate: Estate) -> None:
    count = PAYMENTS_PER_COMMIT + 1
    for number in range(count):
        paid(estate, f"key-{number}", f"UKL1AAAA{number:02d}")
        estate.wait(60_000)
    commits: list[str] = []
    estate.record.after_write = commits.append
    archive(estate.world)
    assert len(estate.record.entries) == 2 * count
    assert len(commits) == 2


def test_one_payment_that_cannot_be_recorded_does_not_stop_the_others(estate: Estate) -> None:
    first, second = paid(estate), paid(estate, "key-2", "UKL1AAAA02")
    estate.record.refused.add(f"{first.transaction_id}_sold")
    assert archive(estate.world).failures == 1
    assert f"{second.transaction_id}_sold" in estate.record.entries
    estate.record.refused.clear()
    estate.wait(3_600_000)
    archive(estate.world)
    assert f"{first.transaction_id}_sold" in estate.record.entries


# --- telling what a trigger missed


def told_by(estate: Estate) -> list[str]:
    """One run with SMS switched on; the kinds of all notices there are."""
    estate.store.profiles[OWNER.uid] = {"phone_number": "254700000001"}
    archive(replace(estate.world, customer_channels=("sms",)))
    return sorted(notice.kind for notice in estate.store.notices.values())


def test_a_payer_whom_no_trigger_told_is_told_when_it_is_recorded(estate: Estate) -> None:
    paid(estate)
    assert told_by(estate) == ["paid"]


def test_a_refusal_that_no_trigger_told_is_told(estate: Estate) -> None:
    payment = request_payment(ask(), estate.world)
    estate.tell(payment, refusal(payment))
    settle_payment(payment.transaction_id, estate.world)
    assert told_by(estate) == ["failed"]


def test_a_payment_in_review_is_told_when_the_books_hear_of_its_money(estate: Estate) -> None:
    payment = request_payment(ask(), estate.world)
    estate.tell(payment, success(payment, amount=499))
    settle_payment(payment.transaction_id, estate.world)
    assert told_by(estate) == ["review"]


def test_dying_before_the_notice_is_made_up_for_and_after_it_tells_once(estate: Estate) -> None:
    payment = delivered(estate)
    for hook in ("before_write", "after_write"):
        setattr(estate.store, hook, _die_at_a_notice)
        told_by(estate)
        assert estate.store.payments[payment.transaction_id].record_at_ms is not None
        setattr(estate.store, hook, lambda _: None)
        estate.wait(15 * MINUTE_MS)
    assert told_by(estate) == ["delivered"]


def test_a_damaged_profile_keeps_nothing_off_the_books(estate: Estate) -> None:
    payment = paid(estate)

    def damaged(_: str) -> None:
        raise UnreadableError("unreadable_node", "users/tenant-amina is a text")

    estate.store.before_write = lambda path: damaged(path) if path.startswith("notices") else None
    assert told_by(estate) == []
    assert f"{payment.transaction_id}_sold" in estate.record.entries
    assert estate.store.payments[payment.transaction_id].record_at_ms is None


def _die_at_a_notice(path: str) -> None:
    if path.startswith("notices"):
        raise ProcessDiedError
