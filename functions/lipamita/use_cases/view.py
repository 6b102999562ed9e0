"""Show a payment or a meter to somebody who may see it."""

from __future__ import annotations

from dataclasses import dataclass

from lipamita.domain.errors import ForbiddenError, NotFoundError, RateLimitedError
from lipamita.domain.ids import MeterId, TransactionId
from lipamita.domain.meter import Caller, Meter, may_read_meter, may_read_payment
from lipamita.domain.payment import OPEN, Payment
from lipamita.use_cases.ask_daraja import ask_daraja
from lipamita.use_cases.settle_payment import settle_payment
from lipamita.use_cases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentView:
    """A payment and the meter it was for; None if it was for a place, or the meter is gone."""

    payment: Payment
    meter: Meter | None


def view_meter(meter_id: MeterId, caller: Caller, world: World) -> Meter:
    """The meter. Raises NotFoundError and ForbiddenError."""
    meter = world.store.read_meter(meter_id)
    if meter is None:
        raise NotFoundError("unknown_meter", f"no meter {meter_id}", field="meter_id")
    if not may_read_meter(caller, meter):
        raise ForbiddenError("not_your_meter", f"meter {meter_id} is not yours", field="meter_id")
    return meter


def view_payment(transaction_id: TransactionId, caller: Caller, world: World) -> PaymentView:
    """The payment; while it is open, after looking at its evidence and asking Daraja.

    Raises NotFoundError, also for a payment of somebody else: an id must not be probed.
    """
    payment, meter = _readable(transaction_id, caller, world)
    if payment.status in OPEN:
        payment = ask_daraja(settle_payment(transaction_id, world), world).payment
    return PaymentView(payment=payment, meter=meter)


def query_payment(transaction_id: TransactionId, caller: Caller, world: World) -> PaymentView:
    """The payment, after asking Daraja now if it is still open.

    Raises NotFoundError as view_payment does, and RateLimitedError while it may not be asked.
    """
    payment, meter = _readable(transaction_id, caller, world)
    if payment.status in OPEN:
        asked = ask_daraja(settle_payment(transaction_id, world), world)
        if asked.wait_ms:
            raise RateLimitedError(
                "rate_limited",
                "M-PESA was asked a moment ago; wait before asking again",
                retry_after_ms=asked.wait_ms,
            )
        payment = asked.payment
    return PaymentView(payment=payment, meter=meter)


def _readable(
    transaction_id: TransactionId, caller: Caller, world: World
) -> tuple[Payment, Meter | None]:
    unknown = NotFoundError(
        "unknown_transaction", f"no transaction {transaction_id}", field="transaction_id"
    )
    read = world.store.read_payment(transaction_id)
    payment = read.value if read else world.record.read_payment(transaction_id)
    if payment is None:
        raise unknown
    meter = None if payment.meter_id is None else world.store.read_meter(payment.meter_id)
    if not may_read_payment(
        caller,
        payer=payment.user_id,
        meter=meter,
        requested_at_ms=payment.created_at_ms,
    ):
        raise unknown
    return payment, meter
