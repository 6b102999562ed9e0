"""Give what was paid for: energy to a meter, or a place to whoever ordered it."""

from __future__ import annotations

from lipamita.domain.adjustment import Adjustment
from lipamita.domain.payment import DeliveryStatus, Payment, Status
from lipamita.use_cases.deliver import deliver
from lipamita.use_cases.deliver_order import deliver_order
from lipamita.use_cases.take_adjusted import take_adjusted
from lipamita.use_cases.vend import vend
from lipamita.use_cases.world import World


def fulfil(payment: Payment, world: World) -> Payment:
    """The payment after what can be done at once. Safe to repeat; nothing unless it is owed."""
    if payment.status is not Status.PAID or payment.delivery.status is not DeliveryStatus.NONE:
        return payment
    if payment.product == Adjustment.TAKEN:
        return take_adjusted(payment, world)
    if payment.order is not None:
        return deliver_order(payment, payment.order, world)
    return vend(deliver(payment, world), world)
