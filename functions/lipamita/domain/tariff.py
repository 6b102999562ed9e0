"""From shillings to watt-hours: a block tariff with levies and VAT, in exact integers.

A month's purchases climb through the blocks. The price of a block, with its levies and VAT, is
kept as a whole number of 1e-4 cents per kWh, so nothing is rounded until the end; then energy is
rounded down, every line is rounded down to the cent, and what is left over stands in a line of
its own. A monthly charge that is due comes first. The lines of a quote always add up to the amount
paid.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from lipamita.domain.errors import ConfigurationError, InvalidInputError
from lipamita.domain.monthly_charge import (
    NO_CENTS,
    NO_CHARGES,
    ChargeAccount,
    charge_to_quote,
    months_text,
    owed,
    vat_within,
    with_vat,
)
from lipamita.domain.units import Cents, Kes, Millis, Wh

CENTS_PER_KES = 100
WH_PER_KWH = 1_000
PERCENT = 100
_PRICE_SCALE = PERCENT * PERCENT  # levy percent x VAT percent
NO_ENERGY = Wh(0)
BEGINNING = Millis(0)
MAX_BLOCKS = 16
MAX_LEVIES = 16


class LineKind(StrEnum):
    """What a line of a quote pays for."""

    FIXED_CHARGE = "fixed_charge"
    ENERGY = "energy"
    LEVY = "levy"
    VAT = "vat"
    REMAINDER = "remainder"
    BOOKING = "booking"
    PARKING = "parking"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Energy up to ``up_to_wh`` in a month (None: no upper end) at a net price per kWh."""

    up_to_wh: Wh | None
    price_cents_per_kwh: Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Levy:
    """A charge on top of the net price: a whole percentage of it, or cents per kWh."""

    name: str
    percent: int = 0
    cents_per_kwh: Cents = NO_CENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """Prices that an admin set. Checked when made: a price of 0 would give energy away.

    ``later``: versions of the same tariff that begin at their own ``valid_from_ms``.
    """

    tariff_id: str
    blocks: tuple[Block, ...]
    levies: tuple[Levy, ...] = ()
    vat_percent: int = 0
    fixed_charge_cents_per_month: Cents = NO_CENTS
    valid_from_ms: Millis = BEGINNING
    later: tuple[Tariff, ...] = ()

    def in_force(self, now_ms: Millis) -> Tariff:
        """The version that energy is sold by now: the last that has begun."""
        begun = [version for version in self.later if version.valid_from_ms <= now_ms]
        return max(begun, key=lambda version: version.valid_from_ms, default=self)

    def __post_init__(self) -> None:
        _check(0 < len(self.blocks) <= MAX_BLOCKS, self, f"blocks must be 1 to {MAX_BLOCKS}")
        _check(len(self.levies) <= MAX_LEVIES, self, f"levies must be at most {MAX_LEVIES}")
        _check(0 <= self.vat_percent <= PERCENT, self, "vat_percent must be from 0 to 100")
        _check(
            self.fixed_charge_cents_per_month >= 0,
            self,
            "fixed_charge_cents_per_month must not be negative",
        )
        _check(
            all(block.price_cents_per_kwh > 0 for block in self.blocks),
            self,
            "every block's price_cents_per_kwh must be above 0",
        )
        ends = [block.up_to_wh for block in self.blocks]
        _check(ends[-1] is None, self, "the last block must have no up_to_wh")
        rising = [0, *[end for end in ends[:-1] if end is not None]]
        _check(
            len(rising) == len(ends) and all(a < b for a, b in pairwise(rising)),
            self,
            "up_to_wh must rise from block to block",
        )
        _check(
            all(levy.percent >= 0 and levy.cents_per_kwh >= 0 for levy in self.levies),
            self,
            "a levy must not be negative",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLine:
    """One line of a quote: money in cents, and energy on energy lines."""

    kind: LineKind
    label: str
    amount_cents: Cents
    energy_wh: Wh = NO_ENERGY


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What an amount buys, frozen when the payment is requested; the price never moves after.

    ``charge_cents`` of the amount go to fixed charges, of ``monthly_charge_cents`` a month; both
    include VAT. ``energy_wh`` is 0 when the charge takes it all. A place sold by the slot is its
    own price: then ``tariff_id`` is the place's id.
    """

    tariff_id: str
    amount_kes: Kes
    energy_wh: Wh
    month: str
    month_wh_before: Wh
    lines: tuple[QuoteLine, ...]
    charge_cents: Cents = NO_CENTS
    monthly_charge_cents: Cents = NO_CENTS

    @property
    def remainder_cents(self) -> Cents:
        """Money that bought no whole watt-hour; it is recorded, never dropped."""
        return Cents(sum(line.amount_cents for line in self.lines if line.kind == "remainder"))


def make_quote(
    tariff: Tariff,
    *,
    amount_kes: Kes,
    month: str,
    month_wh_before: Wh,
    charges: ChargeAccount = NO_CHARGES,
) -> Quote:
    """What ``amount_kes`` buys for a meter that bought ``month_wh_before`` earlier this month.

    The monthly charge that is due by ``charges`` is paid first, and may take it all. Raises
    InvalidInputError when the amount buys not a single watt-hour and pays no charge.
    """
    amount_cents = Cents(amount_kes * CENTS_PER_KES)
    monthly = with_vat(tariff.fixed_charge_cents_per_month, tariff.vat_percent)
    charge = charge_to_quote(charges, month=month, monthly_cents=monthly, amount_cents=amount_cents)
    for_energy = Cents(amount_cents - charge)
    purchases = _buy(tariff, amount_cents=for_energy, month_wh_before=month_wh_before)
    energy_wh = sum(energy for _, energy in purchases)
    if energy_wh < 0 or (energy_wh == 0 and charge <= 0):  # a negative amount takes nothing back
        raise InvalidInputError(
            "amount_too_small", f"{amount_kes} shillings do not buy 1 Wh", field="amount"
        )
    months = months_text(owed(charges, month=month, monthly_cents=monthly))
    return Quote(
        tariff_id=tariff.tariff_id,
        amount_kes=amount_kes,
        energy_wh=Wh(energy_wh),
        month=month,
        month_wh_before=month_wh_before,
        lines=(*_charge_lines(tariff, charge, months), *_lines(tariff, purchases, for_energy)),
        charge_cents=charge,
        monthly_charge_cents=monthly,
    )


def _charge_lines(tariff: Tariff, charge_cents: Cents, months: str) -> list[QuoteLine]:
    if charge_cents <= 0:
        return []
    vat = vat_within(charge_cents, tariff.vat_percent)
    net = QuoteLine(
        kind=LineKind.FIXED_CHARGE,
        label=f"Fixed charge {months}",
        amount_cents=Cents(charge_cents - vat),
    )
    if not vat:
        return [net]
    label = f"VAT {tariff.vat_percent}% on fixed charge"
    return [net, QuoteLine(kind=LineKind.VAT, label=label, amount_cents=vat)]


def _buy(tariff: Tariff, *, amount_cents: Cents, month_wh_before: Wh) -> list[tuple[Block, int]]:
    left = amount_cents * _PRICE_SCALE * WH_PER_KWH  # in 1e-7 cents
    at_wh = int(month_wh_before)
    purchases = []
    for block in tariff.blocks:
        price = _gross_price(tariff, block)
        affordable = left // price
        room = affordable if block.up_to_wh is None else max(0, block.up_to_wh - at_wh)
        energy = min(affordable, room)
        if energy:
            purchases.append((block, energy))
        if energy < room or block.up_to_wh is None:
            break  # the money ran out inside this block; a cheaper next one is not reached
        left -= energy * price
        at_wh += energy
    return purchases


def dearest_kes(tariff: Tariff, energy_wh: Wh) -> Kes:
    """What that energy costs at most, with levies and VAT, in whole shillings rounded up."""
    price = max(_gross_price(tariff, block) for block in tariff.blocks)
    return Kes(-(-energy_wh * price // (_PRICE_SCALE * WH_PER_KWH * CENTS_PER_KES)))


def _gross_price(tariff: Tariff, block: Block) -> int:
    """Price with levies and VAT in 1e-4 cents per kWh: also 1e-7 cents per Wh."""
    return _price_with_levies(tariff, block) * (PERCENT + tariff.vat_percent)


def _price_with_levies(tariff: Tariff, block: Block) -> int:
    """In hundredths of a cent per kWh."""
    return block.price_cents_per_kwh * PERCENT + sum(
        _levy_price(levy, block) for levy in tariff.levies
    )


def _levy_price(levy: Levy, block: Block) -> int:
    """In hundredths of a cent per kWh."""
    return block.price_cents_per_kwh * levy.percent + levy.cents_per_kwh * PERCENT


def _lines(
    tariff: Tariff, purchases: list[tuple[Block, int]], amount_cents: Cents
) -> list[QuoteLine]:
    lines = [
        QuoteLine(
            kind=LineKind.ENERGY,
            label=f"{block.price_cents_per_kwh} cents/kWh",
            amount_cents=Cents(energy * block.price_cents_per_kwh // WH_PER_KWH),
            energy_wh=Wh(energy),
        )
        for block, energy in purchases
    ]
    for levy in tariff.levies if purchases else ():
        hundredths = sum(energy * _levy_price(levy, block) for block, energy in purchases)
        lines.append(
            QuoteLine(
                kind=LineKind.LEVY,
                label=levy.name,
                amount_cents=Cents(hundredths // (PERCENT * WH_PER_KWH)),
            )
        )
    if tariff.vat_percent and purchases:
        taxed = sum(energy * _price_with_levies(tariff, block) for block, energy in purchases)
        lines.append(
            QuoteLine(
                kind=LineKind.VAT,
                label=f"VAT {tariff.vat_percent}%",
                amount_cents=Cents(taxed * tariff.vat_percent // (_PRICE_SCALE * WH_PER_KWH)),
            )
        )
    spent = sum(line.amount_cents for line in lines)
    left = amount_cents - spent
    if left:
        lines.append(
            QuoteLine(
                kind=LineKind.REMAINDER, label="below one watt-hour", amount_cents=Cents(left)
            )
        )
    return lines


def _check(fact: bool, tariff: Tariff, message: str) -> None:
    if not fact:
        raise ConfigurationError("invalid_tariff", f"tariff {tariff.tariff_id}: {message}")
