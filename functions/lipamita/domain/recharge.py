"""A meter's sold totals, and the recharge that carries one sale to the meter.

The server's register only grows: each sale takes the next sequence number and raises the total
ever credited. The meter applies ``credited = max(credited, credited_total_wh)``, so a recharge
that arrives twice, late or out of order changes nothing it should not.

An entry stays in the register until it is closed and old, so that a repeated sale of the same
transaction always finds itself.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lipamita.domain.errors import ConflictError
from lipamita.domain.ids import MeterId, TransactionId
from lipamita.domain.monthly_charge import NO_CENTS, NO_CHARGES, ChargeAccount, pay_charge
from lipamita.domain.tariff import Quote
from lipamita.domain.units import HOUR_MS, Cents, Kes, Millis, Wh
from lipamita.domain.withdrawal import (
    Withdrawal,
    Withdrawals,
    open_withdrawal,
    still_needed,
)

# A closed entry outlives every process that may still be working on its payment: the longest
# function timeout is 9 minutes.
KEEP_CLOSED_ENTRY_MS = 24 * HOUR_MS
_DEVICE_KEY_LABEL = "device-key|"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldEntry:
    """One sale in the register: what it added and the totals it led to.

    ``overpaid_charge_cents`` of its money were meant for a monthly charge that was paid by then.
    """

    sequence: int
    energy_wh: Wh
    credited_total_wh: Wh
    added_at_ms: Millis
    closed_at_ms: Millis | None = None
    overpaid_charge_cents: Cents = NO_CENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterRegister:
    """Everything ever sold to one meter. ``month_wh`` counts the sales of ``month`` (EAT)."""

    credited_total_wh: Wh
    withdrawn_total_wh: Wh
    sequence: int
    remainder_cents: Cents
    month: str
    month_wh: Wh
    charges: ChargeAccount = NO_CHARGES
    entries: Mapping[TransactionId, SoldEntry] = field(default_factory=dict)
    withdrawals: Withdrawals = field(default_factory=dict)

    def month_wh_in(self, month: str) -> Wh:
        """Energy sold in that month: 0 once a new month has begun."""
        return self.month_wh if self.month == month else Wh(0)


def empty_register(month: str) -> MeterRegister:
    """The register of a meter that was never sold anything."""
    return MeterRegister(
        credited_total_wh=Wh(0),
        withdrawn_total_wh=Wh(0),
        sequence=0,
        remainder_cents=Cents(0),
        month=month,
        month_wh=Wh(0),
    )


def sell(
    register: MeterRegister,
    transaction_id: TransactionId,
    quote: Quote,
    *,
    now_ms: Millis,
    month: str,
) -> MeterRegister:
    """The register after this sale; the same register if the sale is already in it.

    ``month`` is the calendar month (EAT) of ``now_ms``.
    """
    if transaction_id in register.entries:
        return register
    bought = quote.lines != ()  # energy that staff give climbs no blocks and pays no charges
    charges = (
        register.charges
        if not bought
        else pay_charge(
            register.charges,
            month=quote.month,
            monthly_cents=quote.monthly_charge_cents,
            paid_cents=quote.charge_cents,
        )
    )
    more_overpaid = charges.overpaid_cents - register.charges.overpaid_cents
    entry = SoldEntry(
        sequence=register.sequence + 1,
        energy_wh=quote.energy_wh,
        credited_total_wh=Wh(register.credited_total_wh + quote.energy_wh),
        added_at_ms=now_ms,
        overpaid_charge_cents=Cents(min(max(0, more_overpaid), quote.charge_cents)),
    )
    return replace(
        register,
        charges=charges,
        credited_total_wh=entry.credited_total_wh,
        sequence=entry.sequence,
        remainder_cents=Cents(register.remainder_cents + quote.remainder_cents),
        month=month,
        month_wh=Wh(register.month_wh_in(month) + (quote.energy_wh if bought else 0)),
        entries={**_still_needed(register.entries, now_ms), transaction_id: entry},
    )


def close(
    register: MeterRegister, transaction_id: TransactionId, *, now_ms: Millis
) -> MeterRegister:
    """The register with that sale marked as applied by the meter; unchanged if it was before."""
    entry = register.entries.get(transaction_id)
    if entry is None or entry.closed_at_ms is not None:
        return register
    closed = replace(entry, closed_at_ms=now_ms)
    return replace(register, entries={**register.entries, transaction_id: closed})


def withdraw(register: MeterRegister, key: str, energy_wh: Wh, *, now_ms: Millis) -> MeterRegister:
    """The register with that energy noted as taken back; unchanged if it was before.

    ``key`` is the refund's id. Raises ConflictError: withdrawal_open while the meter has not
    answered another, more_than_sold for energy that was never there.
    """
    if key in register.withdrawals:
        return register
    if open_withdrawal(register.withdrawals) is not None:
        raise ConflictError("withdrawal_open", "the meter has not answered another withdrawal")
    total_wh = Wh(register.withdrawn_total_wh + energy_wh)
    if energy_wh <= 0 or total_wh > register.credited_total_wh:
        raise ConflictError("more_than_sold", f"{energy_wh} Wh were never sold to the meter")
    begun = Withdrawal(energy_wh=energy_wh, withdrawn_total_wh=total_wh, started_at_ms=now_ms)
    withdrawals = {**still_needed(register.withdrawals, now_ms), key: begun}
    return replace(register, withdrawn_total_wh=total_wh, withdrawals=withdrawals)


def end_withdrawal(
    register: MeterRegister, key: str, *, taken: bool, month: str, now_ms: Millis
) -> MeterRegister:
    """The register after the meter's answer; unchanged if it was known.

    Energy that was taken back no longer counts in ``month``, the month that it was bought in.
    """
    begun = register.withdrawals.get(key)
    if begun is None or begun.closed_at_ms is not None:
        return register
    ended = {**register.withdrawals, key: replace(begun, closed_at_ms=now_ms)}
    if not taken:
        left_wh = Wh(register.withdrawn_total_wh - begun.energy_wh)
        return replace(register, withdrawn_total_wh=left_wh, withdrawals=ended)
    bought_wh = register.month_wh_in(month) - begun.energy_wh
    month_wh = Wh(max(0, bought_wh)) if register.month == month else register.month_wh
    return replace(register, month_wh=month_wh, withdrawals=ended)


def _still_needed(
    entries: Mapping[TransactionId, SoldEntry], now_ms: Millis
) -> dict[TransactionId, SoldEntry]:
    return {
        transaction_id: entry
        for transaction_id, entry in entries.items()
        if entry.closed_at_ms is None or now_ms - entry.closed_at_ms < KEEP_CLOSED_ENTRY_MS
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Recharge:
    """One grant of credit as the meter reads it in ``pending_recharge/{transaction_id}``."""

    transaction_id: TransactionId
    amount_kes: Kes
    energy_wh: Wh
    sequence: int
    credited_total_wh: Wh
    mac: str
    created_at_ms: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """What the meter wrote back: when it had applied the recharge, and its balance then."""

    processed_at_ms: Millis
    balance_after_wh: int


def make_recharge(
    meter_id: MeterId,
    transaction_id: TransactionId,
    entry: SoldEntry,
    *,
    amount_kes: Kes,
    master_secret: str,
) -> Recharge:
    """The recharge of a sale. The same sale always gives the same recharge."""
    message = (
        f"{meter_id}|{transaction_id}|{entry.sequence}|{entry.credited_total_wh}|{entry.energy_wh}"
    )
    return Recharge(
        transaction_id=transaction_id,
        amount_kes=amount_kes,
        energy_wh=entry.energy_wh,
        sequence=entry.sequence,
        credited_total_wh=entry.credited_total_wh,
        mac=hmac.new(
            device_key(master_secret, meter_id), message.encode(), hashlib.sha256
        ).hexdigest(),
        created_at_ms=entry.added_at_ms,
    )


def device_key(master_secret: str, meter_id: MeterId) -> bytes:
    """The 32 bytes a meter is given once, when it is provisioned; never stored on the server."""
    label = f"{_DEVICE_KEY_LABEL}{meter_id}"
    return hmac.new(master_secret.encode(), label.encode(), hashlib.sha256).digest()
