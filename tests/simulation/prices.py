"""What an amount should buy: prices worked out again, in fractions, apart from the functions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class PriceList:
    """Blocks of (energy in Wh up to, or None; cents per kWh), levies in percent, and VAT.

    ``monthly_cents`` is a fixed charge, before VAT.
    """

    blocks: tuple[tuple[int | None, int], ...]
    levy_percent: int = 0
    vat_percent: int = 0
    monthly_cents: int = 0

    @property
    def charge_cents(self) -> int:
        """What a month costs whatever is used, VAT included."""
        return self.monthly_cents * (100 + self.vat_percent) // 100


def energy_bought_wh(prices: PriceList, amount_cents: int, bought_wh: int) -> int:
    """The whole watt-hours for an amount, after ``bought_wh`` in the same month."""
    money = Fraction(amount_cents)
    total_wh = 0
    for end_wh, cents_per_kwh in prices.blocks:
        gross = Fraction(cents_per_kwh) * (100 + prices.levy_percent) * (100 + prices.vat_percent)
        cents_per_wh = gross / 10_000 / 1_000
        affordable_wh = int(money / cents_per_wh)
        position_wh = bought_wh + total_wh
        room_wh = affordable_wh if end_wh is None else max(0, end_wh - position_wh)
        taken_wh = min(affordable_wh, room_wh)
        total_wh += taken_wh
        money -= taken_wh * cents_per_wh
        if taken_wh < room_wh:
            break
    return total_wh
