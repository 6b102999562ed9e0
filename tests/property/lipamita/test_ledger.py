"""Laws of the books: everything sums to zero, repeats change nothing, a life nets out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from lipamita.domain.ids import Receipt, TransactionId
from lipamita.domain.ledger import Entry, lines, opposite, totals_of
from lipamita.domain.money_out import Method
from lipamita.domain.payment import Delivery, DeliveryStatus, Payment, Status
from lipamita.domain.payment_entries import corrected, entries_of_payment, received
from lipamita.domain.refund import MoneyFrom, Refund, RefundId, RefundStatus
from lipamita.domain.refund_entries import entries_of_refund, shares
from lipamita.domain.refund_value import refundable_kes
from lipamita.domain.tariff import Block, Levy, Tariff, make_quote
from lipamita.domain.units import Cents, Kes, Millis, Wh

from tests.fakes.memory_record import MemoryRecord
from tests.unit.lipamita.domain.samples import NOW, RECEIPT, TRANSACTION, a_payment

LATER = Millis(NOW + 1_000)
amounts = st.integers(20, 250_000)
tariffs = st.builds(
    lambda price, percent, flat, vat, charge: Tariff(
        tariff_id="domestic",
        blocks=(
            Block(up_to_wh=Wh(50_000), price_cents_per_kwh=Cents(price)),
            Block(up_to_wh=None, price_cents_per_kwh=Cents(price + 700)),
        ),
        levies=(Levy(name="REP", percent=percent), Levy(name="WRA", cents_per_kwh=Cents(flat))),
        vat_percent=vat,
        fixed_charge_cents_per_month=Cents(charge),
    ),
    price=st.integers(1, 5_000),
    percent=st.integers(0, 40),
    flat=st.integers(0, 500),
    vat=st.integers(0, 25),
    charge=st.integers(0, 1_500),
)


@st.composite
def payments(draw: st.DrawFn) -> Payment:
    amount_kes = Kes(draw(amounts))
    quote = make_quote(draw(tariffs), amount_kes=amount_kes, month="2026-11", month_wh_before=Wh(0))
    delivered = draw(st.booleans())
    delivery = Delivery(
        status=DeliveryStatus.DELIVERED if delivered else DeliveryStatus.QUEUED,
        energy_wh=quote.energy_wh,
        delivered_at_ms=LATER if delivered else None,
    )
    return a_payment(
        Status.PAID,
        quote=quote,
        amount_kes=amount_kes,
        mpesa_receipt=RECEIPT,
        paid_at_ms=NOW,
        updated_at_ms=LATER,
        delivery=delivery,
    )


@given(payments())
def test_every_entry_of_a_payment_sums_to_zero_and_leaves_nothing_in_suspense(
    payment: Payment,
) -> None:
    totals = totals_of(entries_of_payment(payment))
    assert totals.balanced
    assert "suspense" not in totals.cents
    assert totals.cents["paybill_float"] == payment.amount_kes * 100


@given(payments())
def test_a_delivered_payment_leaves_no_prepayment_and_owes_no_energy(payment: Payment) -> None:
    totals = totals_of(entries_of_payment(payment))
    delivered = payment.delivery.status is DeliveryStatus.DELIVERED
    assert ("customer_prepayments" not in totals.cents) is delivered
    owed_wh = 0 if delivered else payment.quote.energy_wh
    assert totals.energy_wh.get("energy_owed", 0) == owed_wh


def refund_of(payment: Payment, amount_kes: Kes, energy_wh: Wh, **more: Any) -> Refund:
    facts: dict[str, Any] = {
        "refund_id": RefundId("-Of2rAbcdEFGHijkl012"),
        "receipt": RECEIPT,
        "money_from": MoneyFrom.PAYMENT,
        "method": Method.PAYOUT,
        "paid_kes": payment.amount_kes,
        "amount_kes": amount_kes,
        "energy_wh": energy_wh,
        "asked_by": "operator-grace",
        "why": "moved out",
        "created_at_ms": LATER,
        "updated_at_ms": LATER,
        "status": RefundStatus.REFUNDED,
    }
    return Refund(**{**facts, **more})


@given(payments(), st.integers(1, 250_000), st.integers(0, 10**6))
def test_a_refund_takes_back_its_share_of_the_energys_lines_and_no_more(
    payment: Payment, asked: int, used: int
) -> None:
    most = refundable_kes(payment.quote)
    assume(most > 0)
    amount_kes, withdrawn = Kes(min(asked, most)), Wh(min(used, payment.quote.energy_wh))
    refund = refund_of(payment, amount_kes, withdrawn)
    totals = totals_of([*entries_of_payment(payment), *entries_of_refund(refund, payment)])
    assert totals.balanced
    assert "refunds_payable" not in totals.cents
    left_cents = (payment.amount_kes - amount_kes) * 100
    assert totals.cents.get("paybill_float", 0) == left_cents
    if payment.delivery.status is DeliveryStatus.DELIVERED:
        debits = {account for account, cents in totals.cents.items() if cents > 0}
        assert debits <= {"paybill_float"}


@given(payments())
def test_a_payment_that_is_refunded_whole_leaves_only_its_monthly_charge(payment: Payment) -> None:
    quote = payment.quote
    assume(quote.charge_cents % 100 == 0 and refundable_kes(quote) > 0)
    delivered = replace(
        payment,
        delivery=replace(payment.delivery, status=DeliveryStatus.WITHDRAWN, delivered_at_ms=LATER),
    )
    refund = refund_of(payment, refundable_kes(quote), quote.energy_wh)
    totals = totals_of([*entries_of_payment(delivered), *entries_of_refund(refund, delivered)])
    assert totals.cents.get("paybill_float", 0) == quote.charge_cents
    assert set(totals.cents) <= {"paybill_float", "fixed_charges", "vat_payable"}
    assert totals.energy_wh == {}


@given(st.integers(1, 250_000), st.integers(0, 250_000))
def test_money_that_was_never_credited_goes_back_out_of_suspense(paid: int, kept: int) -> None:
    amount_kes = Kes(max(1, paid - kept))
    refund = refund_of(
        a_payment(), amount_kes, Wh(0), money_from=MoneyFrom.SUSPENSE, paid_kes=Kes(paid)
    )
    totals = totals_of(entries_of_refund(refund, None))
    left = (paid - amount_kes) * 100
    assert totals.cents == lines([("paybill_float", left), ("suspense", -left)])


def test_a_refund_whose_money_has_not_left_is_not_on_the_books() -> None:
    refund = refund_of(a_payment(), Kes(1), Wh(0), status=RefundStatus.SENT)
    assert entries_of_refund(refund, None) == ()


@given(payments(), st.integers(1, 250_000))
def test_money_in_suspense_that_is_assigned_and_credited_nets_out(
    payment: Payment, told_kes: int
) -> None:
    wanted = entries_of_payment(payment)
    first = received(RECEIPT, Kes(told_kes), at_ms=Millis(NOW - 1))
    correction = corrected(first, wanted[0])
    life = [first, *wanted[1:], *([correction] if correction else [])]
    assert totals_of(life).cents == totals_of(wanted).cents
    assert (correction is None) is (told_kes == payment.amount_kes)


@given(st.lists(payments(), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_any_events_in_any_order_and_number_sum_to_zero_and_repeats_change_nothing(
    several: list[Payment], random: object
) -> None:
    entries: list[Entry] = []
    for number, payment in enumerate(several):
        mine = replace(
            payment,
            transaction_id=TransactionId(f"{TRANSACTION[:-1]}{number}"),
            mpesa_receipt=Receipt(f"UKL0DEMO0{number}"),
        )
        entries += entries_of_payment(mine)
    record = MemoryRecord()
    for entry in [*entries, *reversed(entries)]:
        record.write([entry], (), now_ms=NOW)
    kept = totals_of(record.entries.values())
    assert kept == totals_of(entries)
    assert kept.balanced


@given(payments())
def test_an_opposite_entry_takes_everything_back(payment: Payment) -> None:
    entries = entries_of_payment(payment)
    both = [*entries, *(opposite(entry, at_ms=LATER) for entry in entries)]
    assert totals_of(both).cents == {}
    assert totals_of(both).energy_wh == {}


@given(st.dictionaries(st.text("abc", min_size=1), st.integers(0, 10**7), max_size=6), st.data())
def test_shares_add_up_and_exceed_nothing(amounts: dict[str, int], data: st.DataObject) -> None:
    part = data.draw(st.integers(0, sum(amounts.values())))
    share = shares(amounts, part)
    assert sum(share.values()) == part
    assert all(0 < cents <= amounts[account] for account, cents in share.items())
    assert lines(share.items()) == share
