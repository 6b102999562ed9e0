"""What the books say of money that goes back, of fees, payouts, and energy given by hand.

A refund takes back its share of every line of the sale, in whole cents; cents that do not divide
are taken from the largest lines, so the shares add up to what is refunded. What is refunded before
delivery was still owed to the meter; what is refunded after it was earned already.
"""

from __future__ import annotations

from collections.abc import Mapping

from lipamita.domain.ids import Receipt
from lipamita.domain.ledger import (
    ENERGY_DELIVERED,
    ENERGY_GIVEN,
    ENERGY_OWED,
    ENERGY_SOLD,
    FEES,
    PAYBILL_FLOAT,
    PAYOUTS,
    REFUNDS,
    SUSPENSE,
    Entry,
    EntryKind,
    lines,
)
from lipamita.domain.monthly_charge import NO_CENTS
from lipamita.domain.payment import Payment
from lipamita.domain.payment_entries import delivered, sold
from lipamita.domain.tariff import CENTS_PER_KES
from lipamita.domain.units import Cents, Kes, Millis, Wh


def refund_owed(
    refund_id: str, payment: Payment, amount_kes: Kes, *, withdrawn_wh: Wh, at_ms: Millis
) -> Entry:
    """A payment that was sold gives back this much money, and ``withdrawn_wh`` of its energy.

    ``amount_kes`` is at most what was paid; energy that was used stays sold.
    """
    assert payment.paid_at_ms is not None
    standing = dict(sold(payment, at_ms=payment.paid_at_ms).cents)
    was_delivered = payment.delivery.delivered_at_ms is not None
    if was_delivered:
        earned = delivered(payment).cents
        standing = lines([*standing.items(), *earned.items()])
    held = {account: -cents for account, cents in standing.items() if cents < 0}
    share = shares(held, amount_kes * CENTS_PER_KES)
    held_by = ENERGY_DELIVERED if was_delivered else ENERGY_OWED
    return Entry(
        entry_id=f"{refund_id}_owed",
        kind=EntryKind.REFUND_OWED,
        at_ms=at_ms,
        cents=lines([*share.items(), (REFUNDS, -amount_kes * CENTS_PER_KES)]),
        energy_wh=lines([(ENERGY_SOLD, withdrawn_wh), (held_by, -withdrawn_wh)]),
        transaction_id=payment.transaction_id,
    )


def refund_owed_of_suspense(
    refund_id: str, receipt: Receipt, amount_kes: Kes, *, at_ms: Millis
) -> Entry:
    """Money that never became a payment's is to go back."""
    amount_cents = amount_kes * CENTS_PER_KES
    return Entry(
        entry_id=f"{refund_id}_owed",
        kind=EntryKind.REFUND_OWED,
        at_ms=at_ms,
        cents=lines([(SUSPENSE, amount_cents), (REFUNDS, -amount_cents)]),
        receipt=receipt,
    )


def refund_sent(
    refund_id: str,
    amount_kes: Kes,
    *,
    at_ms: Millis,
    receipt: Receipt | None = None,
    fee_cents: Cents = NO_CENTS,
) -> Entry:
    """M-Pesa has sent it back, and took its fee."""
    amount_cents = amount_kes * CENTS_PER_KES
    return Entry(
        entry_id=f"{refund_id}_sent",
        kind=EntryKind.REFUND_SENT,
        at_ms=at_ms,
        cents=lines(
            [(REFUNDS, amount_cents), (FEES, fee_cents), (PAYBILL_FLOAT, -amount_cents - fee_cents)]
        ),
        receipt=receipt,
    )


def fee(receipt: Receipt, amount_cents: Cents, *, at_ms: Millis) -> Entry:
    """M-Pesa charged us for a movement."""
    return Entry(
        entry_id=f"{receipt}_fee",
        kind=EntryKind.FEE,
        at_ms=at_ms,
        cents=lines([(FEES, amount_cents), (PAYBILL_FLOAT, -amount_cents)]),
        receipt=receipt,
    )


def paid_out(receipt: Receipt, amount_cents: Cents, *, at_ms: Millis) -> Entry:
    """Money went from the PayBill to our own bank account."""
    return Entry(
        entry_id=f"{receipt}_paid_out",
        kind=EntryKind.PAID_OUT,
        at_ms=at_ms,
        cents=lines([(PAYOUTS, amount_cents), (PAYBILL_FLOAT, -amount_cents)]),
        receipt=receipt,
    )


def adjusted(adjustment_id: str, energy_wh: int, *, at_ms: Millis) -> Entry:
    """Staff gave energy without money, or took it (below 0)."""
    return Entry(
        entry_id=f"{adjustment_id}_adjusted",
        kind=EntryKind.ADJUSTED,
        at_ms=at_ms,
        cents={},
        energy_wh=lines([(ENERGY_DELIVERED, energy_wh), (ENERGY_GIVEN, -energy_wh)]),
    )


def shares(amounts: Mapping[str, int], part: int) -> dict[str, int]:
    """``part`` of the amounts' sum, spread in their proportion; the shares add up exactly."""
    whole = sum(amounts.values())
    if not 0 <= part <= whole:
        raise ValueError(f"{part} is no part of {whole}")
    if whole == 0:
        return {}
    share = {account: amount * part // whole for account, amount in amounts.items()}
    left = part - sum(share.values())
    by_size = sorted(amounts, key=lambda account: (-amounts[account], account))
    for account in by_size:
        more = min(left, amounts[account] - share[account])
        share[account] += more
        left -= more
    return lines(share.items())
