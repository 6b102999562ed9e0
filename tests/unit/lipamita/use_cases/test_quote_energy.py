"""Monthly charges through whole payments: parallel quotes, part payments, crashes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.monthly_charge import ChargeAccount
from lipamita.domain.payment import Payment
from lipamita.domain.units import Cents
from lipamita.use_cases.reconcile import reconcile
from lipamita.use_cases.request_payment import request_payment
from lipamita.use_cases.settle_payment import settle_payment

from tests.fakes.estate import METER, Estate, ask, success
from tests.fakes.memory_nodes import ProcessDiedError

CHARGE_CENTS = 20_000


def charging() -> Estate:
    """An estate whose tariff has a monthly charge of KES 200, and energy at KES 25."""
    estate = Estate()
    flat = estate.store.tariffs["flat"]
    charged = replace(flat, fixed_charge_cents_per_month=Cents(CHARGE_CENTS))
    estate.store.tariffs["flat"] = charged
    return estate


def asked(estate: Estate, amount_kes: int, key: str) -> Payment:
    return request_payment(ask(amount_kes, key=key), estate.world)


def paid(estate: Estate, payment: Payment, receipt: str) -> Payment:
    estate.tell(payment, success(payment, receipt))
    return settle_payment(payment.transaction_id, estate.world)


def test_two_small_payments_pay_one_months_charge_together() -> None:
    estate = charging()
    first = paid(estate, asked(estate, 150, "one"), "UKL1AAAA01")
    second = paid(estate, asked(estate, 150, "two"), "UKL1AAAA02")
    third = paid(estate, asked(estate, 100, "three"), "UKL1AAAA03")
    payments = (first, second, third)
    assert [payment.quote.charge_cents for payment in payments] == [15_000, 5_000, 0]
    assert [payment.delivery.energy_wh for payment in payments] == [0, 4_000, 4_000]
    assert estate.store.registers[METER].charges == ChargeAccount(next_month="2026-12")


def test_a_payment_that_only_pays_the_charge_still_reaches_the_meter() -> None:
    estate = charging()
    payment = paid(estate, asked(estate, 200, "one"), "UKL1AAAA01")
    recharge = estate.recharge(payment.transaction_id)
    assert (recharge.energy_wh, recharge.credited_total_wh, recharge.sequence) == (0, 0, 1)


def test_parallel_quotes_of_a_month_charge_it_once_and_lose_nothing() -> None:
    estate = charging()
    first, second = asked(estate, 300, "one"), asked(estate, 300, "two")
    paid(estate, second, "UKL1AAAA02")
    paid(estate, first, "UKL1AAAA01")
    register = estate.store.registers[METER]
    assert register.charges.overpaid_cents == CHARGE_CENTS
    assert register.entries[first.transaction_id].overpaid_charge_cents == CHARGE_CENTS
    assert register.entries[second.transaction_id].overpaid_charge_cents == 0


@pytest.mark.parametrize("when", ["before_write", "after_write"])
def test_a_sale_whose_process_died_charges_once(when: str) -> None:
    estate = charging()
    payment = asked(estate, 300, "one")
    estate.tell(payment, success(payment))

    def die(path: str) -> None:
        if path.startswith("registers"):
            setattr(estate.store, when, lambda _: None)
            raise ProcessDiedError

    setattr(estate.store, when, die)
    with pytest.raises(ProcessDiedError):
        settle_payment(payment.transaction_id, estate.world)
    reconcile(estate.world)
    assert estate.store.registers[METER].charges == ChargeAccount(next_month="2026-12")
    assert estate.recharge(payment.transaction_id).energy_wh == 4_000
