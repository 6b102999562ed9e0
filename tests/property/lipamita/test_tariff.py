"""Quotes against a model that sells watt-hour by watt-hour in fractions."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from lipamita.domain.errors import InvalidInputError
from lipamita.domain.tariff import Block, Levy, LineKind, Quote, Tariff, make_quote
from lipamita.domain.units import Cents, Kes, Wh

amounts = st.integers(1, 250_000)
bought_before = st.integers(0, 2_000_000)
levies = st.builds(
    Levy,
    name=st.sampled_from(["REP", "ERC", "fuel"]),
    percent=st.integers(0, 40),
    cents_per_kwh=st.integers(0, 900).map(Cents),
)


@st.composite
def tariffs(draw: st.DrawFn) -> Tariff:
    ends = sorted(draw(st.sets(st.integers(1, 400_000), max_size=5)))
    prices = draw(st.lists(st.integers(1, 20_000), min_size=len(ends) + 1, max_size=len(ends) + 1))
    return Tariff(
        tariff_id="t",
        blocks=tuple(
            Block(up_to_wh=None if end is None else Wh(end), price_cents_per_kwh=Cents(price))
            for end, price in zip([*ends, None], prices, strict=True)
        ),
        levies=tuple(draw(st.lists(levies, max_size=3))),
        vat_percent=draw(st.integers(0, 30)),
    )


def kes_per_wh(tariff: Tariff, block: Block) -> Fraction:
    """The model's gross price: net, plus levies on the net, plus VAT on all of it."""
    net = Fraction(block.price_cents_per_kwh, 100)
    with_levies = net + sum(
        (
            net * Fraction(levy.percent, 100) + Fraction(levy.cents_per_kwh, 100)
            for levy in tariff.levies
        ),
        Fraction(0),
    )
    return with_levies * (1 + Fraction(tariff.vat_percent, 100)) / 1_000


def cost(tariff: Tariff, start_wh: int, energy_wh: int) -> Fraction:
    """The model: what that energy costs from there, piece by piece between the limits."""
    total, at, end = Fraction(0), start_wh, start_wh + energy_wh
    for block in tariff.blocks:
        limit = end if block.up_to_wh is None else min(end, int(block.up_to_wh))
        if limit > at:
            total += (limit - at) * kes_per_wh(tariff, block)
            at = limit
    return total


def quoted(tariff: Tariff, amount: int, before: int) -> Quote | None:
    try:
        return make_quote(
            tariff, amount_kes=Kes(amount), month="2026-11", month_wh_before=Wh(before)
        )
    except InvalidInputError:
        return None


def energy(tariff: Tariff, amount: int, before: int) -> int:
    quote = quoted(tariff, amount, before)
    return quote.energy_wh if quote else 0


@given(tariffs(), amounts, bought_before)
def test_a_quote_is_the_most_energy_that_the_amount_pays_for(
    tariff: Tariff, amount: int, before: int
) -> None:
    got = energy(tariff, amount, before)
    assert cost(tariff, before, got) <= amount < cost(tariff, before, got + 1)


@given(tariffs(), amounts, bought_before)
def test_the_lines_always_add_up_to_the_amount(tariff: Tariff, amount: int, before: int) -> None:
    quote = quoted(tariff, amount, before)
    if quote is not None:
        assert sum(line.amount_cents for line in quote.lines) == amount * 100
        assert all(line.amount_cents >= 0 for line in quote.lines)


@given(tariffs(), amounts, bought_before)
def test_the_energy_lines_always_add_up_to_the_energy(
    tariff: Tariff, amount: int, before: int
) -> None:
    quote = quoted(tariff, amount, before)
    if quote is not None:
        lines = [line for line in quote.lines if line.kind is LineKind.ENERGY]
        assert sum(line.energy_wh for line in lines) == quote.energy_wh
        assert all(line.energy_wh > 0 for line in lines)


@given(tariffs(), amounts, bought_before)
def test_every_line_is_its_fraction_rounded_down(tariff: Tariff, amount: int, before: int) -> None:
    quote = quoted(tariff, amount, before)
    if quote is None:
        return
    exact = cost(tariff, before, quote.energy_wh) * 100
    told = sum(line.amount_cents for line in quote.lines if line.kind is not LineKind.REMAINDER)
    priced = [line for line in quote.lines if line.kind is not LineKind.REMAINDER]
    assert 0 <= exact - told < len(priced)


@given(tariffs(), amounts, st.integers(0, 1_000), bought_before)
def test_more_money_never_buys_less_energy(
    tariff: Tariff, amount: int, more: int, before: int
) -> None:
    assert energy(tariff, amount, before) <= energy(tariff, amount + more, before)


@given(tariffs(), amounts, amounts, bought_before)
def test_splitting_a_payment_never_buys_more_energy(
    tariff: Tariff, first: int, second: int, before: int
) -> None:
    one = energy(tariff, first, before)
    two = energy(tariff, second, before + one)
    assert one + two <= energy(tariff, first + second, before)


@given(tariffs(), amounts, bought_before)
def test_the_price_is_never_below_the_cheapest_block(
    tariff: Tariff, amount: int, before: int
) -> None:
    cheapest = min(kes_per_wh(tariff, block) for block in tariff.blocks)
    assert energy(tariff, amount, before) * cheapest <= amount
