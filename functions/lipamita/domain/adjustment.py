"""Energy that staff give to a meter, or take from it, without money. Pure.

It is kept as a payment that no receipt belongs to: ``amount_kes`` is what the energy is worth at
the tariff's dearest price, for the limit of one person alone, and nothing of it is ever money. Its
quote has no lines, so it climbs no blocks and pays no charges.
"""

from __future__ import annotations

from enum import StrEnum

from lipamita.domain.errors import InvalidInputError
from lipamita.domain.ids import TransactionId
from lipamita.domain.ledger import ENERGY_DELIVERED, ENERGY_GIVEN, Entry, EntryKind, lines
from lipamita.domain.tariff import Quote, Tariff, dearest_kes
from lipamita.domain.units import MAX_AMOUNT_KES, Millis, Wh

MAX_ENERGY_WH = 10_000_000
NO_ENERGY = Wh(0)


class Adjustment(StrEnum):
    """Which way the energy goes; the ``product`` of its payment."""

    GIVEN = "energy_given"
    TAKEN = "energy_taken"


def is_adjustment(product: str) -> bool:
    """Whether a payment of that product has no money behind it."""
    return product in set(Adjustment)


def parse_energy_wh(value: object) -> Wh:
    """Energy from a request. Raises InvalidInputError."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_ENERGY_WH:
        raise _wrong(f"energy_wh must be a whole number from 1 to {MAX_ENERGY_WH}")
    return Wh(value)


def adjustment_quote(tariff: Tariff, energy_wh: Wh, *, month: str) -> Quote:
    """What is given or taken. Raises InvalidInputError for more than one payment may be worth."""
    worth_kes = dearest_kes(tariff, energy_wh)
    if worth_kes > MAX_AMOUNT_KES:
        raise _wrong(f"{energy_wh} Wh are worth more than KES {MAX_AMOUNT_KES}")
    return Quote(
        tariff_id=tariff.tariff_id,
        amount_kes=worth_kes,
        energy_wh=energy_wh,
        month=month,
        month_wh_before=NO_ENERGY,
        lines=(),
    )


def adjusted(transaction_id: TransactionId, energy_wh: int, *, at_ms: Millis) -> Entry:
    """What the books say: staff gave energy without money, or took it (below 0)."""
    return Entry(
        entry_id=f"{transaction_id}_adjusted",
        kind=EntryKind.ADJUSTED,
        at_ms=at_ms,
        cents={},
        energy_wh=lines([(ENERGY_DELIVERED, energy_wh), (ENERGY_GIVEN, -energy_wh)]),
        transaction_id=transaction_id,
    )


def _wrong(message: str) -> InvalidInputError:
    return InvalidInputError("invalid_energy_wh", message, field="energy_wh")
