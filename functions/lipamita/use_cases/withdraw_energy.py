"""Take energy back from a meter: a refund's before any money leaves, or what staff take.

The register notes it first, because the meter may never report more withdrawn than the register
says; then a signed command raises the meter's own total. The meter is asked once, and its answer
counts: it refuses what was burnt meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lipamita.domain.command import FollowUp, Order, OrderId
from lipamita.domain.errors import BusyError, ConflictError
from lipamita.domain.ids import MeterId
from lipamita.domain.payment import DeliveryStatus
from lipamita.domain.recharge import MeterRegister, end_withdrawal, withdraw
from lipamita.domain.refund import Refund
from lipamita.domain.units import Wh
from lipamita.use_cases.close_recharge import close_recharge
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.send_command import send_command
from lipamita.use_cases.world import World

FOLLOW_UP = "refund"
WAIT = frozenset({"withdrawal_open", "too_many_commands"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """Energy to be taken from a meter. ``key`` names it in the register; ``work_id`` whom to tell.

    ``month``: the month that it was bought in, which counts it no longer; "" for none.
    """

    key: str
    meter_id: MeterId
    energy_wh: Wh
    month: str
    work: FollowUp


def withdraw_energy(refund: Refund, world: World) -> bool | None:
    """Whether the meter gave the energy back; None while it has not said. Safe to repeat.

    A recharge that the meter has not applied is waited for first.
    """
    meter_id = refund.meter_id
    assert meter_id is not None, "energy was sold to a meter"
    if not _is_delivered(refund, meter_id, world):
        return None
    assert refund.transaction_id is not None, "energy was sold by a payment"
    read = world.store.read_payment(refund.transaction_id)
    taking = Taking(
        key=refund.refund_id,
        meter_id=meter_id,
        energy_wh=refund.energy_wh,
        month=read.value.quote.month if read else "",
        work=FollowUp(kind=FOLLOW_UP, work_id=refund.refund_id),
    )
    return take_energy(taking, world)


def take_energy(taking: Taking, world: World) -> bool | None:
    """Whether the meter gave it back; None while it has not said. Safe to repeat, by its key."""
    meter_id = taking.meter_id
    try:
        total_wh = _note(taking, world)
        order = Order(
            meter_id=meter_id,
            order_id=OrderId(f"withdraw-{taking.key}"),
            kind="withdraw",
            arguments={"withdrawn_total_wh": total_wh},
            follow_up=taking.work,
        )
        command = send_command(order, world)
    except ConflictError as conflict:
        if conflict.code in WAIT:
            return None
        return False  # nothing was told to the meter
    answer = world.store.read_command_result(meter_id, command.command_id)
    if answer is None:
        return None
    if answer.is_ok:
        meter = world.store.read_meter(meter_id)
        if meter is None or (meter.withdrawn_total_wh or 0) < total_wh:
            return None  # it says so, but its total has not shown it yet
    _end(taking, world, taken=answer.is_ok)
    return answer.is_ok


def _is_delivered(refund: Refund, meter_id: MeterId, world: World) -> bool:
    assert refund.transaction_id is not None, "energy was sold by a payment"
    read = world.store.read_payment(refund.transaction_id)
    if read is None:
        return False
    payment = read.value
    if payment.delivery.status is DeliveryStatus.QUEUED:
        payment = close_recharge(meter_id, payment.transaction_id, world) or payment
    return payment.delivery.status is DeliveryStatus.DELIVERED


def _note(taking: Taking, world: World) -> Wh:
    """The total to tell the meter. Raised once, because the register lists the key."""
    now_ms = world.clock()
    register = _change(
        taking.meter_id,
        world,
        lambda old: withdraw(old, taking.key, taking.energy_wh, now_ms=now_ms),
    )
    return register.withdrawals[taking.key].withdrawn_total_wh


def _end(taking: Taking, world: World, *, taken: bool) -> None:
    now_ms = world.clock()
    _change(
        taking.meter_id,
        world,
        lambda old: end_withdrawal(old, taking.key, taken=taken, month=taking.month, now_ms=now_ms),
    )


def _change(
    meter_id: MeterId, world: World, decide: Callable[[MeterRegister], MeterRegister]
) -> MeterRegister:
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = world.store.read_register(meter_id)
        if old.value is None:
            raise ConflictError("more_than_sold", f"meter {meter_id} was never sold anything")
        new = decide(old.value)
        if new is old.value or world.store.replace_register(meter_id, old, new):
            return new
    raise BusyError("busy", f"the register of meter {meter_id} is being changed")
