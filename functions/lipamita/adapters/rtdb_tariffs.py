"""``tariffs`` in the database: what an admin publishes. docs/data-model.md states every field."""

from __future__ import annotations

from lipamita.adapters.fields import Fields
from lipamita.adapters.rtdb_nodes import RtdbNodes
from lipamita.domain.errors import BusyError
from lipamita.domain.tariff_terms import MAX_VERSIONS_WAITING, TariffTerms
from lipamita.domain.units import Millis
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES

Json = dict[str, object]


class RtdbTariffs(RtdbNodes):
    """Implements use_cases.tariff_ports.TariffStore."""

    def create_tariff(self, terms: TariffTerms) -> bool:
        path = f"tariffs/{terms.tariff.tariff_id}"
        if self.at(path).get(shallow=True) is not None:
            return False
        return self.create_if_absent(path, terms_to_json(terms)) == terms_to_json(terms)

    def add_tariff_version(
        self, terms: TariffTerms, *, valid_from_ms: Millis, now_ms: Millis
    ) -> bool:
        path = f"tariffs/{terms.tariff.tariff_id}"
        reference = self.at(path)
        node, tag = reference.get(etag=True)
        for _ in range(MAX_COMPARE_AND_SET_TRIES):
            versions: Json = dict(Fields.of(path, node).child("versions").node)
            versions[_key(valid_from_ms)] = {**terms_to_json(terms), "valid_from": valid_from_ms}
            waiting = {key: one for key, one in versions.items() if key > _key(now_ms)}
            if len(waiting) > MAX_VERSIONS_WAITING:
                return False
            passed = [versions[key] for key in sorted(versions) if key <= _key(now_ms)]
            begun = Fields.of(path, passed[-1] if passed else node).node
            current = {key: value for key, value in begun.items() if key != "versions"}
            written, node, tag = reference.set_if_unchanged(tag, {**current, "versions": waiting})
            if written:
                return True
        raise BusyError("busy", "this tariff is being changed; try again")


def terms_to_json(terms: TariffTerms) -> Json:
    """One version of ``tariffs/{tariff_id}``."""
    tariff, hours = terms.tariff, terms.friendly_hours
    node: Json = {
        "name": terms.name,
        "currency": "KES",
        "blocks": [
            {"price_cents_per_kwh": block.price_cents_per_kwh}
            | ({} if block.up_to_wh is None else {"up_to_wh": block.up_to_wh})
            for block in tariff.blocks
        ],
        "fixed_charge_cents_per_month": tariff.fixed_charge_cents_per_month,
        "vat_percent": tariff.vat_percent,
        "emergency_credit_wh": terms.emergency_credit_wh,
        "low_credit_wh": terms.low_credit_wh,
        "power_limit_w": terms.power_limit_w,
    }
    if tariff.levies:
        node["levies"] = [
            {"name": levy.name, "percent": levy.percent, "cents_per_kwh": levy.cents_per_kwh}
            for levy in tariff.levies
        ]
    if hours is not None:
        node["friendly_hours"] = {
            "from_hour": hours.from_hour,
            "to_hour": hours.to_hour,
            "weekends": hours.weekends,
        }
    return node


def _key(at_ms: Millis) -> str:
    """Keys sort as the times do, and are no plain numbers, which would read back as a list."""
    return f"v{at_ms:016d}"
