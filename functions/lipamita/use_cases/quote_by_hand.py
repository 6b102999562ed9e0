"""What money that came without a request buys for the meter it was meant for."""

from __future__ import annotations

from lipamita.domain.confirmation import STATEMENT
from lipamita.domain.errors import ConfigurationError, InvalidInputError
from lipamita.domain.evidence import Confirmation
from lipamita.domain.meter import Meter
from lipamita.domain.tariff import Quote
from lipamita.domain.units import Millis
from lipamita.use_cases.quote_energy import quote_energy
from lipamita.use_cases.vend import is_sellable
from lipamita.use_cases.world import World

FROM_STATEMENT = "from_statement"  # why such money waits in suspense


def quote_unasked(
    meter: Meter, confirmation: Confirmation, world: World, now_ms: Millis
) -> Quote | str:
    """As quote_by_hand, for money that nobody has decided about.

    A line of a statement is old money: it may settle the payment that it was for, but it buys
    nothing by itself until a person has assigned it.
    """
    if confirmation.channel == STATEMENT:
        item = world.store.read_suspense(confirmation.receipt)
        if item is None or item.value.assigned_meter_id is None:
            return FROM_STATEMENT
    return quote_by_hand(meter, confirmation, world, now_ms)


def quote_by_hand(
    meter: Meter, confirmation: Confirmation, world: World, now_ms: Millis
) -> Quote | str:
    """What the money buys now, or the reason why it cannot be sold."""
    if confirmation.amount_kes is None:
        return "amount_not_whole"
    if meter.is_retired:
        return "meter_retired"
    if not is_sellable(meter, world):
        return "meter_not_ready"
    try:
        tariff = world.store.read_tariff(meter.tariff_id)
        if tariff is None:
            return "meter_not_ready"
        return quote_energy(
            tariff, meter.meter_id, confirmation.amount_kes, world.store, now_ms=now_ms
        )
    except ConfigurationError:  # a tariff that nothing can be sold by: the money waits in sight
        return "meter_not_ready"
    except InvalidInputError as error:
        return error.code
