"""Quotes worked out by hand, and tariffs that must not be sold by."""

from __future__ import annotations

from typing import Any

import pytest
from lipamita.domain.errors import ConfigurationError, InvalidInputError
from lipamita.domain.tariff import Block, Levy, LineKind, Quote, Tariff, make_quote
from lipamita.domain.units import Cents, Kes, Wh

from tests.unit.lipamita.domain.samples import a_tariff

# 0 to 30 kWh at 12.00, to 100 kWh at 16.00, above at 20.00 shillings per kWh.
BLOCKS = ((30_000, 1_200), (100_000, 1_600), (None, 2_000))


def bought(tariff: Tariff, amount_kes: int, before_wh: int = 0) -> Quote:
    return make_quote(
        tariff, amount_kes=Kes(amount_kes), month="2026-11", month_wh_before=Wh(before_wh)
    )


def table(quote: Quote) -> list[tuple[str, int, int]]:
    return [(line.kind.value, line.amount_cents, line.energy_wh) for line in quote.lines]


def test_a_flat_price_divides_the_amount() -> None:
    # 500.00 / 25.00 per kWh = 20 kWh exactly: nothing is left.
    assert table(bought(a_tariff(), 500)) == [("energy", 50_000, 20_000)]


def test_energy_is_rounded_down_and_the_rest_stands_in_a_line() -> None:
    # 100.00 / 23.17 per kWh = 4.3159.. kWh -> 4,315 Wh, worth 99.978.. -> 99.97; 0.03 is left.
    quote = bought(a_tariff((None, 2_317)), 100)
    assert table(quote) == [("energy", 9_997, 4_315), ("remainder", 3, 0)]


def test_the_remainder_of_a_quote_is_its_remainder_line() -> None:
    assert bought(a_tariff((None, 2_317)), 100).remainder_cents == 3


def test_a_month_climbs_through_the_blocks() -> None:
    # 30 kWh x 12 = 360; 70 kWh x 16 = 1,120; the last 520 buy 26 kWh at 20. Together 2,000.
    assert table(bought(a_tariff(*BLOCKS), 2_000)) == [
        ("energy", 36_000, 30_000),
        ("energy", 112_000, 70_000),
        ("energy", 52_000, 26_000),
    ]


def test_a_purchase_goes_on_where_the_month_stands_inside_a_block() -> None:
    # 20 kWh were bought: 10 kWh are left at 12 = 120, and 80 buy 5 kWh at 16.
    assert table(bought(a_tariff(*BLOCKS), 200, before_wh=20_000)) == [
        ("energy", 12_000, 10_000),
        ("energy", 8_000, 5_000),
    ]


@pytest.mark.parametrize("before_wh", [30_000, 99_000])
def test_a_block_that_the_month_has_used_up_sells_nothing(before_wh: int) -> None:
    # 16 shillings buy 1 kWh in the second block.
    assert table(bought(a_tariff(*BLOCKS), 16, before_wh)) == [("energy", 1_600, 1_000)]


@pytest.mark.parametrize("before_wh", [100_000, 10**9])
def test_above_the_last_limit_only_the_open_block_sells(before_wh: int) -> None:
    assert table(bought(a_tariff(*BLOCKS), 20, before_wh)) == [("energy", 2_000, 1_000)]


def test_money_that_ends_exactly_with_a_block_leaves_nothing() -> None:
    assert table(bought(a_tariff(*BLOCKS), 360)) == [("energy", 36_000, 30_000)]


def test_a_cheaper_later_block_is_reached_only_through_the_dearer_one() -> None:
    # 10 kWh at 20 = 200, then 100 more buy 10 kWh at 10.
    tariff = a_tariff((10_000, 2_000), (None, 1_000))
    assert (bought(tariff, 199).energy_wh, bought(tariff, 300).energy_wh) == (9_950, 20_000)


def test_vat_is_part_of_the_price() -> None:
    # 25.00 + 16 % = 29.00 per kWh; 290 buy 10 kWh: 250 net, 40 VAT.
    assert table(bought(a_tariff(vat_percent=16), 290)) == [
        ("energy", 25_000, 10_000),
        ("vat", 4_000, 0),
    ]


def test_a_levy_is_a_percentage_of_the_net_price() -> None:
    # 20.00 + 5 % = 21.00 per kWh; 210 buy 10 kWh: 200 net, 10 levy.
    tariff = a_tariff((None, 2_000), levies=(Levy(name="REP", percent=5),))
    assert table(bought(tariff, 210)) == [("energy", 20_000, 10_000), ("levy", 1_000, 0)]


def test_a_levy_is_cents_per_kwh() -> None:
    # 20.00 + 0.03 per kWh; 2,003 buy 100 kWh: 2,000 net, 3 levy.
    tariff = a_tariff((None, 2_000), levies=(Levy(name="ERC", cents_per_kwh=Cents(3)),))
    assert table(bought(tariff, 2_003)) == [("energy", 200_000, 100_000), ("levy", 300, 0)]


def test_vat_is_taken_on_the_levies_too() -> None:
    # 20.00 + 5 % + 1.00 = 22.00, + 16 % = 25.52 per kWh; 2,552 buy 100 kWh exactly.
    tariff = a_tariff(
        (None, 2_000),
        levies=(Levy(name="REP", percent=5), Levy(name="fuel", cents_per_kwh=Cents(100))),
        vat_percent=16,
    )
    assert table(bought(tariff, 2_552)) == [
        ("energy", 200_000, 100_000),
        ("levy", 10_000, 0),
        ("levy", 10_000, 0),
        ("vat", 35_200, 0),
    ]


def test_percentages_are_not_rounded_before_the_end() -> None:
    # 0.33 a kWh + 1 % + 1 % VAT = 0.336633; 1 shilling buys 2,970 Wh (0.99980001), not 3,030.
    tariff = a_tariff((None, 33), levies=(Levy(name="REP", percent=1),), vat_percent=1)
    assert bought(tariff, 1).energy_wh == 2_970


def test_a_quote_remembers_what_it_was_made_from() -> None:
    quote = bought(a_tariff(*BLOCKS), 200, before_wh=20_000)
    assert (quote.tariff_id, quote.amount_kes, quote.month, quote.month_wh_before) == (
        "domestic",
        200,
        "2026-11",
        20_000,
    )


def test_energy_lines_add_up_to_the_energy() -> None:
    quote = bought(a_tariff(*BLOCKS, vat_percent=16), 5_000)
    lines = [line for line in quote.lines if line.kind is LineKind.ENERGY]
    assert sum(line.energy_wh for line in lines) == quote.energy_wh


def test_an_amount_that_buys_no_watt_hour_is_refused() -> None:
    with pytest.raises(InvalidInputError) as refused:
        bought(a_tariff((None, 200_000)), 1)  # 2,000 shillings per kWh: 1 buys half a Wh
    assert (refused.value.code, refused.value.field) == ("amount_too_small", "amount")


@pytest.mark.parametrize("amount", [0, -1, -500])
def test_no_amount_takes_energy_back(amount: int) -> None:
    with pytest.raises(InvalidInputError):
        bought(a_tariff(*BLOCKS), amount, before_wh=40_000)


@pytest.mark.parametrize(
    ("blocks", "more", "word"),
    [
        ([], {}, "blocks"),
        ([(None, 0)], {}, "price"),
        ([(None, -1)], {}, "price"),
        ([(10, 5), (None, 0)], {}, "price"),
        ([(10, 5)], {}, "last block"),
        ([(10, 5), (20, 6)], {}, "last block"),
        ([(20, 5), (10, 6), (None, 7)], {}, "rise"),
        ([(20, 5), (20, 6), (None, 7)], {}, "rise"),
        ([(0, 5), (None, 7)], {}, "rise"),
        ([(-5, 5), (None, 7)], {}, "rise"),
        ([(None, 5), (None, 7)], {}, "rise"),
        ([(None, 5), (10, 6), (None, 7)], {}, "rise"),
        ([(end, 5) for end in range(1, 17)] + [(None, 5)], {}, "blocks"),
        ([(None, 5)], {"vat_percent": -1}, "vat_percent"),
        ([(None, 5)], {"vat_percent": 101}, "vat_percent"),
        ([(None, 5)], {"levies": (Levy(name="x", percent=-1),)}, "levy"),
        ([(None, 5)], {"levies": (Levy(name="x", cents_per_kwh=Cents(-1)),)}, "levy"),
        ([(None, 5)], {"levies": (Levy(name="x"),) * 17}, "levies"),
        ([(None, 5)], {"fixed_charge_cents_per_month": -1}, "fixed_charge"),
    ],
)
def test_a_tariff_that_would_give_energy_away_cannot_be_made(
    blocks: list[tuple[int | None, int]], more: dict[str, Any], word: str
) -> None:
    made = tuple(
        Block(up_to_wh=None if end is None else Wh(end), price_cents_per_kwh=Cents(price))
        for end, price in blocks
    )
    with pytest.raises(ConfigurationError, match=f"domestic.*{word}"):
        Tariff(tariff_id="domestic", blocks=made, **more)
