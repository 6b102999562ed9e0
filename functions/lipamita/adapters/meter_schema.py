"""Meters, tariffs, registers and recharges as stored. docs/data-model.md states every field."""

from __future__ import annotations

from dataclasses import replace

from lipamita.adapters.fields import Fields
from lipamita.domain.errors import ConfigurationError, UnreadableError
from lipamita.domain.ids import MeterId, TransactionId, Uid
from lipamita.domain.meter import Meter, MeterStatus
from lipamita.domain.monthly_charge import ChargeAccount
from lipamita.domain.recharge import Acknowledgement, MeterRegister, Recharge, SoldEntry
from lipamita.domain.tariff import Block, Levy, Tariff
from lipamita.domain.units import Cents, Millis, Wh
from lipamita.domain.withdrawal import Withdrawal
from lipamita.use_cases.records import PendingRecharge

Json = dict[str, object]


def meter_from_json(meter_id: MeterId, node: object) -> Meter:
    """``meters/{meter_id}``. Raises UnreadableError."""
    fields = Fields.of(f"meters/{meter_id}", node)
    owner, device = fields.optional_text("owner_uid"), fields.optional_text("device_uid")
    return Meter(
        meter_id=meter_id,
        name=fields.text("name"),
        kind=fields.text("kind"),
        tariff_id=fields.text("tariff_id"),
        owner_uid=None if owner is None else Uid(owner),
        device_uid=None if device is None else Uid(device),
        site=fields.optional_text("site"),
        status=_status(fields.child("status")),
        current_balance_wh=fields.optional_whole("current_balance"),
        consumption_rate_w=fields.optional_whole("consumption_rate"),
        energy_consumed_total_wh=fields.optional_whole("energy_consumed_total"),
        credited_total_wh=fields.optional_whole("credited_total"),
        withdrawn_total_wh=fields.optional_whole("withdrawn_total"),
        sequence=fields.optional_whole("sequence"),
        site_id=fields.optional_text("site_id"),
        owner_since_ms=fields.optional_millis("owner_since"),
        owned_from=fields.optional_text("owned_from"),
        device_since_ms=fields.optional_millis("device_since"),
        retired_at_ms=fields.optional_millis("retired_at"),
    )


def tariff_from_json(tariff_id: str, node: object) -> Tariff:
    """``tariffs/{tariff_id}``. Raises ConfigurationError for one that energy cannot be sold by."""
    try:
        fields = Fields.of(f"tariffs/{tariff_id}", node)
        later = [_tariff(tariff_id, version) for _, version in fields.children("versions")]
        return replace(_tariff(tariff_id, fields), later=tuple(later))
    except UnreadableError as error:
        raise ConfigurationError("invalid_tariff", error.message) from error


def _tariff(tariff_id: str, fields: Fields) -> Tariff:
    return Tariff(
        tariff_id=tariff_id,
        blocks=tuple(_block(row) for row in fields.rows("blocks")),
        levies=tuple(
            Levy(
                name=row.text("name"),
                percent=row.whole_or("percent", 0),
                cents_per_kwh=Cents(row.whole_or("cents_per_kwh", 0)),
            )
            for row in fields.rows("levies")
        ),
        vat_percent=fields.whole_or("vat_percent", 0),
        fixed_charge_cents_per_month=Cents(fields.whole_or("fixed_charge_cents_per_month", 0)),
        valid_from_ms=Millis(fields.whole_or("valid_from", 0)),
    )


def register_to_json(register: MeterRegister) -> Json:
    """``meter_registers/{meter_id}``."""
    charges = register.charges
    charged: Json = {
        "charge_month": charges.next_month,
        "charge_paid_cents": charges.paid_cents,
        "overpaid_charge_cents": charges.overpaid_cents,
    }
    return {
        **{name: value for name, value in charged.items() if value},
        "credited_total_wh": register.credited_total_wh,
        "withdrawn_total_wh": register.withdrawn_total_wh,
        "sequence": register.sequence,
        "remainder_cents": register.remainder_cents,
        "month": register.month,
        "month_wh": register.month_wh,
        "entries": {
            transaction_id: _entry_to_json(entry)
            for transaction_id, entry in register.entries.items()
        },
        "withdrawals": {
            key: _withdrawal_to_json(withdrawal) for key, withdrawal in register.withdrawals.items()
        },
    }


def register_from_json(meter_id: MeterId, node: object) -> MeterRegister | None:
    """The register, or None where nothing was ever sold. Raises UnreadableError."""
    if node is None:
        return None
    fields = Fields.of(f"meter_registers/{meter_id}", node)
    return MeterRegister(
        credited_total_wh=Wh(fields.whole("credited_total_wh")),
        withdrawn_total_wh=Wh(fields.whole("withdrawn_total_wh")),
        sequence=fields.whole("sequence"),
        remainder_cents=Cents(fields.whole("remainder_cents")),
        month=fields.text("month"),
        month_wh=Wh(fields.whole("month_wh")),
        charges=ChargeAccount(
            next_month=fields.optional_text("charge_month") or "",
            paid_cents=Cents(fields.whole_or("charge_paid_cents", 0)),
            overpaid_cents=Cents(fields.whole_or("overpaid_charge_cents", 0)),
        ),
        entries={
            TransactionId(key): _entry_from_json(entry) for key, entry in fields.children("entries")
        },
        withdrawals={
            key: _withdrawal_from_json(one) for key, one in fields.children("withdrawals")
        },
    )


def recharge_to_json(recharge: Recharge) -> Json:
    """``meters/{meter_id}/pending_recharge/{transaction_id}`` as the meter finds it."""
    return {
        "amount": recharge.amount_kes,
        "energy_wh": recharge.energy_wh,
        "sequence": recharge.sequence,
        "credited_total_wh": recharge.credited_total_wh,
        "mac": recharge.mac,
        "created_at": recharge.created_at_ms,
        "processed": False,
    }


def pending_from_json(path: str, node: object) -> PendingRecharge | None:
    """The queue entry with the meter's acknowledgement, if any. Raises UnreadableError."""
    if node is None:
        return None
    fields = Fields.of(path, node)
    if not fields.flag("processed"):
        return PendingRecharge(acknowledgement=None)
    return PendingRecharge(
        acknowledgement=Acknowledgement(
            processed_at_ms=Millis(fields.whole("processed_at")),
            balance_after_wh=fields.whole("balance_after"),
        )
    )


def registration_to_json(meter: Meter) -> Json:
    """The fields of ``meters/{meter_id}`` that staff set; a None is absent."""
    return {
        "name": meter.name,
        "kind": meter.kind,
        "tariff_id": meter.tariff_id,
        "owner_uid": meter.owner_uid,
        "owner_since": meter.owner_since_ms,
        "owned_from": meter.owned_from,
        "device_uid": meter.device_uid,
        "device_since": meter.device_since_ms,
        "site": meter.site,
        "site_id": meter.site_id,
        "retired_at": meter.retired_at_ms,
    }


def _status(fields: Fields) -> MeterStatus:
    return MeterStatus(
        online=fields.flag("online"),
        switch=fields.optional_text("switch"),
        supply=fields.optional_text("supply"),
        firmware=fields.optional_text("firmware"),
        rssi=fields.optional_whole("rssi"),
        last_seen_ms=fields.optional_millis("last_seen"),
        boot_count=fields.optional_whole("boot_count"),
        reason=fields.optional_text("reason"),
    )


def _block(fields: Fields) -> Block:
    up_to_wh = fields.optional_whole("up_to_wh")
    return Block(
        up_to_wh=None if up_to_wh is None else Wh(up_to_wh),
        price_cents_per_kwh=Cents(fields.whole("price_cents_per_kwh")),
    )


def _withdrawal_to_json(withdrawal: Withdrawal) -> Json:
    node: Json = {
        "energy_wh": withdrawal.energy_wh,
        "withdrawn_total_wh": withdrawal.withdrawn_total_wh,
        "started_at": withdrawal.started_at_ms,
    }
    if withdrawal.closed_at_ms is not None:
        node["closed_at"] = withdrawal.closed_at_ms
    return node


def _withdrawal_from_json(fields: Fields) -> Withdrawal:
    return Withdrawal(
        energy_wh=Wh(fields.whole("energy_wh")),
        withdrawn_total_wh=Wh(fields.whole("withdrawn_total_wh")),
        started_at_ms=Millis(fields.whole("started_at")),
        closed_at_ms=fields.optional_millis("closed_at"),
    )


def _entry_to_json(entry: SoldEntry) -> Json:
    node: Json = {
        "sequence": entry.sequence,
        "energy_wh": entry.energy_wh,
        "credited_total_wh": entry.credited_total_wh,
        "added_at": entry.added_at_ms,
    }
    if entry.closed_at_ms is not None:
        node["closed_at"] = entry.closed_at_ms
    if entry.overpaid_charge_cents:
        node["overpaid_charge_cents"] = entry.overpaid_charge_cents
    return node


def _entry_from_json(fields: Fields) -> SoldEntry:
    return SoldEntry(
        sequence=fields.whole("sequence"),
        energy_wh=Wh(fields.whole("energy_wh")),
        credited_total_wh=Wh(fields.whole("credited_total_wh")),
        added_at_ms=Millis(fields.whole("added_at")),
        closed_at_ms=fields.optional_millis("closed_at"),
        overpaid_charge_cents=Cents(fields.whole_or("overpaid_charge_cents", 0)),
    )
