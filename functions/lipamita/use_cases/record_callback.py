"""Take a callback in: check its secret path, store it raw, and say thank you.

Nothing is decided here, because Safaricom waits for the answer and does not send twice.
"""

from __future__ import annotations

from lipamita.domain.errors import NotFoundError
from lipamita.domain.ids import TransactionId, is_path_key
from lipamita.domain.verdict import Alarm
from lipamita.use_cases.records import RawCallback
from lipamita.use_cases.world import World


def authenticate_path(
    transaction_id: TransactionId, key: str, remote_address: str, world: World
) -> None:
    """Raises NotFoundError (unknown_path), after an alarm, for a key that is not this payment's."""
    if is_path_key(world.callback_secret, transaction_id, key):
        return
    forged = Alarm(kind="forged_callback", detail=f"wrong key, from {remote_address}")
    world.store.raise_alarm(forged, transaction_id=transaction_id, now_ms=world.clock())
    raise NotFoundError("unknown_path", "there is nothing at this address")


def record_callback(transaction_id: TransactionId, callback: RawCallback, world: World) -> None:
    """Store what came in on the secret path, and make its payment due, in one write."""
    world.store.record_callback(transaction_id, callback)
    world.log.callback_recorded(transaction_id, callback)


def callback_too_large(transaction_id: TransactionId, remote_address: str, world: World) -> None:
    """A body above the limit came in on a secret path: it is not kept, but somebody must look."""
    alarm = Alarm(kind="callback_too_large", detail=f"from {remote_address}")
    world.store.raise_alarm(alarm, transaction_id=transaction_id, now_ms=world.clock())
