"""Whatever parts are refunded in whatever order, they never add up to more than was paid."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lipamita.domain.refund_value import Refunded, energy_for, money_for, refundable_kes
from lipamita.domain.tariff import Quote
from lipamita.domain.units import Cents, Kes, Wh

quotes = st.builds(
    Quote,
    tariff_id=st.just("flat"),
    amount_kes=st.integers(2, 250_000).map(Kes),
    energy_wh=st.integers(1, 10**8).map(Wh),
    month=st.just("2026-11"),
    month_wh_before=st.just(Wh(0)),
    lines=st.just(()),
    charge_cents=st.integers(0, 100).map(Cents),
)
NOTHING = Refunded(amount_kes=Kes(0), energy_wh=Wh(0))


@given(quotes, st.lists(st.integers(1, 250_000), max_size=12))
def test_parts_add_up_to_the_whole_and_never_beyond(quote: Quote, parts: list[int]) -> None:
    whole, before = refundable_kes(quote), NOTHING
    for part in [*parts, whole]:
        amount_kes = Kes(min(part, whole - before.amount_kes))
        if amount_kes <= 0:
            break
        energy_wh = energy_for(quote, amount_kes, before)
        assert energy_wh >= 0
        before = Refunded(
            amount_kes=Kes(before.amount_kes + amount_kes),
            energy_wh=Wh(before.energy_wh + energy_wh),
        )
        assert before.energy_wh <= quote.energy_wh
        # What is gone is worth no more than the energy that came back for it.
        assert before.amount_kes * quote.energy_wh <= before.energy_wh * whole
    assert (before.amount_kes == whole) == (
        before == Refunded(amount_kes=whole, energy_wh=quote.energy_wh)
    )


@given(quotes, st.integers(0, 10**8))
def test_unused_energy_is_never_worth_more_than_it_can_pay_for(quote: Quote, unused: int) -> None:
    amount_kes = money_for(quote, unused, NOTHING)
    assert 0 <= amount_kes <= refundable_kes(quote)
    if amount_kes:
        assert energy_for(quote, amount_kes, NOTHING) <= min(unused, quote.energy_wh)
