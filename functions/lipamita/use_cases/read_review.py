"""Gather all that a decision about a payment in review depends on."""

from __future__ import annotations

from lipamita.domain.errors import NotFoundError, UnreadableError
from lipamita.domain.ids import TransactionId
from lipamita.domain.payment import Payment
from lipamita.domain.review import ReviewMatter
from lipamita.domain.vending import VendStatus
from lipamita.use_cases.told_money import gave_way
from lipamita.use_cases.vend import UNCERTAIN
from lipamita.use_cases.world import World


def read_matter(transaction_id: TransactionId, world: World) -> ReviewMatter:
    """The payment as it stood before everything else that is read: whoever then moves it by
    compare-and-set has missed nothing. Raises NotFoundError (unknown_review).
    """
    payment, store = _payment(transaction_id, world), world.store
    case = store.read_review(transaction_id)
    if case is None:
        raise NotFoundError(
            "unknown_review", f"no review of {transaction_id}", field="transaction_id"
        )
    receipts = {told.receipt for told in case.told if told.receipt is not None}
    owners = {receipt: store.receipt_owner(receipt) for receipt in sorted(receipts)}
    return ReviewMatter(
        transaction_id=transaction_id,
        payment=payment,
        case=case,
        owners={receipt: owner for receipt, owner in owners.items() if owner is not None},
        decided={
            receipt: decision
            for receipt, decision in store.read_decisions(transaction_id)
            if not gave_way(receipt, decision, payment, world)
        },
        charge=_charge(transaction_id, payment, world),
    )


def _payment(transaction_id: TransactionId, world: World) -> Payment | None:
    try:
        read = world.store.read_payment(transaction_id)
    except UnreadableError:
        return None
    return None if read is None else read.value


def _charge(
    transaction_id: TransactionId, payment: Payment | None, world: World
) -> VendStatus | None:
    """How the charge of a meter in Tuya's cloud stands; others are not charged so."""
    if payment is None or payment.reason != UNCERTAIN:
        return None
    vend = world.store.read_vend(transaction_id).value
    return None if vend is None else vend.status
