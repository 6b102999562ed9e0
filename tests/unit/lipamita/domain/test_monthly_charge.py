"""Monthly charges worked out by hand: in a quote, at the sale, and between two of them."""

from __future__ import annotations

import pytest
from lipamita.domain.ids import TransactionId
from lipamita.domain.monthly_charge import (
    MAX_MONTHS_OWED,
    NO_CHARGES,
    ChargeAccount,
    owed,
    pay_charge,
    start_afresh,
    with_vat,
)
from lipamita.domain.recharge import MeterRegister, empty_register, sell
from lipamita.domain.tariff import Quote, Tariff, make_quote
from lipamita.domain.units import Cents, Kes, Millis, Wh

from tests.unit.lipamita.domain.samples import NOW, a_tariff

NOVEMBER = "2026-11"
MONTHLY = Cents(11_600)  # 100.00 and 16 % VAT
CHARGED = a_tariff(fixed_charge_cents_per_month=Cents(10_000), vat_percent=16)


def bought(
    amount_kes: int,
    charges: ChargeAccount = NO_CHARGES,
    month: str = NOVEMBER,
    tariff: Tariff = CHARGED,
) -> Quote:
    return make_quote(
        tariff, amount_kes=Kes(amount_kes), month=month, month_wh_before=Wh(0), charges=charges
    )


def table(quote: Quote) -> list[tuple[str, str, int]]:
    return [(line.kind.value, line.label, line.amount_cents) for line in quote.lines]


def sold(register: MeterRegister, number: int, quote: Quote, month: str = "") -> MeterRegister:
    name = TransactionId(f"-sale{number:015d}")
    return sell(register, name, quote, now_ms=Millis(NOW), month=month or quote.month)


def account(month: str, paid: int = 0, overpaid: int = 0) -> ChargeAccount:
    return ChargeAccount(next_month=month, paid_cents=Cents(paid), overpaid_cents=Cents(overpaid))


def test_the_first_purchase_of_a_month_pays_the_charge_before_energy() -> None:
    # 116.00 for the month, and 290.00 at 29.00 per kWh buy 10 kWh.
    assert table(bought(406)) == [
        ("fixed_charge", "Fixed charge 2026-11", 10_000),
        ("vat", "VAT 16% on fixed charge", 1_600),
        ("energy", "2500 cents/kWh", 25_000),
        ("vat", "VAT 16%", 4_000),
    ]


def test_a_charge_without_vat_is_one_line() -> None:
    quote = bought(350, tariff=a_tariff(fixed_charge_cents_per_month=Cents(10_000)))
    assert table(quote) == [
        ("fixed_charge", "Fixed charge 2026-11", 10_000),
        ("energy", "2500 cents/kWh", 25_000),
    ]


def test_a_month_that_is_paid_is_not_charged_again() -> None:
    assert bought(290, account("2026-12")).charge_cents == 0


def test_a_small_payment_pays_part_of_the_charge_and_buys_nothing() -> None:
    quote = bought(58)
    assert (quote.charge_cents, quote.energy_wh) == (5_800, 0)
    assert table(quote) == [
        ("fixed_charge", "Fixed charge 2026-11", 5_000),
        ("vat", "VAT 16% on fixed charge", 800),
    ]


def test_the_second_payment_pays_what_the_first_left() -> None:
    register = sold(empty_register(NOVEMBER), 1, bought(58))
    assert register.charges == account(NOVEMBER, paid=5_800)
    second = bought(348, register.charges)
    assert (second.charge_cents, second.energy_wh) == (5_800, 10_000)
    assert sold(register, 2, second).charges == account("2026-12")


def test_of_two_parallel_quotes_only_the_first_to_be_sold_pays_the_charge() -> None:
    first, second = bought(406), bought(406)
    register = sold(sold(empty_register(NOVEMBER), 1, first), 2, second)
    assert register.charges == account("2026-12", overpaid=11_600)
    assert [entry.overpaid_charge_cents for entry in register.entries.values()] == [0, 11_600]


def test_what_was_overpaid_pays_the_next_months_charge() -> None:
    held = account("2026-12", overpaid=11_600)
    december = bought(290, held, month="2026-12")
    assert (december.charge_cents, december.energy_wh) == (0, 10_000)
    register = sold(register_with(held), 1, december)
    assert register.charges == account("2027-01")


def test_what_was_overpaid_is_used_by_one_sale_only() -> None:
    held = account("2026-12", overpaid=11_600)
    one, two = bought(290, held, month="2026-12"), bought(290, held, month="2026-12")
    register = sold(sold(register_with(held), 1, one), 2, two)
    assert register.charges == account("2027-01")
    assert bought(290, register.charges, month="2027-01").charge_cents == MONTHLY


def test_a_skipped_month_is_paid_with_the_next_purchase() -> None:
    quote = bought(500, account("2026-10"))
    assert quote.charge_cents == 2 * MONTHLY
    assert quote.lines[0].label == "Fixed charge 2026-10 to 2026-11"


def test_months_skipped_long_ago_are_waived() -> None:
    debt = owed(account("2025-01", paid=1), month=NOVEMBER, monthly_cents=MONTHLY)
    assert (debt.first_month, debt.months) == ("2026-09", MAX_MONTHS_OWED)
    assert debt.due_cents == MAX_MONTHS_OWED * MONTHLY


def test_the_months_before_the_first_charge_are_not_owed() -> None:
    assert owed(NO_CHARGES, month=NOVEMBER, monthly_cents=MONTHLY).months == 1


def test_the_months_in_which_the_tariff_had_no_charge_are_not_owed() -> None:
    free = bought(29, account("2026-03"), month="2026-10", tariff=a_tariff(vat_percent=16))
    register = sold(register_with(account("2026-03")), 1, free)
    assert register.charges == account("2026-10")


def test_a_sale_of_an_older_month_leaves_a_later_one_alone() -> None:
    late = bought(406, month="2026-11")
    register = sold(register_with(account("2027-01")), 1, late, month="2027-01")
    assert register.charges == account("2027-01", overpaid=11_600)


def test_money_paid_towards_a_charge_that_was_lowered_is_kept() -> None:
    lowered = pay_charge(
        account(NOVEMBER, paid=9_000),
        month=NOVEMBER,
        monthly_cents=Cents(5_000),
        paid_cents=Cents(0),
    )
    assert lowered == account("2026-12", overpaid=4_000)


def test_a_new_owner_owes_nothing_of_the_time_before() -> None:
    assert start_afresh(account("2026-08", paid=50, overpaid=70), month=NOVEMBER) == account(
        NOVEMBER, overpaid=70
    )


@pytest.mark.parametrize("standing", [NO_CHARGES, account("2026-12", paid=5)])
def test_a_new_owner_changes_nothing_where_nothing_is_owed(standing: ChargeAccount) -> None:
    assert start_afresh(standing, month=NOVEMBER) == standing


@pytest.mark.parametrize(("net", "percent", "gross"), [(10_000, 16, 11_600), (999, 16, 1_158)])
def test_vat_on_the_charge_is_rounded_down(net: int, percent: int, gross: int) -> None:
    assert with_vat(Cents(net), percent) == gross


def register_with(charges: ChargeAccount) -> MeterRegister:
    return MeterRegister(
        credited_total_wh=Wh(0),
        withdrawn_total_wh=Wh(0),
        sequence=0,
        remainder_cents=Cents(0),
        month=NOVEMBER,
        month_wh=Wh(0),
        charges=charges,
    )
