"""A board takes a meter's number: account, key and totals, given to one board once."""

from __future__ import annotations

from dataclasses import dataclass

from lipamita.domain.claim import (
    Claim,
    ClaimRequest,
    Totals,
    Verdict,
    device_password,
    judge,
    missed,
    taken,
    totals_mac,
    was_ended,
)
from lipamita.domain.errors import BusyError, ConflictError, ForbiddenError, NotFoundError
from lipamita.domain.guard import RateKind
from lipamita.domain.ids import MeterId, path_key
from lipamita.domain.recharge import device_key
from lipamita.domain.units import Wh
from lipamita.domain.verdict import Alarm
from lipamita.use_cases.claim_ports import DeviceAccount, DeviceNetwork
from lipamita.use_cases.limit_rate import limit_rate
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.world import World

ACCOUNT_DOMAIN = "meters.invalid"  # RFC 2606: no mail ever reaches it


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimAnswer:
    """What the board stores. Key and password are in no log and on no page."""

    account: DeviceAccount
    device_key: bytes
    network: DeviceNetwork
    totals: Totals
    totals_mac: str


def claim_meter(request: ClaimRequest, remote_address: str, world: World) -> ClaimAnswer:
    """The answer for that board; the same again for the same nonce until it is complete.

    The former board is shut out: first by the rules, which know one account for each meter, then
    by its account. A process that dies anywhere is finished by the repeated request.

    Raises RateLimitedError, ForbiddenError claim_refused (whatever was wrong, so that nobody
    learns which meters wait for a board), ConflictError claim_used, BusyError.
    """
    limit_claims(request.meter_id, remote_address, world)
    claim = _take(request, remote_address, world)
    if claim.device_uid is None:
        raise BusyError("busy", "the claim is being changed; try again")
    account = DeviceAccount(
        uid=claim.device_uid,
        email=f"{claim.device_uid}@{ACCOUNT_DOMAIN}",
        password=device_password(world.device_master_secret, claim),
        meter_id=request.meter_id,
    )
    world.devices.put_account(account)
    if not world.store.put_device(
        request.meter_id,
        claim.former_device_uid,
        account.uid,
        since_ms=claim.taken_at_ms or world.clock(),
    ):
        raise refused()  # a newer claim, or an operator, named another board meanwhile
    standing = world.store.read_claim(request.meter_id).value
    if standing is None or was_ended(standing):  # the board was shut out while this was under way
        world.store.unbind_device(request.meter_id, account.uid)
        raise refused()
    if claim.former_device_uid not in (None, account.uid):
        world.devices.shut_out(claim.former_device_uid)
    key = device_key(world.device_master_secret, request.meter_id)
    totals = _totals(request.meter_id, world)
    return ClaimAnswer(
        account=account,
        device_key=key,
        network=world.devices.network(),
        totals=totals,
        totals_mac=totals_mac(key, request.meter_id, request.nonce, totals),
    )


def limit_claims(meter_id: MeterId, remote_address: str, world: World) -> None:
    """Count a request about a claim. Raises RateLimitedError."""
    address_key = path_key(world.callback_secret, f"address|{remote_address}")
    limit_rate(RateKind.ADDRESS, address_key, world)
    limit_rate(RateKind.CLAIM, meter_id, world)


def refused() -> ForbiddenError:
    """The one answer to a claim that cannot be granted."""
    return ForbiddenError(
        "claim_refused",
        "this code does not open that meter for this board; ask the operator for a new one",
    )


def _take(request: ClaimRequest, remote_address: str, world: World) -> Claim:
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = world.store.read_claim(request.meter_id)
        if old.value is None:
            world.log.claim_refused(request.meter_id, "none", remote_address)
            raise refused()
        verdict = judge(old.value, request, now_ms=world.clock())
        if verdict is Verdict.TAKEN:
            meter = world.store.read_meter(request.meter_id)
            if meter is None or meter.is_retired:
                raise refused()
            new = taken(
                old.value,
                request,
                former_device_uid=meter.device_uid,
                now_ms=world.clock(),
            )
            if new == old.value or world.store.replace_claim(request.meter_id, old, new):
                world.log.claim_taken(request.meter_id, new)
                return new
            continue
        if verdict is Verdict.WRONG and not world.store.replace_claim(
            request.meter_id, old, missed(old.value)
        ):
            continue
        _refuse(verdict, request, remote_address, world)
    raise BusyError("busy", "this meter is being claimed by others; try again")


def _refuse(verdict: Verdict, request: ClaimRequest, remote_address: str, world: World) -> None:
    world.log.claim_refused(request.meter_id, verdict.value, remote_address)
    if verdict is Verdict.USED:
        raise ConflictError("claim_used", "another board was given this code's answer")
    alarm = Alarm(kind="claim_refused", detail=f"{request.meter_id}: {verdict.value}")
    world.store.raise_alarm(alarm, transaction_id=None, now_ms=world.clock())
    raise refused()


def _totals(meter_id: MeterId, world: World) -> Totals:
    meter = world.store.read_meter(meter_id)
    if meter is None:
        raise NotFoundError("unknown_meter", f"no meter {meter_id}", field="meter_id")
    register = world.store.read_register(meter_id).value
    return Totals(
        credited_total_wh=Wh(register.credited_total_wh if register else 0),
        withdrawn_total_wh=Wh(register.withdrawn_total_wh if register else 0),
        consumed_total_wh=Wh(meter.energy_consumed_total_wh or 0),
        sequence=register.sequence if register else 0,
    )
