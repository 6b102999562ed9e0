"""Money that only the statement tells of: to its payment, or in front of a person; never twice."""

from __future__ import annotations

import pytest
from lipamita.adapters.c2b_wire import statement_confirmation
from lipamita.domain.confirmation import HOLD_MS
from lipamita.domain.ids import Receipt, Uid
from lipamita.domain.ledger import totals_of
from lipamita.domain.meter import Caller, Role
from lipamita.domain.payment import Status
from lipamita.domain.statement import Statement, StatementLine, unheard
from lipamita.domain.units import DAY_MS, HOUR_MS, MINUTE_MS, Millis
from lipamita.use_cases.accept_confirmation import accept_confirmation
from lipamita.use_cases.archive import archive
from lipamita.use_cases.assign_suspense import Assignment, assign_suspense
from lipamita.use_cases.compare_statement import compare_statement
from lipamita.use_cases.reconcile import reconcile
from lipamita.use_cases.request_payment import request_payment
from lipamita.use_cases.take_in_statement import TakenIn, take_in

from tests.fakes.estate import METER, START_MS, Estate, ask

RECEIPT = Receipt("UKL1AAAA01")
OPERATOR = Caller(uid=Uid("operator-grace"), role=Role.OPERATOR)


@pytest.fixture
def estate() -> Estate:
    made = Estate()
    made.store.accounts["MTR001"] = [METER]
    return made


def line(
    *,
    amount_cents: int = 50_000,
    at_ms: int = START_MS,
    reason: str = "Pay Bill Online",
    linked: Receipt | None = None,
) -> StatementLine:
    return StatementLine(
        receipt=RECEIPT,
        at_ms=Millis(at_ms),
        amount_cents=amount_cents,
        reason=reason,
        account="MTR-001",
        linked=linked,
    )


def told(*lines: StatementLine) -> Statement:
    return Statement(lines=lines, bad_rows=())


def handed_over(estate: Estate, *lines: StatementLine) -> list[TakenIn]:
    differences = compare_statement(told(*lines), estate.world).differences
    found = unheard(told(*lines), differences, now_ms=estate.now_ms)
    return [take_in(statement_confirmation(one), estate.world) for one in found]


def test_old_money_for_a_known_meter_waits_for_a_person_with_its_account(estate: Estate) -> None:
    estate.wait(2 * DAY_MS)
    assert handed_over(estate, line()) == [TakenIn.SUSPENSE]
    item = estate.store.suspense[RECEIPT]
    assert (item.reason, item.amount_kes, item.account) == ("from_statement", 500, "MTR-001")
    assert estate.store.recharges == {}


def test_the_same_statement_again_hands_nothing_over(estate: Estate) -> None:
    estate.wait(2 * DAY_MS)
    handed_over(estate, line())
    assert handed_over(estate, line()) == [TakenIn.KNOWN]
    archive(estate.world)
    assert handed_over(estate, line()) == []
    cents = totals_of(estate.record.entries.values()).cents
    assert cents == {"paybill_float": 50_000, "suspense": -50_000}


def test_a_person_assigns_it_and_it_is_credited_once(estate: Estate) -> None:
    estate.wait(2 * DAY_MS)
    handed_over(estate, line())
    order = Assignment(
        confirmation_id=RECEIPT, meter_id=METER, why="she showed the message", caller=OPERATOR
    )
    assign_suspense(order, estate.world)
    estate.wait(HOUR_MS)
    for _ in range(2):
        reconcile(estate.world)
        accept_confirmation(RECEIPT, estate.world)
    [payment] = estate.store.payments.values()
    assert (payment.status, payment.channel) == (Status.PAID, "statement")
    assert len(estate.store.recharges[METER]) == 1


def test_it_settles_the_payment_that_queries_have_credited_and_adds_nothing(
    estate: Estate,
) -> None:
    payment = request_payment(ask(), estate.world)
    estate.daraja.query_answers = ["0"] * 20
    for _ in range(20):
        estate.wait(5 * MINUTE_MS)
        reconcile(estate.world)
    credited = estate.store.payments[payment.transaction_id]
    assert (credited.status, credited.mpesa_receipt) == (Status.PAID, None)
    estate.wait(2 * DAY_MS)
    assert handed_over(estate, line(at_ms=payment.created_at_ms + MINUTE_MS)) == [TakenIn.HELD]
    estate.wait(HOLD_MS)
    accept_confirmation(RECEIPT, estate.world)
    settled = estate.store.payments[payment.transaction_id]
    assert settled.mpesa_receipt == RECEIPT
    assert len(estate.store.payments) == len(estate.store.recharges[METER]) == 1
    assert estate.store.suspense == {}


def test_money_of_today_is_left_to_those_who_may_still_tell_of_it(estate: Estate) -> None:
    estate.wait(HOUR_MS)
    assert handed_over(estate, line()) == []


@pytest.mark.parametrize(
    "one",
    [
        line(amount_cents=-50_000),
        line(reason="Payment Reversal"),
        line(linked=Receipt("UKL1AAAA09")),
        line(amount_cents=100, reason="Pay Bill Charge Reversal"),
    ],
    ids=["money out", "reversal", "linked", "charge given back"],
)
def test_what_is_no_customers_money_is_not_handed_over(estate: Estate, one: StatementLine) -> None:
    estate.wait(2 * DAY_MS)
    assert handed_over(estate, one) == []


def test_a_payment_beside_its_own_charge_is_still_handed_over(estate: Estate) -> None:
    estate.wait(2 * DAY_MS)
    charge = line(amount_cents=-100, reason="Pay Bill Charge")
    assert handed_over(estate, line(), charge) == [TakenIn.SUSPENSE]
    archive(estate.world)
    assert compare_statement(told(line(), charge), estate.world).differences == ()


def test_part_of_a_shilling_is_no_payment_and_waits(estate: Estate) -> None:
    estate.wait(2 * DAY_MS)
    handed_over(estate, line(amount_cents=50_050))
    assert estate.store.suspense[RECEIPT].amount_kes is None


def test_charges_of_one_receipt_are_added_up_and_one_given_back_taken_off(estate: Estate) -> None:
    compare_statement(
        told(
            line(amount_cents=-500, reason="Pay Bill Charge"),
            line(amount_cents=-80, reason="Excise Duty Charge"),
            line(amount_cents=30, reason="Charge Reversal"),
        ),
        estate.world,
    )
    assert estate.record.entries[f"{RECEIPT}_fee"].cents == {"fees": 550, "paybill_float": -550}
