"""Give a meter to somebody else, to another site or tariff, or another name.

Its energy stays with the meter, and so do payments under way: they were made for this meter. The
new owner sees what is paid and used from now on and owes no fixed charge of the time before; the
old one keeps seeing what they paid themselves. To give the old owner money back, refund before
moving.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lipamita.domain.errors import BusyError, ConflictError, InvalidInputError
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Caller, Meter, first_whole_day
from lipamita.domain.monthly_charge import start_afresh
from lipamita.domain.registration import check_staff
from lipamita.domain.schedule import DONE_WITH
from lipamita.domain.units import month_eat
from lipamita.use_cases.close_recharge import forget_recharge
from lipamita.use_cases.own_consumption import MAX_METERS
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.register_meter import (
    Change,
    check_tariff,
    check_user,
    find_meter,
    find_site,
)
from lipamita.use_cases.world import World

MAX_QUEUE = 500  # recharges of one meter: those under way, and those of its last day


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What changes; None leaves it. ``changes_owner`` with no ``owner_uid``: nobody's."""

    meter_id: MeterId
    why: str
    caller: Caller
    changes_owner: bool = False
    owner_uid: Uid | None = None
    site_id: str | None = None
    tariff_id: str | None = None
    name: str | None = None


def move_meter(move: Move, world: World) -> Change:
    """The meter before and after; repeating it changes nothing more.

    Raises ForbiddenError, InvalidInputError (nothing_to_change), NotFoundError (unknown_meter,
    unknown_user, unknown_site, unknown_tariff), ConflictError (meter_retired, tariff_not_sellable).
    """
    check_staff(move.caller)
    if not move.changes_owner and (move.site_id, move.tariff_id, move.name) == (None, None, None):
        raise InvalidInputError(
            "nothing_to_change", "name one of owner_uid, site_id, tariff_id and name"
        )
    before = find_meter(move.meter_id, world)
    if before.is_retired:
        raise ConflictError("meter_retired", f"meter {move.meter_id} is retired", field="meter_id")
    after = _placed(before, move, world)
    if move.changes_owner and move.owner_uid is not None:
        check_user(move.owner_uid, world)
    if after != before:
        world.store.set_place(after)  # by meter_id; a repeat writes the same
    if move.changes_owner and move.owner_uid != before.owner_uid:
        after = _owned(after, move.owner_uid, world)
    return Change(before=before, after=after)


def _placed(meter: Meter, move: Move, world: World) -> Meter:
    placed = meter if move.name is None else replace(meter, name=move.name)
    if move.site_id is not None:
        site = find_site(move.site_id, world)
        placed = replace(placed, site_id=site.site_id, site=site.name)
    if move.tariff_id is not None:
        check_tariff(move.tariff_id, world)
        placed = replace(placed, tariff_id=move.tariff_id)
    return placed


def _owned(meter: Meter, owner_uid: Uid | None, world: World) -> Meter:
    """Charges first and the owner last, so that a process that dies in between is repeated.

    Alerts that ended and recharges that were closed tell how the former owner lived, and go; what
    still stands is the meter's.
    """
    _forgive_charges(meter.meter_id, world)
    ended = [one.alert_id for one in world.store.read_alerts(meter.meter_id) if not one.is_open]
    world.store.forget_alerts(meter.meter_id, ended)  # by their ids; a repeat finds none
    _forget_closed_recharges(meter.meter_id, world)
    since_ms = world.clock()
    world.store.move_first_meter(
        meter.meter_id, old=meter.owner_uid, new=owner_uid, next_of_old=_next_of_owner(meter, world)
    )
    owned = replace(
        meter, owner_uid=owner_uid, owner_since_ms=since_ms, owned_from=first_whole_day(since_ms)
    )
    world.store.set_owner(owned)
    return owned


def _forget_closed_recharges(meter_id: MeterId, world: World) -> None:
    """A closed delivery is in its payment, so nothing but a screen reads its queue entry again.

    One that is applied and not closed stays: its entry is what closes it.
    """
    for transaction_id in world.store.applied_recharges(meter_id, limit=MAX_QUEUE):
        read = world.store.read_payment(transaction_id)
        if read is not None and read.value.delivery.status in DONE_WITH:
            forget_recharge(meter_id, transaction_id, world)


def _next_of_owner(meter: Meter, world: World) -> MeterId | None:
    """The first of the owner's other meters, one in service before a retired one."""
    if meter.owner_uid is None:
        return None
    theirs = world.store.meters_of(meter.owner_uid, limit=MAX_METERS)
    others = [(one.is_retired, one.meter_id) for one in theirs if one.meter_id != meter.meter_id]
    return min(others)[1] if others else None


def _forgive_charges(meter_id: MeterId, world: World) -> None:
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = world.store.read_register(meter_id)
        if old.value is None:
            return
        charges = start_afresh(old.value.charges, month=month_eat(world.clock()))
        new = replace(old.value, charges=charges)
        if new == old.value or world.store.replace_register(meter_id, old, new):
            return
    raise BusyError("busy", f"the register of meter {meter_id} is being changed")
