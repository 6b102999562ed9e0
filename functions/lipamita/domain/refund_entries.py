"""What the books say of money that goes back, of fees and payouts.

A refund takes back its share of every line that was paid for energy, in whole cents; cents that do
not divide are taken from the largest lines, so the shares add up to what is refunded. It speaks of
the sale as delivered: energy that was withdrawn before the meter took it ends the delivery, too, so
both entries mean the same in either order.
"""

from __future__ import annotations

from collections.abc import Mapping

from lipamita.domain.ids import Receipt
from lipamita.domain.ledger import (
    ENERGY_DELIVERED,
    ENERGY_SOLD,
    FEES,
    FIXED_CHARGES,
    PAYBILL_FLOAT,
    PAYOUTS,
    REFUNDS,
    SUSPENSE,
    VAT,
    Entry,
    EntryKind,
    lines,
)
from lipamita.domain.monthly_charge import NO_CENTS
from lipamita.domain.payment import Payment
from lipamita.domain.payment_entries import delivered, received, sold
from lipamita.domain.refund import MoneyFrom, Refund, RefundStatus
from lipamita.domain.tariff import CENTS_PER_KES
from lipamita.domain.units import Cents, Kes, Millis


def entries_of_refund(refund: Refund, payment: Payment | None) -> tuple[Entry, ...]:
    """Nothing until the money has left; then that it was owed, and that it was sent.

    ``payment`` is the one that was credited, where one was. Money that never was a payment's is
    taken from suspense, where its receipt stands.
    """
    if refund.status is not RefundStatus.REFUNDED:
        return ()
    at_ms = refund.updated_at_ms
    sent = refund_sent(
        refund.refund_id, refund.amount_kes, at_ms=at_ms, receipt=refund.paid_receipt
    )
    if refund.money_from is MoneyFrom.PAYMENT and payment is not None:
        return (refund_owed(refund, payment, at_ms=at_ms), sent)
    return (
        received(refund.receipt, refund.paid_kes, at_ms=refund.created_at_ms),
        refund_owed_of_suspense(refund, at_ms=at_ms),
        sent,
    )


def refund_owed(refund: Refund, payment: Payment, *, at_ms: Millis) -> Entry:
    """A payment gives back this much money, and the energy that the meter returned.

    A monthly charge and its VAT are owed whatever was used, and stay.
    """
    assert payment.paid_at_ms is not None
    sale = [
        *sold(payment, at_ms=payment.paid_at_ms).cents.items(),
        *delivered(payment).cents.items(),
    ]
    charge = sum(line.amount_cents for line in payment.quote.lines if line.kind == "fixed_charge")
    kept = [(FIXED_CHARGES, charge), (VAT, payment.quote.charge_cents - charge)]
    held = {account: -cents for account, cents in lines([*sale, *kept]).items() if cents < 0}
    amount_cents = refund.amount_kes * CENTS_PER_KES
    return Entry(
        entry_id=f"{refund.refund_id}_owed",
        kind=EntryKind.REFUND_OWED,
        at_ms=at_ms,
        cents=lines([*shares(held, amount_cents).items(), (REFUNDS, -amount_cents)]),
        energy_wh=lines([(ENERGY_SOLD, refund.energy_wh), (ENERGY_DELIVERED, -refund.energy_wh)]),
        transaction_id=payment.transaction_id,
    )


def refund_owed_of_suspense(refund: Refund, *, at_ms: Millis) -> Entry:
    """Money that never became a payment's goes back."""
    amount_cents = refund.amount_kes * CENTS_PER_KES
    return Entry(
        entry_id=f"{refund.refund_id}_owed",
        kind=EntryKind.REFUND_OWED,
        at_ms=at_ms,
        cents=lines([(SUSPENSE, amount_cents), (REFUNDS, -amount_cents)]),
        receipt=refund.receipt,
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
