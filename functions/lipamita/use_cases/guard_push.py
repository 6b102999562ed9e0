"""Make sure that a push may be sent: nobody asks too often, and no other prompt is open."""

from __future__ import annotations

from lipamita.domain.errors import BusyError, ConflictError
from lipamita.domain.guard import PhonePrompt, RateKind, clear_phone
from lipamita.domain.ids import TransactionId, path_key
from lipamita.domain.msisdn import Msisdn
from lipamita.use_cases.limit_rate import limit_rate
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.world import World


def guard_push(wanted: PhonePrompt, msisdn: Msisdn, world: World) -> TransactionId:
    """The transaction to go on with: the wanted one, or the one that a second tap repeats.

    Raises RateLimitedError and, while another prompt is open on the phone, ConflictError
    (prompt_open); both say how long to wait. Nothing but the guards' own nodes is written.
    """
    phone_key = path_key(world.callback_secret, f"phone|{msisdn}")
    for kind, key in (
        (RateKind.USER, wanted.user_id),
        (RateKind.PHONE, phone_key),
        (RateKind.METER, wanted.account),
    ):
        limit_rate(kind, key, world)
    return _clear_phone(wanted, phone_key, world)


def _clear_phone(wanted: PhonePrompt, phone_key: str, world: World) -> TransactionId:
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = world.store.read_phone_prompt(phone_key)
        read = None if old.value is None else world.store.read_payment(old.value.transaction_id)
        clearance = clear_phone(old.value, None if read is None else read.value.status, wanted)
        if clearance.same_as is not None:
            return clearance.same_as
        if clearance.wait_ms:
            raise ConflictError(
                "prompt_open",
                "another M-PESA request is open on that phone; wait until it has ended",
                field="phone_number",
                retry_after_ms=clearance.wait_ms,
            )
        if world.store.replace_phone_prompt(phone_key, old, wanted):
            return wanted.transaction_id
    raise BusyError("busy", "that phone is being asked by others; try again")
