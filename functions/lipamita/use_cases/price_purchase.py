"""What somebody asks to pay for: energy of a meter, or a place that they ordered; and its price."""

from __future__ import annotations

from dataclasses import dataclass

from lipamita.domain.errors import ConflictError, ForbiddenError, NotFoundError
from lipamita.domain.ids import MeterId, TransactionId
from lipamita.domain.meter import Caller, Meter, may_pay
from lipamita.domain.order import PlaceOrder, check_payable, note_prompt, open_prompt_wait_ms
from lipamita.domain.place import OrderedPlace
from lipamita.domain.tariff import Quote
from lipamita.domain.units import Kes
from lipamita.use_cases.change_order import change_order
from lipamita.use_cases.check_order import prompted_payment
from lipamita.use_cases.place_order import view_order
from lipamita.use_cases.quote_energy import quote_energy
from lipamita.use_cases.vend import is_sellable
from lipamita.use_cases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What is bought, at a price that is frozen from now on. One of meter and order is set."""

    quote: Quote
    site: str | None
    meter_id: MeterId | None = None
    order: OrderedPlace | None = None


def price_energy(meter_id: MeterId, amount_kes: Kes, caller: Caller, world: World) -> Purchase:
    """Energy for that much money.

    Raises NotFoundError (unknown_meter), ForbiddenError (not_your_meter), ConflictError
    (meter_not_ready) and InvalidInputError (amount_too_small).
    """
    meter = _meter_to_pay(meter_id, caller, world)
    tariff = world.store.read_tariff(meter.tariff_id)
    if tariff is None:
        raise ConflictError(
            "meter_not_ready", f"meter {meter_id} has no tariff yet", field="meter_id"
        )
    quote = quote_energy(tariff, meter_id, amount_kes, world.store, now_ms=world.clock())
    return Purchase(quote=quote, site=meter.site, meter_id=meter_id)


def price_order(order_id: str, amount_kes: Kes, caller: Caller, world: World) -> Purchase:
    """The place that was ordered, at the order's price.

    Raises NotFoundError (unknown_order) and ConflictError (order_not_open, order_hold_ending,
    amount_not_the_orders).
    """
    order = view_order(order_id, caller, world)
    check_payable(order, amount_kes, now_ms=world.clock())
    return Purchase(quote=order.quote, site=order.place.site, order=order.place)


def claim_prompt(order_id: str, transaction_id: TransactionId, world: World) -> None:
    """Note in the order that this payment is asked for; by transaction_id. Then it may be.

    Raises ConflictError (order_not_open, order_hold_ending, prompt_open): an order that is
    cancelled or expires at this moment is not prompted for, and one that is prompted for waits.
    """
    now_ms = world.clock()

    def noted(current: PlaceOrder) -> PlaceOrder:
        if current.prompted_transaction_id == transaction_id:
            return current
        check_payable(current, current.amount_kes, now_ms=now_ms)
        wait_ms = open_prompt_wait_ms(current, prompted_payment(current, world), now_ms=now_ms)
        if wait_ms:
            raise ConflictError(
                "prompt_open",
                "another M-PESA request for this order is open; wait until it has ended",
                field="order_id",
                retry_after_ms=wait_ms,
            )
        return note_prompt(current, transaction_id, now_ms=now_ms)

    change_order(world, order_id, noted)


def _meter_to_pay(meter_id: MeterId, caller: Caller, world: World) -> Meter:
    meter = world.store.read_meter(meter_id)
    if meter is None:
        raise NotFoundError("unknown_meter", f"no meter {meter_id}", field="meter_id")
    if not may_pay(caller, meter):
        raise ForbiddenError(
            "not_your_meter", f"meter {meter_id} is not yours to pay for", field="meter_id"
        )
    if meter.is_retired:
        raise ConflictError("meter_not_ready", f"meter {meter_id} is retired", field="meter_id")
    if not is_sellable(meter, world):
        raise ConflictError(
            "meter_not_ready", f"meters of kind {meter.kind} cannot be recharged", field="meter_id"
        )
    return meter
