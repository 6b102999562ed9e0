"""Hold money for a refund, and let go of it: so that it is credited, or refunded, never both.

| money from | what holds it                                                              |
|------------|----------------------------------------------------------------------------|
| payment    | the payment itself: paid -> refunding                                      |
| review     | a decision about the receipt, and the payment: review -> refunding         |
| beside     | a decision about the receipt, which its payment owns                       |
| suspense   | the item, and the receipt, claimed by the refund                           |

Each is a compare-and-set or create-if-absent that names the refund, so repeating it is harmless.
"""

from __future__ import annotations

from dataclasses import replace

from lipamita.domain.decided import Decided
from lipamita.domain.errors import BusyError
from lipamita.domain.ids import TransactionId
from lipamita.domain.refund import MoneyFrom, Refund, RefundId
from lipamita.domain.refund_hold import give_free, hold, is_held, may_go_beside, paid_back
from lipamita.domain.review import ReceiptDecision, ReceiptWord
from lipamita.use_cases.change_payment import change_payment
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.told_money import give_place, has_failed, more_waits, settled_receipts
from lipamita.use_cases.world import World

REFUND = "refund"  # the channel of its claim


def hold_money(refund: Refund, world: World) -> bool:
    """Whether the money is now held for this refund. Held in vain, it is let go when that fails."""
    if refund.money_from is MoneyFrom.SUSPENSE:
        return _hold_suspense(refund, world)
    if refund.money_from is MoneyFrom.PAYMENT:
        return _hold_payment(refund, world)
    return _hold_told(refund, world)


def let_go(refund: Refund, world: World) -> None:
    """The refund failed: its money is where it was, and somebody else may decide about it."""
    if refund.money_from is MoneyFrom.SUSPENSE:
        _set_suspense(refund, world, to=None)
        return
    transaction_id, now_ms = _transaction(refund), world.clock()
    change_payment(world, transaction_id, lambda current: give_free(current, refund, now_ms=now_ms))
    if refund.money_from is not MoneyFrom.PAYMENT:
        world.store.undo_decision(transaction_id, refund.receipt, refund.refund_id)


def account_for(refund: Refund, world: World) -> None:
    """The money left: say so where it was."""
    if refund.money_from is MoneyFrom.SUSPENSE:
        _set_suspense(refund, world, to=refund.refund_id, refunded=True)
        return
    transaction_id, now_ms = _transaction(refund), world.clock()
    told = refund.money_from is not MoneyFrom.PAYMENT
    settled = settled_receipts(transaction_id, world) if told else frozenset()
    waits = told and more_waits(transaction_id, world)
    change_payment(
        world,
        transaction_id,
        lambda current: paid_back(
            current, refund, more_waits=waits, settled=settled, now_ms=now_ms
        ),
    )
    if refund.money_from is not MoneyFrom.PAYMENT and not waits:
        world.store.close_review(
            transaction_id,
            settled=settled,
            decision=Decided(by=refund.asked_by, why=refund.why, at_ms=now_ms),
        )


def _hold_payment(refund: Refund, world: World) -> bool:
    now_ms = world.clock()
    payment = change_payment(
        world, _transaction(refund), lambda current: hold(current, refund, now_ms=now_ms)
    )
    return is_held(payment, refund)


def _hold_told(refund: Refund, world: World) -> bool:
    transaction_id, now_ms = _transaction(refund), world.clock()
    owner = world.store.claim_receipt(
        refund.receipt, transaction_id, channel="manual", now_ms=now_ms
    )
    if owner != transaction_id:
        return False
    mine = ReceiptDecision(
        kind=ReceiptWord.REFUND,
        by=refund.asked_by,
        why=refund.why,
        at_ms=now_ms,
        refund_id=refund.refund_id,
    )
    standing = give_place(transaction_id, refund.receipt, mine, world)
    if standing.refund_id != refund.refund_id:
        return False
    if refund.money_from is MoneyFrom.REVIEW:
        return _hold_payment(refund, world)
    read = world.store.read_payment(transaction_id)  # it may have been credited since it was asked
    return read is None or may_go_beside(read.value, refund.receipt)


def _hold_suspense(refund: Refund, world: World) -> bool:
    if not _set_suspense(refund, world, to=refund.refund_id):
        return False
    # No payment has this money: the refund itself owns the receipt, so that none can take it.
    owner = world.store.claim_receipt(
        refund.receipt, TransactionId(refund.refund_id), channel=REFUND, now_ms=world.clock()
    )
    if owner == TransactionId(refund.refund_id) or has_failed(RefundId(owner), world):
        return True
    read = world.store.read_suspense(refund.receipt)  # moved here with a claim of its own
    return read is not None and read.value.moved_from is not None


def _set_suspense(
    refund: Refund, world: World, *, to: RefundId | None, refunded: bool = False
) -> bool:
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = world.store.read_suspense(refund.receipt)
        if old is None or old.value.assigned_meter_id is not None:
            return False
        standing = old.value.refund_id
        if standing not in (None, refund.refund_id) and (
            to is None or not has_failed(RefundId(standing or ""), world)
        ):
            return False
        if old.value.refunded and not refunded:
            return False
        new = replace(old.value, refund_id=to, refunded=refunded)
        if new == old.value or world.store.replace_suspense(refund.receipt, old, new):
            return True
    raise BusyError("busy", f"suspense {refund.receipt} is being changed; try again")


def _transaction(refund: Refund) -> TransactionId:
    assert refund.transaction_id is not None, "only money in suspense has no transaction"
    return refund.transaction_id
