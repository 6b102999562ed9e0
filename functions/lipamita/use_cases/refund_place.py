"""The refund of a place: all of it, before its time begins; the seat goes before the money does.

What was begun is used. A part is not refunded: half a seat cannot be given back.
"""

from __future__ import annotations

from lipamita.domain.errors import ConflictError
from lipamita.domain.payment import Payment
from lipamita.domain.place import OrderedPlace
from lipamita.domain.refund import MoneyFrom, Refund
from lipamita.domain.units import Kes, Millis
from lipamita.use_cases.seat_order import money_went_back, take_back
from lipamita.use_cases.world import World


def unused_kes(payment: Payment, amount_kes: Kes | None, *, now_ms: Millis) -> Kes:
    """All that was paid. Raises ConflictError (nothing_unused, more_than_unused)."""
    order = payment.order
    if order is None or now_ms >= order.starts_at_ms or payment.refunded_kes:
        raise ConflictError("nothing_unused", "its time has begun, or it was refunded before")
    if amount_kes not in (None, payment.amount_kes):
        raise ConflictError(
            "more_than_unused",
            f"a place is refunded as a whole: KES {payment.amount_kes}",
            field="amount",
        )
    return payment.amount_kes


def give_up_place(refund: Refund, world: World) -> bool:
    """Whether the refunded payment has no place any more. False: its time began meanwhile."""
    order = _order(refund, world)
    if order is None or refund.money_from is not MoneyFrom.PAYMENT:
        return True
    return take_back(refund, order.order_id, world)


def tell_order(refund: Refund, world: World) -> None:
    """The money left: the order that it paid for says so."""
    order = _order(refund, world)
    if order is not None:
        money_went_back(refund, order.order_id, world)


def _order(refund: Refund, world: World) -> OrderedPlace | None:
    if refund.transaction_id is None or refund.meter_id is not None:
        return None
    read = world.store.read_payment(refund.transaction_id)
    return None if read is None else read.value.order
