"""Take a callback in: check its secret path, store it raw, and say thank you.

Nothing is decided here, because Safaricom waits for the answer and does not send twice.
"""

from __future__ import annotations

from lipamita.domain.errors import NotFoundError
from lipamita.domain.ids import TransactionId, is_callback_key
from lipamita.domain.settlement import Alarm
from lipamita.use_cases.ports import RawCallback
from lipamita.use_cases.world import World


def record_callback(
    transaction_id: TransactionId,
    key: str,
    callback: RawCallback,
    world: World,
) -> None:
    """Store the evidence and make its payment due.

    Raises NotFoundError (unknown_path) for a key that is not this payment's, after an alarm.
    """
    if not is_callback_key(world.callback_secret, transaction_id, key):
        world.store.raise_alarm(
            Alarm(kind="forged_callback", detail=f"wrong key, from {callback.remote_address}"),
            transaction_id=transaction_id,
            now_ms=callback.received_at_ms,
        )
        raise NotFoundError("unknown_path", "there is nothing at this address")
    world.store.record_callback(transaction_id, callback)
    world.log.callback_recorded(transaction_id, callback)
