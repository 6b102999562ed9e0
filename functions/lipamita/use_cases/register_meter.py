"""Register a meter: its account number first, so that no two can be mistaken for each other."""

from __future__ import annotations

from dataclasses import dataclass

from lipamita.domain.account import account_key
from lipamita.domain.errors import ConfigurationError, ConflictError, NotFoundError
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Caller, Meter, MeterStatus
from lipamita.domain.registration import Registration, Site, check_staff
from lipamita.use_cases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A meter before and after somebody changed it; ``before`` is None for a new one."""

    before: Meter | None
    after: Meter


def register_meter(registration: Registration, caller: Caller, world: World) -> Change:
    """The meter as it stands; registering it again with the same words changes nothing.

    Raises ForbiddenError, NotFoundError (unknown_tariff, unknown_site, unknown_user), and
    ConflictError: meter_exists with other words, account_taken by a number that looks like it,
    tariff_not_sellable.
    """
    check_staff(caller)
    site = check_registration(registration, world)
    store, meter_id = world.store, registration.meter_id
    standing = store.read_meter(meter_id)
    meter = _meter(registration, site)
    if standing is not None:
        if registration_of(standing) != registration:
            raise ConflictError(
                "meter_exists", f"meter {meter_id} is registered otherwise", field="meter_id"
            )
        return Change(before=standing, after=standing)
    claim_account(meter_id, world)
    store.create_meter(meter)  # by meter_id; a repeat writes the same
    store.move_first_meter(meter_id, old=None, new=registration.owner_uid)
    return Change(before=None, after=meter)


def check_registration(registration: Registration, world: World) -> Site | None:
    """The site it names, once everything that it names exists. Raises as register_meter does."""
    check_tariff(registration.tariff_id, world)
    if registration.owner_uid is not None:
        check_user(registration.owner_uid, world)
    return None if registration.site_id is None else find_site(registration.site_id, world)


def check_tariff(tariff_id: str, world: World) -> None:
    """Raises NotFoundError (unknown_tariff) and ConflictError (tariff_not_sellable)."""
    try:
        if world.store.read_tariff(tariff_id) is None:
            raise NotFoundError("unknown_tariff", f"no tariff {tariff_id}", field="tariff_id")
    except ConfigurationError as error:
        raise ConflictError("tariff_not_sellable", error.message, field="tariff_id") from error


def check_user(uid: Uid, world: World) -> None:
    """Raises NotFoundError (unknown_user)."""
    if world.store.read_profile(uid) is None:
        raise NotFoundError("unknown_user", f"nobody has the id {uid}", field="owner_uid")


def find_site(site_id: str, world: World) -> Site:
    """Raises NotFoundError (unknown_site)."""
    site = world.store.read_site(site_id)
    if site is None:
        raise NotFoundError("unknown_site", f"no site {site_id}", field="site_id")
    return site


def find_meter(meter_id: MeterId, world: World) -> Meter:
    """Raises NotFoundError (unknown_meter)."""
    meter = world.store.read_meter(meter_id)
    if meter is None:
        raise NotFoundError("unknown_meter", f"no meter {meter_id}", field="meter_id")
    return meter


def claim_account(meter_id: MeterId, world: World) -> None:
    """Raises ConflictError (account_taken) if payers could mean another meter by the number."""
    owner = world.store.claim_account(account_key(meter_id), meter_id)
    if owner != meter_id:
        raise ConflictError(
            "account_taken", f"payers could take {meter_id} for meter {owner}", field="meter_id"
        )


def registration_of(meter: Meter) -> Registration:
    """What would have to be registered to get this meter."""
    return Registration(
        meter_id=meter.meter_id,
        name=meter.name,
        kind=meter.kind,
        tariff_id=meter.tariff_id,
        site_id=meter.site_id,
        owner_uid=meter.owner_uid,
    )


def _meter(registration: Registration, site: Site | None) -> Meter:
    return Meter(
        meter_id=registration.meter_id,
        name=registration.name,
        kind=registration.kind,
        tariff_id=registration.tariff_id,
        owner_uid=registration.owner_uid,
        device_uid=None,
        site=None if site is None else site.name,
        site_id=registration.site_id,
        status=MeterStatus(),
    )
