"""A meter as the server knows it, and who may see or pay for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.units import DAY_MS, Millis, day_eat


class Role(StrEnum):
    """The ``role`` custom claim. A tenant has none."""

    ADMIN = "admin"
    OPERATOR = "operator"
    METER = "meter"
    TENANT = "tenant"


STAFF = frozenset({Role.ADMIN, Role.OPERATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who is asking, from a verified ID token. ``meter_id`` is set for a device only."""

    uid: Uid
    role: Role
    meter_id: MeterId | None = None

    @property
    def is_staff(self) -> bool:
        """An operator or an admin."""
        return self.role in STAFF

    @property
    def is_admin(self) -> bool:
        """An admin: may give roles, and read the audit."""
        return self.role is Role.ADMIN


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterStatus:
    """What the meter last said of itself; None where it never said."""

    online: bool | None = None
    switch: str | None = None
    supply: str | None = None
    firmware: str | None = None
    rssi: int | None = None
    last_seen_ms: Millis | None = None
    boot_count: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """Registration and last report. Energy in Wh, power in W; None where never reported.

    ``owner_since_ms`` is set once the meter has gone from one owner to another; ``owned_from`` is
    then the first whole day (yyyy-mm-dd, EAT) of its owner.
    """

    meter_id: MeterId
    name: str
    kind: str
    tariff_id: str
    owner_uid: Uid | None
    device_uid: Uid | None
    site: str | None
    status: MeterStatus
    current_balance_wh: int | None = None
    consumption_rate_w: int | None = None
    energy_consumed_total_wh: int | None = None
    credited_total_wh: int | None = None
    withdrawn_total_wh: int | None = None
    sequence: int | None = None
    site_id: str | None = None
    owner_since_ms: Millis | None = None
    owned_from: str | None = None
    device_since_ms: Millis | None = None
    retired_at_ms: Millis | None = None

    @property
    def is_retired(self) -> bool:
        """Nothing more is sold to it."""
        return self.retired_at_ms is not None


def may_pay(caller: Caller, meter: Meter) -> bool:
    """The meter's owner and staff may open a payment for it; a device may not."""
    return caller.is_staff or (caller.role is Role.TENANT and caller.uid == meter.owner_uid)


def may_read_meter(caller: Caller, meter: Meter) -> bool:
    """The owner, its own device, and staff."""
    if caller.role is Role.METER:
        return caller.meter_id == meter.meter_id and caller.uid == meter.device_uid
    return caller.is_staff or caller.uid == meter.owner_uid


def first_whole_day(since_ms: Millis) -> str:
    """The day after, in East Africa: on the day itself somebody else used energy, too."""
    return day_eat(Millis(since_ms + DAY_MS))


def may_read_payment(
    caller: Caller, *, payer: Uid, meter: Meter | None, requested_at_ms: Millis
) -> bool:
    """The payer, the meter's owner at that time, and staff; never a device.

    Who owns the meter now does not see what was paid for it before they did.
    """
    if caller.role is Role.METER:
        return False
    if caller.is_staff or caller.uid == payer:
        return True
    if meter is None or caller.uid != meter.owner_uid:
        return False
    return meter.owner_since_ms is None or requested_at_ms >= meter.owner_since_ms
