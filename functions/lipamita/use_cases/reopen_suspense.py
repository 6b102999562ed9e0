"""Assigned suspense stays in its queue until its money is placed; unsellable, it is open again.

| step, in this order                       | safe to repeat, because               |
|-------------------------------------------|---------------------------------------|
| the refusal is noted in the item          | compare-and-set; only the first stays |
| 20 minutes and a second refusal later:    |                                       |
| no payment of the receipt exists          | nothing is written                    |
| the alarm                                 | it is told twice rather than never    |
| two people's words are used up            | what has lapsed stays so              |
| the item is open again                    | compare-and-set; only the first stays |
| the claim left behind passes to its heir  | compare-and-set; when it is assigned  |

Who is about to create the payment takes a noted refusal away first, by compare-and-set: either the
payment comes, or the item is open, never both.
"""

from __future__ import annotations

from dataclasses import replace

from lipamita.domain.errors import BusyError
from lipamita.domain.ids import Receipt, TransactionId, new_transaction_id
from lipamita.domain.refund import RefundId
from lipamita.domain.suspense import SuspenseItem, after_refusal
from lipamita.domain.verdict import Alarm
from lipamita.use_cases.agree import use_up
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.records import Versioned
from lipamita.use_cases.world import World


def reopen_unsold(confirmation_id: str, receipt: Receipt, reason: str, world: World) -> None:
    """The meter that it was assigned to cannot be sold it. Nothing while a payment has it."""
    now_ms = world.clock()  # before whatever is read: see UNSELLABLE_FOR_MS
    owner = world.store.receipt_owner(receipt)
    if owner is not None and _is_payment(owner, receipt, world):
        return
    old = world.store.read_suspense(confirmation_id)
    if old is None:
        return
    claimed_by = None if owner is None or _is_refund(owner, world) else owner
    new = after_refusal(old.value, reason, claimed_by=claimed_by, now_ms=now_ms)
    if new == old.value:
        return
    if new.assigned_meter_id is None:
        alarm = Alarm(kind="money_in_suspense", detail=reason)
        world.store.raise_alarm(alarm, transaction_id=None, now_ms=now_ms)
        use_up(f"suspense-{confirmation_id}", world)
    # If somebody was first, their word counts, and the next look begins anew.
    world.store.replace_suspense(confirmation_id, old, new)


def take_refusal_away(
    confirmation_id: str, read: Versioned[SuspenseItem] | None, world: World
) -> None:
    """Before a payment is created for what was ``read`` before its price. Raises BusyError."""
    if read is None or read.value.unsellable_at_ms is None:
        return
    sellable = replace(read.value, unsellable_at_ms=None)
    if not world.store.replace_suspense(confirmation_id, read, sellable):
        raise BusyError("busy", f"suspense {confirmation_id} is being changed; try again")


def heir_of(
    owner: TransactionId, confirmation_id: str, receipt: Receipt, world: World
) -> TransactionId:
    """Who is to be paid with the receipt: not the transaction of an assignment that was undone."""
    read = world.store.read_suspense(confirmation_id)
    if read is None or read.value.moved_from != owner:
        return owner
    now_ms = world.clock()
    heir = new_transaction_id(now_ms, world.random_bytes)
    return world.store.pass_receipt(receipt, owner=owner, heir=heir, now_ms=now_ms)


def leave_queue(confirmation_id: str, world: World) -> None:
    """Its money is placed: who looks for it finds it there. Safe to repeat. Raises BusyError."""
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = world.store.read_suspense(confirmation_id)
        if old is None or old.value.assigned_meter_id is None or old.value.placed:
            return
        placed = replace(old.value, placed=True, unsellable_at_ms=None)
        if world.store.replace_suspense(confirmation_id, old, placed):
            return
    raise BusyError("busy", f"suspense {confirmation_id} is being changed; try again")


def _is_payment(owner: TransactionId, receipt: Receipt, world: World) -> bool:
    """Live, or in the record."""
    return world.store.read_payment(owner) is not None or world.store.receipt_is_sealed(receipt)


def _is_refund(owner: TransactionId, world: World) -> bool:
    return world.store.read_refund(RefundId(owner)) is not None
