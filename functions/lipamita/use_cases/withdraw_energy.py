"""Take a refund's energy back from its meter, before any money leaves.

The register notes it first, because the meter may never report more withdrawn than the register
says; then a signed command raises the meter's own total. The meter is asked once, and its answer
counts: it refuses what was burnt meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable

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


def withdraw_energy(refund: Refund, world: World) -> bool | None:
    """Whether the meter gave the energy back; None while it has not said. Safe to repeat.

    A recharge that the meter has not applied is waited for first.
    """
    meter_id = refund.meter_id
    assert meter_id is not None, "energy was sold to a meter"
    if not _is_delivered(refund, meter_id, world):
        return None
    try:
        total_wh = _note(refund, meter_id, world)
        order = Order(
            meter_id=meter_id,
            order_id=OrderId(f"withdraw-{refund.refund_id}"),
            kind="withdraw",
            arguments={"withdrawn_total_wh": total_wh},
            follow_up=FollowUp(kind=FOLLOW_UP, work_id=refund.refund_id),
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
    _end(refund, meter_id, world, taken=answer.is_ok)
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


def _note(refund: Refund, meter_id: MeterId, world: World) -> Wh:
    """The total to tell the meter. Raised once, because the register lists the refund."""
    now_ms = world.clock()
    register = _change(
        meter_id,
        world,
        lambda old: withdraw(old, refund.refund_id, refund.energy_wh, now_ms=now_ms),
    )
    return register.withdrawals[refund.refund_id].withdrawn_total_wh


def _end(refund: Refund, meter_id: MeterId, world: World, *, taken: bool) -> None:
    assert refund.transaction_id is not None, "energy was sold by a payment"
    read, now_ms = world.store.read_payment(refund.transaction_id), world.clock()
    month = read.value.quote.month if read else ""
    _change(
        meter_id,
        world,
        lambda old: end_withdrawal(old, refund.refund_id, taken=taken, month=month, now_ms=now_ms),
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
