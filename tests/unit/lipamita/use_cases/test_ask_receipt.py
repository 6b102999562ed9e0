"""A receipt that somebody shows us: M-PESA is asked, and its money waits for a person, once."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from lipamita.adapters.money_out_wire import receipt_told
from lipamita.domain.confirmation import ConfirmationOutcome
from lipamita.domain.errors import ConflictError, ForbiddenError, RateLimitedError
from lipamita.domain.ids import Receipt, Uid
from lipamita.domain.inquiry import ASK_AGAIN_MS, MAX_AGE_MS, MAX_ATTEMPTS, InquiryStatus
from lipamita.domain.merchants import Merchants
from lipamita.domain.meter import Caller, Role
from lipamita.domain.units import MINUTE_MS, Millis, daraja_timestamp
from lipamita.use_cases.accept_confirmation import accept_confirmation
from lipamita.use_cases.ask_receipt import Question, ask_receipt, record_receipt_result
from lipamita.use_cases.assign_suspense import Assignment, assign_suspense
from lipamita.use_cases.records import RawCallback
from lipamita.use_cases.request_payment import request_payment
from lipamita.use_cases.settle_payment import settle_payment
from lipamita.use_cases.view_receipt import Place, view_receipt
from lipamita.use_cases.world import World

from tests.fakes.estate import METER, OWNER, Estate, ask, success
from tests.fakes.memory_nodes import ProcessDiedError
from tests.fakes.money_out import FakeMoneyOut

RECEIPT = Receipt("UKL0ASKED1")
GRACE = Caller(uid=Uid("operator-grace"), role=Role.OPERATOR)
QUESTION = Question(receipt=RECEIPT, why="the tenant shows the message", caller=GRACE)
ASSIGNMENT = Assignment(confirmation_id=RECEIPT, meter_id=METER, why="hers", caller=GRACE)
OURS = Merchants(main_codes=frozenset({"600000"}))


@pytest.fixture
def estate() -> Estate:
    return Estate(merchants=OURS)


@pytest.fixture
def money_out() -> FakeMoneyOut:
    return FakeMoneyOut()


def world_of(estate: Estate, money_out: FakeMoneyOut | None) -> World:
    return replace(estate.world, money_out=money_out)


def answer(estate: Estate, **but: object) -> RawCallback:
    """What M-PESA tells of a payment of KES 100, but for what is given."""
    rows = {
        "ReceiptNo": RECEIPT,
        "Amount": 100,
        "TransactionStatus": "Completed",
        "CreditPartyName": "600000 - Estate",
        "FinalisedTime": int(daraja_timestamp(estate.now_ms)),
    } | but
    told = {
        "ResultCode": rows.pop("ResultCode", 0),
        "ResultParameters": {
            "ResultParameter": [{"Key": key, "Value": value} for key, value in rows.items()]
        },
    }
    return RawCallback(
        evidence_id="e1",
        body=json.dumps({"Result": told}),
        received_at_ms=estate.now_ms,
        remote_address="196.201.212.69",
        content_type="application/json",
    )


def tell(estate: Estate, raw: RawCallback, *, attempt: int = 1) -> None:
    told = receipt_told(raw.body, received_at_ms=raw.received_at_ms)
    record_receipt_result(RECEIPT, attempt, told, raw, estate.world)


def test_money_that_came_in_to_us_waits_in_suspense_until_a_person_assigns_it(
    estate: Estate, money_out: FakeMoneyOut
) -> None:
    assert ask_receipt(QUESTION, world_of(estate, money_out)).place is Place.UNKNOWN
    assert [question.receipt for question in money_out.questions] == [RECEIPT]
    tell(estate, answer(estate))
    assert accept_confirmation(RECEIPT, estate.world) is ConfirmationOutcome.SUSPENSE
    assert view_receipt(RECEIPT, estate.world).place is Place.SUSPENSE
    assign_suspense(ASSIGNMENT, estate.world)
    found = view_receipt(RECEIPT, estate.world)
    assert (found.place, found.amount_kes, found.meter_id) == (Place.CREDITED, 100, METER)
    assert len(estate.store.recharges[METER]) == 1


@pytest.mark.parametrize(
    ("but", "status"),
    [
        ({"ResultCode": "R000002"}, InquiryStatus.NOT_KNOWN),
        ({"ResultCode": None}, InquiryStatus.NOT_KNOWN),
        ({"TransactionStatus": "Cancelled"}, InquiryStatus.NOT_KNOWN),
        ({"ReceiptNo": "UKL0OTHER1"}, InquiryStatus.NOT_KNOWN),
        ({"CreditPartyName": "254700000001 - Amina"}, InquiryStatus.NOT_PAID_TO_US),
        ({"CreditPartyName": "600001 - Another"}, InquiryStatus.NOT_PAID_TO_US),
        ({"CreditPartyName": None}, InquiryStatus.NOT_PAID_TO_US),
        ({"FinalisedTime": "yesterday"}, InquiryStatus.TOO_OLD),
    ],
)
def test_nothing_but_completed_money_to_us_is_money(
    estate: Estate, money_out: FakeMoneyOut, but: dict[str, object], status: InquiryStatus
) -> None:
    ask_receipt(QUESTION, world_of(estate, money_out))
    tell(estate, answer(estate, **but))
    assert estate.store.inquiries[RECEIPT].status is status
    assert estate.store.read_confirmation(RECEIPT) is None


def test_a_receipt_whose_claim_may_be_forgotten_is_not_taken_for_new_money(
    estate: Estate, money_out: FakeMoneyOut
) -> None:
    ask_receipt(QUESTION, world_of(estate, money_out))
    paid_ms = Millis(estate.now_ms - MAX_AGE_MS - 1_000)
    tell(estate, answer(estate, FinalisedTime=int(daraja_timestamp(paid_ms))))
    assert estate.store.inquiries[RECEIPT].status is InquiryStatus.TOO_OLD
    assert estate.store.read_confirmation(RECEIPT) is None


def test_a_receipt_that_we_know_is_not_asked_about(estate: Estate, money_out: FakeMoneyOut) -> None:
    payment = request_payment(ask(), estate.world)
    estate.tell(payment, success(payment, receipt=RECEIPT))
    settle_payment(payment.transaction_id, estate.world)
    found = ask_receipt(QUESTION, world_of(estate, money_out))
    assert (found.place, found.transaction_id) == (Place.CREDITED, payment.transaction_id)
    assert money_out.questions == []


def test_the_callback_may_still_come_and_the_money_is_credited_once(
    estate: Estate, money_out: FakeMoneyOut
) -> None:
    payment = request_payment(ask(amount_kes=100), estate.world)
    ask_receipt(QUESTION, world_of(estate, money_out))
    tell(estate, answer(estate))
    accept_confirmation(RECEIPT, estate.world)
    estate.tell(payment, success(payment, receipt=RECEIPT))
    settle_payment(payment.transaction_id, estate.world)
    accept_confirmation(RECEIPT, estate.world)
    assert view_receipt(RECEIPT, estate.world).place is Place.CREDITED
    assert list(estate.store.recharges[METER]) == [payment.transaction_id]
    assert estate.store.read_confirmation(RECEIPT).outcome is ConfirmationOutcome.TWIN  # type: ignore[union-attr]


def test_the_callback_may_come_after_its_money_was_assigned(
    estate: Estate, money_out: FakeMoneyOut
) -> None:
    payment = request_payment(ask(amount_kes=100), estate.world)
    ask_receipt(QUESTION, world_of(estate, money_out))
    tell(estate, answer(estate))
    accept_confirmation(RECEIPT, estate.world)
    assign_suspense(ASSIGNMENT, estate.world)
    estate.wait(5 * MINUTE_MS)  # nothing was told of the open payment: the money stands alone
    accept_confirmation(RECEIPT, estate.world)
    estate.tell(payment, success(payment, receipt=RECEIPT))
    settle_payment(payment.transaction_id, estate.world)
    assert len(estate.store.recharges[METER]) == 1
    assert view_receipt(RECEIPT, estate.world).place is Place.CREDITED


def test_an_answer_twice_and_a_worse_one_afterwards_change_nothing(
    estate: Estate, money_out: FakeMoneyOut
) -> None:
    ask_receipt(QUESTION, world_of(estate, money_out))
    tell(estate, answer(estate))
    told = estate.store.inquiries[RECEIPT]
    tell(estate, answer(estate))
    tell(estate, answer(estate, ResultCode="R000002"))
    assert estate.store.inquiries[RECEIPT] == told


def test_dying_around_any_write_loses_no_money(estate: Estate, money_out: FakeMoneyOut) -> None:
    """M-PESA tells once: what was stored before the end must be enough."""
    ask_receipt(QUESTION, world_of(estate, money_out))

    def die(path: str) -> None:
        if path.startswith("inquiries"):
            raise ProcessDiedError

    estate.store.before_write = die
    with pytest.raises(ProcessDiedError):
        tell(estate, answer(estate))
    estate.store.before_write = lambda _: None
    assert accept_confirmation(RECEIPT, estate.world) is ConfirmationOutcome.SUSPENSE


def test_m_pesa_is_asked_again_only_after_a_while(estate: Estate, money_out: FakeMoneyOut) -> None:
    world = world_of(estate, money_out)
    ask_receipt(QUESTION, world)
    with pytest.raises(RateLimitedError) as refused:
        ask_receipt(QUESTION, world)
    assert refused.value.retry_after_ms == ASK_AGAIN_MS
    estate.wait(ASK_AGAIN_MS)
    ask_receipt(QUESTION, world)
    assert len({question.result_url for question in money_out.questions}) == 2


def test_a_question_that_was_not_taken_may_be_asked_at_once(estate: Estate) -> None:
    deaf = FakeMoneyOut(hears=False)
    found = ask_receipt(QUESTION, world_of(estate, deaf))
    assert found.inquiry is not None
    assert found.inquiry.status is InquiryStatus.NOT_TAKEN
    ask_receipt(QUESTION, world_of(estate, deaf))
    assert len(deaf.questions) == 2


def test_a_receipt_is_not_asked_about_for_ever(estate: Estate, money_out: FakeMoneyOut) -> None:
    world = world_of(estate, money_out)
    for _ in range(MAX_ATTEMPTS):
        ask_receipt(QUESTION, world)
        estate.wait(ASK_AGAIN_MS)
    with pytest.raises(ConflictError, match="statement"):
        ask_receipt(QUESTION, world)


def test_only_staff_may_ask(estate: Estate, money_out: FakeMoneyOut) -> None:
    with pytest.raises(ForbiddenError):
        ask_receipt(replace(QUESTION, caller=OWNER), world_of(estate, money_out))
    assert money_out.questions == []


def test_without_an_initiator_nobody_can_be_asked(estate: Estate) -> None:
    with pytest.raises(ConflictError, match="initiator"):
        ask_receipt(QUESTION, world_of(estate, None))
    assert estate.store.inquiries == {}
