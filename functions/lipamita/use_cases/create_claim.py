"""Let one board, known by its label, take a registered meter's number."""

from __future__ import annotations

from dataclasses import dataclass

from lipamita.domain.claim import (
    CLAIM_LIFE_MS,
    CODE_CHARACTERS,
    MAX_TRIES,
    Claim,
    code_hash,
    proof_key,
)
from lipamita.domain.crockford import draw
from lipamita.domain.errors import BusyError, ConflictError, ForbiddenError, NotFoundError
from lipamita.domain.ids import MeterId
from lipamita.domain.meter import Caller
from lipamita.domain.units import Millis
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.world import World

CLAIMABLE_KIND = "esp32"
_CLAIM_ID_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimOrder:
    """An operator's wish: this board for this meter."""

    meter_id: MeterId
    hardware_id: str
    label_secret: str
    caller: Caller


def create_claim(order: ClaimOrder, world: World) -> tuple[str, Claim]:
    """The code to type, told only here, and the claim; a former claim of that meter ends.

    Asking again after a lost answer makes another code. The meter's present board goes on
    until the new one has claimed. Raises ForbiddenError, NotFoundError, ConflictError,
    ConfigurationError.
    """
    if not order.caller.is_staff:
        raise ForbiddenError("staff_only", "only an operator may let a board claim a meter")
    meter = world.store.read_meter(order.meter_id)
    if meter is None:
        raise NotFoundError("unknown_meter", f"no meter {order.meter_id}", field="meter_id")
    if meter.is_retired:
        raise ConflictError("meter_retired", f"meter {order.meter_id} is retired", field="meter_id")
    if meter.kind != CLAIMABLE_KIND:
        raise ConflictError(
            "not_claimable",
            f"meter {order.meter_id} is of kind {meter.kind}; a board takes only {CLAIMABLE_KIND}",
            field="meter_id",
        )
    world.devices.network()  # a code that no board could use is not given out
    code = draw(CODE_CHARACTERS, world.random_bytes)
    claim = _new_claim(order, code, world)
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = world.store.read_claim(order.meter_id)
        if world.store.replace_claim(order.meter_id, old, claim):
            world.log.claim_created(order.meter_id, claim)
            return code, claim
    raise BusyError("busy", "this meter is being claimed by others; try again")


def _new_claim(order: ClaimOrder, code: str, world: World) -> Claim:
    now_ms = world.clock()
    return Claim(
        claim_id=world.random_bytes(_CLAIM_ID_BYTES).hex(),
        hardware_id=order.hardware_id,
        code_hash=code_hash(order.meter_id, code),
        proof_key=proof_key(order.label_secret),
        created_by=order.caller.uid,
        created_at_ms=now_ms,
        expires_at_ms=Millis(now_ms + CLAIM_LIFE_MS),
        tries_left=MAX_TRIES,
    )
