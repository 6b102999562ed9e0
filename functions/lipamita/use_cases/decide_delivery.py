"""A person looked at a meter whose charge is uncertain: it is there, or it must be sent again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lipamita.domain.decided import Decided
from lipamita.domain.errors import BusyError, ConflictError, ForbiddenError, NotFoundError
from lipamita.domain.ids import TransactionId
from lipamita.domain.meter import Caller
from lipamita.domain.payment import Payment
from lipamita.domain.review_decision import why_not_charge
from lipamita.domain.vending import VendDecision, VendStatus
from lipamita.use_cases.change_payment import change_payment
from lipamita.use_cases.told_money import settled_receipts
from lipamita.use_cases.vend import UNCERTAIN, send_charge, vend
from lipamita.use_cases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryDecision:
    """What somebody found out about one payment's charge, and how."""

    transaction_id: TransactionId
    decision: VendDecision
    why: str
    caller: Caller


def decide_delivery(decision: DeliveryDecision, world: World) -> Payment:
    """The payment, delivered, or sent once more. Only one of two who decide at once succeeds.

    Raises ForbiddenError, NotFoundError (unknown_review), ConflictError (not_in_review,
    meter_not_ready) and BusyError.
    """
    if not decision.caller.is_staff:
        raise ForbiddenError("staff_only", "only an operator may decide about a delivery")
    transaction_id = decision.transaction_id
    read = world.store.read_payment(transaction_id)
    old = world.store.read_vend(transaction_id)
    if read is None or old.value is None:
        raise NotFoundError(
            "unknown_review", f"no delivery of {transaction_id} waits", field="transaction_id"
        )
    is_known = old.value.status is VendStatus.APPLIED and _is_open(transaction_id, world)
    refused = why_not_charge(old.value.status)
    if refused is not None and not (is_known and decision.decision is VendDecision.DELIVERED):
        raise refused
    meter = world.store.read_meter(read.value.charged_meter)
    if meter is None or meter.device_uid is None or world.vending is None:
        raise ConflictError("meter_not_ready", "its meter cannot be reached")
    payment = _no_longer_uncertain(transaction_id, world)
    if decision.decision is VendDecision.DELIVERED:
        applied = replace(old.value, status=VendStatus.APPLIED)
        if not is_known and not world.store.replace_vend(transaction_id, old, applied):
            raise BusyError("busy", "somebody else decided at the same moment; look again")
    elif not send_charge(payment, old, meter.device_uid, world.vending, world):
        raise BusyError("busy", "the meter cannot be read, or somebody else decided")
    # Before the rest, which reconciliation does as well if this process dies.
    world.store.close_review(
        transaction_id,
        settled=settled_receipts(transaction_id, world),
        decision=Decided(by=decision.caller.uid, why=decision.why, at_ms=world.clock()),
    )
    return vend(payment, world)


def _is_open(transaction_id: TransactionId, world: World) -> bool:
    """Whether its review waits: whoever decided died before it was closed."""
    case = world.store.read_review(transaction_id)
    return case is not None and case.place is not None


def _no_longer_uncertain(transaction_id: TransactionId, world: World) -> Payment:
    now_ms = world.clock()

    def certain(current: Payment) -> Payment:
        if current.reason != UNCERTAIN:
            return current
        return replace(current, reason=None, updated_at_ms=now_ms, next_check_at_ms=now_ms)

    return change_payment(world, transaction_id, certain)
