"""Money paid to the PayBill by hand: one credit, the right meter, or a queue with a name."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from lipamita.domain.confirmation import HOLD_MS, ConfirmationOutcome
from lipamita.domain.errors import ConfigurationError, ConflictError, ForbiddenError
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.payment import DeliveryStatus, Payment, Status
from lipamita.domain.tariff import Tariff
from lipamita.domain.units import HOUR_MS, MINUTE_MS, Millis, daraja_timestamp
from lipamita.use_cases.accept_confirmation import accept_confirmation
from lipamita.use_cases.assign_suspense import Assignment, assign_suspense
from lipamita.use_cases.pull_payments import Pulled, pull_payments
from lipamita.use_cases.reconcile import reconcile
from lipamita.use_cases.records import PulledRows, RawConfirmation
from lipamita.use_cases.request_payment import request_payment
from lipamita.use_cases.settle_payment import settle_payment

from tests.fakes.estate import METER, OWNER, START_MS, Estate, ask, make_meter, refusal, success
from tests.fakes.memory_nodes import ProcessDiedError
from tests.fakes.memory_store import MemoryStore

RECEIPT = "UKL1AAAA01"
ENERGY_WH = 20_000
OPERATOR = Caller(uid=Uid("operator-grace"), role=Role.OPERATOR)


def estate_with_accounts() -> Estate:
    estate = Estate()
    estate.store.accounts["MTR001"] = [METER]
    return estate


def paid_by_hand(
    estate: Estate,
    account: str = "MTR001",
    amount: str = "500.00",
    receipt: str = RECEIPT,
    paid_at_ms: Millis | None = None,
) -> str:
    """A confirmation as Daraja sends it, stored."""
    body = {
        "TransactionType": "Pay Bill",
        "TransID": receipt,
        "TransTime": daraja_timestamp(estate.now_ms if paid_at_ms is None else paid_at_ms),
        "TransAmount": amount,
        "BusinessShortCode": "600000",
        "BillRefNumber": account,
        "OrgAccountBalance": "49197.00",
        "MSISDN": "2547 ***** 126",
        "FirstName": "AMINA",
    }
    raw = RawConfirmation(
        confirmation_id=receipt,
        channel="c2b",
        body=json.dumps(body),
        received_at_ms=estate.now_ms,
        remote_address="196.201.212.69",
    )
    estate.store.record_confirmation(raw)
    return receipt


def sold_wh(estate: Estate) -> int:
    register = estate.store.registers.get(METER)
    return 0 if register is None else register.credited_total_wh


def only(estate: Estate) -> Payment:
    [payment] = estate.store.payments.values()
    return payment


@pytest.mark.parametrize("account", ["MTR001", "mtr-0O1 ", " m t r - 0 0 1", "MTR-OOI"])
def test_money_by_hand_becomes_energy_on_the_meter_that_was_meant(account: str) -> None:
    estate = estate_with_accounts()
    outcome = accept_confirmation(paid_by_hand(estate, account), estate.world)
    assert outcome is ConfirmationOutcome.CREDITED
    payment = only(estate)
    assert (payment.status, payment.channel, payment.user_id) == (Status.PAID, "c2b", OWNER.uid)
    assert payment.delivery.status is DeliveryStatus.QUEUED
    assert sold_wh(estate) == ENERGY_WH


def test_a_confirmation_told_again_credits_once() -> None:
    estate = estate_with_accounts()
    for _ in range(3):
        accept_confirmation(paid_by_hand(estate), estate.world)
        estate.wait(HOUR_MS)
        reconcile(estate.world)
    assert sold_wh(estate) == ENERGY_WH


def test_look_alikes_are_not_forgiven_when_two_meters_could_be_meant() -> None:
    estate = estate_with_accounts()
    estate.store.accounts["MTR001"] = [METER, MeterId("MTR-O01")]
    assert accept_confirmation(paid_by_hand(estate, "mtr0o1"), estate.world) == "suspense"
    assert accept_confirmation(paid_by_hand(estate, "mtr001", receipt="UKL2BBBB02"), estate.world)
    assert [payment.meter_id for payment in estate.store.payments.values()] == [METER]


@pytest.mark.parametrize(
    ("account", "amount", "reason"),
    [
        ("MTR-404", "500.00", "unknown_account"),
        ("", "500.00", "unknown_account"),
        ("MTR001", "500.50", "amount_not_whole"),
        ("MTR001", "0", "amount_too_small"),
    ],
)
def test_money_that_cannot_be_sold_waits_in_suspense(
    account: str, amount: str, reason: str
) -> None:
    estate = estate_with_accounts()
    confirmation = paid_by_hand(estate, account, amount)
    assert accept_confirmation(confirmation, estate.world) is ConfirmationOutcome.SUSPENSE
    assert estate.store.suspense[confirmation].reason == reason
    assert [alarm.kind for alarm in estate.store.alarms] == ["money_in_suspense"]
    assert not estate.store.payments


def test_a_body_that_cannot_be_read_is_not_lost() -> None:
    estate = estate_with_accounts()
    estate.store.record_confirmation(
        RawConfirmation(
            confirmation_id="unreadable-1",
            channel="c2b",
            body="<html>",
            received_at_ms=estate.now_ms,
            remote_address="",
        )
    )
    assert accept_confirmation("unreadable-1", estate.world) is ConfirmationOutcome.SUSPENSE
    assert estate.store.suspense["unreadable-1"].reason == "unreadable"


@pytest.mark.parametrize("callback_first", [True, False])
def test_one_payment_told_as_callback_and_as_confirmation_is_credited_once(
    callback_first: bool,
) -> None:
    estate = estate_with_accounts()
    payment = request_payment(ask(), estate.world)
    if callback_first:
        estate.tell(payment, success(payment))
        settle_payment(payment.transaction_id, estate.world)
    confirmation = paid_by_hand(estate)
    accept_confirmation(confirmation, estate.world)
    if not callback_first:
        assert sold_wh(estate) == 0  # held back for the callback
        estate.wait(1)
        estate.tell(payment, success(payment))
        settle_payment(payment.transaction_id, estate.world)
    estate.wait(HOLD_MS)
    reconcile(estate.world)
    assert only(estate).status is Status.PAID
    assert sold_wh(estate) == ENERGY_WH
    kept = estate.store.confirmations[confirmation]
    assert (kept.outcome, kept.transaction_id) == ("twin", payment.transaction_id)
    assert kept.next_check_at_ms is None


def test_a_confirmation_settles_the_payment_whose_callback_was_lost() -> None:
    estate = estate_with_accounts()
    payment = request_payment(ask(), estate.world)
    confirmation = paid_by_hand(estate)
    for _ in range(4):
        estate.wait(MINUTE_MS)
        reconcile(estate.world)
    found = only(estate)
    assert (found.status, found.mpesa_receipt) == (Status.PAID, RECEIPT)
    assert found.transaction_id == payment.transaction_id
    assert estate.store.confirmations[confirmation].outcome == "credited"


def test_a_confirmation_gives_its_receipt_to_a_payment_that_only_queries_confirmed() -> None:
    estate = estate_with_accounts()
    request_payment(ask(), estate.world)
    estate.daraja.query_answers = ["0", "0"]
    for _ in range(6):
        estate.wait(MINUTE_MS)
        reconcile(estate.world)
    assert (only(estate).status, only(estate).mpesa_receipt) == (Status.PAID, None)
    paid_by_hand(estate)
    for _ in range(4):
        estate.wait(MINUTE_MS)
        reconcile(estate.world)
    assert only(estate).mpesa_receipt == RECEIPT
    assert sold_wh(estate) == ENERGY_WH


def test_money_by_hand_beside_an_open_prompt_of_another_amount_stands_for_itself() -> None:
    estate = estate_with_accounts()
    request_payment(ask(amount_kes=300), estate.world)
    assert accept_confirmation(paid_by_hand(estate), estate.world) == "credited"
    assert sorted(payment.channel for payment in estate.store.payments.values()) == ["c2b", "stk"]


def two_failed_prompts(estate: Estate) -> tuple[Payment, Payment]:
    first, second = (
        request_payment(ask(), estate.world),
        request_payment(ask(key="key-2"), estate.world),
    )
    for payment in (first, second):
        estate.tell(payment, refusal(payment))
        settle_payment(payment.transaction_id, estate.world)
    return first, second


def test_a_callback_after_its_twin_stood_for_itself_is_linked_and_not_credited_again() -> None:
    estate = estate_with_accounts()
    first, second = two_failed_prompts(estate)
    paid_by_hand(estate)  # of one of the two; which one nobody can tell
    estate.wait(HOLD_MS)
    reconcile(estate.world)
    assert sold_wh(estate) == ENERGY_WH
    estate.tell(second, success(second, receipt=RECEIPT))
    settled = settle_payment(second.transaction_id, estate.world)
    assert (settled.status, settled.delivery.status) == (Status.PAID, DeliveryStatus.TWIN)
    assert settled.twin_of is not None
    assert sold_wh(estate) == ENERGY_WH
    assert estate.store.payments[first.transaction_id].status is Status.FAILED


@pytest.mark.parametrize("rows_first", [True, False])
def test_two_equal_payments_that_lost_their_callbacks_are_credited_once_each(
    rows_first: bool,
) -> None:
    estate = estate_with_accounts()
    request_payment(ask(), estate.world)
    request_payment(ask(key="key-2"), estate.world)
    if rows_first:
        paid_by_hand(estate)
        paid_by_hand(estate, receipt="UKL2BBBB02")
        estate.wait(HOLD_MS)
        reconcile(estate.world)
    estate.daraja.query_answers = ["0"] * 20
    for _ in range(20):
        estate.wait(MINUTE_MS)
        reconcile(estate.world)
    if not rows_first:
        paid_by_hand(estate, paid_at_ms=START_MS)
        paid_by_hand(estate, receipt="UKL2BBBB02", paid_at_ms=START_MS)
    for _ in range(20):
        estate.wait(MINUTE_MS)
        reconcile(estate.world)
    assert sold_wh(estate) == 2 * ENERGY_WH
    receipts = {payment.mpesa_receipt for payment in estate.store.payments.values()}
    assert receipts == {RECEIPT, "UKL2BBBB02"}


def test_money_waits_while_a_payment_that_has_its_prompt_but_did_not_move_may_be_credited() -> None:
    estate = estate_with_accounts()
    known = request_payment(ask(), estate.world)
    other = request_payment(ask(key="key-2"), estate.world)
    died_before_its_move = replace(known, status=Status.CREATED, history=())
    estate.store.payments[known.transaction_id] = died_before_its_move
    estate.tell(other, refusal(other))
    settle_payment(other.transaction_id, estate.world)
    paid_by_hand(estate)
    estate.wait(HOLD_MS)
    assert accept_confirmation(RECEIPT, estate.world) is None
    estate.daraja.query_answers = ["0"] * 20
    for _ in range(10):
        estate.wait(MINUTE_MS)
        reconcile(estate.world)
    assert sold_wh(estate) == ENERGY_WH


def test_a_row_of_a_pull_that_is_no_money_coming_in_is_not_credited() -> None:
    estate = estate_with_accounts()
    estate.daraja.pages = [PulledRows(rows=(pulled(RECEIPT, kind="reversal"),))]
    pull_payments(estate.world)
    reconcile(estate.world)
    assert sold_wh(estate) == 0
    assert estate.store.suspense[RECEIPT].reason == "other_transaction_type"


def test_a_second_payment_by_hand_beside_a_failed_prompt_settles_it() -> None:
    estate = estate_with_accounts()
    payment = request_payment(ask(), estate.world)
    estate.tell(payment, refusal(payment))
    settle_payment(payment.transaction_id, estate.world)
    paid_by_hand(estate)
    estate.wait(HOLD_MS)
    reconcile(estate.world)
    assert only(estate).status is Status.PAID
    assert sold_wh(estate) == ENERGY_WH


def assigned(estate: Estate, meter_id: MeterId = METER, caller: Caller = OPERATOR) -> Assignment:
    return Assignment(
        confirmation_id=RECEIPT, meter_id=meter_id, why="asked by phone", caller=caller
    )


def test_an_operator_assigns_suspense_once_and_it_is_recorded_who_and_why() -> None:
    estate = estate_with_accounts()
    accept_confirmation(paid_by_hand(estate, "MTR-404"), estate.world)
    item, outcome = assign_suspense(assigned(estate), estate.world)
    again, _ = assign_suspense(assigned(estate), estate.world)
    assert outcome is ConfirmationOutcome.CREDITED
    assert again == replace(item, placed=True)
    assert (item.assigned_by, item.assigned_why) == (OPERATOR.uid, "asked by phone")
    assert sold_wh(estate) == ENERGY_WH


def test_assigned_suspense_cannot_be_given_to_another_meter() -> None:
    estate = estate_with_accounts()
    other = MeterId("MTR-002")
    estate.store.meters[other] = make_meter()
    accept_confirmation(paid_by_hand(estate, "MTR-404"), estate.world)
    assign_suspense(assigned(estate), estate.world)
    with pytest.raises(ConflictError):
        assign_suspense(assigned(estate, other), estate.world)


def test_a_tenant_cannot_assign_suspense() -> None:
    estate = estate_with_accounts()
    accept_confirmation(paid_by_hand(estate, "MTR-404"), estate.world)
    with pytest.raises(ForbiddenError):
        assign_suspense(assigned(estate, caller=OWNER), estate.world)
    assert sold_wh(estate) == 0


def test_money_that_cannot_be_sold_is_not_assigned_and_stays_in_suspense() -> None:
    estate = estate_with_accounts()
    accept_confirmation(paid_by_hand(estate, "MTR-404", amount="100.50"), estate.world)
    with pytest.raises(ConflictError) as refused:
        assign_suspense(assigned(estate), estate.world)
    assert refused.value.code == "not_sellable"
    assert estate.store.suspense[RECEIPT].assigned_meter_id is None


class UnsellableStore(MemoryStore):
    """Every tariff is one that nothing can be sold by."""

    def read_tariff(self, tariff_id: str) -> Tariff | None:
        raise ConfigurationError("invalid_tariff", f"tariff {tariff_id}: blocks must be 1 to 16")


def test_money_for_a_meter_whose_tariff_is_broken_stays_in_suspense() -> None:
    estate = estate_with_accounts()
    accept_confirmation(paid_by_hand(estate, "MTR-404"), estate.world)
    broken = Estate(store=UnsellableStore(**vars(estate.store)), now_ms=estate.now_ms)
    with pytest.raises(ConflictError) as refused:
        assign_suspense(assigned(broken), broken.world)
    assert refused.value.code == "not_sellable"
    assert broken.store.suspense[RECEIPT].assigned_meter_id is None


def test_a_confirmation_days_late_of_a_payment_that_queries_credited_credits_nothing_more() -> None:
    estate = estate_with_accounts()
    request_payment(ask(), estate.world)
    estate.daraja.query_answers = ["0", "0"]
    for _ in range(6):
        estate.wait(MINUTE_MS)
        reconcile(estate.world)
    estate.wait(30 * HOUR_MS)
    paid_by_hand(estate, paid_at_ms=START_MS)
    for _ in range(4):
        estate.wait(MINUTE_MS)
        reconcile(estate.world)
    assert only(estate).mpesa_receipt == RECEIPT
    assert sold_wh(estate) == ENERGY_WH


def test_money_paid_long_after_the_prompt_is_other_money() -> None:
    estate = estate_with_accounts()
    request_payment(ask(), estate.world)
    estate.daraja.query_answers = ["0", "0", "0"]
    for _ in range(20):
        estate.wait(MINUTE_MS)
        reconcile(estate.world)
    second = request_payment(ask(key="key-2"), estate.world)
    paid_by_hand(estate)  # the confirmation of the second prompt
    for _ in range(3):
        estate.wait(MINUTE_MS)
        reconcile(estate.world)
    first = next(iter(estate.store.payments.values()))
    assert first.mpesa_receipt is None
    assert estate.store.payments[second.transaction_id].mpesa_receipt == RECEIPT
    assert sold_wh(estate) == 2 * ENERGY_WH


def test_money_to_another_account_is_not_taken_for_an_open_prompt_when_it_is_assigned() -> None:
    estate = estate_with_accounts()
    payment = request_payment(ask(), estate.world)
    accept_confirmation(paid_by_hand(estate, "MTR-404"), estate.world)
    estate.wait(HOLD_MS)
    assign_suspense(assigned(estate), estate.world)
    estate.tell(payment, success(payment, receipt="UKL2BBBB02"))
    settle_payment(payment.transaction_id, estate.world)
    assert sold_wh(estate) == 2 * ENERGY_WH


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("account", ["MTR001", "MTR-404"])
@pytest.mark.parametrize("write", range(1, 8))
def test_dying_around_any_write_credits_once(write: int, account: str, moment: str) -> None:
    estate = estate_with_accounts()
    paid_by_hand(estate, account)
    count = 0

    def die(_: str) -> None:
        nonlocal count
        count += 1
        if count == write:
            raise ProcessDiedError

    setattr(estate.store, f"{moment}_write", die)
    try:
        accept_confirmation(RECEIPT, estate.world)
        if account == "MTR-404":
            assign_suspense(assigned(estate), estate.world)
    except ProcessDiedError:
        pass
    setattr(estate.store, f"{moment}_write", lambda _: None)
    for _ in range(3):
        estate.wait(2 * HOUR_MS)
        reconcile(estate.world)
    if account == "MTR-404" and RECEIPT in estate.store.suspense:
        assign_suspense(assigned(estate), estate.world)
    assert sold_wh(estate) == ENERGY_WH
    assert only(estate).delivery.status is DeliveryStatus.QUEUED


def pulled(
    receipt: str,
    account: str = "MTR001",
    kind: str = "c2b-pay-bill-debit",
    at: str = "2026-11-18T12:06:40Z",
) -> RawConfirmation:
    """A row of a Pull, not recorded yet."""
    row = {
        "transactionId": receipt,
        "transactiontype": kind,
        "trxDate": at,
        "msisdn": 722000000,
        "billreference": account,
        "amount": "500.00",
    }
    return RawConfirmation(
        confirmation_id=receipt,
        channel="pull",
        body=json.dumps(row),
        received_at_ms=Millis(0),
        remote_address="",
    )


def test_a_pull_credits_what_nobody_told_us_and_nothing_twice() -> None:
    estate = estate_with_accounts()
    accept_confirmation(paid_by_hand(estate), estate.world)
    for _ in range(3):
        estate.daraja.pages = [
            PulledRows(rows=(pulled(RECEIPT), pulled("UKL2BBBB02"))),
            PulledRows(rows=(pulled("UKL3CCCC03", account="nobody"),)),
        ]
        pull_payments(estate.world)
        reconcile(estate.world)
    assert sold_wh(estate) == 2 * ENERGY_WH
    assert list(estate.store.suspense) == ["UKL3CCCC03"]


@pytest.mark.parametrize(
    ("end", "alarms"), [(None, ["pull_incomplete"]), (PulledRows(rows=()), [])]
)
def test_a_pull_that_does_not_come_to_its_end_is_an_alarm(
    end: PulledRows | None, alarms: list[str]
) -> None:
    estate = estate_with_accounts()
    estate.daraja.pages = [PulledRows(rows=(pulled(RECEIPT),)), end]
    pull_payments(estate.world)
    assert [alarm.kind for alarm in estate.store.alarms] == alarms


def test_a_pull_that_breaks_off_keeps_what_it_brought_and_says_so() -> None:
    estate = estate_with_accounts()
    estate.daraja.pages = [PulledRows(rows=(pulled(RECEIPT),)), None]
    assert pull_payments(estate.world) == Pulled(rows=1, new=1, complete=False)
    reconcile(estate.world)
    assert sold_wh(estate) == ENERGY_WH


def pull_untimed(estate: Estate) -> None:
    """A row comes whose time cannot be read, and all that follows by itself."""
    estate.daraja.pages = [PulledRows(rows=(pulled(RECEIPT, at="yesterday"),))]
    pull_payments(estate.world)
    for _ in range(5):
        estate.wait(MINUTE_MS)
        reconcile(estate.world)


def test_a_pulled_row_without_a_time_is_the_receipt_of_what_queries_credited() -> None:
    estate = estate_with_accounts()
    request_payment(ask(), estate.world)
    estate.daraja.query_answers = ["0"] * 40
    for _ in range(40):
        estate.wait(MINUTE_MS)
        reconcile(estate.world)
    assert sold_wh(estate) == ENERGY_WH
    pull_untimed(estate)
    assert (only(estate).mpesa_receipt, sold_wh(estate)) == (RECEIPT, ENERGY_WH)


def test_a_pulled_row_without_a_time_waits_in_suspense_until_it_is_assigned() -> None:
    estate = estate_with_accounts()
    pull_untimed(estate)
    assert estate.store.suspense[RECEIPT].reason == "time_unknown"
    assign_suspense(assigned(estate), estate.world)
    reconcile(estate.world)
    assert (only(estate).mpesa_receipt, sold_wh(estate)) == (RECEIPT, ENERGY_WH)
