"""Ask for the refund of money that came for a place that is not to be had any more. Once.

It takes the way of every refund: above the limit of one person somebody must second it, and what
Daraja does not say clearly goes to people. Where it cannot be asked for, the review stays.
"""

from __future__ import annotations

from dataclasses import replace

from lipamita.domain.errors import ConflictError
from lipamita.domain.ids import Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.payment import Payment, Status
from lipamita.use_cases.ask_refund import RefundOrder, ask_refund
from lipamita.use_cases.change_payment import change_payment
from lipamita.use_cases.world import World

SYSTEM = Caller(uid=Uid("lipamita"), role=Role.OPERATOR)  # no account can have this id's claims
WHY = "paid for a place that was not to be had any more"


def refund_late_money(payment: Payment, world: World) -> Payment:
    """The payment after its refund was asked for, or as it waits for people.

    Safe to repeat: the receipt is decided about once, whatever the refund is called.
    """
    receipt = payment.mpesa_receipt
    if receipt is None or payment.refund_id is not None:  # a refund has or had it: see there
        return payment
    order = RefundOrder(
        receipt=receipt,
        amount_kes=None,  # what was told; where that is not certain, people say it
        msisdn=None,
        method=None,
        why=WHY,
        idempotency_key=f"late-{payment.transaction_id}",
        caller=SYSTEM,
    )
    try:
        ask_refund(order, world)
    except ConflictError:
        # Not set up, or somebody decided before: what there is to do is people's. It is in review.
        return change_payment(world, payment.transaction_id, _waits_for_people)
    read = world.store.read_payment(payment.transaction_id)
    return payment if read is None else read.value


def _waits_for_people(payment: Payment) -> Payment:
    if payment.status is not Status.REVIEW:
        return payment
    return replace(payment, next_check_at_ms=None)
