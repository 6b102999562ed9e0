"""An operator decides about money in review: credit what was really paid. Once, with who and why.

The decision is the compare-and-set that moves the payment, and it stands in the payment's history;
everything after it is finished by reconciliation if the process dies. Above a limit two people
must say the same: the first only proposes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lipamita.domain.decided import Decided
from lipamita.domain.errors import BusyError, ConflictError, ForbiddenError, NotFoundError
from lipamita.domain.ids import Receipt, TransactionId
from lipamita.domain.meter import Caller
from lipamita.domain.payment import NO_MONEY, Cause, Payment, Status, move
from lipamita.domain.review import ReceiptDecision, ReceiptWord
from lipamita.domain.review_decision import why_not_credit
from lipamita.domain.schedule import first_in_line
from lipamita.domain.tariff import Quote
from lipamita.domain.two_people import Proposal, needs_two_people
from lipamita.domain.units import Kes, Millis
from lipamita.use_cases.agree import agree
from lipamita.use_cases.change_payment import change_payment
from lipamita.use_cases.quote_energy import quote_energy
from lipamita.use_cases.read_review import read_matter
from lipamita.use_cases.settle_payment import settle_payment
from lipamita.use_cases.told_money import check_amount, give_place, settled_receipts
from lipamita.use_cases.world import World

MAX_SOURCE = 128  # of a step in a payment's history; the whole reason stands in the review


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyDecision:
    """What becomes of the money of one receipt that was told for this payment.

    ``amount_kes`` is what the M-Pesa statement says was paid; what a callback said may be lossy.
    """

    transaction_id: TransactionId
    receipt: Receipt
    amount_kes: Kes
    why: str
    caller: Caller


def credit_review(decision: MoneyDecision, world: World) -> Payment | None:
    """The payment, credited; None when a second person must confirm. Safe to repeat.

    Raises ForbiddenError, NotFoundError (unknown_review), ConflictError (receipt_not_told,
    receipt_of_another_prompt, not_in_review, receipt_claimed_elsewhere, another_proposal,
    another_amount, meter_not_ready, amount_not_the_orders, place_is_gone), InvalidInputError.
    """
    if not decision.caller.is_staff:
        raise ForbiddenError("staff_only", "only an operator may decide about a review")
    transaction_id = decision.transaction_id
    matter, now_ms = read_matter(transaction_id, world), world.clock()
    payment = matter.payment
    if payment is None:
        raise NotFoundError(
            "unknown_review", f"no payment {transaction_id}", field="transaction_id"
        )
    if not _was_credited(payment, decision.receipt):
        refused = why_not_credit(matter, decision.receipt)
        if refused is not None:
            raise refused
        check_amount(decision.receipt, decision.amount_kes, None, world)
        if needs_two_people(decision.amount_kes) and not agree(
            f"review-{transaction_id}", _proposal(decision, now_ms), world
        ):
            return None
        claim_told(decision, world, now_ms)
        quote = _quote(payment, decision.amount_kes, world, now_ms)
        _decide(decision, world, now_ms)
        _credit(decision, payment, quote, world, now_ms)
    settled = settle_payment(transaction_id, world)
    world.store.close_review(  # unless money of another receipt still waits in it
        transaction_id,
        settled=settled_receipts(transaction_id, world),
        decision=Decided(by=decision.caller.uid, why=decision.why, at_ms=now_ms),
    )
    return settled


def _decide(decision: MoneyDecision, world: World, now_ms: Millis) -> None:
    """From now on no refund holds the receipt, unless the payment is settled otherwise."""
    mine = ReceiptDecision(
        kind=ReceiptWord.CREDIT,
        by=decision.caller.uid,
        why=decision.why,
        at_ms=now_ms,
        moved_to=decision.transaction_id,
    )
    standing = give_place(decision.transaction_id, decision.receipt, mine, world)
    if standing.kind is not ReceiptWord.CREDIT:
        raise ConflictError(
            "receipt_claimed_elsewhere", "people gave that receipt another place", field="receipt"
        )


def _credit(
    decision: MoneyDecision, as_read: Payment, quote: Quote, world: World, now_ms: Millis
) -> None:
    """Move the payment if nobody moved it since it was read."""

    def credited(current: Payment) -> Payment:
        if current.history != as_read.history:
            return current
        return _credited(current, decision, quote, now_ms)

    payment = change_payment(world, decision.transaction_id, credited)
    if not _was_credited(payment, decision.receipt):  # somebody decided about another receipt
        _check_open(payment)
        raise BusyError("busy", "others decide about this payment; look again")


def _was_credited(payment: Payment, receipt: Receipt) -> bool:
    decided = any(step.cause is Cause.OPERATOR_CREDITED for step in payment.history)
    return decided and payment.mpesa_receipt == receipt


def _check_open(payment: Payment) -> None:
    if payment.status is not Status.REVIEW:
        raise ConflictError(
            "not_in_review",
            f"the payment is {payment.status}; only one in review can be credited",
            field="transaction_id",
        )


def _proposal(decision: MoneyDecision, now_ms: Millis) -> Proposal:
    return Proposal(
        by=decision.caller.uid,
        what=f"credit KES {decision.amount_kes} of receipt {decision.receipt}",
        why=decision.why,
        at_ms=now_ms,
    )


def claim_told(decision: MoneyDecision, world: World, now_ms: Millis) -> None:
    """Claim the receipt for the payment. Raises ConflictError if another has it."""
    owner = world.store.claim_receipt(
        decision.receipt, decision.transaction_id, channel="manual", now_ms=now_ms
    )
    if owner != decision.transaction_id:
        raise ConflictError(
            "receipt_claimed_elsewhere",
            f"that receipt already paid for transaction {owner}",
            field="receipt",
        )


def _quote(payment: Payment, amount_kes: Kes, world: World, now_ms: Millis) -> Quote:
    if amount_kes == payment.amount_kes:
        return payment.quote  # the frozen price counts
    if payment.order is not None:
        raise ConflictError(
            "amount_not_the_orders",
            f"the order costs KES {payment.amount_kes}: refund what is not exactly that",
            field="amount",
        )
    tariff = world.store.read_tariff(payment.quote.tariff_id)
    if tariff is None:
        raise ConflictError("meter_not_ready", "the payment's tariff does not exist any more")
    return quote_energy(tariff, payment.charged_meter, amount_kes, world.store, now_ms=now_ms)


def _credited(payment: Payment, decision: MoneyDecision, quote: Quote, now_ms: Millis) -> Payment:
    if payment.status is not Status.REVIEW:
        return payment
    source = f"{decision.caller.uid}: {decision.why}"[:MAX_SOURCE]
    paid = move(payment, Cause.OPERATOR_CREDITED, now_ms=now_ms, source=source)
    return replace(
        paid,
        amount_kes=quote.amount_kes,
        quote=quote,
        mpesa_receipt=decision.receipt,
        paid_at_ms=now_ms,
        refunded_kes=NO_MONEY,  # what went back before was of other receipts
        reason=None,
        next_check_at_ms=first_in_line(now_ms),
    )
