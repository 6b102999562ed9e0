"""Where the money of one receipt is: the question that a tenant asks with an SMS in hand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lipamita.domain.ids import MeterId, Receipt, TransactionId
from lipamita.domain.inquiry import Inquiry
from lipamita.domain.payment import Payment, Status
from lipamita.domain.refund import Refund, RefundId, RefundStatus
from lipamita.domain.units import Kes
from lipamita.use_cases.world import World


class Place(StrEnum):
    """Exactly one holds for each receipt that was told to us."""

    CREDITED = "credited"
    REVIEW = "review"
    SUSPENSE = "suspense"
    REFUNDING = "refunding"
    REFUNDED = "refunded"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptView:
    """A receipt's place, and what to look at there."""

    receipt: Receipt
    place: Place
    transaction_id: TransactionId | None = None
    meter_id: MeterId | None = None
    amount_kes: Kes | None = None
    refund_id: RefundId | None = None
    inquiry: Inquiry | None = None


def view_receipt(receipt: Receipt, world: World) -> ReceiptView:
    """Where it is by what was told; nothing is asked and nothing is changed."""
    owner = world.store.receipt_owner(receipt)
    if owner is not None:
        read = world.store.read_payment(owner)
        payment = read.value if read else world.record.read_payment(owner)
        if payment is not None:
            return _of_payment(receipt, payment, world)
        refund = world.store.read_refund(RefundId(owner))
        if refund is not None and refund.value.status is not RefundStatus.FAILED:
            return _of_refund(receipt, refund.value)
    return _not_owned(receipt, world)


def _of_payment(receipt: Receipt, payment: Payment, world: World) -> ReceiptView:
    refund_id = _refund_of(receipt, payment, world)
    return ReceiptView(
        receipt=receipt,
        place=_place(receipt, payment, refund_id, world),
        transaction_id=payment.transaction_id,
        meter_id=payment.meter_id,
        amount_kes=payment.amount_kes if payment.mpesa_receipt == receipt else None,
        refund_id=refund_id,
    )


def _refund_of(receipt: Receipt, payment: Payment, world: World) -> RefundId | None:
    decided = dict(world.store.read_decisions(payment.transaction_id)).get(receipt)
    if decided is not None and decided.refund_id is not None:
        return decided.refund_id
    if payment.mpesa_receipt == receipt and payment.refund_id is not None:
        return RefundId(payment.refund_id)
    return None


def _place(receipt: Receipt, payment: Payment, refund_id: RefundId | None, world: World) -> Place:
    if payment.mpesa_receipt == receipt:
        whole = {
            Status.PAID: Place.CREDITED,
            Status.REFUNDING: Place.REFUNDING,
            Status.REFUNDED: Place.REFUNDED,
        }
        if payment.status in whole:
            return whole[payment.status]
    refund = None if refund_id is None else world.store.read_refund(refund_id)
    if refund is not None and refund.value.status is not RefundStatus.FAILED:
        return _of_refund(receipt, refund.value).place
    return Place.REVIEW


def _of_refund(receipt: Receipt, refund: Refund) -> ReceiptView:
    return ReceiptView(
        receipt=receipt,
        place=Place.REFUNDED if refund.status is RefundStatus.REFUNDED else Place.REFUNDING,
        transaction_id=refund.transaction_id,
        meter_id=refund.meter_id,
        amount_kes=refund.amount_kes,
        refund_id=refund.refund_id,
    )


def _not_owned(receipt: Receipt, world: World) -> ReceiptView:
    inquiry = world.store.read_inquiry(receipt).value
    item = world.store.read_suspense(receipt)
    if item is None:
        return ReceiptView(receipt=receipt, place=Place.UNKNOWN, inquiry=inquiry)
    if item.value.refund_id is not None:
        held = world.store.read_refund(RefundId(item.value.refund_id))
        if held is not None and held.value.status is not RefundStatus.FAILED:
            return _of_refund(receipt, held.value)
    return ReceiptView(
        receipt=receipt,
        place=Place.SUSPENSE,
        meter_id=item.value.assigned_meter_id,
        amount_kes=item.value.amount_kes,
        inquiry=inquiry,
    )
