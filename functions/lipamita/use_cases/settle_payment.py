"""Believe or not: bring one payment to what its evidence says, then see its effects through.

Safe to run at any time, any number of times, and in parallel. The order of writes: claim the
receipt, write the review, move the payment, raise the sold total, write the recharge, mark it
queued. Dying between any two and running again ends in the same state.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from lipamita.domain.archive import due_for_record
from lipamita.domain.confirmation import STATEMENT, STATUS
from lipamita.domain.errors import BusyError, NotFoundError
from lipamita.domain.evidence import Callback, StkCallback
from lipamita.domain.ids import Receipt, TransactionId
from lipamita.domain.payment import Payment, Status
from lipamita.domain.prompt import Prompt
from lipamita.domain.push_answer import acknowledged
from lipamita.domain.review import ReceiptWord
from lipamita.domain.settlement import decide_callbacks
from lipamita.domain.units import Millis
from lipamita.domain.verdict import Known, Verdict
from lipamita.use_cases.fulfil import fulfil
from lipamita.use_cases.know_prompt import owns_prompt
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES, Store
from lipamita.use_cases.world import World

BY_HAND = frozenset({"c2b", "pull", STATUS, STATEMENT})


def settle_payment(transaction_id: TransactionId, world: World) -> Payment:
    """The payment after all its evidence. Raises NotFoundError and BusyError."""
    return fulfil(_believe_evidence(transaction_id, world), world)


def _believe_evidence(transaction_id: TransactionId, world: World) -> Payment:
    store = world.store
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        # The payment is read before its evidence: a callback stored in between touches the
        # payment in the same write, so the compare-and-set below fails and we look again.
        old = store.read_payment(transaction_id)
        if old is None:
            raise NotFoundError("unknown_transaction", f"no transaction {transaction_id}")
        now_ms = world.clock()
        verdict = _claim_and_decide(old.value, world, now_ms)
        for review in verdict.reviews:  # by transaction_id and evidence_id
            store.add_review(review.belongs_to or transaction_id, review, now_ms=now_ms)
        if verdict.payment == old.value:
            return old.value
        for alarm in verdict.alarms:  # before the move: counted twice rather than lost
            store.raise_alarm(alarm, transaction_id=transaction_id, now_ms=now_ms)
        new = due_for_record(old.value, verdict.payment, now_ms=now_ms)
        if store.replace_payment(old, new):
            if new.status is not old.value.status:
                world.log.payment_moved(old.value, new)
            return new
    raise BusyError("busy", f"transaction {transaction_id} is being changed; try again")


def _claim_and_decide(payment: Payment, world: World, now_ms: Millis) -> Verdict:
    """The verdict that stands once every receipt in it is known to be ours or another's."""
    store = world.store
    callbacks = store.read_callbacks(payment.transaction_id)
    prompt = store.read_prompt(payment.transaction_id)
    if prompt is not None and payment.status is Status.CREATED:
        # Whoever pushed is about to move the payment, or died before it could.
        owns_prompt(payment.transaction_id, prompt, world)
        payment = acknowledged(payment, now_ms=now_ms)
    owners = _prompt_owners(payment, callbacks, prompt, store)
    adopted = next((key for key, owner in owners.items() if owner == payment.transaction_id), None)
    known = Known(
        prompt=prompt, adopted=None if prompt is not None else adopted, prompt_owners=owners
    )
    verdict = decide_callbacks(payment, callbacks, now_ms=now_ms, known=known)
    for _ in callbacks:  # each round finds at least one more receipt to be another's
        claims = {
            receipt: store.claim_receipt(
                receipt, payment.transaction_id, channel=payment.channel, now_ms=now_ms
            )
            for receipt in verdict.claims
        }
        lost = {receipt for receipt, owner in claims.items() if owner != payment.transaction_id}
        placed = _placed(payment, claims, store)
        if not lost | placed:
            break
        twins = {
            receipt: claims[receipt]
            for receipt in lost
            if _is_twin(payment, claims[receipt], store)
        }
        known = replace(
            known,
            claimed_elsewhere=known.claimed_elsewhere | lost | placed,
            twins={**known.twins, **twins},
        )
        verdict = decide_callbacks(payment, callbacks, now_ms=now_ms, known=known)
    return verdict


def _placed(payment: Payment, receipts: Collection[Receipt], store: Store) -> frozenset[Receipt]:
    """Those of its own receipts that people sent elsewhere, while it was in review."""
    if not receipts or payment.status not in (Status.EXPIRED, Status.FAILED):
        return frozenset()
    decisions = store.read_decisions(payment.transaction_id)
    elsewhere = (ReceiptWord.REFUND, ReceiptWord.SUSPENSE)
    return frozenset(
        receipt
        for receipt, decision in decisions
        if receipt in receipts and decision.kind in elsewhere
    )


def _prompt_owners(
    payment: Payment, callbacks: Sequence[Callback], prompt: Prompt | None, store: Store
) -> dict[str, TransactionId]:
    """Whose the prompts are that callbacks name and this payment's answer does not.

    While its own answer is not known, the first that is named here and is nobody's becomes its own:
    should the answer to another's push name it later, that one is not credited for the same money.
    """
    owners: dict[str, TransactionId] = {}
    adopts = prompt is None
    for named in _named(payment, callbacks, prompt):
        owner = (
            store.claim_checkout_request(named, payment.transaction_id)
            if adopts
            else store.checkout_request_owner(named)
        )
        if owner is not None:
            owners[named] = owner
        adopts = adopts and owner != payment.transaction_id
    return owners


def _named(payment: Payment, callbacks: Sequence[Callback], prompt: Prompt | None) -> list[str]:
    """Ids in the order in which they were believed; of a payment that knows its own, new ones."""
    ids: dict[str, None] = {}
    in_order = sorted(callbacks, key=lambda told: told.evidence_id not in payment.evidence_seen)
    for told in in_order:
        if isinstance(told, StkCallback) and told.checkout_request_id is not None:
            new = told.evidence_id not in payment.evidence_seen
            if new or prompt is None:
                ids.setdefault(told.checkout_request_id)
    if prompt is not None:
        ids.pop(prompt.checkout_request_id, None)
    return list(ids)


def _is_twin(payment: Payment, owner: TransactionId, store: Store) -> bool:
    """Whether the owner stands for the same money, confirmed by hand before its callback came."""
    read = store.read_payment(owner)
    if read is None:
        return False
    other = read.value
    return other.channel in BY_HAND and (other.account, other.amount_kes) == (
        payment.account,
        payment.amount_kes,
    )
