"""Move money that was told for a payment to suspense, from where any meter can be given it. Once.

| write, in this order           | safe to repeat, because             | who goes on      |
|--------------------------------|-------------------------------------|------------------|
| the receipt is claimed here    | create if absent, by receipt        | a person         |
| the decision about the receipt | create if absent, by receipt        | a person         |
| the payment: its money moved   | its history names the receipt       | reconciliation   |
| the item in suspense           | it names the payment it moved from  | reconciliation   |
| the claim passes to its heir   | compare-and-set, from owner to heir | reconciliation   |
| its confirmation               | create if absent, by receipt        | reconciliation   |
| the review is decided          | the first decision stays            | reconciliation   |

The third decides: evidence and people that come later find the receipt not to be this payment's.
"""

from __future__ import annotations

from dataclasses import replace

from lipamita.domain.confirmation import SUSPENSE_LOOK_MS, ConfirmationOutcome
from lipamita.domain.decided import Decided
from lipamita.domain.errors import BusyError, ConflictError, ForbiddenError
from lipamita.domain.ids import Receipt, TransactionId, new_transaction_id
from lipamita.domain.payment import Payment
from lipamita.domain.review import ReceiptDecision, ReceiptWord
from lipamita.domain.review_decision import why_not_suspense
from lipamita.domain.review_move import REASON, moved_receipts, took, without_money
from lipamita.domain.suspense import SuspenseItem
from lipamita.domain.two_people import Proposal, needs_two_people
from lipamita.domain.units import Kes, Millis
from lipamita.use_cases.agree import agree
from lipamita.use_cases.change_payment import change_payment
from lipamita.use_cases.confirmation_ports import MovedMoney
from lipamita.use_cases.decide_review import MoneyDecision, claim_told
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.read_review import read_matter
from lipamita.use_cases.told_money import check_amount, give_place, settled_receipts
from lipamita.use_cases.world import World


def move_to_suspense(decision: MoneyDecision, world: World) -> Payment | None:
    """The payment without that money; None when a second person must say the same.

    Raises ForbiddenError, NotFoundError (unknown_review), BusyError, ConflictError
    (receipt_not_told, not_in_review, receipt_was_credited, receipt_claimed_elsewhere, too_soon,
    another_amount, another_proposal).
    """
    if not decision.caller.is_staff:
        raise ForbiddenError("staff_only", "only an operator may decide about a review")
    transaction_id, now_ms = decision.transaction_id, world.clock()
    matter = read_matter(transaction_id, world)
    payment = matter.payment
    if payment is not None and decision.receipt in moved_receipts(payment):
        return finish_moves(payment, world)
    refused = why_not_suspense(matter, decision.receipt, now_ms=now_ms)
    if refused is not None:
        raise refused
    assert payment is not None, "one that cannot be read is refused"
    standing = matter.decided.get(decision.receipt)
    check_amount(decision.receipt, decision.amount_kes, standing, world)
    if needs_two_people(decision.amount_kes) and not agree(
        f"review-{transaction_id}", _proposal(decision, now_ms), world
    ):
        return None
    claim_told(decision, world, now_ms)
    _decide(decision, world, now_ms)
    return finish_moves(_take_away(decision, payment, world, now_ms), world)


def finish_moves(payment: Payment, world: World) -> Payment:
    """See every move through that the payment says was decided. Safe to repeat."""
    moved, transaction_id = moved_receipts(payment), payment.transaction_id
    decisions = dict(world.store.read_decisions(transaction_id)) if moved else {}
    mine = [(receipt, decisions[receipt]) for receipt in sorted(moved & set(decisions))]
    for receipt, decided in mine:
        _put_into_suspense(payment, receipt, decided, world)
    if mine:
        last = max((decided for _, decided in mine), key=lambda decided: decided.at_ms)
        world.store.close_review(  # unless money of another receipt still waits in it
            transaction_id,
            settled=settled_receipts(transaction_id, world),
            decision=Decided(by=last.by, why=last.why, at_ms=last.at_ms),
        )
    return payment


def _proposal(decision: MoneyDecision, now_ms: Millis) -> Proposal:
    return Proposal(
        by=decision.caller.uid,
        what=f"move KES {decision.amount_kes} of receipt {decision.receipt} to suspense",
        why=decision.why,
        at_ms=now_ms,
    )


def _decide(decision: MoneyDecision, world: World, now_ms: Millis) -> None:
    """From now on no refund holds the receipt."""
    transaction_id, receipt = decision.transaction_id, decision.receipt
    mine = ReceiptDecision(
        kind=ReceiptWord.SUSPENSE,
        by=decision.caller.uid,
        why=decision.why,
        at_ms=now_ms,
        moved_to=new_transaction_id(now_ms, world.random_bytes),
        amount_kes=decision.amount_kes,
    )
    standing = give_place(transaction_id, receipt, mine, world)
    if standing.kind is not ReceiptWord.SUSPENSE:
        raise ConflictError(
            "receipt_claimed_elsewhere", "people gave that receipt another place", field="receipt"
        )


def _take_away(decision: MoneyDecision, as_read: Payment, world: World, now_ms: Millis) -> Payment:
    """The payment without the money, if nobody moved it since it was read."""
    transaction_id, receipt = decision.transaction_id, decision.receipt
    decided = Decided(by=decision.caller.uid, why=decision.why, at_ms=now_ms)
    waiting = _others_waiting(transaction_id, receipt, world)

    def taken(current: Payment) -> Payment:
        if current.history != as_read.history or took(current, receipt):
            return current
        return without_money(current, receipt, decided, more_waits=waiting)

    payment = change_payment(world, transaction_id, taken)
    if receipt not in moved_receipts(payment):
        raise BusyError("busy", "others decide about this payment; look again")
    return payment


def _others_waiting(transaction_id: TransactionId, receipt: Receipt, world: World) -> bool:
    case = world.store.read_review(transaction_id)
    told = {one.receipt for one in case.told if one.receipt} if case else set()
    return bool(told - {receipt} - settled_receipts(transaction_id, world))


def _put_into_suspense(
    payment: Payment, receipt: Receipt, decided: ReceiptDecision, world: World
) -> None:
    heir, amount_kes = decided.moved_to, decided.amount_kes
    if heir is None or amount_kes is None:
        return
    store, now_ms = world.store, world.clock()
    _put_item(payment, receipt, amount_kes, decided.at_ms, world)
    store.pass_receipt(receipt, owner=payment.transaction_id, heir=heir, now_ms=now_ms)
    money = MovedMoney(amount_kes=amount_kes, merchant=payment.merchant, at_ms=decided.at_ms)
    store.record_moved(receipt, money)
    stored = store.read_confirmation(receipt)
    if stored is not None and stored.transaction_id == payment.transaction_id:
        store.finish_confirmation(  # it was told here; from now on it is of its heir
            receipt,
            ConfirmationOutcome.SUSPENSE,
            transaction_id=None,
            next_check_at_ms=Millis(now_ms + SUSPENSE_LOOK_MS),
        )


def _put_item(
    payment: Payment, receipt: Receipt, amount_kes: Kes, at_ms: Millis, world: World
) -> None:
    item = SuspenseItem(
        reason=REASON,
        amount_kes=amount_kes,
        account="",
        received_at_ms=at_ms,
        moved_from=payment.transaction_id,
    )
    world.store.put_suspense(receipt, item)
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = world.store.read_suspense(receipt)
        if old is not None and old.value.moved_from == payment.transaction_id:
            return  # assigned or refunded since, or not
        stale = item if old is None else replace(item, account=old.value.account)
        if old is not None and world.store.replace_suspense(receipt, old, stale):
            return
    raise BusyError("busy", f"suspense {receipt} is being changed; try again")
