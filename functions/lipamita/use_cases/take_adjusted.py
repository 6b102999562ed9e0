"""Take energy from a meter because staff say so: by a signed withdrawal it may refuse."""

from __future__ import annotations

from dataclasses import replace

from lipamita.domain.command import FollowUp
from lipamita.domain.payment import Cause, DeliveryStatus, Payment, Status, move
from lipamita.use_cases.change_payment import change_payment
from lipamita.use_cases.withdraw_energy import Taking, take_energy
from lipamita.use_cases.world import World

ADJUSTMENT = "adjustment"
ALREADY_USED = "already_used"


def take_adjusted(payment: Payment, world: World) -> Payment:
    """The payment after what the meter has said so far. Safe to repeat, by transaction_id."""
    if payment.status is not Status.PAID or payment.delivery.status is not DeliveryStatus.NONE:
        return payment
    taking = Taking(
        key=payment.transaction_id,
        meter_id=payment.charged_meter,
        energy_wh=payment.quote.energy_wh,
        month="",
        work=FollowUp(kind=ADJUSTMENT, work_id=payment.transaction_id),
    )
    taken = take_energy(taking, world)
    if taken is None:
        return payment
    now_ms = world.clock()

    def answered(current: Payment) -> Payment:
        if current.status is not Status.PAID or current.delivery.status is not DeliveryStatus.NONE:
            return current
        if not taken:
            refused = move(current, Cause.ENERGY_REFUSED, now_ms=now_ms)
            return replace(refused, reason=ALREADY_USED, paid_at_ms=None, next_check_at_ms=None)
        delivery = replace(
            current.delivery,
            status=DeliveryStatus.WITHDRAWN,
            withdrawn_wh=current.quote.energy_wh,
            delivered_at_ms=now_ms,
        )
        return replace(current, delivery=delivery, updated_at_ms=now_ms, next_check_at_ms=None)

    return change_payment(world, payment.transaction_id, answered)
