"""Believe or not: bring one payment to what its evidence says, then see its effects through.

Safe to run at any time, any number of times, and in parallel. The order of writes: claim the
receipt, write the review, move the payment, raise the sold total, write the recharge, mark it
queued. Dying between any two and running again ends in the same state.
"""

from __future__ import annotations

from lipamita.domain.errors import BusyError, NotFoundError
from lipamita.domain.ids import Receipt, TransactionId
from lipamita.domain.payment import DeliveryStatus, Payment, Status
from lipamita.domain.settlement import Verdict, decide_callbacks
from lipamita.domain.units import Millis
from lipamita.use_cases.deliver import deliver
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES, Store
from lipamita.use_cases.world import World

BY_HAND = frozenset({"c2b", "pull"})


def settle_payment(transaction_id: TransactionId, world: World) -> Payment:
    """The payment after all its evidence. Raises NotFoundError and BusyError."""
    payment = _believe_evidence(transaction_id, world)
    if payment.status is Status.PAID and payment.delivery.status is DeliveryStatus.NONE:
        payment = deliver(payment, world)
    return payment


def _believe_evidence(transaction_id: TransactionId, world: World) -> Payment:
    store = world.store
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        # The payment is read before its evidence: a callback stored in between touches the
        # payment in the same write, so the compare-and-set below fails and we look again.
        old = store.read_payment(transaction_id)
        if old is None:
            raise NotFoundError("unknown_transaction", f"no transaction {transaction_id}")
        now_ms = world.clock()
        verdict = _claim_and_decide(old.value, store, now_ms)
        for review in verdict.reviews:  # by transaction_id and evidence_id
            store.add_review(transaction_id, review, now_ms=now_ms)
        if verdict.payment == old.value:
            return old.value
        for alarm in verdict.alarms:  # before the move: counted twice rather than lost
            store.raise_alarm(alarm, transaction_id=transaction_id, now_ms=now_ms)
        if store.replace_payment(old, verdict.payment):
            if verdict.payment.status is not old.value.status:
                world.log.payment_moved(old.value, verdict.payment)
            return verdict.payment
    raise BusyError("busy", f"transaction {transaction_id} is being changed; try again")


def _claim_and_decide(payment: Payment, store: Store, now_ms: Millis) -> Verdict:
    """The verdict that stands once every receipt in it is known to be ours or another's."""
    callbacks = store.read_callbacks(payment.transaction_id)
    elsewhere: frozenset[Receipt] = frozenset()
    twins: dict[Receipt, TransactionId] = {}
    verdict = decide_callbacks(payment, callbacks, now_ms=now_ms)
    for _ in callbacks:  # each round finds at least one more receipt to be another's
        owners = {
            receipt: store.claim_receipt(
                receipt, payment.transaction_id, channel=payment.channel, now_ms=now_ms
            )
            for receipt in verdict.claims
        }
        lost = {receipt for receipt, owner in owners.items() if owner != payment.transaction_id}
        if not lost:
            break
        elsewhere |= lost
        twins |= {
            receipt: owners[receipt]
            for receipt in lost
            if _is_twin(payment, owners[receipt], store)
        }
        verdict = decide_callbacks(
            payment, callbacks, now_ms=now_ms, claimed_elsewhere=elsewhere, twins=twins
        )
    return verdict


def _is_twin(payment: Payment, owner: TransactionId, store: Store) -> bool:
    """Whether the owner stands for the same money, confirmed by hand before its callback came."""
    read = store.read_payment(owner)
    if read is None:
        return False
    other = read.value
    return other.channel in BY_HAND and (other.meter_id, other.amount_kes) == (
        payment.meter_id,
        payment.amount_kes,
    )
