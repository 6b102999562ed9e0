"""Any order of quotes and sales: no month is charged twice, and no cent of a charge is lost.

The model counts what each month received by itself, from the money alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from lipamita.domain.ids import TransactionId
from lipamita.domain.monthly_charge import MAX_MONTHS_OWED, NO_CHARGES, ChargeAccount, pay_charge
from lipamita.domain.recharge import MeterRegister, empty_register, sell
from lipamita.domain.tariff import LineKind, Quote, make_quote
from lipamita.domain.units import Cents, Kes, Millis, Wh

from tests.unit.lipamita.domain.samples import NOW, a_tariff

FIRST_YEAR = 2026


def month_of(number: int) -> str:
    return f"{FIRST_YEAR + number // 12}-{number % 12 + 1:02d}"


def quoted(charges: ChargeAccount, amount: int, month: int, net: int, vat: int) -> Quote:
    tariff = a_tariff((None, 100), fixed_charge_cents_per_month=Cents(net), vat_percent=vat)
    return make_quote(
        tariff,
        amount_kes=Kes(amount),
        month=month_of(month),
        month_wh_before=Wh(0),
        charges=charges,
    )


# A step quotes in a month that never goes back, or sells one of the quotes that wait.
steps = st.lists(
    st.one_of(
        st.tuples(st.just("quote"), st.integers(1, 400), st.integers(0, 2)),
        st.tuples(st.just("sell"), st.integers(0, 5), st.just(0)),
    ),
    max_size=40,
)


def play(
    story: Sequence[tuple[str, int, int]], net: int, vat: int
) -> tuple[MeterRegister, list[Quote], int]:
    """The register, the quotes sold, and the month it is at the end."""
    register, month = empty_register(month_of(0)), 0
    waiting: list[Quote] = []
    done: list[Quote] = []
    for verb, number, months_later in story:
        if verb == "quote":
            month += months_later
            waiting.append(quoted(register.charges, number, month, net, vat))
        elif waiting:
            quote = waiting.pop(number % len(waiting))
            name = TransactionId(f"-sale{len(done):015d}")
            now_ms = Millis(NOW + len(done))
            register = sell(register, name, quote, now_ms=now_ms, month=month_of(month))
            done.append(quote)
    return register, done, month


charges = st.integers(0, 20_000)
vats = st.integers(0, 30)


@given(charges, vats, st.integers(1, 400), st.integers(0, 20_000), st.integers(0, 40_000))
def test_the_lines_always_add_up_to_the_amount(
    net: int, vat: int, amount: int, paid: int, overpaid: int
) -> None:
    account = ChargeAccount(
        next_month=month_of(0), paid_cents=Cents(paid), overpaid_cents=Cents(overpaid)
    )
    quote = quoted(account, amount, 1, net, vat)
    assert sum(line.amount_cents for line in quote.lines) == amount * 100
    assert all(line.amount_cents >= 0 for line in quote.lines)
    told = [line for line in quote.lines if line.kind is LineKind.FIXED_CHARGE]
    assert bool(told) == (quote.charge_cents > 0)


@given(steps, charges, vats)
def test_every_cent_for_charges_paid_a_month_or_is_kept(
    story: list[tuple[str, int, int]], net: int, vat: int
) -> None:
    register, done, month = play(story, net, vat)
    monthly = net + net * vat // 100
    given_cents = sum(quote.charge_cents for quote in done)
    kept = register.charges.overpaid_cents
    assert kept >= 0
    # No more than once for each month there was, and the part of one.
    assert given_cents - kept <= (month + 1) * monthly
    assert register.charges.paid_cents < max(monthly, 1)


@given(steps, charges.filter(bool), vats)
def test_a_month_without_waived_ones_is_paid_exactly(
    story: list[tuple[str, int, int]], net: int, vat: int
) -> None:
    """Where no month was skipped, what was given is the months paid, the part, and what is kept."""
    always = [(verb, number, min(later, 1)) for verb, number, later in story]
    register, done, _ = play(always, net, vat)
    months = sorted({quote.month for quote in done})
    if not months or not done[0].charge_cents:
        return
    first = done[0].month
    account = register.charges
    full = _number(account.next_month) - _number(first)
    if _number(months[-1]) - _number(first) >= MAX_MONTHS_OWED:
        return  # a month may have been waived
    monthly = net + net * vat // 100
    given_cents = sum(quote.charge_cents for quote in done)
    assert given_cents == full * monthly + account.paid_cents + account.overpaid_cents


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5_000), st.integers(0, 30_000))),
)
def test_charges_of_any_size_in_any_order_never_go_below_zero(
    sales: list[tuple[int, int, int]],
) -> None:
    account = NO_CHARGES
    for month, monthly, paid in sales:
        before = account
        account = pay_charge(
            account,
            month=month_of(month),
            monthly_cents=Cents(monthly),
            paid_cents=Cents(paid if monthly else 0),
        )
        assert min(account.paid_cents, account.overpaid_cents) >= 0
        assert account.next_month >= before.next_month


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1
