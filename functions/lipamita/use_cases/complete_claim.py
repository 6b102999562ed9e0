"""A board says that it holds its key: the claim's secrets are forgotten."""

from __future__ import annotations

import hmac

from lipamita.domain.claim import completed, receipt_mac
from lipamita.domain.errors import BusyError
from lipamita.domain.ids import MeterId
from lipamita.domain.recharge import device_key
from lipamita.use_cases.claim_meter import limit_claims, refused
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.world import World


def complete_claim(
    meter_id: MeterId, nonce: str, mac: str, remote_address: str, world: World
) -> None:
    """Close the claim that this nonce took; once closed, repeating it changes nothing.

    Raises RateLimitedError, ForbiddenError claim_refused, BusyError.
    """
    limit_claims(meter_id, remote_address, world)
    key = device_key(world.device_master_secret, meter_id)
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = world.store.read_claim(meter_id)
        if old.value is None or old.value.nonce is None:
            raise refused()
        right_nonce = hmac.compare_digest(old.value.nonce, nonce)
        if not hmac.compare_digest(receipt_mac(key, meter_id, nonce), mac) or not right_nonce:
            raise refused()
        new = completed(old.value, now_ms=world.clock())
        if new == old.value:
            return
        if world.store.replace_claim(meter_id, old, new):
            world.log.claim_completed(meter_id, new)
            return
    raise BusyError("busy", "this meter is being claimed by others; try again")
