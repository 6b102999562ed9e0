"""Turn a paid payment into a recharge in its meter's queue."""

from __future__ import annotations

from dataclasses import replace

from lipamita.domain.errors import BusyError
from lipamita.domain.payment import DeliveryStatus, Payment
from lipamita.domain.recharge import SoldEntry, empty_register, make_recharge, sell
from lipamita.domain.schedule import next_check
from lipamita.domain.units import month_eat
from lipamita.domain.verdict import Alarm, Review
from lipamita.use_cases.change_payment import change_payment
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.world import World


def deliver(payment: Payment, world: World) -> Payment:
    """The payment with its delivery queued; or in review, if its meter was retired before the sale.

    The sold total is raised once per transaction_id, because the register lists its entries; the
    recharge is created once per transaction_id.
    """
    meter_id = payment.charged_meter
    entry = _sell(payment, world)
    if entry is None:
        return _hold(payment, world)
    recharge = make_recharge(
        meter_id,
        payment.transaction_id,
        entry,
        amount_kes=payment.amount_kes,
        master_secret=world.device_master_secret,
    )
    world.store.put_recharge(meter_id, recharge)
    world.log.recharge_queued(meter_id, recharge)
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


def _sell(payment: Payment, world: World) -> SoldEntry | None:
    store, meter_id = world.store, payment.charged_meter
    meter = store.read_meter(meter_id)
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = store.read_register(meter_id)
        now_ms = world.clock()
        month = month_eat(now_ms)
        register = old.value or empty_register(month)
        if (
            meter is not None
            and meter.is_retired
            and payment.transaction_id not in register.entries
        ):
            return None
        new = sell(register, payment.transaction_id, payment.quote, now_ms=now_ms, month=month)
        if new is register or store.replace_register(meter_id, old, new):
            return new.entries[payment.transaction_id]
    raise BusyError("busy", f"the register of meter {meter_id} is being changed")


def _hold(payment: Payment, world: World) -> Payment:
    """Put the money where a person sees it, once, by transaction_id and the reason."""
    transaction_id, now_ms, reason = payment.transaction_id, world.clock(), "meter_retired"
    if payment.reason == reason:
        return payment
    review = Review(
        reason=reason,
        receipt=payment.mpesa_receipt,
        amount_kes=payment.amount_kes,
        evidence_id=reason,
    )
    world.store.add_review(transaction_id, review, now_ms=now_ms)
    alarm = Alarm(kind="payment_in_review", detail=reason)
    world.store.raise_alarm(alarm, transaction_id=transaction_id, now_ms=now_ms)
    return change_payment(
        world,
        transaction_id,
        lambda current: replace(current, reason=reason, updated_at_ms=now_ms),
    )
