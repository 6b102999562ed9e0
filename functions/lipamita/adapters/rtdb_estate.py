"""Meters as registered, their accounts, sites and tenants in the database."""

from __future__ import annotations

from collections.abc import Sequence

from lipamita.adapters.alert_schema import alert_to_json
from lipamita.adapters.fields import Fields
from lipamita.adapters.meter_schema import registration_to_json
from lipamita.adapters.rtdb_nodes import RtdbNodes
from lipamita.domain.ids import MeterId, TransactionId, Uid
from lipamita.domain.meter import Meter
from lipamita.domain.meter_alert import Alert
from lipamita.domain.registration import Site
from lipamita.domain.units import Millis


class RtdbEstate(RtdbNodes):
    """Implements use_cases.estate_ports.EstateStore."""

    def claim_account(self, account_key: str, meter_id: MeterId) -> MeterId:
        path = f"meter_accounts/{account_key}"
        standing = Fields.of(path, self.create_if_absent(path, {meter_id: True})).node
        return meter_id if meter_id in standing else MeterId(min(standing))

    def create_meter(self, meter: Meter) -> None:
        self.at(f"meters/{meter.meter_id}").update(registration_to_json(meter))

    def set_device(self, meter_id: MeterId, device_uid: Uid, *, since_ms: Millis) -> None:
        self.at(f"meters/{meter_id}").update(
            {
                "device_uid": device_uid,
                "device_since": since_ms,
                "status/boot_count": None,
                "boots_seen": None,
            }
        )

    def set_owner(self, meter: Meter) -> None:
        node = registration_to_json(meter)
        names = ("owner_uid", "owner_since", "owned_from")
        self.at(f"meters/{meter.meter_id}").update({name: node[name] for name in names})

    def set_place(self, meter: Meter) -> None:
        node = registration_to_json(meter)
        names = ("name", "tariff_id", "site", "site_id")
        self.at(f"meters/{meter.meter_id}").update({name: node[name] for name in names})

    def retire(self, meter_id: MeterId, *, at_ms: Millis) -> None:
        self.create_if_absent(f"meters/{meter_id}/retired_at", at_ms)

    def read_site(self, site_id: str) -> Site | None:
        path = f"sites/{site_id}"
        node = self.at(path).get()
        return (
            None if node is None else Site(site_id=site_id, name=Fields.of(path, node).text("name"))
        )

    def put_site(self, site: Site) -> None:
        self.at(f"sites/{site.site_id}").update({"name": site.name})

    def move_first_meter(
        self,
        meter_id: MeterId,
        *,
        old: Uid | None,
        new: Uid | None,
        next_of_old: MeterId | None = None,
    ) -> None:
        if old is not None and self.at(f"users/{old}/meter_no").get() == meter_id:
            self.at(f"users/{old}").update({"meter_no": next_of_old})
        if new is not None:
            self.create_if_absent(f"users/{new}/meter_no", meter_id)

    def applied_recharges(self, meter_id: MeterId, *, limit: int) -> Sequence[TransactionId]:
        path = f"meters/{meter_id}/pending_recharge"
        node = self.at(path).order_by_key().limit_to_first(limit).get() or {}
        return [
            TransactionId(key)
            for key, entry in node.items()
            if Fields.of(f"{path}/{key}", entry).flag("processed")
        ]

    def raise_server_alert(self, meter_id: MeterId, alert: Alert) -> bool:
        path = f"meters/{meter_id}/alerts/{alert.alert_id}"
        if self.at(path).get() is not None:
            return False
        self.create_if_absent(path, alert_to_json(alert))
        return True

    def clear_server_alert(self, meter_id: MeterId, alert_id: str, *, at_ms: Millis) -> None:
        path = f"meters/{meter_id}/alerts/{alert_id}"
        if self.at(path).get() is not None:
            self.create_if_absent(f"{path}/cleared_at", at_ms)
