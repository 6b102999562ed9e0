"""Bring money that only M-Pesa's statement tells of to its place, as any confirmation. Once.

It settles the payment that it fits, or waits in suspense for a person. Whatever the books, a claim
or a confirmation know already is left alone, so the same statement may come again.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from lipamita.domain.confirmation import ConfirmationOutcome
from lipamita.domain.ids import Receipt
from lipamita.use_cases.accept_confirmation import accept_confirmation
from lipamita.use_cases.record_confirmation import record_confirmation
from lipamita.use_cases.records import RawConfirmation
from lipamita.use_cases.world import World


class TakenIn(StrEnum):
    """What became of a line."""

    KNOWN = "known"  # it is on its way into the books, or in a queue
    CREDITED = "credited"
    REVIEW = "review"
    SUSPENSE = "suspense"
    HELD = "held"  # for a moment, while its payment is looked for


_OUTCOMES = {
    None: TakenIn.HELD,
    ConfirmationOutcome.CREDITED: TakenIn.CREDITED,
    ConfirmationOutcome.TWIN: TakenIn.KNOWN,
    ConfirmationOutcome.REVIEW: TakenIn.REVIEW,
    ConfirmationOutcome.SUSPENSE: TakenIn.SUSPENSE,
}


def take_in(raw: RawConfirmation, world: World) -> TakenIn:
    """Record it as told now, and bring it to its place. Its id is the receipt."""
    receipt = Receipt(raw.confirmation_id)
    if world.store.receipt_owner(receipt) is not None:
        return TakenIn.KNOWN
    if world.store.read_confirmation(receipt) is not None:
        return TakenIn.KNOWN
    if world.record.read_entry(f"{receipt}_received") is not None:
        return TakenIn.KNOWN
    record_confirmation(replace(raw, received_at_ms=world.clock()), world)  # by receipt, once
    return _OUTCOMES[accept_confirmation(receipt, world)]
