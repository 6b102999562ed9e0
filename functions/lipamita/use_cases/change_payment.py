"""Change one payment by compare-and-set: read, decide, write; again if somebody was first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lipamita.domain.archive import due_for_record
from lipamita.domain.errors import BusyError, NotFoundError
from lipamita.domain.ids import TransactionId
from lipamita.domain.payment import Payment
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.world import World


def change_payment(
    world: World, transaction_id: TransactionId, decide: Callable[[Payment], Payment]
) -> Payment:
    """The payment after ``decide``, which is pure and may be called more than once.

    Raises NotFoundError, and BusyError when every try lost to another writer.
    """
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = world.store.read_payment(transaction_id)
        if old is None:
            raise NotFoundError("unknown_transaction", f"no transaction {transaction_id}")
        new = due_for_record(old.value, decide(old.value), now_ms=world.clock())
        if new.has_unseen_evidence:  # stored meanwhile: only settlement may take it off the list
            new = replace(new, next_check_at_ms=old.value.next_check_at_ms)
        if new == old.value:
            return new
        if world.store.replace_payment(old, new):
            if new.status is not old.value.status:
                world.log.payment_moved(old.value, new)
            return new
    raise BusyError("busy", f"transaction {transaction_id} is being changed; try again")
