"""Bring a payment back from the record, so that its money can be held: nothing else can hold it.

It comes as it was recorded, and leaves again as every payment at rest does (use_cases/archive.py).
"""

from __future__ import annotations

from dataclasses import replace

from lipamita.domain.ids import Receipt, TransactionId
from lipamita.domain.payment import Payment
from lipamita.use_cases.world import World


def payment_of(receipt: Receipt, world: World) -> Payment | None:
    """The payment that took the receipt or was told it; None while it is nobody's.

    A claim is cleared away after a year; the ledger names the payment as long as it is kept.
    """
    owner = world.store.receipt_owner(receipt) or _booked_for(receipt, world)
    if owner is None:
        return None
    read = world.store.read_payment(owner)
    if read is not None:
        return read.value
    recorded = world.record.read_payment(owner)
    return None if recorded is None else _bring_back(recorded, world)


def _booked_for(receipt: Receipt, world: World) -> TransactionId | None:
    if world.store.read_suspense(receipt) is not None:  # it waits, whoever it was told for
        return None
    entries = world.record.entries_of_receipt(receipt)
    owners = sorted({entry.transaction_id for entry in entries if entry.transaction_id})
    return owners[0] if owners else None


def _bring_back(recorded: Payment, world: World) -> Payment:
    """Live again, by transaction_id: of two who bring it back the second finds the first's."""
    back = replace(recorded, record_at_ms=world.clock(), next_check_at_ms=None)
    world.store.create_payment(back)
    read = world.store.read_payment(back.transaction_id)
    return back if read is None else read.value
