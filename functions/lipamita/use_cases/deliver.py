"""Turn a paid payment into a recharge in its meter's queue."""

from __future__ import annotations

from dataclasses import replace

from lipamita.domain.errors import BusyError
from lipamita.domain.payment import DeliveryStatus, Payment
from lipamita.domain.recharge import SoldEntry, empty_register, make_recharge, sell
from lipamita.domain.schedule import next_check
from lipamita.domain.units import month_eat
from lipamita.use_cases.change_payment import change_payment
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.world import World


def deliver(payment: Payment, world: World) -> Payment:
    """The payment with its delivery queued.

    The sold total is raised once per transaction_id, because the register lists its entries; the
    recharge is created once per transaction_id.
    """
    entry = _sell(payment, world)
    recharge = make_recharge(
        payment.meter_id,
        payment.transaction_id,
        entry,
        amount_kes=payment.amount_kes,
        master_secret=world.device_master_secret,
    )
    world.store.put_recharge(payment.meter_id, recharge)
    world.log.recharge_queued(payment.meter_id, recharge)
    now_ms = world.clock()

    def queued(current: Payment) -> Payment:
        if current.delivery.status is not DeliveryStatus.NONE:
            return current
        delivery = replace(
            current.delivery,
            status=DeliveryStatus.QUEUED,
            energy_wh=entry.energy_wh,
            sequence=entry.sequence,
            credited_total_wh=entry.credited_total_wh,
            queued_at_ms=now_ms,
        )
        changed = replace(current, delivery=delivery, check_count=0, updated_at_ms=now_ms)
        return replace(changed, next_check_at_ms=next_check(changed, now_ms=now_ms))

    return change_payment(world, payment.transaction_id, queued)


def _sell(payment: Payment, world: World) -> SoldEntry:
    store = world.store
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = store.read_register(payment.meter_id)
        now_ms = world.clock()
        month = month_eat(now_ms)
        register = old.value or empty_register(month)
        new = sell(register, payment.transaction_id, payment.quote, now_ms=now_ms, month=month)
        if new is register or store.replace_register(payment.meter_id, old, new):
            return new.entries[payment.transaction_id]
    raise BusyError("busy", f"the register of meter {payment.meter_id} is being changed")
