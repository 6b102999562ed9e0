"""What an amount buys for a meter now: its tariff, what it bought this month, what it owes."""

from __future__ import annotations

from lipamita.domain.ids import MeterId
from lipamita.domain.monthly_charge import NO_CHARGES
from lipamita.domain.tariff import Quote, Tariff, make_quote
from lipamita.domain.units import Kes, Millis, Wh, month_eat
from lipamita.use_cases.ports import MeterStore


def quote_energy(
    tariff: Tariff, meter_id: MeterId, amount_kes: Kes, store: MeterStore, *, now_ms: Millis
) -> Quote:
    """The quote, which reserves nothing. Raises InvalidInputError (amount_too_small)."""
    register = store.read_register(meter_id).value
    month = month_eat(now_ms)
    return make_quote(
        tariff.in_force(now_ms),
        amount_kes=amount_kes,
        month=month,
        month_wh_before=Wh(0) if register is None else register.month_wh_in(month),
        charges=NO_CHARGES if register is None else register.charges,
    )
