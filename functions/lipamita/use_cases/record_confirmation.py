"""Take a PayBill confirmation in, and answer a validation. Both come on secret paths.

A validation is not a payment: it only lets a wrong account number be refused before money moves.
A confirmation is stored first, and believed later.
"""

from __future__ import annotations

from enum import StrEnum

from lipamita.domain.errors import NotFoundError
from lipamita.domain.health import Sign
from lipamita.domain.ids import is_path_key
from lipamita.domain.order import OrderStatus
from lipamita.domain.units import Kes
from lipamita.domain.verdict import Alarm
from lipamita.use_cases.find_meant import find_account
from lipamita.use_cases.records import RawConfirmation
from lipamita.use_cases.world import World


class C2bPath(StrEnum):
    """What a PayBill calls; the word is part of the path and of its key."""

    VALIDATION = "validation"
    CONFIRMATION = "confirmation"


class Refusal(StrEnum):
    """Why a payment by hand is refused before it is made, in Daraja's codes."""

    ACCOUNT = "C2B00012"
    AMOUNT = "C2B00013"


def authenticate_c2b_path(path: C2bPath, key: str, remote_address: str, world: World) -> None:
    """Raises NotFoundError (unknown_path), after an alarm, for a wrong key."""
    if is_path_key(world.callback_secret, f"c2b|{path}", key):
        return
    forged = Alarm(kind="forged_callback", detail=f"c2b {path}, from {remote_address}")
    world.store.raise_alarm(forged, transaction_id=None, now_ms=world.clock())
    raise NotFoundError("unknown_path", "there is nothing at this address")


def record_confirmation(raw: RawConfirmation, world: World) -> None:
    """Store what came in, due at once."""
    world.store.record_confirmation(raw)
    if raw.channel == "c2b":
        world.store.note_sign(Sign.CONFIRMATION, now_ms=raw.received_at_ms)
    world.log.confirmation_recorded(raw)


def confirmation_too_large(remote_address: str, world: World) -> None:
    """A body above the limit came in on a secret path: it is not kept, but somebody must look."""
    alarm = Alarm(kind="callback_too_large", detail=f"c2b, from {remote_address}")
    world.store.raise_alarm(alarm, transaction_id=None, now_ms=world.clock())


def validate_payment(account: str, amount_kes: Kes | None, world: World) -> Refusal | None:
    """Why a payment by hand should not be made; None if it may be."""
    if amount_kes is None or amount_kes < 1:
        return Refusal.AMOUNT
    meant = find_account(account, world)
    if meant is None:
        return Refusal.ACCOUNT
    if meant.placed is None:
        return None
    if meant.placed.status is not OrderStatus.HELD:  # paid, or over: its money would go back
        return Refusal.ACCOUNT
    return Refusal.AMOUNT if meant.placed.amount_kes != amount_kes else None
