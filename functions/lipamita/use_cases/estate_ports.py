"""What the use cases need from the store to keep the estate: meters, sites, tenants, tariffs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from lipamita.domain.ids import MeterId, TransactionId, Uid
from lipamita.domain.meter import Meter
from lipamita.domain.meter_alert import Alert
from lipamita.domain.registration import Site
from lipamita.domain.units import Millis


class EstateStore(Protocol):
    """``meters`` as registered, ``meter_accounts``, ``sites``, and users' meters."""

    def claim_account(self, account_key: str, meter_id: MeterId) -> MeterId:
        """Create if absent by account_key; the meter whose account it is."""
        ...

    def create_meter(self, meter: Meter) -> None:
        """Write the registration; by meter_id, whose account was claimed before."""
        ...

    def set_device(self, meter_id: MeterId, device_uid: Uid, *, since_ms: Millis) -> None:
        """Bind the device and shut out the one before; by meter_id, the last word wins.

        What the former device said of its own starts is forgotten.
        """
        ...

    def set_owner(self, meter: Meter) -> None:
        """Whose meter it is, since when; by meter_id, the last word wins."""
        ...

    def set_place(self, meter: Meter) -> None:
        """Name, tariff and site of the meter; by meter_id, the last word wins."""
        ...

    def retire(self, meter_id: MeterId, *, at_ms: Millis) -> None:
        """Create if absent by meter_id: when selling to it ended."""
        ...

    def read_site(self, site_id: str) -> Site | None:
        """The site, or None."""
        ...

    def put_site(self, site: Site) -> None:
        """Write the site; by site_id, the last word wins."""
        ...

    def move_first_meter(
        self,
        meter_id: MeterId,
        *,
        old: Uid | None,
        new: Uid | None,
        next_of_old: MeterId | None = None,
    ) -> None:
        """``users/{uid}/meter_no``: the old owner's, if it was this meter, is now their next one
        or none; the new one's is this if they have none. By meter_id; a repeat changes no more.
        """
        ...

    def applied_recharges(self, meter_id: MeterId, *, limit: int) -> Sequence[TransactionId]:
        """Those among the oldest ``limit`` queue entries that the meter has acknowledged."""
        ...

    def raise_server_alert(self, meter_id: MeterId, alert: Alert) -> bool:
        """Create if absent by alert_id, which begins with srv-; False if it was there."""
        ...

    def clear_server_alert(self, meter_id: MeterId, alert_id: str, *, at_ms: Millis) -> None:
        """Say when it ended; by alert_id, the first word stays. Nothing happens without one."""
        ...
