"""What became of the receipts that were told for one payment: which of them still wait."""

from __future__ import annotations

from lipamita.domain.errors import ConflictError
from lipamita.domain.ids import Receipt, TransactionId
from lipamita.domain.payment import DeliveryStatus, Payment, Status
from lipamita.domain.refund import RefundId, RefundStatus
from lipamita.domain.review import ReceiptDecision, ReceiptWord, came_to_nothing
from lipamita.domain.review_move import moved_receipts
from lipamita.domain.suspense import SuspenseItem
from lipamita.domain.units import Kes
from lipamita.use_cases.world import World


def settled_receipts(transaction_id: TransactionId, world: World) -> frozenset[Receipt]:
    """The told receipts that were credited, went back, or paid for another transaction.

    Money whose refund is on its way is not among them: the refund may still fail, and a review
    that was closed meanwhile would show it to nobody.
    """
    settled = _credited(transaction_id, world) | _given_back(transaction_id, world)
    others = {
        receipt
        for receipt in _told(transaction_id, world) - settled
        if world.store.receipt_owner(receipt) not in (None, transaction_id)
    }
    return settled | others


def confirmed_kes(receipt: Receipt, world: World) -> Kes | None:
    """What M-Pesa itself says the receipt brought, by a C2B confirmation or a row of a Pull.

    None if neither came, or not whole.
    """
    stored = world.store.read_confirmation(receipt)
    if stored is None or stored.confirmation is None:
        return None
    return stored.confirmation.amount_kes


def check_amount(
    receipt: Receipt, amount_kes: Kes, decided: ReceiptDecision | None, world: World
) -> None:
    """M-Pesa's own word counts, and a decision made before stands as it was.

    Raises ConflictError (another_amount).
    """
    said = {confirmed_kes(receipt, world), decided.amount_kes if decided else None}
    if said - {amount_kes, None}:
        raise ConflictError("another_amount", f"{receipt} brought another amount", field="amount")


def more_waits(transaction_id: TransactionId, world: World) -> bool:
    """Whether a receipt told for this payment is its own, and its money is not at its end."""
    return bool(_told(transaction_id, world) - settled_receipts(transaction_id, world))


def has_failed(refund_id: RefundId, world: World) -> bool:
    """Whether that is a refund which came to nothing: what it held is free."""
    read = world.store.read_refund(refund_id)
    return read is not None and read.value.status is RefundStatus.FAILED


def gave_way(
    receipt: Receipt, decision: ReceiptDecision, payment: Payment | None, world: World
) -> bool:
    """Whether nothing comes of that decision any more: its refund failed, or its credit did."""
    if decision.refund_id is not None:
        return has_failed(decision.refund_id, world)
    return came_to_nothing(receipt, decision, payment)


def give_place(
    transaction_id: TransactionId, receipt: Receipt, mine: ReceiptDecision, world: World
) -> ReceiptDecision:
    """What people decided about the receipt: mine, or what stands. Whoever is first decides.

    Every decision about a told receipt goes through here, so that none is credited and goes back.
    """
    store = world.store
    standing = store.decide_receipt(transaction_id, receipt, mine)  # create if absent, by receipt
    if standing.bound_to in (None, mine.bound_to):
        return standing
    read = store.read_payment(transaction_id)
    if not gave_way(receipt, standing, None if read is None else read.value, world):
        return standing
    store.undo_decision(transaction_id, receipt, standing.bound_to)
    return store.decide_receipt(transaction_id, receipt, mine)


def is_held(item: SuspenseItem, world: World) -> bool:
    """Whether money in suspense goes back, or went."""
    return item.refund_id is not None and not has_failed(RefundId(item.refund_id), world)


def _given_back(transaction_id: TransactionId, world: World) -> frozenset[Receipt]:
    """Those about which people decided, and whose money is where they decided that it goes."""
    decisions = world.store.read_decisions(transaction_id)
    if not decisions:
        return frozenset()
    read = world.store.read_payment(transaction_id)
    moved = moved_receipts(read.value) if read else frozenset()
    return frozenset(
        receipt
        for receipt, decision in decisions
        if decision.kind is ReceiptWord.DISMISS
        or receipt in moved
        or (decision.refund_id is not None and _has_ended(decision.refund_id, world))
    )


def _has_ended(refund_id: RefundId, world: World) -> bool:
    """Whether its money has left. One that failed took its decision back."""
    read = world.store.read_refund(refund_id)
    return read is None or read.value.status is RefundStatus.REFUNDED


def waits_for_people(owner: TransactionId, confirmation_id: str, world: World) -> bool:
    """Whether the owner of a receipt is no payment yet, and nobody has assigned the money.

    A refund claimed it, or people moved it to suspense.
    """
    read = world.store.read_suspense(confirmation_id)
    if read is not None and read.value.moved_from is not None:
        return read.value.assigned_meter_id is None
    if world.store.read_refund(RefundId(owner)) is None:
        return False
    return read is None or read.value.assigned_meter_id is None


def _told(transaction_id: TransactionId, world: World) -> frozenset[Receipt]:
    case = world.store.read_review(transaction_id)
    return frozenset(told.receipt for told in case.told if told.receipt) if case else frozenset()


def _credited(transaction_id: TransactionId, world: World) -> frozenset[Receipt]:
    read = world.store.read_payment(transaction_id)
    if read is None or read.value.mpesa_receipt is None or not _is_sold(read.value):
        return frozenset()
    return frozenset({read.value.mpesa_receipt})


def _is_sold(payment: Payment) -> bool:
    return payment.status is Status.PAID or payment.delivery.status is not DeliveryStatus.NONE
