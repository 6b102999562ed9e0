"""Close a recharge that its meter has acknowledged."""

from __future__ import annotations

from dataclasses import replace

from lipamita.domain.errors import BusyError
from lipamita.domain.ids import MeterId, TransactionId
from lipamita.domain.payment import DeliveryStatus, Payment
from lipamita.domain.recharge import Acknowledgement, close
from lipamita.domain.schedule import RECHARGE_KEPT_MS
from lipamita.domain.units import Millis
from lipamita.use_cases.change_payment import change_payment
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES, MeterStore
from lipamita.use_cases.records import PendingRecharge
from lipamita.use_cases.world import World


def close_recharge(
    meter_id: MeterId,
    transaction_id: TransactionId,
    world: World,
    pending: PendingRecharge | None = None,
) -> Payment | None:
    """The payment with its delivery closed; None if the meter has not acknowledged yet.

    ``pending`` is the queue entry, if it was read a moment ago. Repeating it changes
    nothing: a delivery is closed once, by its transaction_id.
    """
    pending = pending or world.store.read_recharge(meter_id, transaction_id)
    if pending is None or pending.acknowledgement is None:
        return None
    acknowledgement = pending.acknowledgement
    now_ms = world.clock()
    payment = change_payment(
        world,
        transaction_id,
        lambda current: _delivered(current, meter_id, acknowledgement, now_ms),
    )
    if payment.delivery.status is DeliveryStatus.DELIVERED:
        close_entry(meter_id, transaction_id, world.store, now_ms)
        world.log.recharge_closed(payment)
    return payment


def _delivered(
    payment: Payment, meter_id: MeterId, acknowledgement: Acknowledgement, now_ms: Millis
) -> Payment:
    delivery = payment.delivery
    if delivery.status is not DeliveryStatus.QUEUED or payment.meter_id != meter_id:
        return payment
    delivered = replace(
        delivery,
        status=DeliveryStatus.DELIVERED,
        delivered_at_ms=acknowledgement.processed_at_ms,
        balance_before_wh=acknowledgement.balance_after_wh - (delivery.energy_wh or 0),
        balance_after_wh=acknowledgement.balance_after_wh,
    )
    return replace(
        payment,
        delivery=delivered,
        updated_at_ms=now_ms,
        check_count=0,
        next_check_at_ms=Millis(now_ms + RECHARGE_KEPT_MS),
    )


def forget_recharge(meter_id: MeterId, transaction_id: TransactionId, world: World) -> None:
    """Remove the queue entry of a closed delivery; by transaction_id, safe to repeat.

    Whoever saw it delivered may have died before the register knew.
    """
    close_entry(meter_id, transaction_id, world.store, world.clock())
    world.store.remove_recharge(meter_id, transaction_id)


def close_entry(
    meter_id: MeterId, transaction_id: TransactionId, store: MeterStore, now_ms: Millis
) -> None:
    """Mark a delivered sale in its meter's register; by transaction_id, the first time stays."""
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = store.read_register(meter_id)
        if old.value is None:
            return
        new = close(old.value, transaction_id, now_ms=now_ms)
        if new is old.value or store.replace_register(meter_id, old, new):
            return
    raise BusyError("busy", f"the register of meter {meter_id} is being changed")
