"""The estate in memory: meters as registered, their accounts, sites, tenants and alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Meter
from lipamita.domain.meter_alert import Alert
from lipamita.domain.registration import Site
from lipamita.domain.report import BalanceReport
from lipamita.domain.tariff import Tariff
from lipamita.domain.tariff_terms import MAX_VERSIONS_WAITING, TariffTerms
from lipamita.domain.units import Millis

from tests.fakes.memory_looks import MemoryLooks
from tests.fakes.memory_people import MemoryPeople


@dataclass
class MemoryEstate(MemoryLooks, MemoryPeople):
    """Implements use_cases.estate_ports.EstateStore."""

    accounts: dict[str, list[MeterId]] = field(default_factory=dict)
    tariffs: dict[str, Tariff] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)

    def claim_account(self, account_key: str, meter_id: MeterId) -> MeterId:
        if not self.accounts.get(account_key):
            claimed = {account_key: [meter_id]}
            self._write(f"meter_accounts/{account_key}", lambda: self.accounts.update(claimed))
        standing = self.accounts[account_key]
        return meter_id if meter_id in standing else standing[0]

    def create_meter(self, meter: Meter) -> None:
        self._change(meter)

    def set_device(self, meter_id: MeterId, device_uid: Uid, *, since_ms: Millis) -> None:
        meter = self.meters[meter_id]
        status = replace(meter.status, boot_count=None)
        self._change(replace(meter, device_uid=device_uid, device_since_ms=since_ms, status=status))

    def set_owner(self, meter: Meter) -> None:
        self._change(
            replace(
                self.meters[meter.meter_id],
                owner_uid=meter.owner_uid,
                owner_since_ms=meter.owner_since_ms,
                owned_from=meter.owned_from,
            )
        )

    def set_place(self, meter: Meter) -> None:
        standing = self.meters[meter.meter_id]
        self._change(
            replace(
                standing,
                name=meter.name,
                tariff_id=meter.tariff_id,
                site=meter.site,
                site_id=meter.site_id,
            )
        )

    def retire(self, meter_id: MeterId, *, at_ms: Millis) -> None:
        if not self.meters[meter_id].is_retired:
            self._change(replace(self.meters[meter_id], retired_at_ms=at_ms))

    def read_site(self, site_id: str) -> Site | None:
        return self.sites.get(site_id)

    def put_site(self, site: Site) -> None:
        self._write(f"sites/{site.site_id}", lambda: self.sites.update({site.site_id: site}))

    def move_first_meter(
        self,
        meter_id: MeterId,
        *,
        old: Uid | None,
        new: Uid | None,
        next_of_old: MeterId | None = None,
    ) -> None:
        if old is not None and self.profiles.get(old, {}).get("meter_no") == meter_id:
            self.update_profile(old, {"meter_no": next_of_old})
        if new is not None and self.profiles.get(new, {}).get("meter_no") is None:
            self.update_profile(new, {"meter_no": meter_id})

    def raise_server_alert(self, meter_id: MeterId, alert: Alert) -> bool:
        if (meter_id, alert.alert_id) in self.alerts:
            return False
        self.put_alert(meter_id, alert)
        return True

    def clear_server_alert(self, meter_id: MeterId, alert_id: str, *, at_ms: Millis) -> None:
        standing = self.alerts.get((meter_id, alert_id))
        if standing is not None and standing.is_open:
            self.put_alert(meter_id, replace(standing, cleared_at_ms=at_ms))

    def create_tariff(self, terms: TariffTerms) -> bool:
        tariff = terms.tariff
        if tariff.tariff_id in self.tariffs:
            return False
        self._write("tariffs", lambda: self.tariffs.update({tariff.tariff_id: tariff}))
        return True

    def add_tariff_version(
        self, terms: TariffTerms, *, valid_from_ms: Millis, now_ms: Millis
    ) -> bool:
        standing = self.tariffs[terms.tariff.tariff_id]
        kept = [one for one in standing.later if one.valid_from_ms != valid_from_ms]
        later = (*kept, replace(terms.tariff, valid_from_ms=valid_from_ms))
        if sum(one.valid_from_ms > now_ms for one in later) > MAX_VERSIONS_WAITING:
            return False
        changed = {standing.tariff_id: replace(standing, later=later)}
        self._write("tariffs", lambda: self.tariffs.update(changed))
        return True

    def put_balance(self, seen: Meter, report: BalanceReport) -> bool:
        if self.meters[seen.meter_id] != seen:
            return False
        self._change(
            replace(
                seen,
                current_balance_wh=report.current_balance_wh,
                credited_total_wh=report.credited_total_wh,
                withdrawn_total_wh=report.withdrawn_total_wh,
                energy_consumed_total_wh=report.energy_consumed_total_wh,
                sequence=report.sequence,
                consumption_rate_w=report.consumption_rate_w,
            )
        )
        return True

    def put_status(self, meter_id: MeterId, status: Mapping[str, Any], *, now_ms: Millis) -> None:
        meter = self.meters[meter_id]
        told = replace(meter.status, **{**status, "last_seen_ms": now_ms})
        self._change(replace(meter, status=told))

    def meters_after(
        self, after: MeterId | None, *, limit: int
    ) -> Sequence[tuple[MeterId, Meter | None]]:
        keys = sorted(key for key in self.meters if after is None or key > after)
        return [(key, self.meters[key]) for key in keys[:limit]]

    def meters_silent_since(self, before_ms: Millis, *, limit: int) -> Sequence[Meter]:
        seen = [
            (meter.status.last_seen_ms, meter.meter_id)
            for meter in self.meters.values()
            if meter.status.last_seen_ms is not None and meter.status.last_seen_ms <= before_ms
        ]
        return [self.meters[meter_id] for _, meter_id in sorted(seen)[:limit]]

    def _change(self, meter: Meter) -> None:
        changed = {meter.meter_id: meter}
        self._write(f"meters/{meter.meter_id}", lambda: self.meters.update(changed))
