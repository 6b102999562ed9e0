"""What unused energy is worth, and how much energy stands for money that goes back.

Both in whole numbers, at the average price of the frozen quote. Energy is rounded up, money down,
and both are counted from the first refund of the payment on: so the parts never add up to more
than was paid, and the last shilling takes the last watt-hour with it. A monthly charge is owed
whatever was used, and is not refunded.
"""

from __future__ import annotations

from dataclasses import dataclass

from lipamita.domain.tariff import CENTS_PER_KES, Quote
from lipamita.domain.units import Kes, Wh


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded:
    """What was given back of one payment so far."""

    amount_kes: Kes
    energy_wh: Wh


def refundable_kes(quote: Quote) -> Kes:
    """All that can ever be refunded of a payment: what it paid for energy."""
    return Kes((quote.amount_kes * CENTS_PER_KES - quote.charge_cents) // CENTS_PER_KES)


def energy_for(quote: Quote, amount_kes: Kes, before: Refunded) -> Wh:
    """The energy that the meter must give back for that much of the money."""
    after_kes = before.amount_kes + amount_kes
    after_wh = -(-quote.energy_wh * after_kes // refundable_kes(quote))
    return Wh(after_wh - before.energy_wh)


def money_for(quote: Quote, unused_wh: int, before: Refunded) -> Kes:
    """The most money that this much unused energy stands for; 0 when there is nothing, or when a
    monthly charge took all of the payment.
    """
    if quote.energy_wh <= 0:
        return Kes(0)
    back_wh = min(before.energy_wh + max(0, unused_wh), quote.energy_wh)
    return Kes(max(0, back_wh * refundable_kes(quote) // quote.energy_wh - before.amount_kes))
